// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "NestEmitterImpl.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
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

void NestEmitter::run() {
  flattenOperands();
  emitOuter(outer);
}

void NestEmitter::emitOuter(ArrayRef<unsigned> dims) {
  if (!dims.empty())
    return emitSteps(dims.front(), 1,
                     [&](int64_t) { emitOuter(dims.drop_front()); });
  if (tiling.foldsLanes)
    return emitRows(Tile{1, tiling.width, tiling.width});
  // The vectors of one tile are used by all rows before the next tile: they
  // stay in the nearest cache.
  emitSteps(tiling.vectorDim, tiling.width, [&](int64_t active) {
    uint64_t registers = llvm::divideCeil(active, tiling.lanes);
    emitRows(
        Tile{1, int64_t(llvm::PowerOf2Ceil(registers)) * tiling.lanes, active});
  });
}

void NestEmitter::emitRows(Tile tile) {
  auto emit = [&](int64_t rows) {
    tile.rows = rows;
    tiling.foldsLanes ? emitFoldedTile(tile) : emitTile(tile);
  };
  if (!tiling.rowDim)
    return emit(1);
  emitSteps(*tiling.rowDim, tiling.rows, emit);
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
      else if (!reduces &&
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

/// One iteration of the body for all rows.
SmallVector<Value> NestEmitter::emitBody(ArrayRef<Value> accumulators,
                                         Tile tile) {
  SmallVector<SmallVector<Value>> inputs; // by operand and row
  for (unsigned i = 0, e = op.getNumDpsInputs(); i != e; ++i)
    inputs.push_back(op.getBlock()->getArgument(i).use_empty()
                         ? SmallVector<Value>(tile.rows)
                         : loadRows(i, tile));
  SmallVector<Value> results;
  unsigned outputs = op.getNumDpsInits();
  for (int64_t row = 0; row != tile.rows; ++row) {
    SmallVector<Value> ofRow;
    for (const SmallVector<Value> &input : inputs)
      ofRow.push_back(input[row]);
    llvm::append_range(
        results,
        emitRow(ofRow, accumulators.slice(row * outputs, outputs), row, tile));
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
  if (!target.fma || !reduces || !isa<arith::AddFOp>(inner))
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

void mlir::pc::emitNest(OpBuilder &builder, linalg::LinalgOp op,
                        const StridedNest &nest, const NestTiling &tiling,
                        const VectorTarget &target, ArrayRef<Value> initial) {
  NestEmitter(builder, op, nest, tiling, target, initial).run();
}
