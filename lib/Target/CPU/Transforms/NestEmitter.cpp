// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "NestEmitter.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

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
    bool inMemory = isa<MemRefType>(operand.get().getType());
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

//===----------------------------------------------------------------------===//
// Emission
//===----------------------------------------------------------------------===//

namespace {
/// One tile: `rows` times `lanes` elements of the output, of which the last
/// lanes may be masked.
struct Tile {
  int64_t rows, lanes, active;
};

class NestEmitter {
public:
  NestEmitter(OpBuilder &builder, linalg::LinalgOp op, const StridedNest &nest,
              const NestTiling &tiling, const VectorTarget &target,
              ArrayRef<Value> initial)
      : builder(builder), op(op), loc(op.getLoc()), nest(nest), tiling(tiling),
        target(target), initial(initial), ivs(nest.dims.size()) {
    for (auto [dim, info] : llvm::enumerate(nest.dims)) {
      if (info.isReduction)
        reductions.push_back(dim);
      else if (dim != tiling.vectorDim && dim != tiling.rowDim)
        outer.push_back(dim);
    }
  }
  void run();

private:
  void emitOuter(ArrayRef<unsigned> dims);
  void emitSteps(unsigned dim, int64_t step,
                 llvm::function_ref<void(int64_t)> body);
  void emitTile(Tile tile);
  SmallVector<Value> emitReductions(ArrayRef<unsigned> dims,
                                    SmallVector<Value> values, Tile tile);
  SmallVector<Value> emitBody(ArrayRef<Value> accumulators, Tile tile);
  SmallVector<Value> emitRow(ArrayRef<Value> inputs, ArrayRef<Value> outputs,
                             int64_t row, Tile tile);
  Value emitScalarOp(Operation &inner, IRMapping &mapping, Tile tile);
  Value emitIndex(linalg::IndexOp index, int64_t row, Tile tile);
  Value emitFma(Operation &inner, IRMapping &mapping, Tile tile);

  Value constant(int64_t value) {
    return arith::ConstantIndexOp::create(builder, loc, value);
  }
  Value widen(Value value, Tile tile);
  Value getAddress(const NestAccess &access, int64_t row);
  Value load(unsigned number, int64_t row, Tile tile);
  Value gather(unsigned number, int64_t row, Tile tile);
  void store(unsigned number, Value value, int64_t row, Tile tile);
  Value getMask(Tile tile);
  VectorType getVector(Type element, Tile tile) {
    return VectorType::get({tile.lanes}, element);
  }
  Type getElement(unsigned number) {
    return getElementTypeOrSelf(nest.accesses[number].operand->get());
  }

  OpBuilder &builder;
  linalg::LinalgOp op;
  Location loc;
  const StridedNest &nest;
  const NestTiling &tiling;
  const VectorTarget &target;
  ArrayRef<Value> initial;
  SmallVector<unsigned> outer, reductions;
  /// The number of each loop in the iteration that is being emitted.
  SmallVector<Value> ivs;
  /// For each operand in memory, that memory in one dimension.
  SmallVector<Value> bases;
};
} // namespace

/// `value` in one dimension. The offset of its type is kept in the type, so
/// that addresses start at 0 for its first element.
static Value flatten(OpBuilder &builder, Location loc, Value value) {
  auto type = cast<MemRefType>(value.getType());
  SmallVector<int64_t> strides;
  int64_t offset, size = 1;
  (void)type.getStridesAndOffset(strides, offset);
  for (auto [extent, stride] : llvm::zip(type.getShape(), strides))
    size += (extent - 1) * stride;
  OpFoldResult start = builder.getIndexAttr(offset);
  if (ShapedType::isDynamic(offset)) {
    auto metadata =
        memref::ExtractStridedMetadataOp::create(builder, loc, value);
    start = metadata.getOffset();
  }
  auto layout = StridedLayoutAttr::get(builder.getContext(), offset, {1});
  auto flat = MemRefType::get({size}, type.getElementType(), layout,
                              type.getMemorySpace());
  return memref::ReinterpretCastOp::create(
      builder, loc, flat, value, start,
      ArrayRef<OpFoldResult>(builder.getIndexAttr(size)),
      ArrayRef<OpFoldResult>(builder.getIndexAttr(1)));
}

