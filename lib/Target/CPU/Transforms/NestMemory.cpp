// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the emitter of nests reads and writes memory.

#include "NestEmitterImpl.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::pc;

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

void NestEmitter::flattenOperands() {
  for (const NestAccess &access : nest.accesses)
    bases.push_back(access.inMemory
                        ? flatten(builder, loc, access.operand->get())
                        : Value());
}

Value NestEmitter::widen(Value value, Tile tile) {
  if (isa<VectorType>(value.getType()))
    return value;
  return vector::BroadcastOp::create(builder, loc,
                                     getVector(value.getType(), tile), value);
}

/// Of the first lane, or of a later one, of a value of the tile.
Value NestEmitter::getAddress(const NestAccess &access, int64_t row,
                              int64_t column, int64_t lane) {
  AffineExpr address = builder.getAffineConstantExpr(access.offset);
  SmallVector<Value> operands;
  for (auto [dim, stride] : llvm::enumerate(access.strides)) {
    if (stride == 0)
      continue;
    address = address + builder.getAffineDimExpr(operands.size()) * stride;
    if (dim == tiling.rowDim)
      address = address + row * stride;
    if (dim == tiling.columnDim)
      address = address + column * tiling.getColumnStep() * stride;
    if (dim == tiling.vectorDim)
      address = address + lane * stride;
    operands.push_back(ivs[dim]);
  }
  return affine::AffineApplyOp::create(
      builder, loc, AffineMap::get(operands.size(), 0, address), operands);
}

Value NestEmitter::getMask(int64_t column, Tile tile) {
  int64_t active = tile.isMasked(column) ? tile.active : tile.lanes;
  return vector::ConstantMaskOp::create(builder, loc,
                                        getVector(builder.getI1Type(), tile),
                                        ArrayRef<int64_t>(active));
}

static Value createZeros(OpBuilder &builder, Location loc, VectorType type) {
  return arith::ConstantOp::create(builder, loc, type,
                                   builder.getZeroAttr(type));
}

Value NestEmitter::load(unsigned number, int64_t row, int64_t column,
                        Tile tile) {
  const NestAccess &access = nest.accesses[number];
  if (!access.inMemory)
    return access.operand->get();
  int64_t stride = access.strides[tiling.vectorDim];
  if (stride > 1 || stride < 0)
    return gather(number, row, column, tile);
  Value address = getAddress(access, row, column);
  if (stride == 0)
    return memref::LoadOp::create(builder, loc, bases[number], address);
  VectorType type = getVector(getElement(number), tile);
  if (!tile.isMasked(column))
    return vector::LoadOp::create(builder, loc, type, bases[number], address);
  return vector::MaskedLoadOp::create(
      builder, loc, type, bases[number], ValueRange(address),
      getMask(column, tile), createZeros(builder, loc, type));
}

/// True for an operand of which all rows of a tile see the same elements.
bool NestEmitter::isSharedByRows(unsigned number) const {
  return !tiling.rowDim || nest.accesses[number].strides[*tiling.rowDim] == 0;
}

bool NestEmitter::isSharedByColumns(unsigned number) const {
  return !tiling.columnDim ||
         nest.accesses[number].strides[*tiling.columnDim] == 0;
}

/// True where the operand is contiguous along the rows of a full square tile.
bool NestEmitter::isTurned(unsigned number, Tile tile) const {
  if (!tiling.rowDim || tile.rows != tile.lanes || tile.columns != 1 ||
      tile.active != tile.lanes)
    return false;
  const NestAccess &access = nest.accesses[number];
  return access.strides[*tiling.rowDim] == 1 &&
         access.strides[tiling.vectorDim] > 1;
}

/// What each value of the tile reads, row by row.
SmallVector<Value> NestEmitter::loadAll(unsigned number, Tile tile) {
  if (isTurned(number, tile))
    return loadTurned(number, tile);
  SmallVector<Value> values;
  for (int64_t row = 0; row != tile.rows; ++row)
    for (int64_t column = 0; column != tile.columns; ++column) {
      if (row > 0 && isSharedByRows(number))
        values.push_back(values[column]);
      else if (column > 0 && isSharedByColumns(number))
        values.push_back(values.back());
      else
        values.push_back(load(number, row, column, tile));
    }
  return values;
}

/// Transposes a square of vectors in registers: blocks of half the size change
/// places across the diagonal, then their halves, and so on.
void NestEmitter::transposeSquare(MutableArrayRef<Value> rows) {
  int64_t size = rows.size();
  for (int64_t block = size / 2; block > 0; block /= 2) {
    SmallVector<int64_t> upper, lower;
    for (int64_t lane = 0; lane != size; ++lane) {
      bool high = lane & block;
      upper.push_back(high ? size + lane - block : lane);
      lower.push_back(high ? size + lane : lane + block);
    }
    for (int64_t row = 0; row != size; ++row) {
      if (row & block)
        continue;
      Value first = rows[row], second = rows[row + block];
      rows[row] = vector::ShuffleOp::create(builder, loc, first, second, upper);
      rows[row + block] =
          vector::ShuffleOp::create(builder, loc, first, second, lower);
    }
  }
}

