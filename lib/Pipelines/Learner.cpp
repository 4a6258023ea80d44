// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Pipelines/Learner.h"
#include "pc/Pipelines/CompileEntries.h"
#include "pc/Runtime/Compare.h"
#include "pc/Support/Names.h"

#include <cmath>
#include <numeric>

using namespace llvm;
using namespace mlir;
using namespace mlir::pc;

//===----------------------------------------------------------------------===//
// Making
//===----------------------------------------------------------------------===//

std::unique_ptr<Learner> Learner::create(ForwardModel &model,
                                         const ClassifierPorts &ports,
                                         const CompileOptions &options,
                                         const MachineOptions &machine,
                                         ExitStatus &status) {
  OwningOpRef<ModuleOp> module = model.module->clone();
  std::unique_ptr<Executable> executable =
      compileEntries(*module, Phase::Import, options, {stepName, objectiveName},
                     machine, status);
  if (!executable)
    return nullptr;
  std::unique_ptr<Learner> learner(
      new Learner(model, ports, options, machine, std::move(executable)));
  if (Error error = learner->connect()) {
    emitError(module->getLoc()) << toString(std::move(error));
    status = ExitStatus::Failure;
    return nullptr;
  }
  return learner;
}

Learner::Learner(ForwardModel &model, const ClassifierPorts &ports,
                 const CompileOptions &options, const MachineOptions &machine,
                 std::unique_ptr<Executable> compiled)
    : model(model), ports(ports), options(options), machine(machine),
      executable(std::move(compiled)), stepCall(*executable, stepName),
      objectiveCall(*executable, objectiveName) {}

static unsigned findLoss(const Invocation &call) {
  return call.findResults(roleLoss).front();
}

/// Gives the parameters their values and checks that there is something to
/// learn from.
Error Learner::connect() {
  stepCall.set(model.getParameterValues());
  stepCall.stay();
  for (unsigned i : model.getParameters())
    objectiveCall.share(i, stepCall.getArgument(i));
  bool readsTargets =
      ports.labels ||
      llvm::any_of(stepCall.getSignature().arguments, [](const PortInfo &port) {
        return port.role == roleTarget;
      });
  if (readsTargets)
    return Error::success();
  return createStringError("expected a loss that reads labels, found none; "
                           "--loss=cross-entropy adds one");
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

void Score::add(double batchLoss) {
  loss = (loss * static_cast<double>(batches) + batchLoss) /
         static_cast<double>(batches + 1);
  ++batches;
}

void Learner::addTo(Score &score, Invocation &call, const Dataset &data,
                    const Batch &batch) {
  score.add(call.getResult(findLoss(call)).getAsDouble(0));
  score.correct += ports.countCorrect(call, data, batch.rows, batch.count);
  score.total += batch.count * ports.labelsPerSample;
}

Error Learner::checkDivergence(const std::map<unsigned, Tensor> &parameters) {
  if (!watch) {
    Expected<std::unique_ptr<DivergenceWatch>> compiled =
        DivergenceWatch::create(
            *model.module, options,
            machine.target == Target::Dataflow ? machine.getHost() : machine);
    if (!compiled)
      return compiled.takeError();
    watch = std::move(*compiled);
  }
  const std::vector<PortInfo> &ports = stepCall.getSignature().arguments;
  return watch->check([&](Invocation &call) {
    for (auto [index, port] : llvm::enumerate(ports))
      if (port.role != roleState)
        call.set(index, stepCall.getArgument(index));
    call.set(parameters);
  });
}

static std::map<unsigned, Tensor> copyArguments(Invocation &call,
                                                ArrayRef<unsigned> arguments) {
  std::map<unsigned, Tensor> copies;
  for (unsigned i : arguments)
    copies.emplace(i, call.getArgument(i).clone());
  return copies;
}

/// A step that looks whether it has left parameters that are no numbers.
Error Learner::runWatched() {
  std::map<unsigned, Tensor> before =
      copyArguments(stepCall, model.getParameters());
  if (Error error = stepCall.run())
    return error;
  if (Error error = stepCall.fetch())
    return error;
  return findNotFinite().empty() ? Error::success() : checkDivergence(before);
}

/// Repeats what was not watched, from where the host last had the parameters.
Error Learner::runAgain() {
  stepCall.giveAgain();
  std::vector<Batch> batches = std::move(unwatched);
  unwatched.clear();
  for (const Batch &batch : batches) {
    ports.load(stepCall, *learned, batch.rows);
    if (Error error = runWatched())
      return error;
  }
  return Error::success();
}

/// A relaxation that may run away is watched on the first batch of every epoch,
/// and where a step has left parameters that are no numbers. Of parameters that
/// stay on a device, the next loss tells.
Error Learner::runStep(const Dataset &data, const Batch &batch, bool isFirst) {
  if (!mayDiverge(options))
    return stepCall.run();
  if (isFirst) {
    if (Error error = fetch())
      return error;
    ports.load(stepCall, data, batch.rows);
    if (Error error =
            checkDivergence(copyArguments(stepCall, model.getParameters())))
      return error;
  }
  if (stepCall.getStaying().empty())
    return runWatched();
  learned = &data;
  unwatched.push_back(batch);
  if (Error error = stepCall.run())
    return error;
  double loss = stepCall.getResult(findLoss(stepCall)).getAsDouble(0);
  return std::isfinite(loss) ? Error::success() : runAgain();
}

/// Brings what was learned to the host.
Error Learner::fetch() {
  if (unwatched.empty())
    return stepCall.fetch();
  std::map<unsigned, Tensor> before =
      copyArguments(stepCall, stepCall.getStaying());
  if (Error error = stepCall.fetch())
    return error;
  if (findNotFinite().empty()) {
    unwatched.clear();
    return Error::success();
  }
  stepCall.set(before);
  return runAgain();
}

Expected<double> Learner::step(const Dataset &data, const Batch &batch,
                               Score &score) {
  ports.load(stepCall, data, batch.rows);
  if (Error error = runStep(data, batch, /*isFirst=*/score.total == 0))
    return error;
  addTo(score, stepCall, data, batch);
  return stepCall.getResult(findLoss(stepCall)).getAsDouble(0);
}

Expected<Score> Learner::evaluate(const Dataset &data) {
  if (Error error = fetch())
    return error;
  Score score;
  std::vector<int64_t> all(data.size());
  std::iota(all.begin(), all.end(), 0);
  for (const Batch &batch : makeBatches(all, ports.batch)) {
    ports.load(objectiveCall, data, batch.rows);
    if (Error error = objectiveCall.run())
      return error;
    addTo(score, objectiveCall, data, batch);
  }
  return score;
}

Expected<std::map<std::string, const Tensor *>> Learner::getParameters() {
  if (Error error = fetch())
    return error;
  std::map<std::string, const Tensor *> parameters;
  for (unsigned i : model.getParameters())
    parameters.emplace(model.arguments[i].name, &stepCall.getArgument(i));
  return parameters;
}

std::string Learner::findNotFinite() {
  for (unsigned i : model.getParameters())
    if (findNaN(stepCall.getArgument(i), /*orInfinite=*/true) >= 0)
      return model.arguments[i].name;
  return "";
}

Expected<std::string> Learner::findDivergedParameter() {
  if (Error error = fetch())
    return error;
  return findNotFinite();
}