void NestEmitter::run() {
  for (const NestAccess &access : nest.accesses)
    bases.push_back(access.inMemory
                        ? flatten(builder, loc, access.operand->get())
                        : Value());
  emitOuter(outer);
}

void NestEmitter::emitOuter(ArrayRef<unsigned> dims) {
  if (!dims.empty())
    return emitSteps(dims.front(), 1,
                     [&](int64_t) { emitOuter(dims.drop_front()); });
  // The vectors of one tile are used by all rows before the next tile: they
  // stay in the nearest cache.
  emitSteps(tiling.vectorDim, tiling.width, [&](int64_t active) {
    Tile tile{1, int64_t(llvm::alignTo(active, tiling.lanes)), active};
    if (!tiling.rowDim)
      return emitTile(tile);
    emitSteps(*tiling.rowDim, tiling.rows, [&](int64_t rows) {
      tile.rows = rows;
      emitTile(tile);
    });
  });
}

/// A loop over `dim` by `step`, then what remains as one shorter step.
void NestEmitter::emitSteps(unsigned dim, int64_t step,
                            llvm::function_ref<void(int64_t)> body) {
  int64_t extent = nest.dims[dim].extent, full = extent / step * step;
  if (full == step) {
    ivs[dim] = constant(0);
    body(step);
  } else if (full > 0) {
    auto loop = scf::ForOp::create(builder, loc, constant(0), constant(full),
                                   constant(step));
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    ivs[dim] = loop.getInductionVar();
    body(step);
  }
  if (full == extent)
    return;
  ivs[dim] = constant(full);
  body(extent - full);
}

void NestEmitter::emitTile(Tile tile) {
  SmallVector<Value> accumulators;
  unsigned firstOutput = op.getNumDpsInputs();
  for (int64_t row = 0; row != tile.rows; ++row)
    for (unsigned i = 0, e = op.getNumDpsInits(); i != e; ++i) {
      if (initial[i])
        accumulators.push_back(widen(initial[i], tile));
      else if (reductions.empty() &&
               op.getBlock()->getArgument(firstOutput + i).use_empty())
        accumulators.emplace_back();
      else
        accumulators.push_back(load(firstOutput + i, row, tile));
    }
  accumulators = emitReductions(reductions, std::move(accumulators), tile);
  unsigned next = 0;
  for (int64_t row = 0; row != tile.rows; ++row)
    for (unsigned i = 0, e = op.getNumDpsInits(); i != e; ++i)
      store(firstOutput + i, accumulators[next++], row, tile);
}

SmallVector<Value> NestEmitter::emitReductions(ArrayRef<unsigned> dims,
                                               SmallVector<Value> values,
                                               Tile tile) {
  if (dims.empty())
    return emitBody(values, tile);
  auto loop = scf::ForOp::create(builder, loc, constant(0),
                                 constant(nest.dims[dims.front()].extent),
                                 constant(1), values);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  ivs[dims.front()] = loop.getInductionVar();
  SmallVector<Value> next =
      emitReductions(dims.drop_front(),
                     llvm::to_vector_of<Value>(loop.getRegionIterArgs()), tile);
  scf::YieldOp::create(builder, loc, next);
  return llvm::to_vector_of<Value>(loop.getResults());
}

