// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What can be emitted, and the loops around tiles.

#include "NestEmitterImpl.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "pc/Target/CPU/Passes.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/SaveAndRestore.h"

using namespace mlir;
using namespace mlir::pc;

//===----------------------------------------------------------------------===//
// What can be emitted
//===----------------------------------------------------------------------===//

/// Elements narrower than a byte are packed in vectors, unlike in memory; half
/// floats have no arithmetic of their own on most machines.
static bool isVectorElement(Type type, bool inMemory) {
  if (type.isF32() || type.isF64() || type.isIndex())
    return true;
  return type.isSignlessInteger() &&
         (type.getIntOrFloatBitWidth() >= 8 || !inMemory);
}

/// Lanes beyond the end of a tile compute with zeros, and an integer division
/// by zero ends the program.
static bool mayTrap(Operation &op) {
  return isa<arith::DivSIOp, arith::DivUIOp, arith::RemSIOp, arith::RemUIOp,
             arith::CeilDivSIOp, arith::CeilDivUIOp, arith::FloorDivSIOp>(op);
}

/// Sums into windows: the place of an output changes along a reduction, so that
/// no accumulator in a register stands for it.
static bool scattersSums(linalg::LinalgOp op) {
  SmallVector<unsigned> reductions;
  op.getReductionDims(reductions);
  return llvm::any_of(op.getDpsInitsMutable(), [&](OpOperand &output) {
    AffineMap map = op.getMatchingIndexingMap(&output);
    return llvm::any_of(reductions,
                        [&](unsigned dim) { return map.isFunctionOfDim(dim); });
  });
}

bool mlir::pc::hasVectorForm(linalg::LinalgOp op) {
  if (scattersSums(op))
    return false;
  for (OpOperand &operand : op->getOpOperands()) {
    bool inMemory = isa<ShapedType>(operand.get().getType());
    if (!isVectorElement(getElementTypeOrSelf(operand.get()), inMemory))
      return false;
  }
  for (Operation &inner : op.getBlock()->without_terminator()) {
    if (isa<linalg::IndexOp, arith::ConstantOp>(inner))
      continue;
    if (!OpTrait::hasElementwiseMappableTraits(&inner) || mayTrap(inner) ||
        inner.getNumRegions() != 0 || inner.getNumResults() != 1)
      return false;
    for (Type type : inner.getResultTypes())
      if (!isVectorElement(type, /*inMemory=*/false))
        return false;
  }
  return true;
}

/// A function of the `math` dialect stands for a polynomial.
bool mlir::pc::isShortBody(linalg::LinalgOp op) {
  constexpr size_t most = 16;
  auto &body = op.getBlock()->getOperations();
  return body.size() <= most && llvm::none_of(body, [](Operation &inner) {
           return isa<math::MathDialect>(inner.getDialect());
         });
}

//===----------------------------------------------------------------------===//
// Emission
//===----------------------------------------------------------------------===//

NestEmitter::NestEmitter(OpBuilder &builder, linalg::LinalgOp op,
                         const StridedNest &nest, const NestTiling &tiling,
                         const NestBlocking &blocking,
                         const VectorTarget &target, ArrayRef<Value> initial,
                         OpOperand *sums)
    : builder(builder), op(op), loc(op.getLoc()), nest(nest), tiling(tiling),
      blocking(blocking), target(target), initial(initial), sums(sums),
      combiners(getCombiners(op)), reduces(nest.reduces()),
      entered(nest.dims.size()), ivs(nest.dims.size()) {
  for (unsigned dim : getMemoryOrder()) {
    const NestDim &info = nest.dims[dim];
    if (dim == tiling.vectorDim || dim == tiling.rowDim ||
        dim == tiling.columnDim || llvm::is_contained(blocking.around, dim))
      continue;
    if (info.isReduction)
      reductions.push_back(dim);
    else
      (reduces && nest.isSharedByNone(dim) ? apart : outer).push_back(dim);
  }
}

/// All loops, those outside that step furthest through the first output.
/// Threads that share such a loop write, and later read, a stretch of memory
/// each.
SmallVector<unsigned> NestEmitter::getMemoryOrder() {
  auto order = llvm::to_vector(llvm::seq<unsigned>(0, nest.dims.size()));
  ArrayRef<int64_t> strides = nest.accesses[op.getNumDpsInputs()].strides;
  llvm::sort(order, [&](unsigned a, unsigned b) {
    int64_t far = std::abs(strides[a]), near = std::abs(strides[b]);
    return far != near ? far > near : a < b;
  });
  return order;
}

