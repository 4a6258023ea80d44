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

/// The part of all lanes that `extent` steps fill.
static double getUse(int64_t extent, int64_t lanes) {
  return double(extent) / (llvm::divideCeil(extent, lanes) * lanes);
}

/// Whether lanes along `parallel` would gather every input that differs from
/// lane to lane, or be mostly empty, while lanes along `folded` are loaded and
/// filled.
static bool isBetterFolded(const StridedNest &nest, unsigned parallel,
                           unsigned folded, int64_t lanes) {
  auto extent = [&](unsigned dim) { return nest.dims[dim].extent; };
  if (getUse(extent(folded), lanes) >= 3 * getUse(extent(parallel), lanes))
    return true;
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

/// The longest parallel loop whose steps share every input that differs from
/// row to row.
static std::optional<unsigned>
chooseColumnDim(const StridedNest &nest, unsigned rowDim, unsigned vectorDim) {
  std::optional<unsigned> best;
  for (unsigned dim = 0, e = nest.dims.size(); dim != e; ++dim) {
    if (nest.dims[dim].isReduction || dim == rowDim || dim == vectorDim)
      continue;
    bool shares = llvm::all_of(nest.accesses, [&](const NestAccess &access) {
      return !access.inMemory || access.isOutput ||
             access.strides[rowDim] == 0 || access.strides[dim] == 0;
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

/// Steps of all reductions but `except`.
static int64_t countReductions(const StridedNest &nest, unsigned except) {
  int64_t steps = 1;
  for (auto [dim, info] : llvm::enumerate(nest.dims))
    if (info.isReduction && dim != except)
      steps *= info.extent;
  return steps;
}

/// Rows and columns of a reduction, whose accumulators stay in registers.
static void chooseShape(NestTiling &tiling, const StridedNest &nest,
                        const VectorTarget &target, const NestBody &body) {
  auto extent = [&](unsigned dim) { return nest.dims[dim].extent; };
  TileSpace space;
  space.outputs = body.outputs;
  space.steps = countReductions(nest, tiling.vectorDim);
  int64_t needed = llvm::divideCeil(extent(tiling.vectorDim), tiling.lanes);
  tiling.rowDim = chooseRowDim(nest, tiling.vectorDim);
  if (tiling.rowDim)
    space.rows = extent(*tiling.rowDim);
  if (tiling.rowDim && (tiling.foldsLanes || needed == 1))
    tiling.columnDim = chooseColumnDim(nest, *tiling.rowDim, tiling.vectorDim);
  else if (!tiling.foldsLanes)
    tiling.columnDim = tiling.vectorDim;
  if (tiling.foldsLanes) {
    space.epilogue = 2 * llvm::Log2_64(tiling.lanes);
    space.steps *= needed;
  }
  if (tiling.columnDim)
    space.vectors = tiling.columnDim == tiling.vectorDim
                        ? needed
                        : extent(*tiling.columnDim);
  else
    space.vectors = std::min<int64_t>(needed, 4);
  TileShape shape = chooseTileShape(space, target);
  tiling.rows = shape.rows;
  if (tiling.columnDim)
    tiling.columns = shape.columns;
  else // Registers side by side make up for the columns.
    tiling.width =
        tiling.lanes * int64_t(llvm::bit_floor<uint64_t>(shape.columns));
}

std::optional<NestTiling> mlir::pc::chooseTiling(const StridedNest &nest,
                                                 const VectorTarget &target,
                                                 const NestBody &body) {
  std::optional<unsigned> vectorDim = chooseVectorDim(nest);
  std::optional<unsigned> foldedDim;
  if (body.canFold)
    foldedDim = chooseFoldedDim(nest);
  if (!vectorDim && !foldedDim)
    return std::nullopt;
  NestTiling tiling;
  tiling.lanes = std::max(1u, target.bits / body.elementBits);
  tiling.foldsLanes =
      foldedDim && (!vectorDim ||
                    isBetterFolded(nest, *vectorDim, *foldedDim, tiling.lanes));
  if (tiling.foldsLanes)
    vectorDim = foldedDim;
  tiling.vectorDim = *vectorDim;
  tiling.width = tiling.lanes;
  if (!body.isCheap)
    return tiling;
  bool reduces = llvm::any_of(
      nest.dims, [](const NestDim &dim) { return dim.isReduction; });
  if (reduces) {
    chooseShape(tiling, nest, target, body);
    return tiling;
  }
  int64_t needed = llvm::divideCeil(nest.dims[*vectorDim].extent, tiling.lanes);
  int64_t wide = target.registers >= 32 ? 4 : 2;
  // A power of two: LLVM takes any other number of registers apart into lanes.
  tiling.width =
      tiling.lanes * llvm::bit_floor<uint64_t>(std::min(needed, wide));
  tiling.rowDim = chooseTurnedDim(nest, *vectorDim);
  if (tiling.rowDim)
    tiling.rows = tiling.width = tiling.lanes;
  return tiling;
}
