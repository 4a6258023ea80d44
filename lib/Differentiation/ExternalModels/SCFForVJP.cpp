// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// VJP of scf.for with a static number of iterations, T. It runs the loop again
// and keeps, stacked along a first axis of T, the iteration values that the
// derivative of the body reads; then it goes through the iterations backward.
// Slices and elements that the body takes from an outer tensor send their
// cotangents to that part of the sum alone.

#include "BodyCopy.h"
#include "SCFModels.h"
#include "TensorModels.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/RegionUtils.h"
#include "pc/Differentiation/BlockVJP.h"
#include "pc/Support/Names.h"

using namespace mlir;
using llvm::SmallVector;

//===----------------------------------------------------------------------===//
// One value of each iteration, stacked
//===----------------------------------------------------------------------===//

static RankedTensorType getStackType(int64_t count, Type type) {
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

static Value pushItem(OpBuilder &builder, Location loc, Value stack, Value item,
                      Value index) {
  auto type = dyn_cast<RankedTensorType>(item.getType());
  if (!type)
    return tensor::InsertOp::create(builder, loc, item, stack, index);
  StackSlice slice(builder, type, index);
  return tensor::InsertSliceOp::create(builder, loc, item, stack, slice.offsets,
                                       slice.sizes, slice.strides);
}

static Value getItem(OpBuilder &builder, Location loc, Value stack, Type type,
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

namespace {

/// A sum over the iterations. `part` is the operation of the body that reads a
/// part of the target, null where the term belongs to all of it.
struct IterationSum {
  Value target;
  Value term;
  Operation *part;
};

class ForVJP {
public:
  ForVJP(scf::ForOp op, int64_t count, OpBuilder &builder,
         ArrayRef<Value> cotangents, pc::CotangentSink &sink)
      : op(op), count(count), builder(builder),
        loc(pc::getDerivativeLoc(op.getLoc())), cotangents(cotangents),
        sink(sink), copy(builder, op.getLoc()) {}

  LogicalResult build();

private:
  SmallVector<Value> copyBody();
  LogicalResult differentiateBody();
  void collectSums(ArrayRef<Value> wanted, SmallVectorImpl<Operation *> &ops);
  SmallVector<Value> getNeeded();
  Value getInductionValue(OpBuilder &inner, Value iteration);
  scf::ForOp createLoop(ValueRange inits);
  void replay();
  SmallVector<Value> goBack();
  Value addPart(OpBuilder &inner, const IterationSum &sum, Value old,
                Value term, IRMapping &mapping);

  scf::ForOp op;
  int64_t count;
  OpBuilder &builder;
  Location loc;
  ArrayRef<Value> cotangents;
  pc::CotangentSink &sink;
  pc::BodyCopy copy;
  SmallVector<Value> arguments; // of the copy: induction value, iteration
  SmallVector<unsigned> floats; // numbers of differentiable results
  SmallVector<Value> seeds;     // by floats
  SmallVector<Value> previous;  // by floats, null for zero
  SmallVector<IterationSum> sums;
  llvm::MapVector<unsigned, Value> stacks; // by number of the iteration value
};

} // namespace

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

Value ForVJP::getInductionValue(OpBuilder &inner, Value iteration) {
  Type type = op.getInductionVar().getType();
  if (!type.isIndex())
    iteration = arith::IndexCastOp::create(inner, loc, type, iteration);
  Value distance = arith::MulIOp::create(inner, loc, iteration, op.getStep());
  return arith::AddIOp::create(inner, loc, op.getLowerBound(), distance);
}

/// A loop over the numbers of the iterations.
scf::ForOp ForVJP::createLoop(ValueRange inits) {
  Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
  Value end = arith::ConstantIndexOp::create(builder, loc, count);
  Value one = arith::ConstantIndexOp::create(builder, loc, 1);
  return scf::ForOp::create(builder, loc, zero, end, one, inits);
}

/// Fills the stacks.
void ForVJP::replay() {
  if (stacks.empty())
    return;
  SmallVector<Value> inits(op.getInitArgs());
  for (auto &[number, stack] : stacks) {
    auto type = getStackType(count, op.getInitArgs()[number].getType());
    inits.push_back(tensor::EmptyOp::create(builder, loc, type.getShape(),
                                            type.getElementType()));
  }
  scf::ForOp loop = createLoop(inits);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(loop.getBody());
  IRMapping mapping;
  Value iteration = loop.getInductionVar();
  mapping.map(op.getInductionVar(), getInductionValue(builder, iteration));
  size_t numValues = op.getInitArgs().size();
  mapping.map(op.getRegionIterArgs(),
              loop.getRegionIterArgs().take_front(numValues));
  SmallVector<Value> next;
  for (Operation &inside : op.getBody()->without_terminator())
    builder.clone(inside, mapping);
  for (Value yielded : op.getYieldedValues())
    next.push_back(mapping.lookupOrDefault(yielded));
  for (auto &[number, stack] : stacks)
    next.push_back(pushItem(builder, loc, loop.getRegionIterArg(next.size()),
                            loop.getRegionIterArg(number), iteration));
  scf::YieldOp::create(builder, loc, next);
  size_t result = numValues;
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

/// The cotangents of the initial values, and the sums.
SmallVector<Value> ForVJP::goBack() {
  SmallVector<Value> inits;
  for (unsigned number : floats)
    inits.push_back(
        cotangents[number]
            ? cotangents[number]
            : pc::createZeroOf(builder, loc, op.getResult(number).getType()));
  for (const IterationSum &sum : sums)
    inits.push_back(pc::createZeroOf(builder, loc, sum.target.getType()));
  scf::ForOp loop = createLoop(inits);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(loop.getBody());
  Value last = arith::ConstantIndexOp::create(builder, loc, count - 1);
  Value iteration =
      arith::SubIOp::create(builder, loc, last, loop.getInductionVar());
  IRMapping mapping;
  mapping.map(arguments[0], getInductionValue(builder, iteration));
  for (auto &[number, stack] : stacks) {
    Value argument = arguments[number + 1];
    mapping.map(argument,
                getItem(builder, loc, stack, argument.getType(), iteration));
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
  replay();
  // Parts are dead in the copy; their operands are asked for by now.
  for (IterationSum &sum : sums)
    if (sum.part)
      needed.push_back(sum.part->getResult(0));
  copy.keepOnly(needed);
  SmallVector<Value> results = goBack();
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
