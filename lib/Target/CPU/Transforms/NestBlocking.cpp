// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sizes of blocks from the sizes of caches, after Goto and van de Geijn,
// Anatomy of High-Performance Matrix Multiplication (2008): what all rows share
// stays in the nearest caches, what all columns share in the second one.

#include "NestBlocking.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::pc;

/// The fewest steps after which it pays to go through memory.
static constexpr int64_t fewestSteps = 128;

/// Parts of `extent`, all of about the same size and of at most 3/2 `wanted`.
static int64_t getEvenPart(int64_t extent, int64_t wanted) {
  int64_t parts = std::max<int64_t>(1, (extent + wanted / 2) / wanted);
  return llvm::divideCeil(extent, parts);
}

/// Splits the reductions, from the innermost outwards, where `steps` of them
/// are inside.
static void splitReductions(NestBlocking &blocking, const StridedNest &nest,
                            const NestTiling &tiling, int64_t steps) {
  SmallVector<unsigned> dims; // as they run
  for (auto [dim, info] : llvm::enumerate(nest.dims))
    if (info.isReduction && dim != tiling.vectorDim)
      dims.push_back(dim);
  if (tiling.foldsLanes)
    dims.push_back(tiling.vectorDim);
  int64_t inside = 1;
  while (!dims.empty()) {
    unsigned dim = dims.back();
    int64_t extent = nest.dims[dim].extent;
    int64_t unit = dim == tiling.vectorDim ? tiling.width : 1;
    int64_t count = llvm::divideCeil(extent, unit);
    int64_t wanted = std::max<int64_t>(1, steps / inside);
    int64_t part = getEvenPart(count, wanted);
    dims.pop_back();
    if (part < count) {
      blocking.splitDim = dim;
      blocking.chunk = part * unit;
      blocking.around = dims;
      return;
    }
    inside *= count;
  }
}

NestBlocking mlir::pc::chooseBlocking(const StridedNest &nest,
                                      const NestTiling &tiling,
                                      const VectorTarget &target,
                                      int64_t elementBytes) {
  NestBlocking blocking;
  // Where nothing is read twice, there is nothing to keep.
  if (!tiling.rowDim || nest.dims[*tiling.rowDim].extent == tiling.rows)
    return blocking;
  // What one step adds to the panel of all rows or, where a panel is as thin as
  // the columns of a folded tile, to all rows.
  int64_t vector = tiling.width * elementBytes;
  // Sums that are transposed on their way to memory touch as many lines as
  // there are lanes, which often lie in one set of the first cache: they make
  // the way seldom.
  int64_t part = tiling.turnsOutputs ? 4 : 16;
  int64_t steps =
      tiling.foldsLanes
          ? target.l2Bytes / 2 / (vector * nest.dims[*tiling.rowDim].extent)
          : target.l2Bytes / part / (vector * tiling.columns);
  steps = std::max(fewestSteps, steps);
  // Sums of many blocks would be as inaccurate as sums of many elements.
  int64_t all = 1;
  for (const NestDim &dim : nest.dims)
    if (dim.isReduction)
      all *= dim.extent;
  steps = std::max(steps, all / 256);
  splitReductions(blocking, nest, tiling, steps);
  return blocking;
}
