// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "NestEmitter.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::pc;

/// The greatest distance of elements that the outputs write along `dim`.
static int64_t getOutputStride(const StridedNest &nest, unsigned dim) {
  int64_t stride = 1;
  for (const NestAccess &access : nest.accesses)
    if (access.isOutput) // an element that all steps write is no vector
      stride = std::max(stride, access.strides[dim] > 0
                                    ? access.strides[dim]
                                    : std::numeric_limits<int64_t>::max());
  return stride;
}

/// The parallel loop whose steps are stored with the fewest vectors: every
/// output is contiguous along it, or has its elements less than a vector apart
/// and so many vectors more. Inputs should be contiguous or constant along it;
/// large strides are gathered, element by element.
static std::optional<unsigned> chooseVectorDim(const StridedNest &nest,
                                               int64_t lanes) {
  std::optional<unsigned> best;
  double least = std::numeric_limits<double>::infinity();
  for (unsigned dim = 0, e = nest.dims.size(); dim != e; ++dim) {
    int64_t stride = getOutputStride(nest, dim);
    if (nest.dims[dim].isReduction || stride >= lanes)
      continue;
    int64_t extent = nest.dims[dim].extent;
    double stores = double(llvm::divideCeil(extent, lanes) * stride) / extent;
    if (stores < least) {
      least = stores;
      best = dim;
    }
  }
  return best;
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

/// What a vector costs that is read element by element, for each of them: an
/// address, a load and an insertion.
static constexpr double gathered = 2.5;

/// One load of what `access` reads in one step.
static double getLoadCost(const NestAccess &access, const NestTiling &tiling,
                          const VectorTarget &target) {
  int64_t stride = access.strides[tiling.vectorDim];
  if (stride == 0)
    return 1;
  if (stride != 1 && stride != -1 && !isUnzipped(stride))
    return gathered * tiling.lanes;
  if (isUnzipped(stride)) // loads across lines, and shuffles between them
    return stride * 2 + stride - 1;
  bool isAligned = access.offset % tiling.lanes == 0;
  for (auto [dim, other] : llvm::enumerate(access.strides))
    if (dim != tiling.vectorDim)
      isAligned &= other % tiling.lanes == 0;
  constexpr double lineBits = 512;
  return isAligned ? 1 : 1 + std::min(1.0, target.bits / lineBits);
}

double mlir::pc::getStepCost(const StridedNest &nest, const NestTiling &tiling,
                             const VectorTarget &target) {
  constexpr double loop = 1;
  double cost = loop;
  for (const NestAccess &access : nest.accesses)
    if (access.inMemory)
      cost += getLoadCost(access, tiling, target);
  return cost;
}

/// Whether lanes along a parallel loop are mostly empty, or gather so much that
/// those along a reduction, which load all, have to be folded only once.
static bool isBetterFolded(const NestTiling &parallel, const NestTiling &folded,
                           const StridedNest &nest,
                           const VectorTarget &target) {
  auto getLaneUse = [&](const NestTiling &tiling) {
    return getUse(nest.dims[tiling.vectorDim].extent, tiling.lanes);
  };
  return getLaneUse(folded) >= 3 * getLaneUse(parallel) ||
         getStepCost(nest, parallel, target) >=
             4 * getStepCost(nest, folded, target);
}

/// Folded lanes read a line of each input in every step, and a long reduction
/// leaves none of them in the first cache: multiply-adds in the time in which
/// the second one delivers a line.
static constexpr double streamed = 3;

/// Steps of a reduction that stay in the first cache.
static constexpr int64_t fewSteps = 64;

static TileLoads getLoads(const StridedNest &nest, const NestTiling &tiling,
                          const VectorTarget &target, int64_t steps) {
  TileLoads loads{0, 0, 0, 0};
  for (const NestAccess &access : nest.accesses) {
    if (!access.inMemory || access.isOutput)
      continue;
    bool inRows = tiling.rowDim && access.strides[*tiling.rowDim] != 0;
    // Registers side by side count as columns.
    unsigned columnDim = tiling.columnDim.value_or(tiling.vectorDim);
    bool inColumns = access.strides[columnDim] != 0;
    double &sum = inRows ? (inColumns ? loads.both : loads.row)
                         : (inColumns ? loads.column : loads.tile);
    sum += getLoadCost(access, tiling, target);
    if (tiling.foldsLanes && steps > fewSteps)
      sum += streamed;
  }
  return loads;
}

/// Rows and columns of a reduction, whose accumulators stay in registers, for
/// the lanes, and where outputs are turned the rows, of `tiling`.
static void chooseShape(NestTiling &tiling, const StridedNest &nest,
                        const VectorTarget &target, const NestBody &body) {
  auto extent = [&](unsigned dim) { return nest.dims[dim].extent; };
  TileSpace space;
  space.outputs = body.outputs;
  space.steps = countReductions(nest, tiling.vectorDim);
  int64_t needed = llvm::divideCeil(extent(tiling.vectorDim), tiling.lanes);
  // Vectors whose elements lie apart are stored in as many parts.
  int64_t parts =
      tiling.foldsLanes
          ? 1
          : getOutputStride(nest, tiling.turnsOutputs ? *tiling.rowDim
                                                      : tiling.vectorDim);
  space.epilogue *= parts;
  if (tiling.turnsOutputs) {
    space.mostRows = tiling.lanes;
    space.columnEpilogue =
        tiling.lanes * (llvm::Log2_64(tiling.lanes) + 2 * parts - 1);
  } else {
    tiling.rowDim = chooseRowDim(nest, tiling.vectorDim);
  }
  if (tiling.rowDim)
    space.rows = extent(*tiling.rowDim);
  if (tiling.rowDim && (tiling.foldsLanes || needed == 1))
    tiling.columnDim = chooseColumnDim(nest, *tiling.rowDim, tiling.vectorDim);
  else if (!tiling.foldsLanes)
    tiling.columnDim = tiling.vectorDim;
  if (tiling.turnsOutputs) // whose squares are of single registers
    tiling.columnDim = tiling.vectorDim;
  if (tiling.columnDim)
    space.vectors = tiling.columnDim == tiling.vectorDim
                        ? needed
                        : extent(*tiling.columnDim);
  else
    space.vectors = std::min<int64_t>(needed, 4);
  if (tiling.foldsLanes) {
    space.epilogue = 2 * llvm::Log2_64(tiling.lanes);
    space.steps *=
        llvm::divideCeil(needed, tiling.columnDim ? 1 : space.vectors);
  }
  space.loads = getLoads(nest, tiling, target, space.steps);
  TileShape shape = chooseTileShape(space, target);
  tiling.rows = shape.rows;
  if (tiling.columnDim)
    tiling.columns = shape.columns;
  else // Registers side by side make up for the columns.
    tiling.width =
        tiling.lanes * int64_t(llvm::bit_floor<uint64_t>(shape.columns));
  tiling.cost = shape.cost;
  for (auto [dim, info] : llvm::enumerate(nest.dims))
    if (!info.isReduction && dim != tiling.vectorDim && dim != tiling.rowDim &&
        dim != tiling.columnDim)
      tiling.cost *= info.extent;
  bool lanesLieApart = tiling.columnDim && !tiling.foldsLanes &&
                       tiling.columnDim != tiling.vectorDim;
  if (lanesLieApart || (!tiling.columnDim && !tiling.foldsLanes))
    tiling.cost *= llvm::divideCeil(needed, lanesLieApart ? 1 : space.vectors);
}

/// The parallel loop along which the outputs are stored, but which is not that
/// of the lanes.
static std::optional<unsigned>
chooseTurnedRows(const StridedNest &nest, unsigned vectorDim, int64_t lanes) {
  std::optional<unsigned> rows = chooseVectorDim(nest, lanes);
  return rows != vectorDim ? rows : std::nullopt;
}

/// Whether every input is a vector or a single element for each step of the
/// parallel loop `dim`, and one of them a vector.
static bool isLoadable(const StridedNest &nest, unsigned dim) {
  bool loads = false;
  for (const NestAccess &access : nest.accesses) {
    if (!access.inMemory || access.isOutput)
      continue;
    if (access.strides[dim] > 1 || access.strides[dim] < 0)
      return false;
    loads |= access.strides[dim] == 1;
  }
  return loads && !nest.dims[dim].isReduction;
}

/// The cheaper one of `tiling`, if it has a cost, and those whose outputs are
/// turned, which have to be so by what the model leaves out: no blocks of rows
/// that are copied first.
static NestTiling chooseTurned(NestTiling tiling, const StridedNest &nest,
                               const VectorTarget &target,
                               const NestBody &body) {
  constexpr double leastGain = 0.95;
  for (unsigned dim = 0, e = nest.dims.size(); dim != e; ++dim) {
    std::optional<unsigned> rows = chooseTurnedRows(nest, dim, tiling.lanes);
    if (!rows || !isLoadable(nest, dim))
      continue;
    NestTiling turned;
    turned.lanes = turned.width = tiling.lanes;
    turned.vectorDim = dim;
    turned.rowDim = rows;
    turned.turnsOutputs = true;
    chooseShape(turned, nest, target, body);
    if (turned.cost < leastGain * tiling.cost)
      tiling = turned;
  }
  return tiling;
}

/// A body whose values all fit in registers beside the accumulators.
static bool isCheap(linalg::LinalgOp op) {
  unsigned count = 0;
  for (Operation &inner : op.getBlock()->without_terminator()) {
    if (isa<math::MathDialect>(inner.getDialect()))
      return false;
    ++count;
  }
  return count <= 4;
}

NestBody mlir::pc::getNestBody(linalg::LinalgOp op) {
  bool combines = !getCombiners(op).empty();
  NestBody body{/*elementBits=*/32, unsigned(op.getNumDpsInits()), isCheap(op),
                /*canFold=*/combines, /*canTurn=*/combines};
  for (Value operand : op->getOperands()) {
    Type type = getElementTypeOrSelf(operand);
    body.elementBits = std::max(
        body.elementBits, type.isIndex() ? 64 : type.getIntOrFloatBitWidth());
  }
  return body;
}

/// The fastest tiling of a reduction, by the model: lanes along a parallel
/// loop, along a reduction, or of outputs that are turned.
static NestTiling chooseReduction(const StridedNest &nest,
                                  const VectorTarget &target,
                                  const NestBody &body,
                                  ArrayRef<NestTiling> starts) {
  NestTiling best;
  for (NestTiling tiling : starts) {
    chooseShape(tiling, nest, target, body);
    if (best.cost == 0 || tiling.cost < best.cost)
      best = tiling;
  }
  return body.canTurn ? chooseTurned(best, nest, target, body) : best;
}

std::optional<NestTiling> mlir::pc::chooseTiling(const StridedNest &nest,
                                                 const VectorTarget &target,
                                                 const NestBody &body) {
  int64_t lanes = std::max(1u, target.bits / body.elementBits);
  SmallVector<NestTiling> starts;
  auto addStart = [&](std::optional<unsigned> dim, bool foldsLanes) {
    if (!dim)
      return;
    NestTiling &tiling = starts.emplace_back();
    tiling.vectorDim = *dim;
    tiling.foldsLanes = foldsLanes;
    tiling.lanes = tiling.width = lanes;
  };
  addStart(chooseVectorDim(nest, lanes), /*foldsLanes=*/false);
  if (body.canFold)
    addStart(chooseFoldedDim(nest), /*foldsLanes=*/true);
  if (starts.empty())
    return std::nullopt;
  if (body.isCheap && nest.reduces())
    return chooseReduction(nest, target, body, starts);
  NestTiling tiling = starts.front();
  if (starts.size() == 2 && isBetterFolded(starts[0], starts[1], nest, target))
    tiling = starts[1];
  if (!body.isCheap || tiling.foldsLanes)
    return tiling;
  int64_t needed =
      llvm::divideCeil(nest.dims[tiling.vectorDim].extent, tiling.lanes);
  int64_t wide = target.registers >= 32 ? 4 : 2;
  // A power of two: LLVM takes any other number of registers apart into lanes.
  tiling.width =
      tiling.lanes * llvm::bit_floor<uint64_t>(std::min(needed, wide));
  tiling.rowDim = chooseTurnedDim(nest, tiling.vectorDim);
  if (tiling.rowDim)
    tiling.rows = tiling.width = tiling.lanes;
  return tiling;
}
