// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// VJP of scf.for with a static number of iterations, T. It runs the loop again
// and keeps, stacked along a first axis of T, the iteration values that the
// derivative of the body reads; then it goes through the iterations backward.
// Slices and elements that the body takes from an outer tensor send their
// cotangents to that part of the sum alone.
//
// Iteration values that the kept ones are not computed from, such as an output
// that collects a part of each iteration, are not in that run.
//
// With `pc.checkpoint` it does so by segments: SCFForCheckpoints.cpp.

#include "SCFForVJP.h"
#include "SCFModels.h"
#include "TensorModels.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using llvm::SmallVector;
using mlir::pc::ForVJP;
using mlir::pc::IterationSum;

//===----------------------------------------------------------------------===//
// One value of each iteration, stacked
//===----------------------------------------------------------------------===//

RankedTensorType pc::getStackType(int64_t count, Type type) {
  SmallVector<int64_t> shape = {count};
  if (auto tensor = dyn_cast<RankedTensorType>(type))
    llvm::append_range(shape, tensor.getShape());
  return RankedTensorType::get(shape, getElementTypeOrSelf(type));
}

/// Offsets, sizes and strides of item `index` of a stack of tensors.
struct StackSlice {
  StackSlice(OpBuilder &builder, RankedTensorType item, Value index) {
    MLIRContext *context = builder.getContext();
    int64_t rank = item.getRank();
    offsets.push_back(index);
    sizes.push_back(builder.getIndexAttr(1));
    llvm::append_range(offsets, getAsIndexOpFoldResult(
                                    context, SmallVector<int64_t>(rank, 0)));
    llvm::append_range(sizes, getAsIndexOpFoldResult(context, item.getShape()));
    strides =
        getAsIndexOpFoldResult(context, SmallVector<int64_t>(rank + 1, 1));
  }
  SmallVector<OpFoldResult> offsets, sizes, strides;
};

Value pc::pushItem(OpBuilder &builder, Location loc, Value stack, Value item,
                   Value index) {
  auto type = dyn_cast<RankedTensorType>(item.getType());
  if (!type)
    return tensor::InsertOp::create(builder, loc, item, stack, index);
  StackSlice slice(builder, type, index);
  return tensor::InsertSliceOp::create(builder, loc, item, stack, slice.offsets,
                                       slice.sizes, slice.strides);
}

Value pc::getItem(OpBuilder &builder, Location loc, Value stack, Type type,
                  Value index) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor)
    return tensor::ExtractOp::create(builder, loc, stack, index);
  StackSlice slice(builder, tensor, index);
  return tensor::ExtractSliceOp::create(
      builder, loc, tensor, stack, slice.offsets, slice.sizes, slice.strides);
}

//===----------------------------------------------------------------------===//
// VJP
//===----------------------------------------------------------------------===//

/// The values that the terms of the sums come from. Parts are taken out of
/// `ops`: they are ends of the walk.
void ForVJP::collectSums(ArrayRef<Value> wanted,
                         SmallVectorImpl<Operation *> &ops) {
  for (Operation *inside : copy.getOps()) {
    bool isPart = isa<tensor::ExtractOp, tensor::ExtractSliceOp>(inside) &&
                  !pc::hasPlantedFault(inside) &&
                  llvm::is_contained(wanted, inside->getOperand(0));
    if (isPart)
      sums.push_back({inside->getOperand(0), inside->getResult(0), inside});
    else
      ops.push_back(inside);
  }
  for (Value value : wanted)
    sums.push_back({value, value, nullptr});
}

/// Copies the body; returns what the copy yields for each of `floats`.
SmallVector<Value> ForVJP::copyBody() {
  Block &block = copy.getBlock();
  IRMapping mapping;
  for (BlockArgument argument : op.getBody()->getArguments()) {
    arguments.push_back(
        block.addArgument(argument.getType(), argument.getLoc()));
    mapping.map(argument, arguments.back());
  }
  copy.copyOps(*op.getBody(), mapping);
  SmallVector<Value> outputs;
  for (auto [number, yielded] : llvm::enumerate(op.getYieldedValues())) {
    if (!pc::isDifferentiable(yielded.getType()))
      continue;
    floats.push_back(number);
    outputs.push_back(mapping.lookupOrDefault(yielded));
    seeds.push_back(block.addArgument(yielded.getType(), loc));
  }
  return outputs;
}

