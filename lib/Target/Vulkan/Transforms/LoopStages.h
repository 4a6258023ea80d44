// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loops of the host as kernels: what an iteration does, and how an invocation
// that owns some rows does it.

#ifndef PC_LIB_TARGET_VULKAN_TRANSFORMS_LOOPSTAGES_H
#define PC_LIB_TARGET_VULKAN_TRANSFORMS_LOOPSTAGES_H

#include "KernelTiling.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::pc {

/// Whether `op` is a region of `pc-gpu-fuse-kernels`.
bool isFused(Operation &op);

/// Structured ops that share out the same elements; one stage has to be done
/// before the next begins.
using Stage = SmallVector<linalg::LinalgOp>;

/// The stages in a body, in their order.
SmallVector<Stage> getStages(Block &body);

/// Who shares the rows of a loop: so many rows belong to so many invocations.
struct Owners {
  int64_t rows = 1, team = 1;
};

/// What `pc.rows` and `pc.team` of the loop say.
Owners getOwners(Operation *loop);

/// How those who own some rows of the first dimension, and all of the others,
/// go through a stage.
struct OwnTiles {
  KernelDomain domain; // their own
  KernelTile tile;
  int64_t count = 1;      // of tiles
  int64_t iterations = 0; // of all loops of each of them
};
OwnTiles chooseOwnTiles(const Stage &stage, Owners owners,
                        llvm::function_ref<bool(Value)> isAligned);

/// The iterations of all loops that an invocation needs for one iteration of a
/// loop with these stages.
int64_t countIterations(ArrayRef<Stage> stages, Owners owners,
                        llvm::function_ref<bool(Value)> isAligned);

/// What the stages write outside of kernels, in their order.
llvm::SetVector<Value> getWritten(ArrayRef<Stage> stages);

/// Elements of `rows` rows of the buffer.
int64_t countElements(Value buffer, int64_t rows);

/// The iterations that a team needs to take the rows of all buffers into the
/// memory of the workgroup, and to return them.
int64_t countCopies(ArrayRef<Value> buffers, Owners owners);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_VULKAN_TRANSFORMS_LOOPSTAGES_H
