// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where a relaxation ran away. The strict rule is a descent with a fixed step:
// beyond 2 / lambda_max of its energy, which depends on the weights, it does
// not settle (docs/Schedules.md).

#ifndef PC_PIPELINES_DIVERGENCE_H
#define PC_PIPELINES_DIVERGENCE_H

#include "mlir/IR/BuiltinOps.h"
#include "pc/Pipelines/CompileOptions.h"
#include "pc/Pipelines/Invocation.h"
#include "pc/Target/CPU/CPUOptions.h"

namespace mlir::pc {

struct Divergence {
  std::string vertex;
  int64_t iteration; // counted from 1
  /// "the relaxation diverged: ..."
  std::string describe() const;
};

/// True for schedules whose stability depends on the weights.
bool mayDiverge(const CompileOptions &options);

/// True when a result of this role has an element that is no finite number.
bool hasNonFinite(Invocation &call, llvm::StringRef role);

/// The first iteration after which a state is no finite number, and the first
/// such vertex in the order of the graph. Relaxes again with fewer iterations
/// each time, so that a run that goes well pays nothing. `forward` is a module
/// at the import phase; `setArguments` fills in the arguments of the run that
/// went wrong. Nothing when all states are finite.
std::optional<Divergence>
findDivergence(ModuleOp forward, const CompileOptions &options,
               const CPUOptions &cpu,
               llvm::function_ref<void(Invocation &)> setArguments);

} // namespace mlir::pc

#endif // PC_PIPELINES_DIVERGENCE_H