/// The loop of rows, or of columns of single vectors, if it can go around all
/// others: it steps furthest through memory, and what its steps share is the
/// same in all of the others, among which are no columns for a loop of rows.
std::optional<unsigned> NestEmitter::chooseOutside() {
  unsigned dim = getMemoryOrder().front();
  bool isRow = dim == tiling.rowDim, isColumn = dim == tiling.columnDim;
  if (!reduces || outer.empty() || blocking.splitDim ||
      dim == tiling.vectorDim || !(isRow || isColumn))
    return std::nullopt;
  if (isRow && tiling.columnDim &&
      nest.dims[*tiling.columnDim].extent >
          tiling.columns * tiling.getColumnStep())
    return std::nullopt;
  for (const NestAccess &access : nest.accesses)
    if (!access.isOutput && access.strides[dim] == 0)
      for (unsigned other : outer)
        if (access.strides[other] != 0)
          return std::nullopt;
  return dim;
}

void NestEmitter::run() {
  flattenOperands();
  emitOuter(apart, [&] {
    outside = chooseOutside();
    if (outside)
      return emitSteps(*outside,
                       outside == tiling.rowDim ? tiling.rows : tiling.columns,
                       [&](int64_t steps) {
                         stepsOutside = steps;
                         emitOuter(outer, [&] { emitColumns(); });
                       });
    if (!reduces)
      return emitOuter(outer, [&] { emitRowBlocks([&] { emitColumns(); }); });
    emitRowBlocks([&] {
      if (!blocking.splitDim)
        return emitOuter(outer, [&] { emitColumns(); });
      emitOuter(blocking.around, [&] { emitChunks(); });
    });
  });
}

void NestEmitter::emitRowBlocks(llvm::function_ref<void()> body) {
  if (blocking.rows == 0)
    return body();
  emitSteps(*tiling.rowDim, blocking.rows, [&](int64_t rows) {
    llvm::SaveAndRestore inside(
        rowBlock, std::optional(RowBlock{ivs[*tiling.rowDim], rows}));
    body();
  });
}

void NestEmitter::emitOuter(ArrayRef<unsigned> dims,
                            llvm::function_ref<void()> body) {
  if (dims.empty())
    return body();
  emitSteps(dims.front(), 1,
            [&](int64_t) { emitOuter(dims.drop_front(), body); });
}

/// Whether every number is the one beside it.
Value NestEmitter::areEqual(ArrayRef<std::pair<Value, int64_t>> numbers) {
  Value all;
  for (auto [number, wanted] : numbers) {
    Value isEqual = arith::CmpIOp::create(
        builder, loc, arith::CmpIPredicate::eq, number, constant(wanted));
    all = all ? arith::AndIOp::create(builder, loc, all, isEqual) : isEqual;
  }
  return all;
}

/// The innermost of the reductions between whose steps the results are in
/// memory.
void NestEmitter::emitChunks() {
  unsigned dim = *blocking.splitDim;
  int64_t extent = nest.dims[dim].extent;
  auto loop = scf::ForOp::create(builder, loc, constant(0), constant(extent),
                                 constant(blocking.chunk));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  chunkStart = loop.getInductionVar();
  chunkEnd = advance(chunkStart, blocking.chunk);
  if (extent % blocking.chunk != 0)
    chunkEnd = getMinimum(chunkEnd, constant(extent));
  SmallVector<std::pair<Value, int64_t>> numbers{{chunkStart, 0}};
  SmallVector<std::pair<Value, int64_t>> lastNumbers{{chunkEnd, extent}};
  for (unsigned around : blocking.around) {
    numbers.push_back({ivs[around], 0});
    lastNumbers.push_back({ivs[around], nest.dims[around].extent - 1});
  }
  llvm::SaveAndRestore part(share, share * blocking.chunk / extent);
  isFirst = areEqual(numbers);
  isLast = areEqual(lastNumbers);
  emitOuter(outer, [&] { emitColumns(); });
}

/// The vectors of one tile are used by all rows before the next tile: they stay
/// in the nearest cache.
void NestEmitter::emitColumns() {
  llvm::SaveAndRestore packed(rowPanel);
  if (blocking.packedRows)
    packRows();
  if (!tiling.columnDim && tiling.foldsLanes)
    return emitRows(Tile{1, 1, tiling.width, tiling.width});
  if (outside && outside == tiling.columnDim)
    return emitLanes(stepsOutside);
  if (tiling.columnDim && tiling.columnDim != tiling.vectorDim)
    return emitSteps(*tiling.columnDim, tiling.columns,
                     [&](int64_t columns) { emitLanes(columns); });
  emitSteps(
      tiling.vectorDim, tiling.columns * tiling.width, [&](int64_t active) {
        int64_t columns = llvm::divideCeil(active, tiling.width);
        active -= (columns - 1) * tiling.width;
        int64_t lanes = tiling.width;
        // One value is as narrow as it can be.
        if (columns == 1)
          lanes = tiling.lanes * int64_t(llvm::PowerOf2Ceil(
                                     llvm::divideCeil(active, tiling.lanes)));
        emitRows(Tile{1, columns, lanes, active});
      });
}

