// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tiles of products that a workgroup has in its memory, for all of its
// invocations.

#ifndef PC_LIB_TARGET_VULKAN_TRANSFORMS_SHAREDTILING_H
#define PC_LIB_TARGET_VULKAN_TRANSFORMS_SHAREDTILING_H

#include "KernelTiling.h"

namespace mlir::pc {

/// Products of matrices by subgroups, each of which has a part of the tile.
struct CooperativeTile {
  int64_t m = 0, n = 0, k = 0;   // of one product
  int64_t rows = 1, columns = 1; // subgroups along the rows and the columns
};

struct SharedTile {
  KernelTile tile;            // of an invocation
  SmallVector<int64_t> lanes; // invocations along each dimension
  int64_t depth = 1;          // steps of the reduction in memory at once
  std::optional<CooperativeTile> cooperative;

  int64_t countInvocations() const {
    int64_t count = 1;
    for (int64_t size : lanes)
      count *= size;
    return count;
  }
};

/// The dimension of the domain along which a tile of the operand varies, beside
/// the reduction; `extents` are the sizes of the tile. Nothing if it is not one
/// dimension, or if the operand is not shared.
std::optional<unsigned> getSharedAxis(linalg::LinalgOp op,
                                      const KernelDomain &domain,
                                      OpOperand &operand,
                                      ArrayRef<int64_t> extents);

/// Invocations of all workgroups that it takes to cover the domain.
int64_t countInvocations(const KernelDomain &domain, const SharedTile &shared);

/// Steps of the reduction in one iteration of a loop over shared tiles.
int64_t getSharedUnroll(linalg::LinalgOp op, const KernelDomain &domain,
                        const SharedTile &shared);

/// The tile that a workgroup shares; nothing where that is not worth more than
/// the tile `own` of invocations that share nothing, or does not fit.
std::optional<SharedTile> chooseSharedTile(ArrayRef<linalg::LinalgOp> ops,
                                           const KernelDomain &domain,
                                           ArrayRef<int64_t> own,
                                           const DeviceModel &device);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_VULKAN_TRANSFORMS_SHAREDTILING_H
