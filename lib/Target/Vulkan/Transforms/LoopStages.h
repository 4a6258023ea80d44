// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loops of the host as kernels: what an iteration does, and how an invocation
// that owns some rows does it.

#ifndef PC_LIB_TARGET_VULKAN_TRANSFORMS_LOOPSTAGES_H
#define PC_LIB_TARGET_VULKAN_TRANSFORMS_LOOPSTAGES_H

#include "KernelTiling.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace mlir::pc {

/// Whether `op` is a region of `pc-gpu-fuse-kernels`.
bool isFused(Operation &op);

/// Structured ops that share out the same elements; one stage has to be done
/// before the next begins.
using Stage = SmallVector<linalg::LinalgOp>;

/// The stages in a body, in their order.
SmallVector<Stage> getStages(Block &body);

/// How an invocation that owns `rows` of the first dimension, and all of the
/// others, goes through a stage.
struct OwnTiles {
  KernelDomain domain; // its own
  KernelTile tile;
  int64_t count = 1;      // of tiles, one after the other
  int64_t iterations = 0; // of all loops that takes
};
OwnTiles chooseOwnTiles(const Stage &stage, int64_t rows,
                        llvm::function_ref<bool(Value)> isAligned);

/// The iterations of all loops that an invocation needs for one iteration of a
/// loop with these stages.
int64_t countIterations(ArrayRef<Stage> stages, int64_t rows,
                        llvm::function_ref<bool(Value)> isAligned);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_VULKAN_TRANSFORMS_LOOPSTAGES_H
