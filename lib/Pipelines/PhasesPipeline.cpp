// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The phases as one pipeline of pc-opt.

#include "mlir/Pass/PassOptions.h"
#include "mlir/Pass/PassRegistry.h"
#include "pc/Pipelines/Phases.h"

using namespace mlir;
using namespace mlir::pc;

namespace {
struct PhasesOptions : PassPipelineOptions<PhasesOptions> {
  Option<std::string> from{*this, "from", llvm::cl::init("import"),
                           llvm::cl::desc("phase of the input")};
  Option<std::string> to{*this, "to", llvm::cl::init("tensor"),
                         llvm::cl::desc("phase of the result")};
  Option<std::string> schedule{*this, "schedule", llvm::cl::init("fixed-exact"),
                               llvm::cl::desc("how the errors relax")};
  Option<double> step{*this, "step", llvm::cl::init(0),
                      llvm::cl::desc("size of an update; 0: by schedule")};
  Option<int64_t> iterations{*this, "iterations", llvm::cl::init(0),
                             llvm::cl::desc("updates; 0: by schedule")};
  Option<bool> fold{*this, "fold", llvm::cl::init(false),
                    llvm::cl::desc("one sweep in place of the iterations")};
  Option<std::string> granularity{*this, "granularity", llvm::cl::init("node"),
                                  llvm::cl::desc("what becomes a vertex")};
  Option<std::string> loss{*this, "loss", llvm::cl::init("model"),
                           llvm::cl::desc("the scalar differentiated")};
  Option<std::string> reduction{*this, "reduction", llvm::cl::init("mean"),
                                llvm::cl::desc("mean or sum")};
  Option<bool> inputs{*this, "inputs", llvm::cl::init(false),
                      llvm::cl::desc("also gradients of the inputs")};
};
} // namespace

static CompileOptions getCompileOptions(const PhasesOptions &flags) {
  CompileOptions options;
  options.schedule = flags.schedule;
  if (flags.step != 0)
    options.step = flags.step;
  if (flags.iterations != 0)
    options.iterations = flags.iterations;
  options.folds = flags.fold;
  options.granularity = flags.granularity;
  options.loss = flags.loss;
  options.reduction = flags.reduction;
  options.wantsInputs = flags.inputs;
  return options;
}

static LogicalResult
addPhases(OpPassManager &pm, llvm::StringRef text,
          function_ref<LogicalResult(const Twine &)> report) {
  PhasesOptions flags;
  if (failed(flags.parseFromString(text)))
    return failure();
  std::optional<Phase> from = parsePhase(flags.from), to = parsePhase(flags.to);
  if (!from || !to)
    return report("expected a phase, found `" + (from ? flags.to : flags.from) +
                  "`");
  CompileOptions options = getCompileOptions(flags);
  if (llvm::Error error = validate(options))
    return report(llvm::toString(std::move(error)));
  return buildPipeline(pm, *from, *to, options);
}

void mlir::pc::registerPhasesPipeline() {
  registerPassPipeline(
      "pc-phases", "Takes a model from one phase to another (Phases.def)",
      addPhases, [](function_ref<void(const detail::PassOptions &)> use) {
        use(PhasesOptions());
      });
}
