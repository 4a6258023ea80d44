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
  for (const NestAccess &access :
       llvm::concat<const NestAccess>(nest.accesses, nest.epilogue))
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

/// The first `active` of `lanes`.
static Value createMask(OpBuilder &builder, Location loc, int64_t lanes,
                        int64_t active) {
  return vector::ConstantMaskOp::create(
      builder, loc, VectorType::get({lanes}, builder.getI1Type()),
      ArrayRef<int64_t>(active));
}

Value NestEmitter::getMask(int64_t column, Tile tile) {
  return createMask(builder, loc, tile.lanes,
                    tile.isMasked(column) ? tile.active : tile.lanes);
}

static Value createZeros(OpBuilder &builder, Location loc, VectorType type) {
  return arith::ConstantOp::create(builder, loc, type,
                                   builder.getZeroAttr(type));
}

Value NestEmitter::load(unsigned number, int64_t row, int64_t column,
                        Tile tile) {
  const NestAccess &access = getOperand(number);
  if (!access.inMemory)
    return access.operand->get();
  if (panel && panel->number == number)
    return loadPacked(column, tile);
  if (rowPanel && rowPanel->number == number)
    return memref::LoadOp::create(builder, loc, rowPanel->memory,
                                  getRowAddress(*rowPanel, row));
  int64_t stride = access.strides[tiling.vectorDim];
  Value address = getAddress(access, row, column);
  if (stride == 0)
    return memref::LoadOp::create(builder, loc, bases[number], address);
  return loadRun(number, address, stride, getVector(getElement(number), tile),
                 tile.isMasked(column) ? tile.active : tile.lanes);
}

/// A vector of elements that are `stride` apart, of which the first `active`
/// count.
Value NestEmitter::loadRun(unsigned number, Value address, int64_t stride,
                           VectorType type, int64_t active) {
  int64_t lanes = type.getNumElements();
  Value mask = createMask(builder, loc, lanes, active);
  Value zeros = createZeros(builder, loc, type);
  if (stride == 1 && active == lanes)
    return vector::LoadOp::create(builder, loc, type, bases[number], address);
  if (stride == 1)
    return vector::MaskedLoadOp::create(builder, loc, type, bases[number],
                                        ValueRange(address), mask, zeros);
  if (stride == -1) { // forward, then turned around
    SmallVector<int64_t> order;
    for (int64_t lane = 0; lane != lanes; ++lane)
      order.push_back(std::max<int64_t>(active - 1 - lane, 0));
    Value forward =
        loadRun(number, advance(address, 1 - active), 1, type, active);
    return vector::ShuffleOp::create(builder, loc, forward, forward, order);
  }
  if (isUnzipped(stride))
    return unzip(number, address, stride, type, active);
  auto indexType = VectorType::get({lanes}, builder.getIndexType());
  Value steps = vector::StepOp::create(builder, loc, indexType);
  Value distance =
      vector::BroadcastOp::create(builder, loc, indexType, constant(stride));
  Value offsets = arith::MulIOp::create(builder, loc, steps, distance);
  return vector::GatherOp::create(builder, loc, type, bases[number],
                                  ValueRange(address), offsets, mask, zeros);
}

/// Every `stride`th element of as many vectors, one after the other.
Value NestEmitter::unzip(unsigned number, Value address, int64_t stride,
                         VectorType type, int64_t active) {
  int64_t lanes = type.getNumElements(), last = (active - 1) * stride;
  Value result;
  for (int64_t start = 0; start <= last; start += lanes) {
    Value part = loadRun(number, advance(address, start), 1, type,
                         std::min(lanes, last + 1 - start));
    SmallVector<int64_t> from;
    for (int64_t lane = 0; lane != lanes; ++lane) {
      int64_t place = std::min(lane, active - 1) * stride - start;
      from.push_back(place < 0 ? lane : result ? lanes + place : place);
    }
    // What comes from later parts is not there yet.
    int64_t known = (result ? 2 : 1) * lanes;
    for (int64_t &place : from)
      place = std::min(place, known - 1);
    result = vector::ShuffleOp::create(builder, loc, result ? result : part,
                                       part, from);
  }
  return result;
}

