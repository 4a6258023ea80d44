// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TileEmitter.h"
#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::pc;

//===----------------------------------------------------------------------===//
// Places
//===----------------------------------------------------------------------===//

SmallVector<TileAxis> mlir::pc::makeAxes(const KernelDomain &domain,
                                         ArrayRef<int64_t> tile) {
  constexpr int64_t neighbours = 8;
  SmallVector<TileAxis> axes;
  for (auto [size, part] : llvm::zip(domain.sizes, tile)) {
    TileAxis axis;
    axis.size = size;
    axis.tile = part;
    if (part % vectorWidth == 0 && size % vectorWidth == 0)
      axis.chunk = vectorWidth;
    axes.push_back(axis);
  }
  // Elements that are the last one again must not be those of a neighbour.
  if (!axes.empty() && axes.back().size % axes.back().tile == 0 &&
      axes.back().tile > axes.back().chunk)
    while (axes.back().lanes < neighbours &&
           axes.back().getTiles() % (2 * axes.back().lanes) == 0)
      axes.back().lanes *= 2;
  return axes;
}

Value TileEmitter::constant(int64_t value) {
  return arith::ConstantIndexOp::create(builder, value);
}

Value TileEmitter::multiply(Value a, int64_t factor) {
  if (factor == 1)
    return a;
  return arith::MulIOp::create(builder, a, constant(factor));
}

Value TileEmitter::add(Value a, int64_t distance) {
  if (distance == 0)
    return a;
  return arith::AddIOp::create(builder, a, constant(distance));
}

/// The positions of the elements of tile `number` along an axis; in `exists`,
/// where given, whether they are there.
SmallVector<Value> TileEmitter::getPositions(const TileAxis &axis, Value number,
                                             SmallVector<Value> *exists) {
  int64_t chunks = axis.tile / axis.chunk;
  bool isRagged = axis.size % axis.tile != 0;
  Value first = multiply(number, chunks);
  if (axis.lanes > 1) {
    Value lanes = constant(axis.lanes);
    Value lane = arith::RemUIOp::create(builder, number, lanes);
    Value block = arith::DivUIOp::create(builder, number, lanes);
    first = arith::AddIOp::create(builder, multiply(block, chunks * axis.lanes),
                                  lane);
  }
  SmallVector<Value> places;
  for (int64_t i = 0; i != chunks; ++i) {
    Value chunk = add(first, i * axis.lanes), isThere;
    if (axis.isMasked || (isRagged && i != 0)) {
      Value last = constant(axis.size / axis.chunk - 1);
      if (axis.isMasked && exists)
        isThere = arith::CmpIOp::create(builder, arith::CmpIPredicate::ule,
                                        chunk, last);
      chunk = arith::MinUIOp::create(builder, chunk, last);
    }
    Value begin = multiply(chunk, axis.chunk);
    for (int64_t j = 0; j != axis.chunk; ++j) {
      places.push_back(add(begin, j));
      if (exists)
        exists->push_back(isThere);
    }
  }
  return places;
}

SmallVector<Value> mlir::pc::splitNumber(ImplicitLocOpBuilder &builder,
                                         Value id, ArrayRef<int64_t> counts) {
  SmallVector<Value> numbers(counts.size());
  for (unsigned i = counts.size(); i-- > 0;) {
    numbers[i] = id;
    if (counts[i] == 1) {
      numbers[i] = arith::ConstantIndexOp::create(builder, 0);
    } else if (llvm::any_of(counts.take_front(i),
                            [](int64_t outer) { return outer != 1; })) {
      Value count = arith::ConstantIndexOp::create(builder, counts[i]);
      numbers[i] = arith::RemUIOp::create(builder, id, count);
      id = arith::DivUIOp::create(builder, id, count);
    }
  }
  return numbers;
}

void TileEmitter::place(Value id) {
  SmallVector<int64_t> counts;
  for (const TileAxis &axis : axes)
    counts.push_back(axis.getTiles());
  placeAt(splitNumber(builder, id, counts));
}

void TileEmitter::placeAt(ArrayRef<Value> numbers) {
  positions.clear();
  exists.clear();
  for (auto [axis, number] : llvm::zip_equal(axes, numbers))
    positions.push_back(getPositions(axis, number, &exists.emplace_back()));
}

void TileEmitter::placeRows(Value first,
                            const llvm::DenseMap<Value, Value> &local) {
  firstRow = first;
  localRows = local;
}