LogicalResult ForVJP::differentiateBody() {
  SmallVector<Value> outputs = copyBody(), captured, wanted;
  llvm::SetVector<Value> outer;
  getUsedValuesDefinedAbove(op->getRegions(), outer);
  for (Value value : outer)
    if (sink.wants(value))
      captured.push_back(value);
  SmallVector<Operation *> ops;
  collectSums(captured, ops);
  for (const IterationSum &sum : sums)
    wanted.push_back(sum.term);
  for (unsigned number : floats)
    wanted.push_back(arguments[number + 1]);
  auto found =
      pc::buildBlockVJP(copy.getBuilder(), ops, outputs, seeds, wanted);
  if (failed(found))
    return failure();
  for (auto [sum, term] : llvm::zip_first(sums, *found))
    sum.term = term;
  previous = llvm::to_vector(ArrayRef<Value>(*found).drop_front(sums.size()));
  llvm::erase_if(sums, [](const IterationSum &sum) { return !sum.term; });
  return success();
}

/// The values of the copy that the reverse loop computes.
SmallVector<Value> ForVJP::getNeeded() {
  SmallVector<Value> needed;
  for (Value value : previous)
    if (value)
      needed.push_back(value);
  for (const IterationSum &sum : sums) {
    needed.push_back(sum.term);
    if (sum.part)
      llvm::append_range(needed, sum.part->getOperands().drop_front());
  }
  return needed;
}

/// What the stacked values are computed from.
void ForVJP::findReplayed() {
  SmallVector<Value> work;
  auto keep = [&](unsigned number) {
    if (replayed.insert(number))
      work.push_back(op.getYieldedValues()[number]);
  };
  for (auto &[number, stack] : stacks)
    keep(number);
  Block *body = op.getBody();
  while (!work.empty()) {
    Value value = work.pop_back_val();
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      if (argument.getOwner() == body && argument != op.getInductionVar())
        keep(argument.getArgNumber() - 1);
      continue;
    }
    Operation *inside = body->findAncestorOpInBlock(*value.getDefiningOp());
    if (inside && replayedOps.insert(inside).second)
      inside->walk([&](Operation *nested) {
        llvm::append_range(work, nested->getOperands());
      });
  }
}

Value ForVJP::getInductionValue(OpBuilder &inner, Value iteration) {
  Type type = op.getInductionVar().getType();
  if (!type.isIndex())
    iteration = arith::IndexCastOp::create(inner, loc, type, iteration);
  Value distance = arith::MulIOp::create(inner, loc, iteration, op.getStep());
  return arith::AddIOp::create(inner, loc, op.getLowerBound(), distance);
}

/// A loop over the numbers of `end` iterations.
scf::ForOp ForVJP::createLoop(Value end, ValueRange inits) {
  Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
  Value one = arith::ConstantIndexOp::create(builder, loc, 1);
  return scf::ForOp::create(builder, loc, zero, end, one, inits);
}

SmallVector<Value> ForVJP::getReplayedInits() {
  return llvm::map_to_vector(
      replayed, [&](unsigned number) { return op.getInitArgs()[number]; });
}

/// One iteration of the original loop, of the values that are run again.
SmallVector<Value> ForVJP::runBody(OpBuilder &inner, Value iteration,
                                   ValueRange carried) {
  IRMapping mapping;
  mapping.map(op.getInductionVar(), getInductionValue(inner, iteration));
  for (auto [number, value] : llvm::zip_equal(replayed, carried))
    mapping.map(op.getRegionIterArg(number), value);
  for (Operation &inside : op.getBody()->without_terminator())
    if (replayedOps.contains(&inside))
      inner.clone(inside, mapping);
  return llvm::map_to_vector(replayed, [&](unsigned number) {
    return mapping.lookupOrDefault(op.getYieldedValues()[number]);
  });
}

/// Fills the stacks, of size `most`, in iterations [start, start + length).
void ForVJP::replay(ValueRange initial, Value start, Value length,
                    int64_t most) {
  if (stacks.empty())
    return;
  SmallVector<Value> inits(initial);
  for (auto &[number, stack] : stacks) {
    auto type = getStackType(most, op.getInitArgs()[number].getType());
    inits.push_back(tensor::EmptyOp::create(builder, loc, type.getShape(),
                                            type.getElementType()));
  }
  scf::ForOp loop = createLoop(length, inits);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(loop.getBody());
  Value place = loop.getInductionVar(), iteration = place;
  if (start)
    iteration = arith::AddIOp::create(builder, loc, start, place);
  ValueRange carried = loop.getRegionIterArgs().take_front(replayed.size());
  SmallVector<Value> next = runBody(builder, iteration, carried);
  for (Value value : carried.take_front(stacks.size()))
    next.push_back(pushItem(builder, loc, loop.getRegionIterArg(next.size()),
                            value, place));
  scf::YieldOp::create(builder, loc, next);
  size_t result = replayed.size();
  for (auto &[number, stack] : stacks)
    stack = loop.getResult(result++);
}