/// Loads the square along its rows.
SmallVector<Value> NestEmitter::loadTurned(unsigned number, Tile tile) {
  VectorType type = getVector(getElement(number), tile);
  SmallVector<Value> rows;
  for (int64_t lane = 0; lane != tile.lanes; ++lane)
    rows.push_back(vector::LoadOp::create(
        builder, loc, type, bases[number],
        getAddress(nest.accesses[number], /*row=*/0, /*column=*/0, lane)));
  transposeSquare(rows);
  return rows;
}

/// As many lanes as the tile has rows.
Value NestEmitter::getRowMask(Tile tile) {
  return vector::ConstantMaskOp::create(builder, loc,
                                        getVector(builder.getI1Type(), tile),
                                        ArrayRef<int64_t>(tile.rows));
}

/// What outputs that are contiguous along the rows hold: row by row, the value
/// of each column and output.
SmallVector<Value> NestEmitter::loadTurnedOutputs(Tile tile) {
  unsigned outputs = op.getNumDpsInits();
  SmallVector<Value> values(tile.rows * tile.columns * outputs);
  for (int64_t column = 0; column != tile.columns; ++column)
    for (unsigned output = 0; output != outputs; ++output) {
      unsigned number = op.getNumDpsInputs() + output;
      VectorType type = getVector(getElement(number), tile);
      Value zeros = createZeros(builder, loc, type);
      SmallVector<Value> square(tile.lanes, zeros);
      int64_t active = tile.isMasked(column) ? tile.active : tile.lanes;
      for (int64_t lane = 0; lane != active; ++lane)
        square[lane] = vector::MaskedLoadOp::create(
            builder, loc, type, bases[number],
            getAddress(nest.accesses[number], /*row=*/0, column, lane),
            getRowMask(tile), zeros);
      transposeSquare(square);
      for (int64_t row = 0; row != tile.rows; ++row)
        values[(row * tile.columns + column) * outputs + output] = square[row];
    }
  return values;
}

/// Stores values that come as those of `loadTurnedOutputs`.
void NestEmitter::storeTurned(ArrayRef<Value> values, Tile tile) {
  unsigned outputs = op.getNumDpsInits();
  for (int64_t column = 0; column != tile.columns; ++column)
    for (unsigned output = 0; output != outputs; ++output) {
      unsigned number = op.getNumDpsInputs() + output;
      Value zeros =
          createZeros(builder, loc, getVector(getElement(number), tile));
      SmallVector<Value> square(tile.lanes, zeros);
      for (int64_t row = 0; row != tile.rows; ++row)
        square[row] = values[(row * tile.columns + column) * outputs + output];
      transposeSquare(square);
      int64_t active = tile.isMasked(column) ? tile.active : tile.lanes;
      for (int64_t lane = 0; lane != active; ++lane) {
        Value address =
            getAddress(nest.accesses[number], /*row=*/0, column, lane);
        if (tile.rows == tile.lanes)
          vector::StoreOp::create(builder, loc, square[lane], bases[number],
                                  address);
        else
          vector::MaskedStoreOp::create(builder, loc, bases[number],
                                        ValueRange(address), getRowMask(tile),
                                        square[lane]);
      }
    }
}

Value NestEmitter::gather(unsigned number, int64_t row, int64_t column,
                          Tile tile) {
  const NestAccess &access = nest.accesses[number];
  VectorType type = getVector(getElement(number), tile);
  VectorType indexType = getVector(builder.getIndexType(), tile);
  Value steps = vector::StepOp::create(builder, loc, indexType);
  Value stride = widen(constant(access.strides[tiling.vectorDim]), tile);
  Value offsets = arith::MulIOp::create(builder, loc, steps, stride);
  return vector::GatherOp::create(builder, loc, type, bases[number],
                                  ValueRange(getAddress(access, row, column)),
                                  offsets, getMask(column, tile),
                                  createZeros(builder, loc, type));
}

void NestEmitter::store(unsigned number, Value value, int64_t row,
                        int64_t column, Tile tile) {
  Value address = getAddress(nest.accesses[number], row, column);
  if (!tile.isMasked(column))
    vector::StoreOp::create(builder, loc, value, bases[number], address);
  else
    vector::MaskedStoreOp::create(builder, loc, bases[number],
                                  ValueRange(address), getMask(column, tile),
                                  value);
}