/// The row of the whole buffer, not of what is owned of it.
void TileEmitter::moveRow(const Context &context,
                          MutableArrayRef<Value> position) {
  if (!firstRow)
    return;
  Value &row = position[context.domain.loops.front()];
  row = arith::AddIOp::create(builder, row, firstRow);
}

TileEmitter::Place TileEmitter::getPlace(const Context &context,
                                         const Operand &operand,
                                         ArrayRef<int64_t> offsets,
                                         int64_t iteration) {
  SmallVector<Value> position = getPosition(context, offsets, iteration);
  Value buffer = operand.operand->get();
  if (Value local = localRows.lookup(buffer))
    return {local, getIndices(operand.map, position)};
  moveRow(context, position);
  return {buffer, getIndices(operand.map, position)};
}

int64_t TileEmitter::countElements() const {
  int64_t count = 1;
  for (const TileAxis &axis : axes)
    count *= axis.tile;
  return count;
}

SmallVector<int64_t> TileEmitter::getOffsets(int64_t element) const {
  SmallVector<int64_t> offsets(axes.size());
  for (unsigned i = axes.size(); i-- > 0; element /= axes[i].tile)
    offsets[i] = element % axes[i].tile;
  return offsets;
}

//===----------------------------------------------------------------------===//
// Loads
//===----------------------------------------------------------------------===//

TileEmitter::Operand TileEmitter::makeOperand(Context &context,
                                              OpOperand &operand) {
  Operand result;
  result.operand = &operand;
  result.map = context.op.getMatchingIndexingMap(&operand);
  for (unsigned loop : context.domain.loops)
    result.varies.push_back(result.map.isFunctionOfDim(loop));
  ArrayRef<unsigned> reductions = context.domain.reductions;
  bool isUnrolled = context.unroll != 1 && !reductions.empty();
  result.isUnrolled =
      isUnrolled && result.map.isFunctionOfDim(reductions.back());
  if (!isAligned(operand.get()))
    return result;
  std::optional<unsigned> loop = getVectorLoop(context.op, operand);
  if (!loop)
    return result;
  if (isUnrolled && *loop == reductions.back() && context.unroll == vectorWidth)
    result.vectorLoop = loop;
  for (auto [axis, domainLoop] : llvm::zip(axes, context.domain.loops))
    if (*loop == domainLoop && axis.chunk == vectorWidth)
      result.vectorLoop = loop;
  return result;
}

/// The place in all loops of the op.
SmallVector<Value> TileEmitter::getPosition(const Context &context,
                                            ArrayRef<int64_t> offsets,
                                            int64_t iteration) {
  SmallVector<Value> position = context.ivs;
  for (auto [i, loop] : llvm::enumerate(context.domain.loops))
    position[loop] = positions[i][offsets[i]];
  if (iteration != 0) {
    Value &innermost = position[context.domain.reductions.back()];
    innermost = add(innermost, iteration);
  }
  return position;
}

SmallVector<Value> TileEmitter::getIndices(AffineMap map,
                                           ArrayRef<Value> position) {
  SmallVector<Value> indices;
  for (AffineExpr expr : map.getResults())
    indices.push_back(affine::expandAffineExpr(builder, builder.getLoc(), expr,
                                               position, {}));
  return indices;
}

/// The vector that the element is part of, and of it that element.
Value TileEmitter::loadVector(Context &context, Operand &operand,
                              ArrayRef<int64_t> offsets, int64_t iteration) {
  SmallVector<int64_t> first(offsets);
  int64_t component = iteration % vectorWidth;
  auto *axis = llvm::find(context.domain.loops, *operand.vectorLoop);
  if (axis != context.domain.loops.end()) {
    int64_t &offset = first[axis - context.domain.loops.begin()];
    component = offset % vectorWidth;
    offset -= component;
  } else {
    iteration -= component;
  }
  Key key = {operand.operand->getOperandNumber(), iteration};
  llvm::append_range(key, first);
  Value &vector = context.loaded[key];
  if (!vector) {
    Place place = getPlace(context, operand, first, iteration);
    auto type = VectorType::get(
        vectorWidth, cast<MemRefType>(place.memory.getType()).getElementType());
    vector = vector::LoadOp::create(builder, type, place.memory, place.indices);
  }
  return vector::ExtractOp::create(builder, vector, component);
}

