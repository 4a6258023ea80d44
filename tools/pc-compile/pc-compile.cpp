// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compiles a model ahead of time, for C programs.

#include "../Setup/Setup.h"
#include "pc/Pipelines/Compile.h"
#include "pc/Pipelines/Options.h"
#include "llvm/Support/InitLLVM.h"

using namespace llvm;
using namespace mlir::pc;

static constexpr StringLiteral overview =
    "pc-compile: compiles a model to files that a C program can use\n\n"
    "The forward function always; its gradient with --grad; with --optimizer "
    "also a step\nthat moves the parameters in place. The header documents "
    "each function.\n"
    "With --target=vulkan each function becomes a plan (*.pcvk) for "
    "libpc_vulkan, and with --target=dataflow the model a circuit in "
    "SystemVerilog.\n"
    "Exit status: 0 all is right, 2 something is unsupported, 1 other "
    "errors.\n";

namespace {
struct Flags {
  cl::OptionCategory category{"Files"};
  cl::opt<std::string> model{cl::Positional, cl::Required,
                             cl::desc("<model.onnx or model.mlir>"),
                             cl::cat(category)};
  cl::opt<std::string> data{"data", cl::value_desc("DIR"),
                            cl::desc("folder of input_<k>.pb that sizes follow "
                                     "from; the files are for these only"),
                            cl::cat(category)};
  cl::opt<std::string> out{"o", cl::Required, cl::value_desc("PATH"),
                           cl::desc("folder of the files, made if absent; or "
                                    "the file, if there is one"),
                           cl::cat(category)};
  cl::list<std::string> emit{
      "emit", cl::CommaSeparated, cl::value_desc("KIND,..."),
      cl::desc("object, header, library, llvm, mlir; default object,header"),
      cl::cat(category)};
  cl::opt<std::string> prefix{"prefix", cl::value_desc("NAME"),
                              cl::desc("of the names in C; default: of the "
                                       "model's file"),
                              cl::cat(category)};
  cl::opt<std::string> from{"compile-from", cl::init("import"),
                            cl::value_desc("PHASE"),
                            cl::desc("import, or tensor for MLIR that is "
                                     "compiled as it is"),
                            cl::cat(category)};
  cl::opt<bool> stats{claim("stats"),
                      cl::desc("print memory of a call, or the report of a "
                               "circuit"),
                      cl::cat(category)};
  cl::opt<std::string> json{"json", cl::value_desc("FILE"),
                            cl::desc("where the report of a circuit goes as "
                                     "JSON"),
                            cl::cat(category)};
  cl::opt<bool> grad{"grad", cl::desc("also compile the gradient"),
                     cl::cat(category)};
  ModelFlags modelFlags;
  MachineFlags machine;
  ScheduleFlags schedule;
  LossFlags loss;
  TrainingFlags training;
};
} // namespace

static Error read(Flags &flags, CompileRequest &request) {
  request.model = flags.model;
  request.out = flags.out;
  request.dataFolder = flags.data;
  request.prefix = flags.prefix;
  request.printsStats = flags.stats;
  request.json = flags.json;
  if (Error error = request.setKinds(flags.emit))
    return error;
  if (Error error = request.setFrom(flags.from))
    return error;
  flags.modelFlags.fill(request.compile);
  flags.schedule.fill(request.compile);
  flags.loss.fill(request.compile);
  bool learns = flags.training.optimizer.isGiven();
  request.compile.forwardOnly = !flags.grad && !learns;
  if (learns) {
    Expected<OptimizerChoice> optimizer = flags.training.getOptimizer();
    if (!optimizer)
      return optimizer.takeError();
    request.compile.learn = *optimizer;
  }
  if (flags.machine.isCacheGiven() && flags.data.empty())
    return createStringError("--cache: expected --data, without which nothing "
                             "runs that could be kept");
  if (Error error = flags.modelFlags.getDims(request.dims))
    return error;
  if (Error error = flags.machine.fill(request.machine))
    return error;
  return request.validate(/*namesKinds=*/!flags.emit.empty());
}

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  Flags flags;
  parseFlags(argc, argv, overview,
             {&flags.category, &flags.modelFlags.category,
              &flags.machine.category, &flags.schedule.category,
              &flags.loss.category, &flags.training.category});
  mlir::MLIRContext context(makeToolRegistry());
  Reporter reporter("pc-compile", &context);
  CompileRequest request;
  if (Error error = read(flags, request))
    return static_cast<int>(reporter.fail(std::move(error)));
  return static_cast<int>(compile(request, &context, reporter, outs()));
}
