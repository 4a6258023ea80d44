// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a tile computes: its bodies on vectors, and what becomes of its sums.

#include "NestEmitterImpl.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "pc/Target/CPU/Passes.h"
#include "llvm/Support/SaveAndRestore.h"

using namespace mlir;
using namespace mlir::pc;

/// What the sums of the tile are added to, row by row; nothing for outputs of
/// which that is not needed.
SmallVector<Value> NestEmitter::getStarts(Tile tile) {
  SmallVector<Value> starts, turned;
  for (int64_t row = 0; row != tile.rows; ++row)
    for (int64_t column = 0; column != tile.columns; ++column)
      for (auto [output, value] : llvm::enumerate(initial)) {
        unsigned number = op.getNumDpsInputs() + output;
        bool isUnused =
            !reduces && op.getBlock()->getArgument(number).use_empty();
        if (isUnused || (value && !isFirst)) {
          starts.push_back(isUnused ? Value() : widen(value, tile));
          continue;
        }
        if (tiling.turnsOutputs && turned.empty())
          turned = loadTurnedOutputs(tile);
        Value held = tiling.turnsOutputs ? turned[starts.size()]
                                         : load(number, row, column, tile);
        if (value)
          held = arith::SelectOp::create(builder, loc, isFirst,
                                         widen(value, tile), held);
        starts.push_back(held);
      }
  return starts;
}

void NestEmitter::emitTile(Tile tile) {
  // Accumulators that start with what memory holds need not wait for a block.
  SmallVector<Value> values = emitReductions(
      reductions, isFirst ? getNeutral(tile) : getStarts(tile), tile);
  if (isFirst)
    values = combineAll(getStarts(tile), values);
  if (tiling.turnsOutputs)
    return storeTurned(values, tile);
  if (!sums)
    return storeTile(values, tile);
  if (!isLast)
    return emitEpilogue(values, tile);
  auto whether = scf::IfOp::create(builder, loc, isLast, /*withElse=*/true);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(whether.thenBlock());
  emitEpilogue(values, tile);
  builder.setInsertionPointToStart(whether.elseBlock());
  storeTile(values, tile);
}

void NestEmitter::storeTile(ArrayRef<Value> values, Tile tile) {
  unsigned next = 0;
  for (int64_t row = 0; row != tile.rows; ++row)
    for (int64_t column = 0; column != tile.columns; ++column)
      for (unsigned output = 0; output != initial.size(); ++output)
        store(op.getNumDpsInputs() + output, values[next++], row, column, tile);
}

/// What is made of the sums of the tile; they are stored too if others need
/// them.
void NestEmitter::emitEpilogue(ArrayRef<Value> values, Tile tile) {
  auto epilogue = cast<linalg::LinalgOp>(sums->getOwner());
  if (!cast<BoolAttr>(epilogue->getAttr(epilogueAttrName)).getValue())
    storeTile(values, tile);
  if (tile.rows > 1 && !isShortBody(epilogue))
    return emitRowEpilogues(values, tile);
  emitShortEpilogue(values, tile);
}

/// A long body, in a loop over the rows: the sums are on the stack until then,
/// where no row lies in the way of another.
void NestEmitter::emitRowEpilogues(ArrayRef<Value> values, Tile tile) {
  int64_t size = values.size() * tile.lanes;
  Value memory = memref::AllocaOp::create(
      builder, loc, MemRefType::get({size}, getElementTypeOrSelf(sums->get())),
      builder.getI64IntegerAttr(64));
  for (auto [place, value] : llvm::enumerate(values))
    vector::StoreOp::create(builder, loc, value, memory,
                            constant(place * tile.lanes));
  auto loop = scf::ForOp::create(builder, loc, constant(0), constant(tile.rows),
                                 constant(1));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  Value row = loop.getInductionVar();
  llvm::SaveAndRestore first(ivs[*tiling.rowDim]);
  ivs[*tiling.rowDim] = arith::AddIOp::create(builder, loc, first.get(), row);
  Value start = arith::MulIOp::create(builder, loc, row,
                                      constant(tile.columns * tile.lanes));
  SmallVector<Value> loaded;
  for (int64_t column = 0; column != tile.columns; ++column)
    loaded.push_back(vector::LoadOp::create(
        builder, loc, cast<VectorType>(values.front().getType()), memory,
        advance(start, column * tile.lanes)));
  tile.rows = 1;
  emitShortEpilogue(loaded, tile);
}

