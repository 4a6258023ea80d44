// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Pairs of features turned by an angle that depends on their position.

#include "Operators.h"

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;
using Sizes = SmallVector<int64_t>;

namespace {
/// An operand [batch, length, heads, size], of whose features the first
/// `rotated` are turned.
struct Rotation {
  int64_t batch, length, heads, size, rotated;
  bool isInterleaved;
};
} // namespace

static FailureOr<Rotation> planRotation(NodeContext &node) {
  if (failed(node.requireInputs(3, 4)) || failed(node.requireFloat(0)) ||
      failed(node.requireRank(0, 3, 4)) ||
      failed(node.requireSameElementType(0, 1)) ||
      failed(node.requireSameElementType(0, 2)))
    return failure();
  ArrayRef<int64_t> shape = node.getShape(0);
  Rotation plan;
  plan.isInterleaved = node.attributes.getInt("interleaved", 0) != 0;
  plan.batch = shape[0];
  if (shape.size() == 4) {
    plan.heads = shape[1], plan.length = shape[2], plan.size = shape[3];
  } else {
    plan.length = shape[1];
    plan.heads = node.attributes.getInt("num_heads", 0);
    if (plan.heads < 1 || shape[2] % plan.heads != 0)
      return node.fail("expected num_heads that divides the last dimension, "
                       "but got " +
                       Twine(plan.heads) + " for " + printTypes(node));
    plan.size = shape[2] / plan.heads;
  }
  plan.rotated = node.attributes.getInt("rotary_embedding_dim", 0);
  if (plan.rotated == 0)
    plan.rotated = plan.size;
  if (plan.rotated < 0 || plan.rotated > plan.size || plan.rotated % 2 != 0)
    return node.fail("expected an even number of at most " + Twine(plan.size) +
                     " features to rotate, but got " + Twine(plan.rotated));
  return plan;
}

/// Row `index` of `table`, for each index: a sum under a mask.
static Value pickRows(Emitter &b, Value table, Value indices) {
  int64_t batch = getShape(indices)[0], length = getShape(indices)[1];
  int64_t rows = getShape(table)[0], columns = getShape(table)[1];
  Type element = getElement(table);
  auto map = [&](ArrayRef<unsigned> loops) {
    SmallVector<AffineExpr> exprs;
    for (unsigned loop : loops)
      exprs.push_back(b.getAffineDimExpr(loop));
    return AffineMap::get(4, 0, exprs, b.getContext());
  };
  return sumOver(b, {batch, length, columns}, element, {table, indices},
                 {map({3, 2}), map({0, 1})}, [&](Scalar &b, ValueRange v) {
                   Value isHere = compareIntegers(
                       b, arith::CmpIPredicate::eq, wrapIndex(b, v[1], rows),
                       getPosition(b, 3, v[1].getType()));
                   return arith::SelectOp::create(b, isHere, v[0],
                                                  emitScalar(b, element, 0))
                       .getResult();
                 });
}

/// Cosines or sines [batch, length, 1, rotated / 2], from rows that positions
/// name or from one row for each position.
static FailureOr<Value> getTurns(NodeContext &node, Emitter &b, unsigned input,
                                 const Rotation &plan) {
  int64_t half = plan.rotated / 2;
  ArrayRef<int64_t> shape = node.getShape(input);
  bool hasPositions = node.hasInput(3);
  bool isFine = shape.size() == (hasPositions ? 2 : 3) && shape.back() == half;
  if (hasPositions)
    isFine = isFine && node.getShape(3).size() == 2 &&
             node.getShape(3)[0] == plan.batch &&
             node.getShape(3)[1] == plan.length &&
             isa<IntegerType>(node.getType(3).getElementType());
  else
    isFine = isFine && shape[0] == plan.batch && shape[1] == plan.length;
  if (!isFine)
    return node.fail("expected " + Twine(half) +
                     " cosines and sines for each position, but got " +
                     printTypes(node));
  Value rows = node.getInput(input);
  if (hasPositions)
    rows = pickRows(b, rows, node.getInput(3));
  return b.reshape(rows, {plan.batch, plan.length, 1, half});
}

/// Every second feature, or one half of them: [batch, length, heads, half].
static Value takeHalf(Emitter &b, Value x, const Rotation &plan,
                      int64_t which) {
  int64_t half = plan.rotated / 2;
  int64_t offset = plan.isInterleaved ? which : which * half;
  return b.slice(x, {0, 0, 0, offset},
                 {plan.batch, plan.length, plan.heads, half},
                 {1, 1, 1, plan.isInterleaved ? 2 : 1});
}

/// x * u + sign * y * w.
static Value combine(Emitter &b, Value x, Value u, Value y, Value w,
                     bool isSum) {
  return b.elementwise(
      getShape(x), getElement(x), {x, u, y, w}, [&](Scalar &b, ValueRange v) {
        Value left = emitMul(b, v[0], v[1]);
        Value right = emitMul(b, v[2], v[3]);
        return isSum ? emitAdd(b, left, right) : emitSub(b, left, right);
      });
}

static LogicalResult lowerRotaryEmbedding(NodeContext &node) {
  FailureOr<Rotation> plan = planRotation(node);
  if (failed(plan))
    return failure();
  if (node.getType(0).getNumElements() == 0) {
    node.forwardInput(0, 0);
    return success();
  }
  Emitter b(node.builder, node.loc);
  FailureOr<Value> cos = getTurns(node, b, 1, *plan);
  FailureOr<Value> sin = getTurns(node, b, 2, *plan);
  if (failed(cos) || failed(sin))
    return failure();
  bool isSplit = node.getType(0).getRank() == 4;
  Value x = node.getInput(0);
  x = isSplit
          ? b.transpose(x, {0, 2, 1, 3})
          : b.reshape(x, {plan->batch, plan->length, plan->heads, plan->size});
  Value first = takeHalf(b, x, *plan, 0), second = takeHalf(b, x, *plan, 1);
  Value real = combine(b, first, *cos, second, *sin, false);
  Value imaginary = combine(b, first, *sin, second, *cos, true);
  if (plan->isInterleaved) {
    real = b.unsqueeze(real, 4);
    imaginary = b.unsqueeze(imaginary, 4);
  }
  int64_t axis = plan->isInterleaved ? 4 : 3;
  Value turned =
      b.reshape(b.concat(axis, {real, imaginary}),
                {plan->batch, plan->length, plan->heads, plan->rotated});
  if (plan->rotated != plan->size) {
    int64_t rest = plan->size - plan->rotated;
    Value kept =
        b.slice(x, {0, 0, 0, plan->rotated},
                {plan->batch, plan->length, plan->heads, rest}, {1, 1, 1, 1});
    turned = b.concat(3, {turned, kept});
  }
  node.setOutput(0, isSplit ? b.transpose(turned, {0, 2, 1, 3})
                            : b.reshape(turned, node.getShape(0)));
  return success();
}

void registerRotaryEmbeddings(OperatorRegistry &all) {
  all.add("RotaryEmbedding", 23, lowerRotaryEmbedding);
}

} // namespace mlir::pc
