// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reverse mode of a structured operation as the loop nest that it stands for.
// The running values that the derivative reads are replayed and kept, one
// element for each point; then the points are visited in reverse order with
// the cotangents of the running values and the sums for the targets in hand.

#include "Structured.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "pc/Differentiation/BlockVJP.h"
#include "pc/Support/Names.h"

using namespace mlir;
using pc::PointBody;

namespace {

/// A sum that the reverse loop carries: `cotangent`, a scalar of the body, goes
/// to the element at `map`, or at `indices`, or is of the type of the whole.
struct Sum {
  Value target;
  Value cotangent;
  AffineMap map;
  llvm::SmallVector<Value> indices;
};

class SequentialVJP {
public:
  SequentialVJP(linalg::LinalgOp op, OpBuilder &builder,
                ArrayRef<Value> cotangents,
                const pc::StructuredTargets &targets, pc::CotangentSink &sink)
      : op(op), builder(builder), loc(pc::getDerivativeLoc(op.getLoc())),
        targets(targets), cotangents(cotangents), sink(sink),
        body(builder, op) {}

  LogicalResult build();

private:
  void collectSums(llvm::SmallVectorImpl<Operation *> &ops);
  LogicalResult differentiateBody();
  llvm::SmallVector<Value> getNeeded();
  llvm::SmallVector<unsigned> getKept(ArrayRef<Value> values);
  llvm::SmallVector<Value> replay(ArrayRef<unsigned> kept);
  llvm::SmallVector<Value> goBack(ArrayRef<unsigned> kept,
                                  ArrayRef<Value> tapes);
  llvm::SmallVector<Value> visit(OpBuilder &inner, ValueRange point,
                                 ValueRange carried);
  scf::ValueVector
  buildLoops(ValueRange inits,
             function_ref<scf::ValueVector(OpBuilder &, Location, ValueRange,
                                           ValueRange)>
                 visitPoint);

  linalg::LinalgOp op;
  OpBuilder &builder;
  Location loc;
  const pc::StructuredTargets &targets;
  ArrayRef<Value> cotangents;
  pc::CotangentSink &sink;
  PointBody body;
  // Results whose initial values have a cotangent, which the loop carries; all
  // of the others are written by one point for each element and never read.
  llvm::SmallVector<unsigned> running;
  llvm::SmallVector<Value> seeds;    // by running
  llvm::SmallVector<Value> previous; // by running, null for zero
  llvm::SmallVector<Sum> sums;
};

} // namespace

/// What the terms of the sums belong to. Elements that the body extracts from a
/// wanted tensor are targets of their own, so that a point touches one element
/// of the sum; these operations are taken out of `ops`.
void SequentialVJP::collectSums(llvm::SmallVectorImpl<Operation *> &ops) {
  for (OpOperand *input : targets.inputs)
    if (Value argument = body.getArgument(*input))
      sums.push_back(
          {input->get(), argument, op.getMatchingIndexingMap(input), {}});
  for (Operation *inside : body.getOps()) {
    auto extract = dyn_cast<tensor::ExtractOp>(inside);
    if (extract && !pc::hasPlantedFault(extract) &&
        llvm::is_contained(targets.captured, extract.getTensor()))
      sums.push_back({extract.getTensor(), extract.getResult(), AffineMap(),
                      llvm::to_vector(extract.getIndices())});
    else
      ops.push_back(inside);
  }
  for (Value value : targets.captured)
    sums.push_back({value, value, AffineMap(), {}});
}

