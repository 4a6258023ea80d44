// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Layers that read a sequence piece by piece and hand a state to the next call.

#include "Operators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include <cmath>

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;
using Sizes = SmallVector<int64_t>;

/// Sequences are unrolled up to this length.
static constexpr int64_t maxUnrolled = 1024;

static Value combine(Emitter &b, ArrayRef<int64_t> shape, Value x, Value y,
                     Value (*function)(Scalar &, Value, Value)) {
  return b.elementwise(
      shape, getElement(x), {x, y},
      [&](Scalar &b, ValueRange v) { return function(b, v[0], v[1]); });
}

//===----------------------------------------------------------------------===//
// LinearAttention
//===----------------------------------------------------------------------===//

namespace {
/// The state is a matrix [keys, values] for each of batch * groups.
struct Recurrence {
  int64_t batch, length, heads, groups, keys, values;
  bool hasDecay, isDelta;
  double scale;
};
} // namespace

static FailureOr<Recurrence> planRecurrence(NodeContext &node) {
  if (failed(node.requireInputs(3, 6)))
    return failure();
  for (unsigned i = 0; i < node.getNumInputs(); ++i)
    if (node.hasInput(i) &&
        (failed(node.requireFloat(i)) ||
         failed(node.requireSameElementType(0, i)) ||
         failed(node.requireRank(i, i == 3 ? 4 : 3, i == 3 ? 4 : 3))))
      return failure();
  ArrayRef<int64_t> q = node.getShape(0), k = node.getShape(1),
                    v = node.getShape(2);
  Recurrence plan;
  std::string rule = node.attributes.getString("update_rule", "gated_delta");
  plan.hasDecay = rule == "gated" || rule == "gated_delta";
  plan.isDelta = rule == "delta" || rule == "gated_delta";
  if (!plan.hasDecay && !plan.isDelta && rule != "linear")
    return node.fail("update_rule: expected linear, gated, delta or "
                     "gated_delta, but got '" +
                     rule + "'");
  plan.batch = q[0], plan.length = q[1];
  plan.heads = node.attributes.getInt("q_num_heads", 0);
  plan.groups = node.attributes.getInt("kv_num_heads", 0);
  if (plan.heads < 1 || plan.groups < 1 || plan.heads % plan.groups != 0 ||
      q[2] % plan.heads != 0 || v[2] % plan.groups != 0 ||
      k[2] != q[2] / plan.heads * plan.groups ||
      k.take_front(2) != q.take_front(2) || v.take_front(2) != q.take_front(2))
    return node.fail("expected queries, keys and values that match the numbers "
                     "of heads, but got " +
                     printTypes(node));
  plan.keys = q[2] / plan.heads, plan.values = v[2] / plan.groups;
  plan.scale = node.attributes.getFloat("scale", 0);
  if (plan.scale == 0)
    plan.scale = 1 / std::sqrt(double(plan.keys));
  if (plan.hasDecay != node.hasInput(4) || plan.isDelta != node.hasInput(5))
    return node.fail("expected a decay and a beta where the update rule " +
                     rule + " has them");
  if (plan.length > maxUnrolled)
    return node.unsupported("more than " + Twine(maxUnrolled) + " steps");
  if (is_contained(q, 0) || plan.values == 0)
    return node.unsupported("empty sequences");
  return plan;
}

/// Step `at` of [batch, length, columns], as [batch * groups, ...].
static Value takeStep(NodeContext &node, Emitter &b, const Recurrence &plan,
                      unsigned input, int64_t at, ArrayRef<int64_t> shape) {
  int64_t columns = node.getShape(input)[2];
  Value part = b.slice(node.getInput(input), {0, at, 0},
                       {plan.batch, 1, columns}, {1, 1, 1});
  return b.reshape(part, shape);
}

