// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Pipelines/Learner.h"
#include "pc/Pipelines/Divergence.h"
#include "pc/Runtime/Compare.h"
#include "pc/Support/Names.h"

#include <cstring>

using namespace llvm;
using namespace mlir;
using namespace mlir::pc;

//===----------------------------------------------------------------------===//
// Ports
//===----------------------------------------------------------------------===//

static int64_t count(ArrayRef<int64_t> shape) {
  int64_t product = 1;
  for (int64_t size : shape)
    product *= size;
  return product;
}

/// The first float output with a row for each sample.
static std::optional<unsigned> findLogits(const ForwardModel &model,
                                          int64_t batch) {
  for (auto [index, port] : llvm::enumerate(model.results))
    if (isFloat(port.kind) && port.shape.size() == 2 && port.shape[0] == batch)
      return index;
  return std::nullopt;
}

Expected<ClassifierPorts>
mlir::pc::findClassifierPorts(const ForwardModel &model) {
  ClassifierPorts ports;
  int numSamples = 0, numLabels = 0;
  for (unsigned i : model.getInputs()) {
    if (isFloat(model.arguments[i].kind)) {
      ports.samples = i;
      ++numSamples;
    } else {
      ports.labels = i;
      ++numLabels;
    }
  }
  if (numSamples != 1 || numLabels > 1)
    return createStringError(
        model.path +
        ": expected one float input for samples and at most one integer input "
        "for labels, found " +
        Twine(numSamples) + " and " + Twine(numLabels));
  const ModelPort &samples = model.arguments[ports.samples];
  if (samples.shape.empty())
    return createStringError(model.path + ": expected the samples `" +
                             samples.name +
                             "` to have a batch dimension, found a scalar");
  ports.batch = samples.shape[0];
  ports.sampleSize = count(ArrayRef(samples.shape).drop_front());
  ports.logits = findLogits(model, ports.batch);
  if (ports.labels &&
      count(model.arguments[*ports.labels].shape) != ports.batch)
    return createStringError(model.path +
                             ": expected a label for each of the " +
                             Twine(ports.batch) + " samples of a batch in `" +
                             model.arguments[*ports.labels].name + "`, found " +
                             model.arguments[*ports.labels].describe());
  return ports;
}

//===----------------------------------------------------------------------===//
// Making
//===----------------------------------------------------------------------===//

static constexpr StringLiteral stepName = "model_step";

std::unique_ptr<Learner> Learner::create(ForwardModel &model,
                                         const ClassifierPorts &ports,
                                         const CompileOptions &options,
                                         const CPUOptions &cpu,
                                         ExitStatus &status) {
  OwningOpRef<ModuleOp> module = model.module->clone();
  PhaseStatus lowered =
      runPhases(*module, Phase::Import, Phase::Tensor, options);
  status = lowered == PhaseStatus::Unsupported ? ExitStatus::Unsupported
                                               : ExitStatus::Failure;
  if (lowered != PhaseStatus::Success)
    return nullptr;
  FailureOr<std::unique_ptr<Executable>> executable = Executable::compile(
      *module, {StringRef(stepName), StringRef(modelName)}, cpu);
  status = ExitStatus::Unsupported;
  if (failed(executable))
    return nullptr;
  std::unique_ptr<Learner> learner(
      new Learner(model, ports, options, cpu, std::move(*executable)));
  if (Error error = learner->connect()) {
    emitError(module->getLoc()) << toString(std::move(error));
    status = ExitStatus::Failure;
    return nullptr;
  }
  status = ExitStatus::Success;
  return learner;
}

Learner::Learner(ForwardModel &model, const ClassifierPorts &ports,
                 const CompileOptions &options, const CPUOptions &cpu,
                 std::unique_ptr<Executable> compiled)
    : model(model), ports(ports), options(options), cpu(cpu),
      executable(std::move(compiled)), stepCall(*executable, stepName),
      forwardCall(*executable, modelName) {}

