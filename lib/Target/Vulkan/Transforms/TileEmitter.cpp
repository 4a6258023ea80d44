// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TileEmitter.h"
#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include <numeric>

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

/// a * factor, where that is not a.
static Value scale(ImplicitLocOpBuilder &builder, Value a, int64_t factor) {
  if (factor == 1)
    return a;
  return arith::MulIOp::create(builder, a,
                               arith::ConstantIndexOp::create(builder, factor));
}

static Value shift(ImplicitLocOpBuilder &builder, Value a, int64_t distance) {
  if (distance == 0)
    return a;
  return arith::AddIOp::create(
      builder, a, arith::ConstantIndexOp::create(builder, distance));
}

/// The positions of the elements of tile `number` along an axis.
static SmallVector<Value> getPositions(ImplicitLocOpBuilder &builder,
                                       const TileAxis &axis, Value number) {
  int64_t chunks = axis.tile / axis.chunk;
  bool isRagged = axis.size % axis.tile != 0;
  Value first = scale(builder, number, chunks);
  if (axis.lanes > 1) {
    Value lanes = arith::ConstantIndexOp::create(builder, axis.lanes);
    Value lane = arith::RemUIOp::create(builder, number, lanes);
    Value block = arith::DivUIOp::create(builder, number, lanes);
    first = arith::AddIOp::create(
        builder, scale(builder, block, chunks * axis.lanes), lane);
  }
  SmallVector<Value> positions;
  for (int64_t i = 0; i != chunks; ++i) {
    Value chunk = shift(builder, first, i * axis.lanes);
    if (isRagged && i != 0)
      chunk = arith::MinUIOp::create(
          builder, chunk,
          arith::ConstantIndexOp::create(builder, axis.size / axis.chunk - 1));
    Value begin = scale(builder, chunk, axis.chunk);
    for (int64_t j = 0; j != axis.chunk; ++j)
      positions.push_back(shift(builder, begin, j));
  }
  return positions;
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
  for (auto [axis, number] : llvm::zip_equal(axes, numbers))
    positions.push_back(getPositions(builder, axis, number));
}

void TileEmitter::placeShared(gpu::GPUFuncOp function, Value group,
                              Value invocation, SharedTile shared) {
  SmallVector<int64_t> blocks;
  for (auto [axis, lanes] : llvm::zip_equal(axes, shared.lanes)) {
    axis.lanes = std::gcd(axis.lanes, lanes);
    blocks.push_back(axis.getTiles() / lanes);
  }
  SmallVector<Value> numbers;
  for (auto [axis, block, lane, lanes] : llvm::zip_equal(
           axes, splitNumber(builder, group, blocks),
           splitNumber(builder, invocation, shared.lanes), shared.lanes)) {
    Value first = scale(builder, block, lanes);
    numbers.push_back(arith::AddIOp::create(builder, first, lane));
    firsts.push_back(scale(builder, first, axis.tile));
    inside.push_back(getPositions(builder, axis, lane));
  }
  placeAt(numbers);
  kernel = function;
  thread = invocation;
  sharing = std::move(shared);
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
    innermost = shift(builder, innermost, iteration);
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
    Value buffer = operand.operand->get();
    auto type = VectorType::get(
        vectorWidth, cast<MemRefType>(buffer.getType()).getElementType());
    vector = vector::LoadOp::create(
        builder, type, buffer,
        getIndices(operand.map, getPosition(context, first, iteration)));
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
      value = memref::LoadOp::create(
          builder, operand.shared,
          ValueRange{shift(builder, context.step, iteration),
                     inside[axis][offsets[axis]]});
    return value;
  }
  if (operand.vectorLoop)
    return loadVector(context, operand, offsets, iteration);
  Key key = {operand.operand->getOperandNumber(), iteration};
  llvm::append_range(key, offsets);
  Value &value = context.loaded[key];
  if (!value)
    value = memref::LoadOp::create(
        builder, buffer,
        getIndices(operand.map, getPosition(context, offsets, iteration)));
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
    if (position.empty() && isa<linalg::IndexOp>(nested))
      position = getPosition(context, getOffsets(element), iteration);
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

/// Gives an operand memory of the workgroup, if its tile is to be there.
void TileEmitter::share(Context &context, Operand &operand) {
  SmallVector<int64_t> extents;
  for (auto [axis, lanes] : llvm::zip_equal(axes, sharing->lanes))
    extents.push_back(axis.tile * lanes);
  operand.sharedAxis =
      getSharedAxis(context.op, context.domain, *operand.operand, extents);
  if (!operand.sharedAxis)
    return;
  auto space = gpu::AddressSpaceAttr::get(builder.getContext(),
                                          gpu::AddressSpace::Workgroup);
  auto type = cast<MemRefType>(operand.operand->get().getType());
  operand.shared = kernel.addWorkgroupAttribution(
      MemRefType::get({sharing->depth, extents[*operand.sharedAxis]},
                      type.getElementType(), AffineMap(), space),
      builder.getLoc());
}

