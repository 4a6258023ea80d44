// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loops of reductions. A long sum is a sum of shorter ones, and where the
// direction in which memory is contiguous is summed over, every lane has its
// own. With n values in blocks of b, of blocks where there are many, the error
// grows with b log n / log b instead of n (Higham, Accuracy and Stability of
// Numerical Algorithms, section 4.2).

#include "NestEmitterImpl.h"
#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/ScopeExit.h"

using namespace mlir;
using namespace mlir::pc;

/// Steps that pay for one more addition at their end.
static constexpr int64_t fewestSteps = 16;

/// Steps that are written one after the other: the taps of a window.
static constexpr int64_t fewSteps = 4;

SmallVector<Operation *> mlir::pc::getCombiners(linalg::LinalgOp op) {
  SmallVector<Operation *> combiners;
  for (unsigned i = 0, e = op.getNumDpsInits(); i != e; ++i) {
    SmallVector<Operation *> chain;
    if (!matchReduction(op.getRegionOutputArgs(), i, chain) ||
        chain.size() != 1 || !arith::getNeutralElement(chain.front()))
      return {};
    combiners.push_back(chain.front());
  }
  return combiners;
}

static Value combine(OpBuilder &builder, Operation *combiner, Value some,
                     Value more) {
  OperationState state(combiner->getLoc(), combiner->getName());
  state.addOperands({some, more});
  state.addTypes(some.getType());
  state.addAttributes(combiner->getAttrs());
  return builder.create(state)->getResult(0);
}

SmallVector<Value> NestEmitter::combineAll(ArrayRef<Value> some,
                                           ArrayRef<Value> more) {
  SmallVector<Value> results;
  for (auto [i, a, b] : llvm::enumerate(some, more))
    results.push_back(combine(builder, combiners[i % combiners.size()], a, b));
  return results;
}

/// Accumulators of `tile` that have seen nothing yet.
SmallVector<Value> NestEmitter::getNeutral(Tile tile) {
  SmallVector<Value> values;
  for (int64_t i = 0; i != tile.rows * tile.columns; ++i)
    for (Operation *combiner : combiners)
      values.push_back(
          widen(arith::ConstantOp::create(builder, loc,
                                          *arith::getNeutralElement(combiner)),
                tile));
  return values;
}

/// `start + distance`, folded where it can be.
Value NestEmitter::advance(Value start, int64_t distance) {
  if (distance == 0)
    return start;
  if (std::optional<int64_t> known = getConstantIntValue(start))
    return constant(*known + distance);
  return arith::AddIOp::create(builder, loc, start, constant(distance));
}

Value NestEmitter::getMinimum(Value a, Value b) {
  return arith::MinSIOp::create(builder, loc, a, b);
}

/// Only sums of floating-point numbers are rounded.
bool NestEmitter::isBlocked(int64_t steps) const {
  return steps >= fewestSteps && !combiners.empty() &&
         llvm::all_of(combiners, llvm::IsaPred<arith::AddFOp>);
}

SmallVector<Value> NestEmitter::emitLoop(Value start, Value end, int64_t step,
                                         ArrayRef<Value> values,
                                         StepBuilder body) {
  auto loop =
      scf::ForOp::create(builder, loc, start, end, constant(step), values);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  SmallVector<Value> next =
      body(loop.getInductionVar(),
           llvm::to_vector_of<Value>(loop.getRegionIterArgs()));
  scf::YieldOp::create(builder, loc, next);
  return llvm::to_vector_of<Value>(loop.getResults());
}

/// The steps from `start` to `end`, at most `count`; many of them as blocks, of
/// blocks where needed. Plain sums wait for memory, so that blocks can be
/// short; products, which have many rows, should not leave their registers
/// often.
SmallVector<Value> NestEmitter::emitBlocks(Value start, Value end,
                                           int64_t count, int64_t step,
                                           SmallVector<Value> values, Tile tile,
                                           StepBuilder body) {
  int64_t most = tiling.rows > 1 ? 16 * fewestSteps : fewestSteps;
  if (count <= 2 * most || !isBlocked(most))
    return emitLoop(start, end, step, values, body);
  int64_t block = most;
  while (count / block > 2 * most)
    block *= most;
  return emitLoop(
      start, end, block * step, values, [&](Value from, ArrayRef<Value> sums) {
        Value to = advance(from, block * step);
        if (count % block != 0 || getConstantIntValue(end) != count * step)
          to = getMinimum(to, end);
        return combineAll(sums, emitBlocks(from, to, block, step,
                                           getNeutral(tile), tile, body));
      });
}