Value TileEmitter::read(Context &context, Operand &operand, int64_t element,
                        int64_t iteration) {
  Value buffer = operand.operand->get();
  if (!isa<MemRefType>(buffer.getType()))
    return buffer;
  if (auto known = registers.find(buffer); known != registers.end())
    return known->second[element];
  SmallVector<int64_t> offsets = getOffsets(element);
  for (auto [offset, varies] : llvm::zip(offsets, operand.varies))
    offset = varies ? offset : 0;
  if (!operand.isUnrolled)
    iteration = 0;
  if (operand.shared) {
    Key key = {operand.operand->getOperandNumber(), iteration};
    llvm::append_range(key, offsets);
    Value &value = context.loaded[key];
    unsigned axis = *operand.sharedAxis;
    if (!value)
      value = memref::LoadOp::create(builder, operand.shared,
                                     ValueRange{add(context.step, iteration),
                                                inside[axis][offsets[axis]]});
    return value;
  }
  if (operand.vectorLoop)
    return loadVector(context, operand, offsets, iteration);
  Key key = {operand.operand->getOperandNumber(), iteration};
  llvm::append_range(key, offsets);
  Value &value = context.loaded[key];
  if (!value) {
    Place place = getPlace(context, operand, offsets, iteration);
    value = memref::LoadOp::create(builder, place.memory, place.indices);
  }
  return value;
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

/// One point of the loops: the values that the body yields.
SmallVector<Value> TileEmitter::emitBody(Context &context, int64_t element,
                                         int64_t iteration,
                                         ValueRange accumulators) {
  linalg::LinalgOp op = context.op;
  Block *body = op.getBlock();
  IRMapping mapping;
  for (Operand &operand : context.operands)
    mapping.map(op.getMatchingBlockArgument(operand.operand),
                read(context, operand, element, iteration));
  for (auto [init, value] : llvm::zip(op.getDpsInitsMutable(), accumulators))
    mapping.map(op.getMatchingBlockArgument(&init), value);
  SmallVector<Value> position;
  for (Operation &nested : body->without_terminator()) {
    if (position.empty() && isa<linalg::IndexOp>(nested)) {
      position = getPosition(context, getOffsets(element), iteration);
      moveRow(context, position);
    }
    auto cast = dyn_cast<arith::IndexCastOp>(nested);
    if (auto index = dyn_cast<linalg::IndexOp>(nested))
      mapping.map(index.getResult(), position[index.getDim()]);
    else if (cast && cast.getIn().getDefiningOp<linalg::IndexOp>())
      // A position has no sign; Mesa 22 extends some of them wrongly with it.
      mapping.map(cast.getResult(),
                  arith::IndexCastUIOp::create(builder, cast.getType(),
                                               mapping.lookup(cast.getIn()))
                      .getResult());
    else
      builder.clone(nested, mapping);
  }
  SmallVector<Value> yielded;
  for (Value value : body->getTerminator()->getOperands())
    yielded.push_back(mapping.lookupOrDefault(value));
  return yielded;
}

/// All elements of the tile, and for each the iterations of one step.
SmallVector<Value> TileEmitter::emitStep(Context &context,
                                         ValueRange accumulators) {
  context.loaded.clear();
  unsigned width = context.op.getNumDpsInits();
  SmallVector<Value> results;
  for (int64_t element = 0, e = countElements(); element != e; ++element) {
    SmallVector<Value> values(accumulators.slice(element * width, width));
    for (int64_t i = 0; i != context.unroll; ++i)
      values = emitBody(context, element, i, values);
    llvm::append_range(results, values);
  }
  return results;
}

SmallVector<Value> TileEmitter::emitLoops(Context &context,
                                          ArrayRef<unsigned> loops,
                                          ValueRange accumulators) {
  if (loops.empty())
    return emitStep(context, accumulators);
  int64_t size = context.op.getStaticLoopRanges()[loops.front()];
  int64_t step = loops.size() == 1 ? context.unroll : 1;
  auto loop = scf::ForOp::create(builder, constant(0), constant(size),
                                 constant(step), accumulators);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  context.ivs[loops.front()] = loop.getInductionVar();
  SmallVector<Value> next =
      emitLoops(context, loops.drop_front(), loop.getRegionIterArgs());
  scf::YieldOp::create(builder, next);
  return SmallVector<Value>(loop.getResults());
}

LogicalResult TileEmitter::emit(linalg::LinalgOp op) {
  builder.setLoc(op.getLoc());
  Context context;
  context.op = op;
  context.domain = *getDomain(op);
  bool isShared = sharing && !context.domain.reductions.empty();
  if (isShared)
    context.unroll = getSharedUnroll(op, context.domain, *sharing);
  else if (treeWidth == 1)
    context.unroll = chooseUnroll(op, context.domain, isAligned);
  context.ivs.resize(op.getNumLoops());
  for (OpOperand *input : op.getDpsInputOperands()) {
    if (registers.contains(input->get()) && !isElementLocal(op, *input))
      return op.emitOpError("reads elements that other invocations of its "
                            "kernel compute");
    if (!op.payloadUsesValueFromOperand(input))
      continue;
    context.operands.push_back(makeOperand(context, *input));
    if (isShared && !registers.contains(input->get()))
      share(context, context.operands.back());
  }
  MutableArrayRef<OpOperand> inits = op.getDpsInitsMutable();
  SmallVector<Operand> held;
  for (OpOperand &init : inits)
    held.push_back(makeOperand(context, init));
  int64_t elements = countElements();
  SmallVector<Value> accumulators;
  for (int64_t element = 0; element != elements; ++element)
    for (auto [init, operand] : llvm::zip(inits, held)) {
      Type type = cast<MemRefType>(init.get().getType()).getElementType();
      // What the body does not ask for need not be loaded.
      accumulators.push_back(
          overwrites(op, init)
              ? arith::ConstantOp::create(
                    builder, cast<TypedAttr>(builder.getZeroAttr(type)))
                    .getResult()
              : read(context, operand, element, 0));
    }
  SmallVector<Value> results;
  if (treeWidth != 1 && !context.domain.reductions.empty())
    results = {emitTree(context, accumulators.front())};
  else if (isShared && sharing->cooperative)
    results = emitCooperative(context, accumulators);
  else if (isShared)
    results = emitSharedLoop(context, accumulators);
  else
    results = emitLoops(context, context.domain.reductions, accumulators);
  for (auto [number, init] : llvm::enumerate(inits)) {
    Values values;
    for (int64_t element = 0; element != elements; ++element)
      values.push_back(results[element * inits.size() + number]);
    registers[init.get()] = std::move(values);
    stores[init.get()] = {op, &init};
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Stores
//===----------------------------------------------------------------------===//

/// Whether an element of the tile is one of the results; null where all are.
Value TileEmitter::getExistence(ArrayRef<int64_t> offsets) {
  Value all = isStoring;
  for (auto [axis, offset] : llvm::enumerate(offsets))
    if (Value isThere = exists[axis][offset])
      all = all ? arith::AndIOp::create(builder, all, isThere).getResult()
                : isThere;
  return all;
}

void TileEmitter::store(linalg::LinalgOp op, OpOperand &init,
                        ArrayRef<Value> values) {
  Context context;
  context.op = op;
  context.domain = *getDomain(op);
  context.ivs.resize(op.getNumLoops());
  Operand operand = makeOperand(context, init);
  bool isVector = operand.vectorLoop && !axes.empty() &&
                  *operand.vectorLoop == context.domain.loops.back();
  int64_t step = isVector ? vectorWidth : 1;
  for (int64_t element = 0, e = values.size(); element < e; element += step) {
    SmallVector<int64_t> offsets = getOffsets(element);
    Place place = getPlace(context, operand, offsets, 0);
    OpBuilder::InsertionGuard guard(builder);
    if (Value isThere = getExistence(offsets))
      builder.setInsertionPointToStart(
          scf::IfOp::create(builder, isThere, /*withElse=*/false).thenBlock());
    if (!isVector) {
      memref::StoreOp::create(builder, values[element], place.memory,
                              place.indices);
      continue;
    }
    auto type = VectorType::get(vectorWidth, values[element].getType());
    Value vector = vector::FromElementsOp::create(
        builder, type, values.slice(element, vectorWidth));
    vector::StoreOp::create(builder, vector, place.memory, place.indices);
  }
}

void TileEmitter::finish() {
  for (auto &[buffer, last] : stores)
    if (!buffer.getDefiningOp<memref::AllocaOp>())
      store(last.first, *last.second, registers[buffer]);
  registers.clear();
  stores.clear();
}