/// Lanes in a loop of their own beside that of the columns.
void NestEmitter::emitLanes(int64_t columns) {
  if (tiling.foldsLanes)
    return emitRows(Tile{1, columns, tiling.width, tiling.width});
  emitSteps(tiling.vectorDim, tiling.width, [&](int64_t active) {
    emitRows(Tile{1, columns, tiling.width, active, /*masksAll=*/true});
  });
}

void NestEmitter::emitRows(Tile tile) {
  auto emit = [&](int64_t rows) {
    tile.rows = rows;
    tiling.foldsLanes ? emitFoldedTile(tile) : emitTile(tile);
  };
  if (!tiling.rowDim)
    return emit(1);
  if (outside == tiling.rowDim)
    return emit(stepsOutside);
  std::optional<Panel> chosen = choosePanel(tile);
  if (!chosen)
    return emitSteps(*tiling.rowDim, tiling.rows, emit);
  emitPacked(*chosen, tile, emit);
}

/// Instructions of the whole nest on whole registers, roughly: a function of
/// the `math` dialect stands for a polynomial, and two multiply-adds, which end
/// in one cycle, for one instruction that waits for memory.
double NestEmitter::getWork() {
  if (tiling.cost != 0)
    return tiling.cost / 2;
  double work = getStepCost(nest, tiling, target);
  for (Operation &inner : op.getBlock()->without_terminator())
    work += isa<math::MathDialect>(inner.getDialect()) ? 16 : 1;
  for (auto [dim, info] : llvm::enumerate(nest.dims))
    work *= dim == tiling.vectorDim
                ? llvm::divideCeil(info.extent, tiling.lanes)
                : info.extent;
  return work;
}

/// Whether no two steps of `dim` write to one place.
bool NestEmitter::isParallel(unsigned dim) {
  ArrayRef<NestAccess> outputs =
      ArrayRef(nest.accesses).drop_front(op.getNumDpsInputs());
  return !nest.dims[dim].isReduction &&
         llvm::all_of(outputs,
                      [&](const NestAccess &access) {
                        return access.strides[dim] != 0;
                      }) &&
         llvm::all_of(nest.epilogue, [&](const NestAccess &access) {
           return !access.isOutput || access.strides[dim] != 0;
         });
}

/// Steps of the loop `dim`, or of the block of them that tiles are emitted in.
int64_t NestEmitter::getExtent(unsigned dim) const {
  return dim == tiling.rowDim && rowBlock ? rowBlock->rows
                                          : nest.dims[dim].extent;
}

/// Goes to `step`, counted from the start of the block.
void NestEmitter::setStep(unsigned dim, Value step) {
  if (dim == tiling.rowDim && rowBlock)
    step = arith::AddIOp::create(builder, loc, rowBlock->start, step);
  ivs[dim] = step;
}

/// A loop over `dim` by `step` from `first` on, then what remains as one
/// shorter step.
void NestEmitter::emitSteps(unsigned dim, int64_t step,
                            llvm::function_ref<void(int64_t)> body,
                            int64_t first) {
  int64_t extent = getExtent(dim);
  int64_t full = extent - (extent - first) % step;
  llvm::SaveAndRestore whole(share);
  auto emit = [&](int64_t steps) {
    share = whole.get() * steps / extent;
    body(steps);
  };
  if (full - first == step) {
    setStep(dim, constant(first));
    emit(step);
  } else if (full > first) {
    auto loop = scf::ForOp::create(builder, loc, constant(first),
                                   constant(full), constant(step));
    if (isParallel(dim))
      loop->setAttr(
          parallelAttrName,
          builder.getF64FloatAttr(getWork() * share * (full - first) / extent));
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    setStep(dim, loop.getInductionVar());
    emit(step);
  }
  if (full == extent)
    return;
  setStep(dim, constant(full));
  emit(extent - full);
}

void mlir::pc::emitNest(OpBuilder &builder, linalg::LinalgOp op,
                        const StridedNest &nest, const NestTiling &tiling,
                        const NestBlocking &blocking,
                        const VectorTarget &target, ArrayRef<Value> initial,
                        OpOperand *sums) {
  NestEmitter(builder, op, nest, tiling, blocking, target, initial, sums).run();
}