LogicalResult SequentialVJP::differentiateBody() {
  llvm::SmallVector<Operation *> ops;
  llvm::SmallVector<Value> wanted, outputs, outputSeeds;
  collectSums(ops);
  for (const Sum &sum : sums)
    wanted.push_back(sum.cotangent);
  llvm::SmallVector<bool> isRead;
  for (auto [number, yield] : llvm::enumerate(body.getYields())) {
    if (!pc::isDifferentiable(yield.getType()))
      continue;
    OpOperand *init = op.getDpsInitOperand(number);
    AffineMap map = pc::getResultMap(op, number);
    bool isOverwritten =
        map.isPermutation() && !op.payloadUsesValueFromOperand(init);
    if (isOverwritten && !cotangents[number])
      continue;
    outputs.push_back(yield);
    if (isOverwritten) {
      outputSeeds.push_back(body.addRead(cotangents[number], map));
      continue;
    }
    running.push_back(number);
    outputSeeds.push_back(body.addRead(init->get(), map));
    seeds.push_back(outputSeeds.back());
    isRead.push_back(body.getArgument(*init) != nullptr);
    if (isRead.back())
      wanted.push_back(body.getArgument(*init));
  }
  auto found =
      pc::buildBlockVJP(body.getBuilder(), ops, outputs, outputSeeds, wanted);
  if (failed(found))
    return failure();
  for (auto [sum, cotangent] : llvm::zip_first(sums, *found))
    sum.cotangent = cotangent;
  const Value *next = found->begin() + sums.size();
  for (bool reads : isRead)
    previous.push_back(reads ? *next++ : Value());
  llvm::erase_if(sums, [](const Sum &sum) { return !sum.cotangent; });
  return success();
}

/// The scalars of the body that the loop backward computes.
llvm::SmallVector<Value> SequentialVJP::getNeeded() {
  llvm::SmallVector<Value> values;
  for (Value value : previous)
    if (value)
      values.push_back(value);
  for (const Sum &sum : sums) {
    values.push_back(sum.cotangent);
    llvm::append_range(values, sum.indices);
  }
  return values;
}

/// The results whose running values the derivative reads.
llvm::SmallVector<unsigned> SequentialVJP::getKept(ArrayRef<Value> values) {
  llvm::DenseSet<Value> slice = body.getSlice(values);
  llvm::SmallVector<unsigned> kept;
  for (unsigned number = 0, e = op.getNumDpsInits(); number != e; ++number)
    if (pc::isRunning(op, number) &&
        slice.contains(body.getArgument(*op.getDpsInitOperand(number))))
      kept.push_back(number);
  return kept;
}

scf::ValueVector
SequentialVJP::buildLoops(ValueRange inits,
                          function_ref<scf::ValueVector(OpBuilder &, Location,
                                                        ValueRange, ValueRange)>
                              visitPoint) {
  llvm::SmallVector<Value> lower, upper, steps;
  for (int64_t extent : op.getStaticLoopRanges()) {
    lower.push_back(arith::ConstantIndexOp::create(builder, loc, 0));
    upper.push_back(arith::ConstantIndexOp::create(builder, loc, extent));
    steps.push_back(arith::ConstantIndexOp::create(builder, loc, 1));
  }
  return scf::buildLoopNest(builder, loc, lower, upper, steps, inits,
                            visitPoint)
      .results;
}

/// Runs the operation again and writes down, for each point, the running values
/// that it finds. Returns one tensor of the shape of the domain for each.
llvm::SmallVector<Value> SequentialVJP::replay(ArrayRef<unsigned> kept) {
  if (kept.empty())
    return {};
  llvm::SmallVector<Value> carried(op.getDpsInits());
  size_t numInits = carried.size();
  for (unsigned number : kept)
    carried.push_back(tensor::EmptyOp::create(
        builder, loc, op.getStaticLoopRanges(),
        getElementTypeOrSelf(op.getDpsInits()[number])));
  auto visitPoint = [&](OpBuilder &inner, Location, ValueRange point,
                        ValueRange carried) {
    PointBody forward(inner, op);
    llvm::SmallVector<Value> values(forward.getYields());
    for (unsigned number = 0; number != numInits; ++number)
      if (Value running = forward.getArgument(*op.getDpsInitOperand(number)))
        forward.getRead(running)->value = carried[number];
    for (unsigned number : kept)
      values.push_back(forward.getArgument(*op.getDpsInitOperand(number)));
    values = forward.inlineAt(inner, loc, point, values);
    scf::ValueVector next;
    for (auto [number, value] : llvm::enumerate(values)) {
      llvm::SmallVector<Value> indices(point);
      if (number < numInits)
        indices =
            pc::createIndices(inner, loc, pc::getResultMap(op, number), point);
      next.push_back(tensor::InsertOp::create(inner, loc, value,
                                              carried[number], indices));
    }
    return next;
  };
  scf::ValueVector results = buildLoops(carried, visitPoint);
  return llvm::to_vector(ArrayRef<Value>(results).drop_front(numInits));
}

