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
#include "pc/Pipelines/MachineOptions.h"

namespace mlir::pc {

struct Divergence {
  std::string vertex;
  int64_t iteration; // counted from 1
  /// How many times further than before all activities move in it; infinite
  /// where one is no longer a finite number.
  double growth;
  /// "the relaxation diverged: ..."
  std::string describe() const;
};

/// True for schedules whose stability depends on the weights.
bool mayDiverge(const CompileOptions &options);

/// Repeats a relaxation one iteration at a time and looks at how far the
/// activities move. A descent with a stable step moves them less and less: on a
/// quadratic energy the update shrinks in every direction.
class DivergenceWatch {
public:
  /// Compiles one iteration of the schedule. `forward` is a module at the
  /// import phase, and is left as it was.
  static llvm::Expected<std::unique_ptr<DivergenceWatch>>
  create(ModuleOp forward, CompileOptions options,
         const MachineOptions &machine);

  /// The first iteration that moves the activities far more than an earlier one
  /// did, or makes one infinite, and the vertex that moves most. Nothing when
  /// the relaxation settles. `setArguments` fills in what the model reads.
  llvm::Expected<std::optional<Divergence>>
  find(llvm::function_ref<void(Invocation &)> setArguments);

  /// The same, as an error.
  llvm::Error check(llvm::function_ref<void(Invocation &)> setArguments);

private:
  DivergenceWatch(std::unique_ptr<Executable> executable, int64_t iterations)
      : executable(std::move(executable)), iterations(iterations) {}

  std::unique_ptr<Executable> executable;
  int64_t iterations;
};

} // namespace mlir::pc

#endif // PC_PIPELINES_DIVERGENCE_H
