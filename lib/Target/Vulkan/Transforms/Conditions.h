// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Branches of the host that a kernel decides: what it launches has a grid in
// memory, which is zero where the branch is not taken.

#ifndef PC_LIB_TARGET_VULKAN_TRANSFORMS_CONDITIONS_H
#define PC_LIB_TARGET_VULKAN_TRANSFORMS_CONDITIONS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

#include <map>
#include <vector>

namespace mlir::pc {

/// Whether a kernel can find out if `branch` is taken: its condition is
/// arithmetic on numbers from buffers of rank 0, which nothing writes between
/// them and the branch; and it has neither results nor another side.
bool isDecidedByKernel(scf::IfOp branch);

using GridSize = SmallVector<int32_t, 3>;

/// The memory of grids of a function.
class GridMemory {
public:
  explicit GridMemory(func::FuncOp function) : function(function) {}

  /// An op in front of `branch` that writes these grids to memory, or zeros.
  linalg::GenericOp decide(scf::IfOp branch, ArrayRef<GridSize> grids);
  /// Number `record` of what such an op has written to `chosen`.
  static gpu::KernelDim3 load(OpBuilder &builder, Location loc, Value chosen,
                              int64_t record);

private:
  /// The grids, and a place for them, the same for all branches that launch
  /// the same.
  struct Place {
    Value grids, chosen;
  };
  Place getPlace(ArrayRef<GridSize> grids);

  func::FuncOp function;
  std::map<std::vector<int32_t>, Place> places;
};

/// Leaves what `branch` launches in its place, and nothing of the branch.
void inlineBranch(scf::IfOp branch);

/// Whether an op is a part of a grid that is loaded from memory.
bool isGridSize(Operation *op);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_VULKAN_TRANSFORMS_CONDITIONS_H