/// Gives the parameters their values and finds loss and targets.
Error Learner::connect() {
  stepCall.set(model.getParameterValues());
  for (unsigned i : model.getParameters())
    forwardCall.share(i, stepCall.getArgument(i));
  lossResult = stepCall.findResults(roleLoss).front();
  if (ports.labels) {
    targets = *ports.labels;
    return Error::success();
  }
  for (auto [index, port] : llvm::enumerate(stepCall.getSignature().arguments))
    if (port.role == roleTarget) {
      targets = index;
      return Error::success();
    }
  return createStringError("expected a loss that reads labels, found none; "
                           "--loss=cross-entropy adds one");
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

/// A label, or a row with a one at the label.
static void setTarget(Tensor &targets, int64_t row, int64_t label,
                      int64_t batch) {
  if (!isFloat(targets.getKind())) {
    targets.setFromDouble(row, static_cast<double>(label));
    return;
  }
  int64_t width = targets.getNumElements() / batch;
  for (int64_t i = 0; i != width; ++i)
    targets.setFromDouble(row * width + i, i == label);
}

static void setSample(Tensor &samples, int64_t row, const Dataset &data,
                      int64_t sample, int64_t width) {
  const float *from = data.features.as<float>() + sample * width;
  if (samples.getKind() == ElementKind::F32) {
    std::memcpy(samples.as<float>() + row * width, from, width * sizeof(float));
    return;
  }
  for (int64_t i = 0; i != width; ++i)
    samples.setFromDouble(row * width + i, from[i]);
}

/// Rows beyond the samples keep what they had: nobody reads their results.
void Learner::load(Invocation &call, const Dataset &data,
                   ArrayRef<int64_t> samples) {
  for (auto [row, sample] : llvm::enumerate(samples)) {
    setSample(call.getArgument(ports.samples), row, data, sample,
              ports.sampleSize);
    if (&call == &stepCall)
      setTarget(call.getArgument(targets), row, data.labels[sample],
                ports.batch);
    else if (ports.labels)
      setTarget(call.getArgument(*ports.labels), row, data.labels[sample],
                ports.batch);
  }
}

int64_t Learner::countCorrect(Invocation &call, const Dataset &data,
                              ArrayRef<int64_t> samples) {
  if (!ports.logits)
    return 0;
  const Tensor &logits = call.getResult(*ports.logits);
  int64_t classes = logits.getShape()[1], correct = 0;
  for (auto [row, sample] : llvm::enumerate(samples)) {
    int64_t best = 0;
    for (int64_t i = 1; i != classes; ++i)
      if (logits.getAsDouble(row * classes + i) >
          logits.getAsDouble(row * classes + best))
        best = i;
    correct += best == data.labels[sample];
  }
  return correct;
}

Error Learner::runStep() {
  if (!mayDiverge(options))
    return stepCall.run();
  std::map<unsigned, Tensor> before;
  for (unsigned i : model.getParameters())
    before.emplace(i, stepCall.getArgument(i).clone());
  if (Error error = stepCall.run())
    return error;
  if (findDivergedParameter().empty())
    return Error::success();
  const std::vector<PortInfo> &ports = stepCall.getSignature().arguments;
  std::optional<Divergence> found =
      findDivergence(*model.module, options, cpu, [&](Invocation &call) {
        for (auto [index, port] : llvm::enumerate(ports))
          if (port.role != roleState)
            call.set(index, stepCall.getArgument(index));
        call.set(before);
      });
  return found ? createStringError(found->describe()) : Error::success();
}

Expected<double> Learner::step(const Dataset &data, ArrayRef<int64_t> samples,
                               Score &score) {
  load(stepCall, data, samples);
  if (Error error = runStep())
    return error;
  double loss = stepCall.getResult(lossResult).getAsDouble(0);
  double seen = static_cast<double>(score.total) / ports.batch;
  score.loss = (score.loss * seen + loss) / (seen + 1);
  score.correct += countCorrect(stepCall, data, samples);
  score.total += static_cast<int64_t>(samples.size());
  return loss;
}

Expected<Score> Learner::evaluate(const Dataset &data) {
  Score score;
  std::vector<int64_t> samples;
  for (int64_t begin = 0; begin < data.size(); begin += ports.batch) {
    samples.clear();
    for (int64_t i = begin; i != std::min(begin + ports.batch, data.size());
         ++i)
      samples.push_back(i);
    load(forwardCall, data, samples);
    if (Error error = forwardCall.run())
      return error;
    score.correct += countCorrect(forwardCall, data, samples);
    score.total += static_cast<int64_t>(samples.size());
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