/// Stores the first `active` elements `stride` apart: moved apart in registers,
/// they fill `stride` vectors, of which every so many lanes are written.
void NestEmitter::storeRun(Value memory, Value value, Value address,
                           int64_t stride, int64_t active) {
  auto type = cast<VectorType>(value.getType());
  int64_t lanes = type.getNumElements();
  if (stride == 1 && active == lanes) {
    vector::StoreOp::create(builder, loc, value, memory, address);
    return;
  }
  if (stride == 1) {
    vector::MaskedStoreOp::create(builder, loc, memory, ValueRange(address),
                                  createMask(builder, loc, lanes, active),
                                  value);
    return;
  }
  auto maskType = VectorType::get({lanes}, builder.getI1Type());
  for (int64_t start = 0; start < (active - 1) * stride + 1; start += lanes) {
    SmallVector<int64_t> from;
    SmallVector<bool> writes;
    for (int64_t place = start; place != start + lanes; ++place) {
      from.push_back(std::min(place / stride, lanes - 1));
      writes.push_back(place % stride == 0 && place / stride < active);
    }
    Value apart = vector::ShuffleOp::create(builder, loc, value, value, from);
    Value mask = arith::ConstantOp::create(
        builder, loc, DenseElementsAttr::get(maskType, writes));
    vector::MaskedStoreOp::create(
        builder, loc, memory, ValueRange(advance(address, start)), mask, apart);
  }
}

/// True for an operand of which all rows of a tile see the same elements.
bool NestEmitter::isSharedByRows(unsigned number) const {
  return !tiling.rowDim || getOperand(number).strides[*tiling.rowDim] == 0;
}

bool NestEmitter::isSharedByColumns(unsigned number) const {
  return !tiling.columnDim ||
         getOperand(number).strides[*tiling.columnDim] == 0;
}

/// True where the operand is contiguous along the rows of a tile that fits a
/// square: to transpose one costs as much as to gather two or three vectors.
bool NestEmitter::isTurned(unsigned number, Tile tile) const {
  constexpr int64_t fewestRows = 3;
  if (!tiling.rowDim || tile.rows < fewestRows || tile.rows > tile.lanes ||
      tile.columns != 1)
    return false;
  const NestAccess &access = getOperand(number);
  return access.strides[*tiling.rowDim] == 1 &&
         access.strides[tiling.vectorDim] > 1;
}

/// Adds what the value at `place` of the tile reads to `values`, which hold
/// what those before it, row by row, have read.
void NestEmitter::loadPlace(unsigned number, int64_t place,
                            MutableArrayRef<Value> values, Tile tile) {
  int64_t row = place / tile.columns, column = place % tile.columns;
  if (isTurned(number, tile))
    llvm::copy(loadTurned(number, tile), values.begin());
  else if (row > 0 && isSharedByRows(number))
    values[place] = values[column];
  else if (column > 0 && isSharedByColumns(number))
    values[place] = values[place - 1];
  else
    values[place] = load(number, row, column, tile);
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
  SmallVector<Value> square(tile.lanes, createZeros(builder, loc, type));
  for (int64_t lane = 0; lane != tile.active; ++lane)
    square[lane] = loadRun(
        number,
        getAddress(nest.accesses[number], /*row=*/0, /*column=*/0, lane),
        /*stride=*/1, type, tile.rows);
  transposeSquare(square);
  square.truncate(tile.rows);
  return square;
}

/// What outputs that are stored along the rows hold: row by row, the value
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
        square[lane] = loadRun(
            number, getAddress(nest.accesses[number], /*row=*/0, column, lane),
            nest.accesses[number].strides[*tiling.rowDim], type, tile.rows);
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
        storeRun(bases[number], square[lane],
                 getAddress(nest.accesses[number], /*row=*/0, column, lane),
                 nest.accesses[number].strides[*tiling.rowDim], tile.rows);
      }
    }
}

void NestEmitter::store(unsigned number, Value value, int64_t row,
                        int64_t column, Tile tile) {
  const NestAccess &access = getOperand(number);
  storeRun(bases[number], value, getAddress(access, row, column),
           access.strides[tiling.vectorDim],
           tile.isMasked(column) ? tile.active : tile.lanes);
}
