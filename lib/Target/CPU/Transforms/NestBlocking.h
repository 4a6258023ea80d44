// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which parts of a nest run after each other, so that what they read stays in
// the caches.

#ifndef PC_LIB_TARGET_CPU_NESTBLOCKING_H
#define PC_LIB_TARGET_CPU_NESTBLOCKING_H

#include "NestTiling.h"

namespace mlir::pc {

/// The first cache of all machines that vectors are made for, or a part of it,
/// and the pages whose addresses they have at hand.
inline constexpr int64_t lineBytes = 64, cacheSets = 64, cacheWays = 8;
inline constexpr int64_t pageBytes = 4096, keptPages = 96;

struct NestBlocking {
  /// Reductions around all tiles: in between, the results are in memory.
  SmallVector<unsigned> around;
  /// The reduction next to them, of which `chunk` steps run inside of a tile.
  std::optional<unsigned> splitDim;
  int64_t chunk = 0;
  /// Rows for which all columns and all parts of the reductions run before the
  /// next ones; 0 where these are all rows.
  int64_t rows = 0;
  /// The input of which those rows are copied first, all steps of a chunk side
  /// by side.
  std::optional<unsigned> packedRows;

  bool isSplit(unsigned dim) const { return splitDim == dim; }
};

/// Blocks for a nest whose partial results can be put together. `elementBytes`
/// is the size of the widest element.
NestBlocking chooseBlocking(const StridedNest &nest, const NestTiling &tiling,
                            const VectorTarget &target, int64_t elementBytes);

/// Blocks for a nest without reductions.
NestBlocking chooseLineBlocks(const StridedNest &nest, const NestTiling &tiling,
                              int64_t elementBytes);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_CPU_NESTBLOCKING_H
