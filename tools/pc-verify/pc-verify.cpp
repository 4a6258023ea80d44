// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Says how the gradient of predictive coding compares with others.

#include "../Setup/Setup.h"
#include "pc/Pipelines/Options.h"
#include "pc/Pipelines/Verify.h"
#include "llvm/Support/InitLLVM.h"

using namespace llvm;
using namespace mlir::pc;

static constexpr StringLiteral overview =
    "pc-verify: compares the gradient of predictive coding with reverse mode, "
    "finite\ndifferences and forward mode\n\n"
    "Without --data inputs are drawn from --seed: standard normal, or uniform "
    "in\n(0.5, 1.5) where the model is not finite at that; integers are 0 or "
    "1.\n"
    "Exit status: 0 all that is claimed holds, 2 something is unsupported, 1 "
    "otherwise.\n";

namespace {
struct Flags {
  cl::OptionCategory category{"Files"};
  cl::list<std::string> models{cl::Positional, cl::OneOrMore,
                               cl::desc("<model.onnx or model.mlir>..."),
                               cl::cat(category)};
  cl::opt<std::string> data{"data", cl::value_desc("DIR"),
                            cl::desc("folder of input_<k>.pb and, if there "
                                     "are, cotangent_<k>.pb"),
                            cl::cat(category)};
  cl::opt<std::string> json{"json", cl::value_desc("FILE"),
                            cl::desc("where the report goes as JSON"),
                            cl::cat(category)};
  cl::opt<bool> terse{"terse", cl::desc("one line for each model"),
                      cl::cat(category)};
  cl::opt<uint64_t> seed{"seed", cl::init(0), cl::value_desc("N"),
                         cl::desc("of the data, where it is drawn"),
                         cl::cat(category)};
  cl::opt<bool> twin{"twin",
                     cl::desc("also change one state after the other and see "
                              "how far that gets in each iteration"),
                     cl::cat(category)};
  ModelFlags modelFlags;
  MachineFlags machine{/*alsoUsesHost=*/true};
  ScheduleFlags schedule;
  LossFlags loss;
};
} // namespace

static Error makeRequest(const Flags &flags, VerifyRequest &request) {
  request.dataFolder = flags.data;
  request.seed = flags.seed;
  request.twin = flags.twin;
  request.hasLoss = flags.loss.isGiven();
  flags.modelFlags.fill(request.compile);
  flags.schedule.fill(request.compile);
  flags.loss.fill(request.compile);
  if (request.compile.isAutodiff())
    return createStringError("--schedule: expected one of predictive coding, "
                             "found autodiff, which it is compared with");
  if (Error error = flags.modelFlags.getDims(request.dims))
    return error;
  if (Error error = flags.machine.fill(request.machine))
    return error;
  return validate(request.compile, request.machine.target);
}

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  Flags flags;
  parseFlags(argc, argv, overview,
             {&flags.category, &flags.modelFlags.category,
              &flags.machine.category, &flags.schedule.category,
              &flags.loss.category});
  mlir::MLIRContext context(makeToolRegistry());
  Reporter reporter("pc-verify", &context);
  VerifyRequest request;
  if (Error error = makeRequest(flags, request))
    return static_cast<int>(reporter.fail(std::move(error)));
  // Worst of all: a failure, then something unsupported, then success.
  ExitStatus worst = ExitStatus::Success;
  std::vector<ModelReport> reports;
  for (const std::string &model : flags.models) {
    request.model = model;
    ExitStatus status;
    if (std::optional<ModelReport> report =
            verify(request, &context, reporter, status)) {
      flags.terse ? printLine(*report, outs()) : printTable(*report, outs());
      reports.push_back(std::move(*report));
    }
    if (worst == ExitStatus::Success || status == ExitStatus::Failure)
      worst = status;
  }
  if (!flags.json.empty())
    if (Error error = writeJSON(reports, flags.json))
      return static_cast<int>(reporter.fail(std::move(error)));
  return static_cast<int>(worst);
}
