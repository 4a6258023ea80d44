// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Pipelines/Train.h"
#include "History.h"
#include "TrainingModel.h"
#include "pc/Pipelines/Progress.h"
#include "pc/Runtime/Random.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Signals.h"

#include <chrono>
#include <cmath>
#include <csignal>

using namespace llvm;
using namespace mlir;
using namespace mlir::pc;

/// Set by the signal handler, which can reach nothing else.
static volatile std::sig_atomic_t wasInterrupted = 0;

namespace {
/// One run of training: what goes through its epochs.
class Trainer {
public:
  Trainer(const TrainRequest &request, ForwardModel &model, Learner &learner,
          GradientLog *log, const SplitDataset &data, int64_t batch,
          Reporter &reporter, raw_ostream &os)
      : request(request), model(model), learner(learner), log(log), data(data),
        batch(batch), reporter(reporter), os(os), bar(os) {}

  ExitStatus run();

private:
  ExitStatus runEpoch();
  ExitStatus runSteps(ArrayRef<Batch> batches, Epoch &epoch);
  ExitStatus measureDivergence();
  ExitStatus reportDivergence(double loss, int64_t step);
  ExitStatus stopEarly();
  bool writeCheckpoint();
  void print(const Epoch &epoch);
  void finish();

  const TrainRequest &request;
  ForwardModel &model;
  Learner &learner;
  GradientLog *log; // null: not asked for
  const SplitDataset &data;
  int64_t batch;
  Reporter &reporter;
  raw_ostream &os;
  ProgressBar bar;
  std::vector<Epoch> history;
  std::vector<GradientDivergences> divergences;
};
} // namespace

static std::string formatPercent(double share) {
  return formatv("{0:F2} %", 100 * share).str();
}

static double getSeconds(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
      .count();
}

ExitStatus Trainer::reportDivergence(double loss, int64_t step) {
  bar.clear();
  Expected<std::string> parameter = learner.findDivergedParameter();
  if (!parameter)
    return reporter.fail(parameter.takeError());
  std::string text = ("training diverged in step " + Twine(step) +
                      " of epoch " + Twine(history.size() + 1) +
                      ": expected a finite loss, found " + formatNumber(loss))
                         .str();
  if (!parameter->empty())
    text += " (parameter `" + *parameter + "` is not finite)";
  text += "; a smaller --rate may help";
  if (!request.out.empty() && !history.empty())
    text +=
        "; " + request.out + " holds epoch " + std::to_string(history.size());
  return reporter.fail(text);
}

ExitStatus Trainer::runSteps(ArrayRef<Batch> batches, Epoch &epoch) {
  auto numSteps = static_cast<int64_t>(batches.size());
  std::string text =
      formatv("epoch {0}/{1}", history.size() + 1, request.epochs).str();
  for (int64_t step = 0; step != numSteps; ++step) {
    Expected<double> loss =
        learner.step(data.training, batches[step], epoch.training);
    if (!loss)
      return reporter.fail(loss.takeError());
    if (!std::isfinite(*loss))
      return reportDivergence(*loss, step + 1);
    if (wasInterrupted)
      return stopEarly();
    bar.show(formatv("{0}  loss {1:F4}", text, epoch.training.loss).str(),
             step + 1, numSteps);
  }
  return ExitStatus::Success;
}

ExitStatus Trainer::stopEarly() {
  bar.clear();
  if (!request.out.empty() && !writeCheckpoint())
    return ExitStatus::Failure;
  os << "interrupted in epoch " << history.size() + 1
     << (request.out.empty() ? "" : "; wrote " + request.out) << "\n";
  return ExitStatus::Interrupted;
}

bool Trainer::writeCheckpoint() {
  Error error = writeModel(model, learner, request.out);
  if (!error)
    return true;
  bar.clear();
  reporter.fail(
      toString(std::move(error)) +
      (history.empty() ? "" : "; what was there before is left as it was"));
  return false;
}

void Trainer::print(const Epoch &epoch) {
  bar.clear();
  os << formatv("epoch {0,3}/{1}  loss {2:F4}", history.size(), request.epochs,
                epoch.training.loss);
  if (epoch.heldOut.total && model.results.size())
    os << "  accuracy " << formatPercent(epoch.training.getAccuracy())
       << "  held-out " << formatPercent(epoch.heldOut.getAccuracy());
  os << formatv("  {0:F2} s\n", epoch.seconds);
  os.flush();
}

ExitStatus Trainer::runEpoch() {
  auto begin = std::chrono::steady_clock::now();
  Epoch epoch;
  // Each epoch has an order of its own that depends on nothing but the seed.
  std::vector<int64_t> order = Random(request.seed + 1 + history.size())
                                   .permutation(data.training.size());
  ExitStatus status = runSteps(makeBatches(order, batch), epoch);
  if (status != ExitStatus::Success)
    return status;
  Expected<Score> heldOut = learner.evaluate(data.heldOut);
  if (!heldOut)
    return reporter.fail(heldOut.takeError());
  epoch.heldOut = *heldOut;
  epoch.seconds = getSeconds(begin);
  if (!request.out.empty() && !writeCheckpoint())
    return ExitStatus::Failure;
  history.push_back(epoch);
  print(epoch);
  status = measureDivergence();
  if (status != ExitStatus::Success)
    return status;
  if (Error error = writeHistory(request, history, divergences))
    return reporter.fail(std::move(error));
  return ExitStatus::Success;
}