/// Numbers for each head, or one for all of them: [stack, 1 or keys, 1].
static FailureOr<Value> takeGate(NodeContext &node, Emitter &b,
                                 const Recurrence &plan, unsigned input,
                                 int64_t at) {
  int64_t columns = node.getShape(input)[2];
  int64_t stack = plan.batch * plan.groups;
  bool isFine =
      node.getShape(input).take_front(2) == node.getShape(0).take_front(2);
  if (isFine && columns == plan.groups)
    return takeStep(node, b, plan, input, at, {stack, 1, 1});
  if (isFine && input == 4 && columns == plan.groups * plan.keys)
    return takeStep(node, b, plan, input, at, {stack, plan.keys, 1});
  if (isFine && columns == 1) {
    Value one = takeStep(node, b, plan, input, at, {plan.batch, 1});
    Value all = b.elementwise({plan.batch, plan.groups}, getElement(one), one,
                              [](Scalar &, ValueRange v) { return v[0]; });
    return b.reshape(all, {stack, 1, 1});
  }
  return node.fail("expected a decay and a beta for each head, but got " +
                   printTypes(node));
}

/// S' = g S + k (b (v - (g S)^T k))^T, or S' = g S + k v^T: the delta rule
/// writes what the state does not yet say (Yang et al., 2024,
/// arXiv:2406.06484).
static FailureOr<Value> updateState(NodeContext &node, Emitter &b,
                                    const Recurrence &plan, Value state,
                                    int64_t at) {
  int64_t stack = plan.batch * plan.groups;
  Type element = getElement(state);
  Sizes shape{stack, plan.keys, plan.values};
  if (plan.hasDecay) {
    FailureOr<Value> decay = takeGate(node, b, plan, 4, at);
    if (failed(decay))
      return failure();
    state =
        b.elementwise(shape, element, {state, b.cast(*decay, element)},
                      [](Scalar &b, ValueRange v) {
                        return emitMul(b, v[0], math::ExpOp::create(b, v[1]));
                      });
  }
  Value key =
      b.cast(takeStep(node, b, plan, 1, at, {stack, plan.keys, 1}), element);
  Value write =
      b.cast(takeStep(node, b, plan, 2, at, {stack, 1, plan.values}), element);
  Sizes row{stack, 1, plan.values};
  if (plan.isDelta) {
    FailureOr<Value> beta = takeGate(node, b, plan, 5, at);
    if (failed(beta))
      return failure();
    Value flat = b.reshape(key, {stack, 1, plan.keys});
    Value known = emitMatrixProduct(b, flat, state, row);
    write = b.elementwise(row, element, {write, known, b.cast(*beta, element)},
                          [](Scalar &b, ValueRange v) {
                            return emitMul(b, v[2], emitSub(b, v[0], v[1]));
                          });
  }
  Value outer = combine(b, shape, key, write, emitMul);
  return combine(b, shape, state, outer, emitAdd);
}

/// Scaled queries of step `at` read the state: [batch, 1, heads * values].
static Value readState(NodeContext &node, Emitter &b, const Recurrence &plan,
                       Value state, int64_t at) {
  int64_t stack = plan.batch * plan.groups, shared = plan.heads / plan.groups;
  Value query =
      b.cast(takeStep(node, b, plan, 0, at, {stack, shared, plan.keys}),
             getElement(state));
  Value read = emitMatrixProduct(b, query, state, {stack, shared, plan.values});
  Value scaled = b.map(read, [&](Scalar &b, ValueRange v) {
    return emitMul(b, v[0], emitScalar(b, v[0].getType(), plan.scale));
  });
  return b.reshape(b.cast(scaled, node.getType(0).getElementType()),
                   {plan.batch, 1, plan.heads * plan.values});
}

static LogicalResult lowerLinearAttention(NodeContext &node) {
  FailureOr<Recurrence> plan = planRecurrence(node);
  if (failed(plan))
    return failure();
  Emitter b(node.builder, node.loc);
  Type element = node.getType(0).getElementType();
  Type wide = getSumType(element);
  Sizes shape{plan->batch, plan->groups, plan->keys, plan->values};
  Sizes stacked{plan->batch * plan->groups, plan->keys, plan->values};
  if (node.hasInput(3) && node.getShape(3) != ArrayRef(shape))
    return node.fail("expected a state for each head, but got " +
                     printTypes(node));
  Value state = node.hasInput(3)
                    ? b.cast(b.reshape(node.getInput(3), stacked), wide)
                    : b.filled(stacked, wide, 0);
  SmallVector<Value> outputs;
  for (int64_t at = 0; at < plan->length; ++at) {
    FailureOr<Value> next = updateState(node, b, *plan, state, at);
    if (failed(next))
      return failure();
    state = *next;
    outputs.push_back(readState(node, b, *plan, state, at));
  }
  node.setOutput(0, b.concat(1, outputs));
  node.setOutput(1, b.reshape(b.cast(state, element), shape));
  return success();
}

