// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Trains a classifier by predictive coding.

#include "../Setup/Setup.h"
#include "pc/Pipelines/Options.h"
#include "pc/Pipelines/Train.h"
#include "llvm/Support/InitLLVM.h"

using namespace llvm;
using namespace mlir::pc;

static constexpr StringLiteral overview =
    "pc-train: trains a classifier by predictive coding\n\n"
    "The data is a comma-separated table with the label last, a folder with "
    "the IDX\nfiles of MNIST, or a folder with the arrays train-samples.npy, "
    "train-labels.npy,\ntest-samples.npy and test-labels.npy of NumPy; gzipped "
    "or not. The trained model\nis written after every epoch; Ctrl-C ends "
    "after "
    "the step at hand and keeps what was\nlearned. Every epoch has an order of "
    "its own; its last batch is filled up with its\nfirst samples.\n"
    "Exit status: 0 trained, 2 something is unsupported, 130 interrupted, 1 "
    "other errors.\n";

namespace {
struct Flags {
  cl::OptionCategory category{"Files"};
  cl::opt<std::string> model{cl::Positional, cl::Required,
                             cl::desc("<model.onnx or model.mlir>"),
                             cl::cat(category)};
  cl::opt<std::string> data{"data", cl::Required, cl::value_desc("FILE or DIR"),
                            cl::desc("labelled data"), cl::cat(category)};
  cl::opt<std::string> out{"out", cl::value_desc("FILE"),
                           cl::desc("where the trained model goes"),
                           cl::cat(category)};
  cl::alias outShort{"o", cl::aliasopt(out), cl::desc("the same as --out"),
                     cl::cat(category)};
  cl::opt<std::string> parameters{
      "parameters", cl::value_desc("DIR"),
      cl::desc("tensor files (*.pb) with values that parameters start from"),
      cl::cat(category)};
  cl::opt<std::string> json{"json", cl::value_desc("FILE"),
                            cl::desc("where the history goes"),
                            cl::cat(category)};
  cl::opt<std::string> csv{
      "csv", cl::value_desc("FILE"),
      cl::desc("where the history goes as a table with a row for each epoch"),
      cl::cat(category)};
  cl::opt<std::string> divergence{
      "divergence", cl::value_desc("FILE"),
      cl::desc("where a table goes of how far each gradient is from reverse "
               "mode on the first batch, before learning and after each epoch"),
      cl::cat(category)};
  cl::opt<uint64_t> seed{"seed", cl::init(0), cl::value_desc("N"),
                         cl::desc("of the split and of the order of samples"),
                         cl::cat(category)};
  cl::opt<bool> stats{claim("stats"),
                      cl::desc("print what went between host and device"),
                      cl::cat(category)};
  ModelFlags modelFlags;
  MachineFlags machine;
  ScheduleFlags schedule;
  LossFlags loss;
  TrainingFlags training;
};
} // namespace

static Error makeRequest(const Flags &flags, TrainRequest &request) {
  request.model = flags.model;
  request.data = flags.data;
  request.out = flags.out;
  request.parameters = flags.parameters;
  request.json = flags.json;
  request.csv = flags.csv;
  request.divergence = flags.divergence;
  request.epochs = flags.training.epochs;
  if (flags.training.batch.getNumOccurrences())
    request.batch = flags.training.batch;
  request.seed = flags.seed;
  request.heldOut = flags.training.heldOut;
  request.hasLoss = flags.loss.isGiven();
  request.backprop = flags.training.backprop;
  flags.modelFlags.fill(request.compile);
  flags.schedule.fill(request.compile);
  flags.loss.fill(request.compile);
  if (Error error = flags.training.validate())
    return error;
  Expected<OptimizerChoice> optimizer = flags.training.getOptimizer();
  if (!optimizer)
    return optimizer.takeError();
  request.compile.learn = *optimizer;
  if (Error error = flags.modelFlags.getDims(request.dims))
    return error;
  if (Error error = flags.machine.fill(request.machine))
    return error;
  request.printsTraffic = flags.stats;
  if (flags.stats && request.machine.target != Target::Vulkan)
    return createStringError("--stats: expected --target=vulkan, whose device "
                             "has memory of its own");
  bool isReference = request.backprop || request.compile.isAutodiff();
  if (isReference && !request.divergence.empty())
    return createStringError("--divergence: expected a schedule of predictive "
                             "coding, found reverse mode, which it is compared "
                             "with");
  return validate(request.compile, request.machine.target);
}

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  Flags flags;
  parseFlags(argc, argv, overview,
             {&flags.category, &flags.modelFlags.category,
              &flags.machine.category, &flags.schedule.category,
              &flags.loss.category, &flags.training.category});
  mlir::MLIRContext context(makeToolRegistry());
  Reporter reporter("pc-train", &context);
  TrainRequest request;
  if (Error error = makeRequest(flags, request))
    return static_cast<int>(reporter.fail(std::move(error)));
  return static_cast<int>(train(request, &context, reporter, outs()));
}