/// Adds how far the gradients are apart at the parameters as they are.
ExitStatus Trainer::measureDivergence() {
  if (!log)
    return ExitStatus::Success;
  Expected<std::map<std::string, const Tensor *>> parameters =
      learner.getParameters();
  if (!parameters)
    return reporter.fail(parameters.takeError());
  Expected<GradientDivergences> found =
      log->measure(*parameters, data.training);
  if (!found)
    return reporter.fail(found.takeError());
  divergences.push_back(std::move(*found));
  return ExitStatus::Success;
}

void Trainer::finish() {
  const Score &score = history.back().heldOut;
  os << "held-out accuracy " << formatPercent(score.getAccuracy()) << " ("
     << score.correct << " of " << score.total << ")\n";
  if (std::string work = learner.describeWork(); !work.empty())
    os << work << "\n";
  if (!request.out.empty())
    os << "wrote " << request.out << "\n";
  if (!request.printsTraffic)
    return;
  Traffic traffic = learner.getTraffic();
  os << "device " << traffic.submits << " submits, " << traffic.uploadedBytes
     << " bytes uploaded, " << traffic.downloadedBytes << " bytes downloaded\n";
}

ExitStatus Trainer::run() {
  ExitStatus status = measureDivergence();
  while (status == ExitStatus::Success &&
         static_cast<int64_t>(history.size()) != request.epochs)
    status = runEpoch();
  if (status == ExitStatus::Success)
    finish();
  return status;
}

//===----------------------------------------------------------------------===//
// From a request to a trainer
//===----------------------------------------------------------------------===//

static CompileOptions getCompileOptions(const TrainRequest &request,
                                        const ForwardModel &model,
                                        const ClassifierPorts &ports) {
  CompileOptions options = request.compile;
  options.loss = chooseLoss(model, ports, request);
  if (request.backprop)
    options.schedule = "autodiff";
  if (options.output.empty() && ports.logits && options.loss != "model")
    options.output = model.results[*ports.logits].name;
  return options;
}

static void printHeader(const TrainRequest &request, ForwardModel &model,
                        const SplitDataset &data, const CompileOptions &options,
                        int64_t batch, raw_ostream &os) {
  int64_t numElements = 0;
  for (const auto &[argument, value] : model.getParameterValues())
    numElements += value.getNumElements();
  os << "model  " << request.model << ": " << numElements << " parameters in "
     << model.getParameters().size() << " tensors\n"
     << "data   " << request.data << ": " << data.training.size()
     << " training, " << data.heldOut.size() << " held out, " << data.numClasses
     << " classes, features divided by " << formatNumber(data.scale) << "\n"
     << "learn  "
     << (options.isAutodiff() ? "backpropagation"
                              : options.schedule + " predictive coding")
     << ", " << options.loss << ", " << options.learn->optimizer << ", rate "
     << formatNumber(options.learn->rate)
     << (options.learn->optimizer == "momentum"
             ? ", momentum " + formatNumber(options.learn->momentum)
             : "")
     << ", batch " << batch << ", seed " << request.seed << "\n";
  os.flush();
}

/// A circuit has no second witness.
static Error checkTarget(const TrainRequest &request) {
  if (request.machine.target != Target::Dataflow)
    return Error::success();
  if (request.backprop)
    return createStringError("--backprop: expected --target=cpu or vulkan");
  if (!request.divergence.empty())
    return createStringError("--divergence: expected --target=cpu or vulkan");
  return Error::success();
}

ExitStatus mlir::pc::train(const TrainRequest &request, MLIRContext *context,
                           Reporter &reporter, raw_ostream &os) {
  if (Error error = checkTarget(request))
    return reporter.fail(std::move(error));
  std::string text;
  std::optional<SplitDataset> data =
      loadDataset(request.data, {request.heldOut, request.seed}, text);
  if (!data)
    return reporter.fail(text);
  ExitStatus status;
  std::optional<ForwardModel> model =
      loadTrainingModel(request, *data, context, reporter, status);
  if (!model)
    return status;
  Expected<ClassifierPorts> ports =
      findClassifierPorts(*model, request.compile.output);
  if (!ports)
    return reporter.fail(ports.takeError());
  if (Error error = checkFit(*model, *ports, request, *data))
    return reporter.fail(std::move(error));
  CompileOptions options = getCompileOptions(request, *model, *ports);
  std::unique_ptr<Learner> learner =
      Learner::create(*model, *ports, options, request.machine, status);
  if (!learner)
    return status;
  std::unique_ptr<GradientLog> log;
  if (!request.divergence.empty()) {
    log = GradientLog::create(*model, *ports, options, request.machine, status);
    if (!log)
      return status;
  }
  printHeader(request, *model, *data, options, ports->batch, os);
  // Once: a second interrupt ends the process as usual.
  sys::SetInterruptFunction([] { wasInterrupted = 1; });
  return Trainer(request, *model, *learner, log.get(), *data, ports->batch,
                 reporter, os)
      .run();
}