//===----------------------------------------------------------------------===//
// CausalConvWithState
//===----------------------------------------------------------------------===//

static LogicalResult checkCausalConv(NodeContext &node) {
  if (failed(node.requireInputs(2, 4)))
    return failure();
  for (unsigned i = 0; i < node.getNumInputs(); ++i)
    if (node.hasInput(i) && (failed(node.requireFloat(i)) ||
                             failed(node.requireSameElementType(0, i))))
      return failure();
  ArrayRef<int64_t> x = node.getShape(0), w = node.getShape(1);
  bool isFine = x.size() == 3 && w.size() == 3 && w[0] == x[1] && w[1] == 1 &&
                w[2] >= 1 && !is_contained(x, 0);
  if (isFine && node.hasInput(2))
    isFine = node.getShape(2) == ArrayRef<int64_t>(x[1]);
  if (isFine && node.hasInput(3))
    isFine = node.getShape(3) == ArrayRef<int64_t>({x[0], x[1], w[2] - 1});
  if (!isFine)
    return node.fail(
        "expected a sequence [N, C, L], a kernel [C, 1, K], a bias "
        "[C] and a state [N, C, K - 1], but got " +
        printTypes(node));
  Sizes padded(x);
  padded[2] += w[2] - 1;
  return node.getTensorType(padded, node.getType(0).getElementType());
}

/// Sum over k of x[n, c, l + k] w[c, k].
static Value convolveChannels(Emitter &b, Value x, Value kernel,
                              ArrayRef<int64_t> shape) {
  AffineExpr n, c, l, k;
  bindDims(b.getContext(), n, c, l, k);
  auto map = [&](ArrayRef<AffineExpr> exprs) {
    return AffineMap::get(4, 0, exprs, b.getContext());
  };
  Type element = getElement(x), wide = getSumType(element);
  Value sums =
      sumOver(b, shape, wide, {b.cast(x, wide), b.cast(kernel, wide)},
              {map({n, c, l + k}), map({c, k})},
              [](Scalar &b, ValueRange v) { return emitMul(b, v[0], v[1]); });
  return b.cast(sums, element);
}

static LogicalResult lowerCausalConv(NodeContext &node) {
  std::string activation = node.attributes.getString("activation", "none");
  bool isSwish = activation == "silu" || activation == "swish";
  if (!isSwish && activation != "none")
    return node.fail("activation: expected none, silu or swish, but got '" +
                     activation + "'");
  if (failed(checkCausalConv(node)))
    return failure();
  Emitter b(node.builder, node.loc);
  ArrayRef<int64_t> shape = node.getShape(0);
  int64_t channels = shape[1], size = node.getShape(1)[2], past = size - 1;
  Value x = node.getInput(0);
  if (past > 0 && node.hasInput(3))
    x = b.concat(2, {node.getInput(3), x});
  else if (past > 0)
    x = b.pad(x, {0, 0, past}, {0, 0, 0}, 0);
  Value result = convolveChannels(
      b, x, b.reshape(node.getInput(1), {channels, size}), shape);
  if (node.hasInput(2))
    result = combine(b, shape, result,
                     b.reshape(node.getInput(2), {channels, 1}), emitAdd);
  if (isSwish)
    result = b.map(
        result, [](Scalar &b, ValueRange v) { return emitSwish(b, v[0], 1); });
  node.setOutput(0, result);
  node.setOutput(
      1, b.slice(x, {0, 0, shape[2]}, {shape[0], channels, past}, {1, 1, 1}));
  return success();
}

//===----------------------------------------------------------------------===//
// TensorScatter
//===----------------------------------------------------------------------===//