/// Whether the steps of `dim` may stand one after the other: they are few, and
/// none reads what another row or column of the tile has read, which would be
/// kept for it in a register that is not there.
bool NestEmitter::canUnroll(unsigned dim, Tile tile) {
  int64_t extent = nest.dims[dim].extent;
  if (extent > fewSteps)
    return false;
  return llvm::none_of(nest.accesses, [&](const NestAccess &access) {
    auto repeats = [&](std::optional<unsigned> other, int64_t count,
                       int64_t step) {
      int64_t stride = other ? access.strides[*other] * step : 0;
      return stride != 0 && access.strides[dim] != 0 &&
             access.strides[dim] % stride == 0 &&
             std::abs(access.strides[dim] / stride) < count;
    };
    return repeats(tiling.rowDim, tile.rows, 1) ||
           repeats(tiling.columnDim, tile.columns, tiling.getColumnStep());
  });
}

/// How far the number of `dim` goes beyond the one that it has where code is
/// being emitted, in one tile; beyond 0 where it has none yet.
int64_t NestEmitter::getReach(unsigned dim, Tile tile) {
  bool isColumn = dim == tiling.columnDim;
  if (dim == tiling.vectorDim && !tiling.foldsLanes)
    return tile.active - 1 + (isColumn ? tile.columns - 1 : 0) * tiling.width;
  if (isColumn)
    return tile.columns - 1;
  if (dim == tiling.rowDim)
    return tile.rows - 1;
  return isInside(dim) ? nest.dims[dim].extent - 1 : 0;
}

/// Whether the loop of the reduction `dim` is still to come.
bool NestEmitter::isInside(unsigned dim) const {
  return nest.dims[dim].isReduction && !entered.test(dim) &&
         !llvm::is_contained(blocking.around, dim);
}

/// The steps of the reduction `dim` at which some place of the tile is inside
/// of every bound: if `c iv + o` has to be in first...end - 1, with `o` between
/// lowest and lowest + spread, those from ceil((first - spread - lowest) / c)
/// to floor((end - 1 - lowest) / c).
std::pair<Value, Value> NestEmitter::getSteps(unsigned dim, Tile tile) {
  OpFoldResult from = builder.getIndexAttr(0);
  OpFoldResult to = builder.getIndexAttr(nest.dims[dim].extent);
  for (const NestBound &bound : nest.bounds) {
    int64_t step = bound.form.coefficients[dim], spread = 0;
    if (step <= 0)
      continue;
    AffineExpr lowest = builder.getAffineConstantExpr(bound.form.constant);
    SmallVector<OpFoldResult> numbers;
    for (auto [other, each] : llvm::enumerate(bound.form.coefficients)) {
      if (other == dim || each == 0)
        continue;
      if (!isInside(other)) {
        lowest = lowest + builder.getAffineDimExpr(numbers.size()) * each;
        numbers.push_back(getAsOpFoldResult(ivs[other]));
      }
      int64_t reach = each * getReach(other, tile);
      lowest = lowest + std::min<int64_t>(reach, 0);
      spread += std::abs(reach);
    }
    unsigned last = numbers.size();
    auto limit = [&](OpFoldResult &value, AffineExpr expr, auto fold) {
      numbers.push_back(value);
      value = fold(builder, loc,
                   AffineMap::get(last + 1, 0,
                                  {expr, builder.getAffineDimExpr(last)},
                                  builder.getContext()),
                   numbers);
      numbers.pop_back();
    };
    limit(from, (bound.first - spread - lowest).ceilDiv(step),
          affine::makeComposedFoldedAffineMax);
    limit(to, (bound.end - 1 - lowest).floorDiv(step) + 1,
          affine::makeComposedFoldedAffineMin);
  }
  return {getValueOrCreateConstantIndexOp(builder, loc, from),
          getValueOrCreateConstantIndexOp(builder, loc, to)};
}

