// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which loop becomes the lanes of a vector, and what stays in registers.

#ifndef PC_LIB_TARGET_CPU_NESTTILING_H
#define PC_LIB_TARGET_CPU_NESTTILING_H

#include "StridedNest.h"
#include "pc/Target/CPU/VectorTarget.h"

namespace mlir::pc {

struct NestTiling {
  /// The loop whose steps become lanes.
  unsigned vectorDim = 0;
  /// It is a reduction: every lane gathers its own part of the result, and the
  /// parts are folded together at the end.
  bool foldsLanes = false;
  /// Lanes of one register, and of one tile (some registers side by side).
  int64_t lanes = 1, width = 1;
  /// The loop of which `rows` steps share what is loaded for one tile.
  std::optional<unsigned> rowDim;
  int64_t rows = 1;
};

/// Decides on a tiling of `nest`, whose elements have at most `elementBits`
/// bits. `isCheap` says that the body has no more than a few instructions,
/// `canFold` that partial results of a reduction can be put together.
/// Nothing when no loop fits a vector.
std::optional<NestTiling> chooseTiling(const StridedNest &nest,
                                       const VectorTarget &target,
                                       unsigned elementBits, bool isCheap,
                                       bool canFold);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_CPU_NESTTILING_H
