// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs a model on tensors from files, and its gradient.

#include "../Setup/Setup.h"
#include "pc/Pipelines/Options.h"
#include "pc/Pipelines/Run.h"
#include "llvm/Support/InitLLVM.h"

using namespace llvm;
using namespace mlir::pc;

static constexpr StringLiteral overview =
    "pc-run: runs a model and, with --grad, its gradient\n\n"
    "Reads DIR/input_<k>.pb (ONNX TensorProtos) and writes output_<k>.pb. With "
    "--grad\nalso reads DIR/cotangent_<k>.pb (absent: zero) and writes "
    "grad_<j>.pb for every\nfloat input and parameter, named after it.\n"
    "Exit status: 0 all is right, 2 something is unsupported, 1 other "
    "errors.\n";

namespace {
struct Flags {
  cl::OptionCategory category{"Files"};
  cl::opt<std::string> model{cl::Positional, cl::Required,
                             cl::desc("<model.onnx or model.mlir>"),
                             cl::cat(category)};
  cl::opt<std::string> data{"data", cl::Required, cl::value_desc("DIR"),
                            cl::desc("folder of the inputs"),
                            cl::cat(category)};
  cl::opt<std::string> out{"out", cl::Required, cl::value_desc("DIR"),
                           cl::desc("folder of the outputs, made if absent"),
                           cl::cat(category)};
  cl::opt<bool> grad{"grad", cl::desc("also write gradients"),
                     cl::cat(category)};
  ModelFlags modelFlags;
  MachineFlags machine;
  ScheduleFlags schedule;
};
} // namespace

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  Flags flags;
  parseFlags(argc, argv, overview,
             {&flags.category, &flags.modelFlags.category,
              &flags.machine.category, &flags.schedule.category});
  mlir::MLIRContext context(makeToolRegistry());
  Reporter reporter("pc-run", &context);

  RunRequest request;
  request.model = flags.model;
  request.dataFolder = flags.data;
  request.outFolder = flags.out;
  request.gradients = flags.grad;
  flags.modelFlags.fill(request.compile);
  flags.schedule.fill(request.compile);
  if (Error error = flags.modelFlags.getDims(request.dims))
    return static_cast<int>(reporter.fail(std::move(error)));
  if (Error error = flags.machine.fill(request.machine))
    return static_cast<int>(reporter.fail(std::move(error)));
  if (Error error = validate(request.compile, request.machine.target))
    return static_cast<int>(reporter.fail(std::move(error)));
  return static_cast<int>(run(request, &context, reporter, outs()));
}
