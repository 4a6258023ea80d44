// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The way of a model through the levels of the IR (Phases.def), as pipelines.

#ifndef PC_PIPELINES_PHASES_H
#define PC_PIPELINES_PHASES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"
#include "pc/Pipelines/CompileOptions.h"
#include "llvm/ADT/SmallVector.h"

namespace mlir::pc {

enum class Phase {
#define PC_PHASE(id, name, meaning) id,
#include "pc/Pipelines/Phases.def"
};

/// "import", "graph", ...
llvm::StringRef getName(Phase phase);
std::optional<Phase> parsePhase(llvm::StringRef name);

/// A pass with its options, as it is written in --pass-pipeline.
struct Step {
  Phase phase;      // on the way to which
  std::string pass; // "pc-build-graph{granularity=node}"
};

/// The passes that lead from one phase to another, in order.
llvm::SmallVector<Step> getSteps(Phase from, Phase to,
                                 const CompileOptions &options);

/// Adds these passes to `pm`, which is anchored at the module.
LogicalResult buildPipeline(OpPassManager &pm, Phase from, Phase to,
                            const CompileOptions &options);

/// Why a way through the phases ended early.
enum class PhaseStatus {
  Success,
  Unsupported, // something in the model is not supported
  Error        // something asked for does not fit the model
};

/// Takes `module` from one phase to another; what is wrong goes to the
/// diagnostics of the context. With a `dumpFolder`, writes the module into
/// `<n>-<phase>.mlir` there at the end of each phase.
PhaseStatus runPhases(ModuleOp module, Phase from, Phase to,
                      const CompileOptions &options);

/// Registers the pipeline `pc-phases{from=… to=… schedule=… …}` for pc-opt.
void registerPhasesPipeline();

} // namespace mlir::pc

#endif // PC_PIPELINES_PHASES_H
