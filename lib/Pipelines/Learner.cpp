// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Pipelines/Learner.h"
#include "pc/Pipelines/CompileEntries.h"
#include "pc/Runtime/Compare.h"
#include "pc/Support/Names.h"

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
        DivergenceWatch::create(*model.module, options, machine);
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

/// A relaxation that may run away is watched on the first batch of every epoch,
/// and where a step has left parameters that are no numbers.
Error Learner::runStep(bool isFirst) {
  if (!mayDiverge(options))
    return stepCall.run();
  std::map<unsigned, Tensor> before;
  for (unsigned i : model.getParameters())
    before.emplace(i, stepCall.getArgument(i).clone());
  if (isFirst)
    if (Error error = checkDivergence(before))
      return error;
  if (Error error = stepCall.run())
    return error;
  return findDivergedParameter().empty() ? Error::success()
                                         : checkDivergence(before);
}

Expected<double> Learner::step(const Dataset &data, const Batch &batch,
                               Score &score) {
  ports.load(stepCall, data, batch.rows);
  if (Error error = runStep(/*isFirst=*/score.total == 0))
    return error;
  addTo(score, stepCall, data, batch);
  return stepCall.getResult(findLoss(stepCall)).getAsDouble(0);
}

Expected<Score> Learner::evaluate(const Dataset &data) {
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

std::map<std::string, const Tensor *> Learner::getParameters() {
  std::map<std::string, const Tensor *> parameters;
  for (unsigned i : model.getParameters())
    parameters.emplace(model.arguments[i].name, &stepCall.getArgument(i));
  return parameters;
}

std::string Learner::findDivergedParameter() {
  for (const auto &[name, tensor] : getParameters())
    if (findNaN(*tensor, /*orInfinite=*/true) >= 0)
      return name;
  return "";
}