SmallVector<Value> NestEmitter::emitReductions(ArrayRef<unsigned> dims,
                                               SmallVector<Value> values,
                                               Tile tile) {
  if (dims.empty())
    return tiling.foldsLanes ? emitFoldedSteps(std::move(values), tile)
                             : emitBody(values, tile);
  unsigned dim = dims.front();
  int64_t inside =
      tiling.foldsLanes ? nest.dims[tiling.vectorDim].extent / tile.lanes : 1;
  for (unsigned inner : dims.drop_front())
    inside *= nest.dims[inner].extent;
  bool isSplit = blocking.splitDim == dim;
  int64_t extent = nest.dims[dim].extent;
  auto emitStep = [&](Value iv, ArrayRef<Value> sums) {
    ivs[dim] = iv;
    entered.set(dim);
    llvm::scope_exit leave([&] { entered.reset(dim); });
    if (!isBlocked(inside))
      return emitReductions(dims.drop_front(), llvm::to_vector(sums), tile);
    return combineAll(
        sums, emitReductions(dims.drop_front(), getNeutral(tile), tile));
  };
  if (!isSplit && canUnroll(dim, tile)) {
    for (int64_t i = 0; i != extent; ++i)
      values = emitStep(constant(i), values);
    return values;
  }
  auto [from, to] =
      isSplit ? std::pair(chunkStart, chunkEnd) : getSteps(dim, tile);
  return emitBlocks(from, to, isSplit ? blocking.chunk : extent, 1,
                    std::move(values), tile, emitStep);
}

/// The innermost reduction in steps of a whole value; in what remains, lanes
/// beyond the end keep what they have.
SmallVector<Value> NestEmitter::emitFoldedSteps(SmallVector<Value> values,
                                                Tile tile) {
  unsigned dim = tiling.vectorDim;
  int64_t extent = nest.dims[dim].extent;
  int64_t full = extent / tile.lanes * tile.lanes;
  bool isSplit = blocking.splitDim == dim;
  Value start = isSplit ? chunkStart : constant(0), end = constant(full);
  if (isSplit)
    end = getMinimum(chunkEnd, end);
  if (full > 0)
    values = emitBlocks(
        start, end, (isSplit ? blocking.chunk : full) / tile.lanes, tile.lanes,
        std::move(values), tile, [&](Value iv, ArrayRef<Value> sums) {
          ivs[dim] = iv;
          return emitBody(sums, tile);
        });
  if (full == extent)
    return values;
  if (!isSplit)
    return emitLastFolded(values, tile);
  Value isLast = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq,
                                       chunkEnd, constant(extent));
  auto last = scf::IfOp::create(builder, loc, ValueRange(values).getTypes(),
                                isLast, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(last.elseBlock());
  scf::YieldOp::create(builder, loc, values);
  builder.setInsertionPointToStart(last.thenBlock());
  scf::YieldOp::create(builder, loc, emitLastFolded(values, tile));
  return llvm::to_vector_of<Value>(last.getResults());
}

/// What remains of the innermost reduction.
SmallVector<Value> NestEmitter::emitLastFolded(ArrayRef<Value> values,
                                               Tile tile) {
  unsigned dim = tiling.vectorDim;
  int64_t extent = nest.dims[dim].extent;
  ivs[dim] = constant(extent / tile.lanes * tile.lanes);
  tile.active = extent % tile.lanes;
  tile.masksAll = true;
  SmallVector<Value> results = emitBody(values, tile);
  for (auto [value, next] : llvm::zip_equal(values, results))
    next = arith::SelectOp::create(builder, loc, getMask(0, tile), next, value);
  return results;
}

/// Halves on halves, until one lane remains.
Value NestEmitter::foldLanes(Value lanes, Operation *combiner) {
  int64_t count = cast<VectorType>(lanes.getType()).getNumElements();
  for (; count > 1; count /= 2) {
    auto half = [&](int64_t start) -> Value {
      return vector::ExtractStridedSliceOp::create(
          builder, loc, lanes, ArrayRef<int64_t>(start),
          ArrayRef<int64_t>(count / 2), ArrayRef<int64_t>(1));
    };
    Value low = half(0), high = half(count / 2);
    lanes = combine(builder, combiner, low, high);
  }
  return vector::ExtractOp::create(builder, loc, lanes, ArrayRef<int64_t>(0));
}

void NestEmitter::emitFoldedTile(Tile tile) {
  SmallVector<Value> sums = emitReductions(reductions, getNeutral(tile), tile);
  unsigned next = 0;
  for (int64_t row = 0; row != tile.rows; ++row)
    for (int64_t column = 0; column != tile.columns; ++column)
      for (auto [i, combiner] : llvm::enumerate(combiners)) {
        unsigned number = op.getNumDpsInputs() + i;
        const NestAccess &access = nest.accesses[number];
        Value address = getAddress(access, row, column);
        Value sum = foldLanes(sums[next++], combiner), start = initial[i];
        if (!start || isFirst) {
          Value held =
              memref::LoadOp::create(builder, loc, bases[number], address);
          start = start ? arith::SelectOp::create(builder, loc, isFirst, start,
                                                  held)
                        : held;
        }
        memref::StoreOp::create(builder, loc,
                                combine(builder, combiner, start, sum),
                                bases[number], address);
      }
}
