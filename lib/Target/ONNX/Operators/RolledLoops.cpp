// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loops whose body is emitted once. A condition that is data is carried as a
// flag, and iterations after the last one hand on what they got: the number of
// iterations stays known, which is what reverse mode needs to keep their
// values.

#include "Subgraphs.h"
#include "pc/Support/Names.h"

using namespace llvm;

namespace mlir::pc {

namespace {
class RolledLoopEmitter {
public:
  RolledLoopEmitter(NodeContext &node, RolledLoop &plan)
      : node(node), plan(plan), b(node.builder, node.loc) {}

  FailureOr<ImportedValues> emit();

private:
  LogicalResult emitBody();
  LogicalResult checkResults();
  void guard();
  LogicalResult collect();

  NodeContext &node;
  RolledLoop &plan;
  Emitter b;
  scf::ForOp loop;
  ImportedValues results;
  Value goesOn;
};
} // namespace

/// The loop with its body, and with a terminator that yields what is carried.
LogicalResult RolledLoopEmitter::emitBody() {
  Value zero = arith::ConstantIndexOp::create(b, 0);
  Value end = arith::ConstantIndexOp::create(b, plan.trips);
  Value one = arith::ConstantIndexOp::create(b, 1);
  loop = scf::ForOp::create(b, zero, end, one, flatten(node, plan.carried, b));
  Block *body = loop.getBody();
  if (!body->empty()) // without carried values it has a terminator already
    body->getTerminator()->erase();
  OpBuilder inner = OpBuilder::atBlockEnd(body);
  if (failed(plan.emitBody(inner, loop.getInductionVar(),
                           unflatten(plan.carried, loop.getRegionIterArgs()),
                           results, goesOn)))
    return failure();
  if (isPoisoned(results))
    return success();
  if (failed(checkResults()))
    return failure();
  MutableArrayRef<ImportedValue> carried(results.data(), plan.carried.size());
  scf::YieldOp::create(inner, node.loc, flatten(node, carried, inner));
  return success();
}

LogicalResult RolledLoopEmitter::checkResults() {
  size_t count = plan.carried.size();
  if (results.size() != count + plan.outputs.size())
    return node.fail("expected a body that carries " + Twine(count) +
                     " values and collects " + Twine(plan.outputs.size()) +
                     ", but got " + Twine(results.size()) + " of both");
  if (!isSameForm(plan.carried, ArrayRef(results).take_front(count)))
    return node.unsupported("a carried value that changes its shape, in a loop "
                            "that is not unrolled");
  ArrayRef<ImportedValue> parts = ArrayRef(results).drop_front(count);
  if (hasNonTensor(parts))
    return node.unsupported("collected outputs that are no tensors");
  if (llvm::any_of(parts, hasStrings))
    return node.unsupported("collected outputs that are strings");
  if (!parts.empty() && (plan.condition || goesOn))
    return node.unsupported(
        "collected outputs whose number is not known at compile time");
  return success();
}

/// Puts the body behind the flag.
void RolledLoopEmitter::guard() {
  if (!plan.condition && !goesOn)
    return;
  ImplicitLocOpBuilder outside(node.loc, loop);
  Value start = plan.condition;
  if (!start)
    start = emitScalar(outside, b.getI1Type(), 1);
  IRRewriter rewriter(b.getContext());
  rewriter.setInsertionPoint(loop);
  auto yieldFlag = [&](OpBuilder &, Location, ArrayRef<BlockArgument> added) {
    return SmallVector<Value>{goesOn ? goesOn : Value(added.front())};
  };
  loop = cast<scf::ForOp>(
      *cast<LoopLikeOpInterface>(loop.getOperation())
           .replaceWithAdditionalYields(rewriter, start, false, yieldFlag));
  Block *body = loop.getBody();
  Value flag = body->getArguments().back();
  Operation *yield = body->getTerminator();
  SmallVector<Value> next(yield->getOperands());
  OpBuilder inner(yield);
  auto choice = scf::IfOp::create(inner, node.loc, ValueRange(next).getTypes(),
                                  flag, /*withElseRegion=*/true);
  Block *then = choice.thenBlock();
  then->getOperations().splice(then->end(), body->getOperations(),
                               body->begin(), choice->getIterator());
  inner.setInsertionPointToEnd(then);
  scf::YieldOp::create(inner, node.loc, next);
  inner.setInsertionPointToEnd(choice.elseBlock());
  SmallVector<Value> old(loop.getRegionIterArgs());
  scf::YieldOp::create(inner, node.loc, old);
  yield->setOperands(choice.getResults());
}

/// Writes the parts of each iteration into the outputs.
LogicalResult RolledLoopEmitter::collect() {
  size_t count = plan.carried.size();
  SmallVector<Value> inits, parts;
  SmallVector<int64_t> axes;
  OpBuilder inner(loop.getBody()->getTerminator());
  for (auto [i, output] : enumerate(plan.outputs)) {
    ImportedValue &part = results[count + i];
    parts.push_back(node.getImporter().materialize(part, inner, node.loc));
    FailureOr<int64_t> axis =
        node.normalizeAxis(output.axis, part.type.getRank() + 1);
    if (failed(axis))
      return failure();
    axes.push_back(*axis);
    SmallVector<int64_t> shape(part.type.getShape());
    shape.insert(shape.begin() + *axis, plan.trips);
    auto type = node.getTensorType(shape, part.type.getElementType());
    if (failed(type))
      return failure();
    OpBuilder outside(loop);
    inits.push_back(tensor::EmptyOp::create(outside, node.loc, shape,
                                            type->getElementType()));
  }
  auto yieldParts = [&](OpBuilder &builder, Location loc,
                        ArrayRef<BlockArgument> added) {
    SmallVector<Value> next;
    for (auto [i, argument] : enumerate(added)) {
      Value at = loop.getInductionVar();
      if (plan.outputs[i].isBackward) {
        Value last =
            arith::ConstantIndexOp::create(builder, loc, plan.trips - 1);
        at = arith::SubIOp::create(builder, loc, last, at);
      }
      auto type = cast<RankedTensorType>(argument.getType());
      SmallVector<OpFoldResult> sizes = getAsIndexOpFoldResult(
          builder.getContext(), SmallVector<int64_t>(type.getShape()));
      SmallVector<OpFoldResult> offsets(type.getRank(),
                                        builder.getIndexAttr(0));
      SmallVector<OpFoldResult> strides(type.getRank(),
                                        builder.getIndexAttr(1));
      sizes[axes[i]] = builder.getIndexAttr(1);
      offsets[axes[i]] = at;
      next.push_back(tensor::InsertSliceOp::create(
          builder, loc, parts[i], argument, offsets, sizes, strides));
    }
    return next;
  };
  IRRewriter rewriter(b.getContext());
  rewriter.setInsertionPoint(loop);
  loop = cast<scf::ForOp>(
      *cast<LoopLikeOpInterface>(loop.getOperation())
           .replaceWithAdditionalYields(rewriter, inits, false, yieldParts));
  return success();
}

FailureOr<ImportedValues> RolledLoopEmitter::emit() {
  LogicalResult result = emitBody();
  if (failed(result) || isPoisoned(results)) {
    loop.erase();
    if (failed(result))
      return failure();
    return results;
  }
  guard();
  if (!plan.outputs.empty() && failed(collect()))
    return failure();
  setCheckpoint(loop, node.getImporter().getCheckpoint());
  ImportedValues made = unflatten(plan.carried, loop.getResults());
  for (Value value : loop.getResults().take_back(plan.outputs.size()))
    made.push_back(makeValue(value));
  return made;
}

void setCheckpoint(scf::ForOp loop, std::optional<int64_t> interval) {
  if (interval)
    loop->setAttr(checkpointAttrName,
                  OpBuilder(loop).getI64IntegerAttr(*interval));
}

FailureOr<ImportedValues> emitRolledLoop(NodeContext &node, RolledLoop &loop) {
  return RolledLoopEmitter(node, loop).emit();
}

} // namespace mlir::pc