/// Writes a piece of a sequence into a cache, from a place on that each batch
/// names: every element of the cache looks for the update that is meant for it.
static LogicalResult lowerTensorScatter(NodeContext &node) {
  if (failed(node.requireInputs(2, 3)) || failed(node.requireNumbers(0)) ||
      failed(node.requireSameElementType(0, 1)) ||
      failed(node.requireRank(0, 2, INT64_MAX)))
    return failure();
  Sizes shape(node.getShape(0)), expected(shape);
  int64_t rank = shape.size();
  FailureOr<int64_t> axis =
      node.normalizeAxis(node.attributes.getInt("axis", -2), rank);
  std::string mode = node.attributes.getString("mode", "linear");
  if (failed(axis))
    return failure();
  if (*axis == 0 || (mode != "linear" && mode != "circular"))
    return node.fail("expected an axis behind the first and the mode linear or "
                     "circular, but got " +
                     Twine(*axis) + " and '" + mode + "'");
  bool hasPlaces = node.hasInput(2);
  if (node.getType(1).getRank() == rank)
    expected[*axis] = node.getShape(1)[*axis];
  if (node.getShape(1) != ArrayRef(expected) ||
      expected[*axis] > shape[*axis] ||
      (hasPlaces && (node.getShape(2) != ArrayRef<int64_t>(shape[0]) ||
                     !isa<IntegerType>(node.getType(2).getElementType()))))
    return node.fail("expected an update that fits the cache and an index for "
                     "each batch, but got " +
                     printTypes(node));
  Emitter b(node.builder, node.loc);
  Type element = node.getType(0).getElementType(), index = b.getI64Type();
  Value places = hasPlaces ? b.cast(node.getInput(2), index)
                           : b.filled(shape[0], index, 0);
  bool isCircular = mode == "circular";
  int64_t size = shape[*axis], count = expected[*axis];
  // Where the element lies behind the first one that is written.
  auto getOffset = [&](Scalar &b, Value place) -> Value {
    Value offset = emitSub(b, getPosition(b, *axis, index), place);
    if (!isCircular)
      return offset;
    Value whole = emitScalar(b, index, double(size));
    Value wrapped = arith::RemSIOp::create(b, offset, whole);
    return wrapIndex(b, wrapped, size);
  };
  SmallVector<AffineExpr> along;
  for (int64_t i = 0; i < rank; ++i)
    along.push_back(b.getAffineDimExpr(i == *axis ? rank : i));
  AffineMap maps[] = {
      AffineMap::get(rank + 1, 0, along, b.getContext()),
      AffineMap::get(rank + 1, 0, b.getAffineDimExpr(0), b.getContext())};
  Value written =
      sumOver(b, shape, element, {node.getInput(1), places}, maps,
              [&](Scalar &b, ValueRange v) -> Value {
                Value isMeant = compareIntegers(b, arith::CmpIPredicate::eq,
                                                getOffset(b, v[1]),
                                                getPosition(b, rank, index));
                return arith::SelectOp::create(b, isMeant, v[0],
                                               emitScalar(b, element, 0));
              });
  Sizes aligned(rank, 1);
  aligned[0] = shape[0];
  node.setOutput(
      0,
      b.elementwise(shape, element,
                    {node.getInput(0), written, b.reshape(places, aligned)},
                    [&](Scalar &b, ValueRange v) -> Value {
                      Value offset = getOffset(b, v[2]);
                      Value isBehind =
                          compareIntegers(b, arith::CmpIPredicate::sge, offset,
                                          emitScalar(b, index, 0));
                      Value isBefore =
                          compareIntegers(b, arith::CmpIPredicate::slt, offset,
                                          emitScalar(b, index, double(count)));
                      Value isWritten =
                          arith::AndIOp::create(b, isBehind, isBefore);
                      return arith::SelectOp::create(b, isWritten, v[1], v[0]);
                    }));
  return success();
}

void registerStatefulLayers(OperatorRegistry &all) {
  all.add("LinearAttention", 27, lowerLinearAttention);
  all.add("CausalConvWithState", 27, lowerCausalConv).withWeights({1, 2});
  all.add("TensorScatter", 24, lowerTensorScatter);
}

} // namespace mlir::pc