/// `old` with `term` added to the part that the body has read.
Value ForVJP::addPart(OpBuilder &inner, const IterationSum &sum, Value old,
                      Value term, IRMapping &mapping) {
  if (!sum.part)
    return pc::createSum(inner, loc, old, term);
  if (auto extract = dyn_cast<tensor::ExtractOp>(sum.part)) {
    auto indices = llvm::map_to_vector(extract.getIndices(), [&](Value v) {
      return mapping.lookupOrDefault(v);
    });
    Value element = tensor::ExtractOp::create(inner, loc, old, indices);
    element = pc::createSum(inner, loc, element, term);
    return tensor::InsertOp::create(inner, loc, element, old, indices);
  }
  auto extract = cast<tensor::ExtractSliceOp>(sum.part);
  auto translate = [&](SmallVector<OpFoldResult> values) {
    for (OpFoldResult &value : values)
      if (auto dynamic = dyn_cast<Value>(value))
        value = mapping.lookupOrDefault(dynamic);
    return values;
  };
  auto offsets = translate(extract.getMixedOffsets());
  auto sizes = translate(extract.getMixedSizes());
  auto strides = translate(extract.getMixedStrides());
  Value slice = tensor::ExtractSliceOp::create(inner, loc, extract.getType(),
                                               old, offsets, sizes, strides);
  slice = pc::createSum(inner, loc, slice, term);
  return tensor::InsertSliceOp::create(inner, loc, slice, old, offsets, sizes,
                                       strides);
}

/// The cotangents of the results, and sums that have seen nothing yet.
SmallVector<Value> ForVJP::getSeeds() {
  SmallVector<Value> inits;
  for (unsigned number : floats)
    inits.push_back(
        cotangents[number]
            ? cotangents[number]
            : pc::createZeroOf(builder, loc, op.getResult(number).getType()));
  for (const IterationSum &sum : sums)
    inits.push_back(pc::createZeroOf(builder, loc, sum.target.getType()));
  return inits;
}

/// Takes cotangents and sums back through [start, start + length).
SmallVector<Value> ForVJP::goBack(ValueRange inits, Value start, Value length) {
  scf::ForOp loop = createLoop(length, inits);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(loop.getBody());
  Value one = arith::ConstantIndexOp::create(builder, loc, 1);
  Value last = arith::SubIOp::create(builder, loc, length, one);
  Value place =
      arith::SubIOp::create(builder, loc, last, loop.getInductionVar());
  Value iteration = place;
  if (start)
    iteration = arith::AddIOp::create(builder, loc, start, place);
  IRMapping mapping;
  mapping.map(arguments[0], getInductionValue(builder, iteration));
  for (auto &[number, stack] : stacks) {
    Value argument = arguments[number + 1];
    mapping.map(argument,
                getItem(builder, loc, stack, argument.getType(), place));
  }
  mapping.map(seeds, loop.getRegionIterArgs().take_front(seeds.size()));
  copy.cloneTo(builder, mapping);
  SmallVector<Value> next;
  for (auto [number, value] : llvm::zip_equal(floats, previous))
    next.push_back(
        value ? mapping.lookupOrDefault(value)
              : pc::createZeroOf(builder, loc, op.getResult(number).getType()));
  for (const IterationSum &sum : sums)
    next.push_back(addPart(builder, sum, loop.getRegionIterArg(next.size()),
                           mapping.lookupOrDefault(sum.term), mapping));
  scf::YieldOp::create(builder, loc, next);
  return SmallVector<Value>(loop.getResults());
}

LogicalResult ForVJP::build() {
  if (failed(differentiateBody()))
    return failure();
  SmallVector<Value> needed = getNeeded();
  llvm::DenseSet<Value> slice = copy.getSlice(needed);
  for (size_t number = 0, e = op.getInitArgs().size(); number != e; ++number)
    if (slice.contains(arguments[number + 1]))
      stacks[number] = nullptr;
  findReplayed();
  int64_t interval = stacks.empty() ? count : getInterval();
  Value length = arith::ConstantIndexOp::create(builder, loc, count);
  if (interval == count)
    replay(getReplayedInits(), nullptr, length, count);
  // Parts are dead in the copy; their operands are asked for by now.
  for (IterationSum &sum : sums)
    if (sum.part)
      needed.push_back(sum.part->getResult(0));
  copy.keepOnly(needed);
  SmallVector<Value> results = interval < count
                                   ? goBackBySegments(getSeeds(), interval)
                                   : goBack(getSeeds(), nullptr, length);
  for (auto [number, result] : llvm::zip_first(floats, results))
    sink.add(builder, op.getInitArgs()[number], result);
  for (auto [i, sum] : llvm::enumerate(sums))
    sink.add(builder, sum.target, results[floats.size() + i]);
  return success();
}

LogicalResult pc::buildForVJP(scf::ForOp op, int64_t count, OpBuilder &builder,
                              ArrayRef<Value> cotangents, CotangentSink &sink) {
  return ForVJP(op, count, builder, cotangents, sink).build();
}