/// One point of the reverse loop.
llvm::SmallVector<Value>
SequentialVJP::visit(OpBuilder &inner, ValueRange point, ValueRange carried) {
  llvm::SmallVector<Value> values = getNeeded();
  for (auto [seed, tensor] : llvm::zip_first(seeds, carried))
    body.getRead(seed)->value = tensor;
  values = body.inlineAt(inner, loc, point, values);
  llvm::SmallVector<Value> next;
  size_t taken = 0;
  for (auto [i, number] : llvm::enumerate(running)) {
    Type type = getElementTypeOrSelf(carried[i]);
    Value value =
        previous[i] ? values[taken++] : pc::createZero(inner, loc, type);
    next.push_back(tensor::InsertOp::create(
        inner, loc, value, carried[i],
        pc::createIndices(inner, loc, pc::getResultMap(op, number), point)));
  }
  for (const Sum &sum : sums) {
    Value old = carried[next.size()], value = values[taken++];
    llvm::SmallVector<Value> indices;
    if (sum.map)
      indices = pc::createIndices(inner, loc, sum.map, point);
    for (size_t i = 0, e = sum.indices.size(); i != e; ++i)
      indices.push_back(values[taken++]);
    if (value.getType() == old.getType()) {
      next.push_back(pc::createSum(inner, loc, old, value));
      continue;
    }
    Value element = tensor::ExtractOp::create(inner, loc, old, indices);
    element = pc::createSum(inner, loc, element, value);
    next.push_back(tensor::InsertOp::create(inner, loc, element, old, indices));
  }
  return next;
}

/// The cotangents of the initial values and the sums.
llvm::SmallVector<Value> SequentialVJP::goBack(ArrayRef<unsigned> kept,
                                               ArrayRef<Value> tapes) {
  auto identity = builder.getMultiDimIdentityMap(op.getNumLoops());
  for (auto [number, tape] : llvm::zip_equal(kept, tapes))
    *body.getRead(body.getArgument(*op.getDpsInitOperand(number))) = {tape,
                                                                      identity};
  llvm::SmallVector<Value> carried;
  for (unsigned number : running)
    carried.push_back(
        cotangents[number]
            ? cotangents[number]
            : pc::createZeroOf(builder, loc,
                               op.getDpsInits()[number].getType()));
  for (const Sum &sum : sums)
    carried.push_back(pc::createZeroOf(builder, loc, sum.target.getType()));
  auto visitPoint = [&](OpBuilder &inner, Location, ValueRange point,
                        ValueRange carried) -> scf::ValueVector {
    llvm::SmallVector<Value> reversed;
    for (auto [index, extent] :
         llvm::zip_equal(point, op.getStaticLoopRanges())) {
      Value last = arith::ConstantIndexOp::create(inner, loc, extent - 1);
      reversed.push_back(arith::SubIOp::create(inner, loc, last, index));
    }
    llvm::SmallVector<Value> next = visit(inner, reversed, carried);
    return scf::ValueVector(next.begin(), next.end());
  };
  scf::ValueVector results = buildLoops(carried, visitPoint);
  return llvm::to_vector(results);
}

LogicalResult SequentialVJP::build() {
  if (failed(differentiateBody()))
    return failure();
  llvm::SmallVector<unsigned> kept = getKept(getNeeded());
  llvm::SmallVector<Value> results = goBack(kept, replay(kept));
  for (auto [i, number] : llvm::enumerate(running))
    if (targets.inits)
      sink.add(builder, op.getDpsInits()[number], results[i]);
  for (auto [i, sum] : llvm::enumerate(sums))
    sink.add(builder, sum.target, results[running.size() + i]);
  return success();
}

LogicalResult pc::buildSequentialVJP(linalg::LinalgOp op, OpBuilder &builder,
                                     ArrayRef<Value> cotangents,
                                     const StructuredTargets &targets,
                                     CotangentSink &sink) {
  return SequentialVJP(op, builder, cotangents, targets, sink).build();
}