/// All invocations together load the steps from `first` on, neighbours in
/// memory as neighbours.
void TileEmitter::fillShared(Context &context, Operand &operand, Value first) {
  unsigned reduction = context.domain.reductions.back();
  ArrayRef<int64_t> shape =
      cast<MemRefType>(operand.shared.getType()).getShape();
  auto type = cast<MemRefType>(operand.operand->get().getType());
  SmallVector<int64_t> strides = type.getStridesAndOffset().first;
  bool stepsLast = false;
  for (auto [expr, stride] : llvm::zip(operand.map.getResults(), strides))
    stepsLast |= stride == 1 && expr.isFunctionOfDim(reduction);
  int64_t invocations = sharing->countInvocations();
  for (int64_t i = 0, e = shape[0] * shape[1]; i != e; i += invocations) {
    Value number = shift(builder, thread, i);
    SmallVector<Value> parts = splitNumber(
        builder, number,
        {stepsLast ? shape[1] : shape[0], stepsLast ? shape[0] : shape[1]});
    if (stepsLast)
      std::swap(parts[0], parts[1]);
    SmallVector<Value> position = context.ivs;
    for (auto [axis, loop] : llvm::enumerate(context.domain.loops))
      position[loop] =
          axis == *operand.sharedAxis
              ? arith::AddIOp::create(builder, firsts[axis], parts[1])
              : positions[axis][0];
    position[reduction] = arith::AddIOp::create(builder, first, parts[0]);
    Value value = memref::LoadOp::create(builder, operand.operand->get(),
                                         getIndices(operand.map, position));
    memref::StoreOp::create(builder, value, operand.shared, parts);
  }
}

/// The loop of a reduction, as rounds: its next steps come into the memory of
/// the workgroup when nobody reads the last ones any more.
SmallVector<Value> TileEmitter::emitSharedLoop(Context &context,
                                               ValueRange accumulators) {
  unsigned reduction = context.domain.reductions.back();
  int64_t size = context.op.getStaticLoopRanges()[reduction];
  auto rounds = scf::ForOp::create(builder, constant(0), constant(size),
                                   constant(sharing->depth), accumulators);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(rounds.getBody());
  gpu::BarrierOp::create(builder);
  for (Operand &operand : context.operands)
    if (operand.shared)
      fillShared(context, operand, rounds.getInductionVar());
  gpu::BarrierOp::create(builder);
  auto steps =
      scf::ForOp::create(builder, constant(0), constant(sharing->depth),
                         constant(context.unroll), rounds.getRegionIterArgs());
  scf::YieldOp::create(builder, steps.getResults());
  builder.setInsertionPointToStart(steps.getBody());
  context.step = steps.getInductionVar();
  context.ivs[reduction] =
      arith::AddIOp::create(builder, rounds.getInductionVar(), context.step);
  scf::YieldOp::create(builder, emitStep(context, steps.getRegionIterArgs()));
  return SmallVector<Value>(rounds.getResults());
}

LogicalResult TileEmitter::emit(linalg::LinalgOp op) {
  builder.setLoc(op.getLoc());
  Context context;
  context.op = op;
  context.domain = *getDomain(op);
  bool isShared = sharing && !context.domain.reductions.empty();
  context.unroll = isShared ? std::gcd(vectorWidth, sharing->depth)
                            : chooseUnroll(op, context.domain, isAligned);
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
  SmallVector<Value> results =
      isShared ? emitSharedLoop(context, accumulators)
               : emitLoops(context, context.domain.reductions, accumulators);
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
    SmallVector<Value> indices =
        getIndices(operand.map, getPosition(context, getOffsets(element), 0));
    if (!isVector) {
      memref::StoreOp::create(builder, values[element], init.get(), indices);
      continue;
    }
    auto type = VectorType::get(vectorWidth, values[element].getType());
    Value vector = vector::FromElementsOp::create(
        builder, type, values.slice(element, vectorWidth));
    vector::StoreOp::create(builder, vector, init.get(), indices);
  }
}

void TileEmitter::finish() {
  for (auto &[buffer, last] : stores)
    if (!buffer.getDefiningOp<memref::AllocaOp>())
      store(last.first, *last.second, registers[buffer]);
  registers.clear();
  stores.clear();
}