/// One iteration of the body for all rows. What does not differ between rows
/// is loaded once.
SmallVector<Value> NestEmitter::emitBody(ArrayRef<Value> accumulators,
                                         Tile tile) {
  SmallVector<Value> results, shared(op.getNumDpsInputs());
  Block *block = op.getBlock();
  auto load1 = [&](unsigned i, int64_t row) -> Value {
    if (block->getArgument(i).use_empty())
      return Value();
    return load(i, row, tile);
  };
  auto isShared = [&](unsigned i) {
    return !tiling.rowDim || nest.accesses[i].strides[*tiling.rowDim] == 0;
  };
  for (unsigned i = 0, e = shared.size(); i != e; ++i)
    if (isShared(i))
      shared[i] = load1(i, 0);
  unsigned outputs = op.getNumDpsInits();
  for (int64_t row = 0; row != tile.rows; ++row) {
    SmallVector<Value> inputs(shared);
    for (unsigned i = 0, e = inputs.size(); i != e; ++i)
      if (!isShared(i))
        inputs[i] = load1(i, row);
    llvm::append_range(
        results,
        emitRow(inputs, accumulators.slice(row * outputs, outputs), row, tile));
  }
  return results;
}

SmallVector<Value> NestEmitter::emitRow(ArrayRef<Value> inputs,
                                        ArrayRef<Value> outputs, int64_t row,
                                        Tile tile) {
  IRMapping mapping;
  Block *block = op.getBlock();
  for (auto [argument, value] : llvm::zip(
           block->getArguments(), llvm::concat<const Value>(inputs, outputs)))
    if (value)
      mapping.map(argument, value);
  for (Operation &inner : block->without_terminator()) {
    if (auto index = dyn_cast<linalg::IndexOp>(inner))
      mapping.map(index.getResult(), emitIndex(index, row, tile));
    else
      mapping.map(inner.getResult(0), emitScalarOp(inner, mapping, tile));
  }
  SmallVector<Value> results;
  for (Value value : block->getTerminator()->getOperands())
    results.push_back(widen(mapping.lookupOrDefault(value), tile));
  return results;
}

/// `a * b + accumulator` with one rounding. The product stays behind unused.
Value NestEmitter::emitFma(Operation &inner, IRMapping &mapping, Tile tile) {
  if (!target.fma || reductions.empty() || !isa<arith::AddFOp>(inner))
    return {};
  for (unsigned i : {0, 1}) {
    auto product = inner.getOperand(i).getDefiningOp<arith::MulFOp>();
    auto addend = dyn_cast<BlockArgument>(inner.getOperand(1 - i));
    if (!product || !product->hasOneUse() || !addend ||
        addend.getArgNumber() < op.getNumDpsInputs() ||
        product->getBlock() != op.getBlock())
      continue;
    auto operand = [&](Value value) {
      return widen(mapping.lookupOrDefault(value), tile);
    };
    return vector::FMAOp::create(builder, loc, operand(product.getLhs()),
                                 operand(product.getRhs()), operand(addend));
  }
  return {};
}

/// The vector form of `inner`, or its scalar form if no operand is a vector.
Value NestEmitter::emitScalarOp(Operation &inner, IRMapping &mapping,
                                Tile tile) {
  bool anyVector = llvm::any_of(inner.getOperands(), [&](Value operand) {
    return isa<VectorType>(mapping.lookupOrDefault(operand).getType());
  });
  if (!anyVector)
    return builder.clone(inner, mapping)->getResult(0);
  if (Value fused = emitFma(inner, mapping, tile))
    return fused;
  SmallVector<Value> operands;
  for (Value operand : inner.getOperands())
    operands.push_back(widen(mapping.lookupOrDefault(operand), tile));
  OperationState state(loc, inner.getName());
  state.addOperands(operands);
  state.addTypes(getVector(inner.getResult(0).getType(), tile));
  state.addAttributes(inner.getAttrs());
  return builder.create(state)->getResult(0);
}

