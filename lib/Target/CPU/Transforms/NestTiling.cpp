// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "NestTiling.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::pc;

/// The parallel loop along which every output is contiguous. Inputs should be
/// contiguous or constant along it; other strides are gathered, element by
/// element.
static std::optional<unsigned> chooseVectorDim(const StridedNest &nest) {
  for (unsigned dim = 0, e = nest.dims.size(); dim != e; ++dim) {
    if (nest.dims[dim].isReduction)
      continue;
    if (llvm::all_of(nest.accesses, [&](const NestAccess &access) {
          return !access.isOutput || access.strides[dim] == 1;
        }))
      return dim;
  }
  return std::nullopt;
}

/// The longest reduction along which every input is contiguous or constant.
static std::optional<unsigned> chooseFoldedDim(const StridedNest &nest) {
  std::optional<unsigned> best;
  for (unsigned dim = 0, e = nest.dims.size(); dim != e; ++dim) {
    bool flows = nest.dims[dim].isReduction &&
                 llvm::all_of(nest.accesses, [&](const NestAccess &access) {
                   return !access.inMemory || access.isOutput ||
                          access.strides[dim] == 1 || access.strides[dim] == 0;
                 });
    if (flows && (!best || nest.dims[dim].extent > nest.dims[*best].extent))
      best = dim;
  }
  return best;
}

/// Whether lanes along `parallel` would gather every input that differs from
/// lane to lane, while lanes along `folded` load them.
static bool isBetterFolded(const StridedNest &nest, unsigned parallel,
                           unsigned folded) {
  bool loads = false;
  for (const NestAccess &access : nest.accesses) {
    if (!access.inMemory || access.isOutput)
      continue;
    if (access.strides[parallel] == 1)
      return false;
    loads |= access.strides[folded] == 1;
  }
  return loads;
}

/// The longest parallel loop in whose steps some vector is loaded once for all.
static std::optional<unsigned> chooseRowDim(const StridedNest &nest,
                                            unsigned vectorDim) {
  std::optional<unsigned> best;
  for (unsigned dim = 0, e = nest.dims.size(); dim != e; ++dim) {
    if (nest.dims[dim].isReduction || dim == vectorDim)
      continue;
    bool shares = llvm::any_of(nest.accesses, [&](const NestAccess &access) {
      return access.inMemory && !access.isOutput &&
             access.strides[vectorDim] != 0 && access.strides[dim] == 0;
    });
    if (shares && (!best || nest.dims[dim].extent > nest.dims[*best].extent))
      best = dim;
  }
  return best;
}

/// A parallel loop along which some input is contiguous that is not so along
/// the lanes: a square of both is transposed in registers.
static std::optional<unsigned> chooseTurnedDim(const StridedNest &nest,
                                               unsigned vectorDim) {
  for (unsigned dim = 0, e = nest.dims.size(); dim != e; ++dim) {
    if (nest.dims[dim].isReduction || dim == vectorDim)
      continue;
    if (llvm::any_of(nest.accesses, [&](const NestAccess &access) {
          return access.inMemory && !access.isOutput &&
                 access.strides[vectorDim] > 1 && access.strides[dim] == 1;
        }))
      return dim;
  }
  return std::nullopt;
}

/// As many rows as accumulators fit, and such that no short last tile remains
/// where `extent` has a suitable divisor.
static int64_t chooseRows(int64_t extent, int64_t vectors,
                          const VectorTarget &target) {
  // One register for each loaded vector, one for the broadcast element.
  int64_t limit = (int64_t(target.registers) - vectors - 1) / vectors;
  int64_t enough = std::max<int64_t>(1, (target.registers / 2) / vectors);
  int64_t most = std::min({limit, enough, extent});
  for (int64_t rows = most; rows > 1 && 2 * rows > most; --rows)
    if (extent % rows == 0)
      return rows;
  return std::max<int64_t>(most, 1);
}

std::optional<NestTiling> mlir::pc::chooseTiling(const StridedNest &nest,
                                                 const VectorTarget &target,
                                                 unsigned elementBits,
                                                 bool isCheap, bool canFold) {
  std::optional<unsigned> vectorDim = chooseVectorDim(nest);
  std::optional<unsigned> foldedDim;
  if (canFold)
    foldedDim = chooseFoldedDim(nest);
  if (!vectorDim && !foldedDim)
    return std::nullopt;
  NestTiling tiling;
  tiling.foldsLanes =
      foldedDim && (!vectorDim || isBetterFolded(nest, *vectorDim, *foldedDim));
  if (tiling.foldsLanes)
    vectorDim = foldedDim;
  tiling.vectorDim = *vectorDim;
  tiling.lanes = std::max(1u, target.bits / elementBits);
  bool reduces = llvm::any_of(
      nest.dims, [](const NestDim &dim) { return dim.isReduction; });
  int64_t needed = llvm::divideCeil(nest.dims[*vectorDim].extent, tiling.lanes);
  int64_t wide = target.registers >= 32 ? 4 : 2;
  // A power of two: LLVM takes any other number of registers apart into lanes.
  int64_t vectors =
      isCheap ? llvm::bit_floor<uint64_t>(std::min(needed, wide)) : 1;
  tiling.width = vectors * tiling.lanes;
  if (!isCheap)
    return tiling;
  if (!reduces) {
    tiling.rowDim = chooseTurnedDim(nest, *vectorDim);
    if (tiling.rowDim)
      tiling.rows = tiling.width = tiling.lanes;
    return tiling;
  }
  tiling.rowDim = chooseRowDim(nest, *vectorDim);
  if (tiling.rowDim)
    tiling.rows = chooseRows(nest.dims[*tiling.rowDim].extent, vectors, target);
  return tiling;
}