void NestEmitter::emitShortEpilogue(ArrayRef<Value> values, Tile tile) {
  auto epilogue = cast<linalg::LinalgOp>(sums->getOwner());
  unsigned operands = epilogue->getNumOperands();
  SmallVector<SmallVector<Value>> read(operands,
                                       SmallVector<Value>(values.size()));
  read[sums->getOperandNumber()].assign(values.begin(), values.end());
  // The epilogue's accesses leave the sums out.
  auto getNumber = [&](unsigned operand) {
    return nest.accesses.size() + operand -
           (operand > sums->getOperandNumber());
  };
  for (auto [place, value] : llvm::enumerate(values)) {
    int64_t row = place / tile.columns, column = place % tile.columns;
    SmallVector<Value> arguments;
    for (unsigned operand = 0; operand != operands; ++operand) {
      Value &found = read[operand][place];
      if (!found && !epilogue.getBlock()->getArgument(operand).use_empty())
        loadPlace(getNumber(operand), place, read[operand], tile);
      arguments.push_back(found);
    }
    SmallVector<Value> results =
        emitValue(epilogue, arguments, row, column, tile);
    for (auto [output, result] : llvm::enumerate(results))
      store(getNumber(epilogue.getNumDpsInputs() + output), result, row, column,
            tile);
  }
}

/// One iteration of the body for all values of the tile. What a value reads is
/// loaded right before it is used for the first time: loaded all at once, the
/// rows of a tile would push accumulators out of their registers.
SmallVector<Value> NestEmitter::emitBody(ArrayRef<Value> accumulators,
                                         Tile tile) {
  unsigned outputs = op.getNumDpsInits();
  int64_t count = tile.rows * tile.columns;
  SmallVector<SmallVector<Value>> inputs( // by operand and place in the tile
      op.getNumDpsInputs(), SmallVector<Value>(count));
  SmallVector<Value> results;
  for (int64_t place = 0; place != count; ++place) {
    SmallVector<Value> read;
    for (auto [i, values] : llvm::enumerate(inputs)) {
      if (!op.getBlock()->getArgument(i).use_empty() && !values[place])
        loadPlace(i, place, values, tile);
      read.push_back(values[place]);
    }
    llvm::append_range(read, accumulators.slice(place * outputs, outputs));
    llvm::append_range(results, emitValue(op, read, place / tile.columns,
                                          place % tile.columns, tile));
  }
  return results;
}

SmallVector<Value> NestEmitter::emitValue(linalg::LinalgOp of,
                                          ArrayRef<Value> arguments,
                                          int64_t row, int64_t column,
                                          Tile tile) {
  IRMapping mapping;
  Block *block = of.getBlock();
  for (auto [argument, value] : llvm::zip(block->getArguments(), arguments))
    if (value)
      mapping.map(argument, value);
  for (Operation &inner : block->without_terminator()) {
    if (auto index = dyn_cast<linalg::IndexOp>(inner))
      mapping.map(index.getResult(), emitIndex(index, row, column, tile));
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
  if (!target.fma || !reduces || !isa<arith::AddFOp>(inner) ||
      inner.getBlock() != op.getBlock())
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

Value NestEmitter::emitIndex(linalg::IndexOp index, int64_t row, int64_t column,
                             Tile tile) {
  std::optional<unsigned> dim = nest.dimOfLoop[index.getDim()];
  if (!dim)
    return constant(0);
  int64_t steps = 0;
  if (dim == tiling.rowDim)
    steps = row;
  if (dim == tiling.columnDim)
    steps = column * tiling.getColumnStep();
  Value number = advance(ivs[*dim], steps);
  if (dim != tiling.vectorDim)
    return number;
  Value lanes = vector::StepOp::create(builder, loc,
                                       getVector(builder.getIndexType(), tile));
  return arith::AddIOp::create(builder, loc, widen(number, tile), lanes);
}