Value NestEmitter::emitIndex(linalg::IndexOp index, int64_t row, Tile tile) {
  std::optional<unsigned> dim = nest.dimOfLoop[index.getDim()];
  if (!dim)
    return constant(0);
  if (dim == tiling.rowDim)
    return arith::AddIOp::create(builder, loc, ivs[*dim], constant(row));
  if (dim != tiling.vectorDim)
    return ivs[*dim];
  Value steps = vector::StepOp::create(builder, loc,
                                       getVector(builder.getIndexType(), tile));
  return arith::AddIOp::create(builder, loc, widen(ivs[*dim], tile), steps);
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

Value NestEmitter::widen(Value value, Tile tile) {
  if (isa<VectorType>(value.getType()))
    return value;
  return vector::BroadcastOp::create(builder, loc,
                                     getVector(value.getType(), tile), value);
}

Value NestEmitter::getAddress(const NestAccess &access, int64_t row) {
  AffineExpr address = builder.getAffineConstantExpr(access.offset);
  SmallVector<Value> operands;
  for (auto [dim, stride] : llvm::enumerate(access.strides)) {
    if (stride == 0)
      continue;
    address = address + builder.getAffineDimExpr(operands.size()) * stride;
    if (dim == tiling.rowDim)
      address = address + row * stride;
    operands.push_back(ivs[dim]);
  }
  return affine::AffineApplyOp::create(
      builder, loc, AffineMap::get(operands.size(), 0, address), operands);
}

Value NestEmitter::getMask(Tile tile) {
  return vector::ConstantMaskOp::create(builder, loc,
                                        getVector(builder.getI1Type(), tile),
                                        ArrayRef<int64_t>(tile.active));
}

static Value createZeros(OpBuilder &builder, Location loc, VectorType type) {
  return arith::ConstantOp::create(builder, loc, type,
                                   builder.getZeroAttr(type));
}

Value NestEmitter::load(unsigned number, int64_t row, Tile tile) {
  const NestAccess &access = nest.accesses[number];
  if (!access.inMemory)
    return access.operand->get();
  int64_t stride = access.strides[tiling.vectorDim];
  if (stride > 1 || stride < 0)
    return gather(number, row, tile);
  Value address = getAddress(access, row);
  if (stride == 0)
    return memref::LoadOp::create(builder, loc, bases[number], address);
  VectorType type = getVector(getElement(number), tile);
  if (tile.active == tile.lanes)
    return vector::LoadOp::create(builder, loc, type, bases[number], address);
  return vector::MaskedLoadOp::create(builder, loc, type, bases[number],
                                      ValueRange(address), getMask(tile),
                                      createZeros(builder, loc, type));
}

Value NestEmitter::gather(unsigned number, int64_t row, Tile tile) {
  const NestAccess &access = nest.accesses[number];
  VectorType type = getVector(getElement(number), tile);
  VectorType indexType = getVector(builder.getIndexType(), tile);
  Value steps = vector::StepOp::create(builder, loc, indexType);
  Value stride = widen(constant(access.strides[tiling.vectorDim]), tile);
  Value offsets = arith::MulIOp::create(builder, loc, steps, stride);
  return vector::GatherOp::create(
      builder, loc, type, bases[number], ValueRange(getAddress(access, row)),
      offsets, getMask(tile), createZeros(builder, loc, type));
}

void NestEmitter::store(unsigned number, Value value, int64_t row, Tile tile) {
  Value address = getAddress(nest.accesses[number], row);
  if (tile.active == tile.lanes)
    vector::StoreOp::create(builder, loc, value, bases[number], address);
  else
    vector::MaskedStoreOp::create(builder, loc, bases[number],
                                  ValueRange(address), getMask(tile), value);
}

void mlir::pc::emitNest(OpBuilder &builder, linalg::LinalgOp op,
                        const StridedNest &nest, const NestTiling &tiling,
                        const VectorTarget &target, ArrayRef<Value> initial) {
  NestEmitter(builder, op, nest, tiling, target, initial).run();
}
