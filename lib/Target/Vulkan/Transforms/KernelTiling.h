// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which elements of its results one invocation of a kernel computes.

#ifndef PC_LIB_TARGET_VULKAN_TRANSFORMS_KERNELTILING_H
#define PC_LIB_TARGET_VULKAN_TRANSFORMS_KERNELTILING_H

#include "KernelDomain.h"
#include "pc/Target/Vulkan/Transforms/DeviceProfile.h"

namespace mlir::pc {

/// Elements of a vector in memory, of 32 bits each.
inline constexpr int64_t vectorWidth = 4;

/// What the choice of a tile asks about a device.
struct DeviceModel {
  int64_t lanes = 8;        // invocations that run in step
  int64_t subgroups = 16;   // that keep the device busy
  int64_t registers = 256;  // accumulators of an invocation, at most
  int64_t invocations = 64; // of a workgroup, at most
  int64_t sharedBytes = 0;  // of its memory; 0: invocations share nothing
  int64_t limit = 60000;    // iterations of all loops of an invocation
  SmallVector<MatrixShape> matrices = {}; // that a subgroup multiplies
  bool emulatesMatrices = false;          // by single invocations
};

/// The size of a tile in each dimension of the domain.
using KernelTile = SmallVector<int64_t>;

/// Tiles that cover a domain.
int64_t countTiles(const KernelDomain &domain, ArrayRef<int64_t> tile);

/// The loop of `op` along which four iterations access one aligned vector of
/// the operand, whose buffer begins at a multiple of a vector; nothing if it is
/// none.
std::optional<unsigned> getVectorLoop(linalg::LinalgOp op, OpOperand &operand);

/// Iterations of the innermost reduction of `op` in one step of its loop.
int64_t chooseUnroll(linalg::LinalgOp op, const KernelDomain &domain,
                     llvm::function_ref<bool(Value)> isAligned);

/// The tile that costs least: elements that are loaded serve a whole row or
/// column of it, but fewer tiles may leave a part of the device idle.
KernelTile chooseTile(ArrayRef<linalg::LinalgOp> ops,
                      const KernelDomain &domain, const DeviceModel &device,
                      llvm::function_ref<bool(Value)> isAligned);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_VULKAN_TRANSFORMS_KERNELTILING_H
