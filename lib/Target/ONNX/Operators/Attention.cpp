// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scaled dot products of queries and keys.
//
// Masks are selections, not sums with minus infinity, and a row of which
// nothing is left has probabilities of zero: values and derivatives are finite.

#include "../Importer.h"
#include "Operators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include <cmath>

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;
using Sizes = SmallVector<int64_t>;

namespace {
/// In the type of sums: queries [batch, heads, length, size], keys [batch,
/// groups, keys, size] and values [batch, groups, keys, width]: heads / groups
/// queries share a key.
struct Heads {
  Value q, k, v;
  int64_t batch, heads, groups, length, keys, size, width;

  Sizes getScoreShape() const { return {batch, heads, length, keys}; }
};
} // namespace

//===----------------------------------------------------------------------===//
// Pieces
//===----------------------------------------------------------------------===//

/// [batch, length, heads * size] as [batch, heads, length, size].
static Value splitHeads(Emitter &b, Value x, int64_t heads) {
  ArrayRef<int64_t> shape = getShape(x);
  Value split = b.reshape(x, {shape[0], shape[1], heads, shape[2] / heads});
  return b.transpose(split, {0, 2, 1, 3});
}

/// x [batch, heads, length, k] times y [batch, groups, k, columns].
static Value multiplyGroups(Emitter &b, const Heads &heads, Value x, Value y) {
  int64_t inner = getShape(x)[3], columns = getShape(y)[3];
  int64_t stack = heads.batch * heads.groups;
  int64_t rows = heads.heads / heads.groups * heads.length;
  Value product = emitMatrixProduct(b, b.reshape(x, {stack, rows, inner}),
                                    b.reshape(y, {stack, inner, columns}),
                                    {stack, rows, columns});
  return b.reshape(product, {heads.batch, heads.heads, heads.length, columns});
}

/// The products of queries and keys, times `scale`.
static Value emitScores(Emitter &b, const Heads &heads, double scale) {
  Value scaled = b.map(heads.q, [&](Scalar &b, ValueRange v) {
    return emitMul(b, v[0], emitScalar(b, v[0].getType(), scale));
  });
  return multiplyGroups(b, heads, scaled, b.transpose(heads.k, {0, 1, 3, 2}));
}

static Value isEqual(Scalar &b, Value x, double value) {
  return arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, x,
                               emitScalar(b, x.getType(), value));
}

/// Softmax along the last axis; zeros where all scores are minus infinity.
static Value emitProbabilities(Emitter &b, Value scores) {
  ArrayRef<int64_t> shape = getShape(scores);
  Type element = getElement(scores);
  int64_t last = int64_t(shape.size()) - 1;
  Value largest = b.map(b.reduceMax(scores, last), [](Scalar &b, ValueRange v) {
    Value zero = emitScalar(b, v[0].getType(), 0);
    return arith::SelectOp::create(
               b, isEqual(b, v[0], getLowest(v[0].getType())), zero, v[0])
        .getResult();
  });
  Value exp =
      b.elementwise(shape, element, {scores, b.unsqueeze(largest, last)},
                    [](Scalar &b, ValueRange v) -> Value {
                      return math::ExpOp::create(b, emitSub(b, v[0], v[1]));
                    });
  Value sum = b.map(b.reduceSum(exp, last), [](Scalar &b, ValueRange v) {
    Value one = emitScalar(b, v[0].getType(), 1);
    return arith::SelectOp::create(b, isEqual(b, v[0], 0), one, v[0])
        .getResult();
  });
  return b.elementwise(
      shape, element, {exp, b.unsqueeze(sum, last)},
      [](Scalar &b, ValueRange v) { return emitDiv(b, v[0], v[1]); });
}

//===----------------------------------------------------------------------===//
// Checks
//===----------------------------------------------------------------------===//

/// The numbers of heads of queries and of keys: attributes where the heads are
/// not a dimension.
static FailureOr<std::pair<int64_t, int64_t>> getHeadCounts(NodeContext &node) {
  if (node.getType(0).getRank() == 4)
    return std::make_pair(node.getShape(0)[1], node.getShape(1)[1]);
  int64_t heads = node.attributes.getInt("q_num_heads", 0);
  int64_t groups = node.attributes.getInt("kv_num_heads", 0);
  if (heads < 1 || groups < 1 || node.getShape(0)[2] % heads != 0 ||
      node.getShape(1)[2] % groups != 0 || node.getShape(2)[2] % groups != 0)
    return node.fail("expected q_num_heads and kv_num_heads that divide the "
                     "last dimensions of the operands, but got " +
                     printTypes(node));
  return std::make_pair(heads, groups);
}

/// Puts `past` before `present`, which has been checked.
static FailureOr<Value> prepend(NodeContext &node, Emitter &b, unsigned past,
                                Value present) {
  Sizes expected(getShape(present));
  if (failed(node.requireRank(past, 4, 4)))
    return failure();
  expected[2] = node.getShape(past)[2];
  if (failed(node.requireSameElementType(0, past)))
    return failure();
  if (ArrayRef(expected) != node.getShape(past))
    return node.fail("expected past keys and values that differ in their "
                     "length alone, but got " +
                     printTypes(node));
  if (expected[2] == 0)
    return present;
  return b.concat(2,
                  {b.cast(node.getInput(past), getElement(present)), present});
}

/// Types and ranks of the first three operands; with `requireInputs` done.
static LogicalResult checkTypes(NodeContext &node, int64_t leastRank) {
  for (unsigned i = 0; i < 3; ++i)
    if (failed(node.requireFloat(i)) ||
        failed(node.requireRank(i, leastRank, 4)) ||
        failed(node.requireSameElementType(0, i)))
      return failure();
  if (node.getType(0).getRank() != node.getType(1).getRank() ||
      node.getType(0).getRank() != node.getType(2).getRank())
    return node.fail("expected operands of one rank, but got " +
                     printTypes(node));
  return success();
}

static FailureOr<Heads> getHeads(NodeContext &node, Emitter &b) {
  auto counts = getHeadCounts(node);
  if (failed(counts))
    return failure();
  Heads heads;
  Type element = getSumType(node.getType(0).getElementType());
  heads.q = b.cast(node.getInput(0), element);
  heads.k = b.cast(node.getInput(1), element);
  heads.v = b.cast(node.getInput(2), element);
  if (node.getType(0).getRank() == 3) {
    heads.q = splitHeads(b, heads.q, counts->first);
    heads.k = splitHeads(b, heads.k, counts->second);
    heads.v = splitHeads(b, heads.v, counts->second);
  }
  ArrayRef<int64_t> q = getShape(heads.q), k = getShape(heads.k),
                    v = getShape(heads.v);
  if (k[1] < 1 || q[1] % k[1] != 0 || q[0] != k[0] || q[3] != k[3] ||
      k.take_front(3) != v.take_front(3) || is_contained(q, 0) ||
      is_contained(k, 0) || is_contained(v, 0))
    return node.fail("expected queries, keys and values that match, but got " +
                     printTypes(node));
  heads.batch = q[0], heads.heads = q[1], heads.length = q[2];
  heads.size = q[3], heads.groups = k[1], heads.keys = k[2];
  heads.width = v[3];
  return heads;
}

static FailureOr<Type> getPrecision(NodeContext &node, Type otherwise) {
  if (!node.attributes.has("softmax_precision"))
    return otherwise;
  int64_t given = node.attributes.getInt("softmax_precision", 0);
  std::optional<ElementKind> kind = getElementKind(int(given));
  Type type = kind ? getElementType(*kind, node.builder.getContext()) : nullptr;
  if (!isa_and_nonnull<FloatType>(type))
    return node.fail("softmax_precision: expected a float type, but got " +
                     getDataTypeName(int(given)));
  return type;
}

static double getScale(NodeContext &node, const Heads &heads) {
  if (node.attributes.has("scale"))
    return node.attributes.getFloat("scale", 1);
  return 1 / std::sqrt(double(heads.size));
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

namespace {
/// Which keys a query may see, besides the mask.
struct Visibility {
  bool isCausal = false;
  int64_t past = 0; // keys before the first query
  Value lengths;    // [batch, 1, 1, 1]: keys that are no padding, or null
};
} // namespace

static FailureOr<Visibility> getVisibility(NodeContext &node, Emitter &b,
                                           const Heads &heads) {
  Visibility visible;
  visible.isCausal = node.attributes.getInt("is_causal", 0) != 0;
  if (node.hasInput(4))
    visible.past = node.getShape(4)[2];
  if (!node.hasInput(6))
    return visible;
  if (node.hasInput(4))
    return node.fail("expected past keys or nonpad_kv_seqlen, but got both");
  if (node.getShape(6) != ArrayRef<int64_t>(heads.batch) ||
      !isa<IntegerType>(node.getType(6).getElementType()))
    return node.fail("expected one length for each batch, but got " +
                     printTypes(node));
  visible.lengths = b.reshape(b.cast(node.getInput(6), b.getI64Type()),
                              {heads.batch, 1, 1, 1});
  return visible;
}

/// The mask, of booleans or numbers to add, or null. From opset 24 on a short
/// one hides the keys behind it.
static FailureOr<Value> getMask(NodeContext &node, Emitter &b,
                                const Heads &heads) {
  if (!node.hasInput(3))
    return Value();
  if (failed(node.requireRank(3, 1, 4)))
    return failure();
  Value mask = node.getInput(3);
  bool isBoolean = getElement(mask).isInteger(1);
  if (!isBoolean)
    mask = b.cast(mask, getElement(heads.q));
  Sizes shape(getShape(mask));
  int64_t missing = heads.keys - shape.back();
  if (node.version >= 24 && missing > 0) {
    Sizes low(shape.size(), 0), high(low);
    high.back() = missing;
    mask = b.pad(mask, low, high, isBoolean ? 0 : getLowest(getElement(mask)));
    shape.back() = heads.keys;
  }
  FailureOr<Sizes> joint = broadcastShapes(heads.getScoreShape(), shape);
  if (failed(joint) || *joint != heads.getScoreShape())
    return node.fail("expected a mask that broadcasts to the scores, but got " +
                     printTypes(node));
  return mask;
}

/// True where key `j` is out of sight of query `i`.
static Value isHidden(Scalar &b, const Visibility &visible, int64_t length,
                      Value lengths) {
  Type index = b.getI64Type();
  Value key = getPosition(b, 3, index), query = getPosition(b, 2, index);
  Value hidden;
  auto hide = [&](arith::CmpIPredicate predicate, Value bound) {
    Value more = compareIntegers(b, predicate, key, bound);
    hidden = hidden ? arith::OrIOp::create(b, hidden, more) : more;
  };
  if (lengths)
    hide(arith::CmpIPredicate::sge, lengths);
  if (!visible.isCausal)
    return hidden;
  Value past = emitScalar(b, index, double(visible.past));
  if (lengths) // the queries are the last of the keys that count
    past = emitSub(b, lengths, emitScalar(b, index, double(length)));
  hide(arith::CmpIPredicate::sgt, emitAdd(b, query, past));
  return hidden;
}

static Value applyMasks(Emitter &b, const Heads &heads, Value scores,
                        Value mask, const Visibility &visible) {
  if (!mask && !visible.lengths && !visible.isCausal)
    return scores;
  SmallVector<Value> operands{scores};
  if (mask)
    operands.push_back(mask);
  if (visible.lengths)
    operands.push_back(visible.lengths);
  return b.elementwise(
      getShape(scores), getElement(scores), operands,
      [&](Scalar &b, ValueRange v) -> Value {
        Value score = v[0], lengths;
        if (visible.lengths)
          lengths = v.back();
        Value lowest =
            emitScalar(b, score.getType(), getLowest(score.getType()));
        if (mask && v[1].getType().isInteger(1))
          score = arith::SelectOp::create(b, v[1], score, lowest);
        else if (mask)
          score = emitAdd(b, score, v[1]);
        Value hidden = isHidden(b, visible, heads.length, lengths);
        if (!hidden)
          return score;
        return arith::SelectOp::create(b, hidden, lowest, score);
      });
}

static Value softcap(Emitter &b, Value scores, double cap) {
  if (cap == 0)
    return scores;
  return b.map(scores, [&](Scalar &b, ValueRange v) {
    Value bound = emitScalar(b, v[0].getType(), cap);
    Value tanh = math::TanhOp::create(b, emitDiv(b, v[0], bound));
    return emitMul(b, tanh, bound);
  });
}

static LogicalResult lowerAttention(NodeContext &node) {
  if (failed(node.requireInputs(3, 7)) || failed(checkTypes(node, 3)))
    return failure();
  if (node.hasInput(4) != node.hasInput(5))
    return node.fail("expected past keys and past values, or neither");
  double cap = node.attributes.getFloat("softcap", 0);
  int64_t mode = node.attributes.getInt("qk_matmul_output_mode", 0);
  if (cap < 0)
    return node.fail("expected a softcap that is not negative");
  if (mode < 0 || mode > 3)
    return node.fail("qk_matmul_output_mode: expected 0 to 3, but got " +
                     Twine(mode));
  Emitter b(node.builder, node.loc);
  Type element = node.getType(0).getElementType();
  FailureOr<Heads> heads = getHeads(node, b);
  FailureOr<Type> precision = getPrecision(node, getSumType(element));
  if (failed(heads) || failed(precision))
    return failure();
  if (node.hasInput(4)) {
    FailureOr<Value> k = prepend(node, b, 4, heads->k);
    FailureOr<Value> v = prepend(node, b, 5, heads->v);
    if (failed(k) || failed(v))
      return failure();
    heads->k = *k, heads->v = *v;
    heads->keys = getShape(*k)[2];
    if (heads->keys != getShape(*v)[2])
      return node.fail("expected as many past values as keys, but got " +
                       printTypes(node));
  }
  if (failed(node.getTensorType(heads->getScoreShape(), element)))
    return failure();
  FailureOr<Visibility> visible = getVisibility(node, b, *heads);
  FailureOr<Value> mask = getMask(node, b, *heads);
  if (failed(visible) || failed(mask))
    return failure();

  Value stages[4];
  stages[0] = emitScores(b, *heads, getScale(node, *heads));
  stages[1] = softcap(b, stages[0], cap);
  stages[2] = applyMasks(b, *heads, stages[1], *mask, *visible);
  Value probabilities = emitProbabilities(b, b.cast(stages[2], *precision));
  stages[3] = b.cast(probabilities, getElement(heads->v));
  Value result = multiplyGroups(b, *heads, stages[3], heads->v);
  if (node.getType(0).getRank() == 3)
    result =
        b.reshape(b.transpose(result, {0, 2, 1, 3}),
                  {heads->batch, heads->length, heads->heads * heads->width});
  Value outputs[] = {result, heads->k, heads->v, stages[mode]};
  for (auto [i, output] : enumerate(outputs))
    if (node.hasOutput(i))
      node.setOutput(i, b.cast(output, element));
  return success();
}

//===----------------------------------------------------------------------===//
// FlexAttention
//===----------------------------------------------------------------------===//

/// Applies the subgraph `name`, which keeps shape and type; it may be absent.
static FailureOr<Value> modify(NodeContext &node, StringRef name, Value value) {
  const onnx::GraphProto *graph = node.attributes.getGraph(name);
  if (!graph)
    return value;
  ImportedValue argument;
  argument.value = value;
  argument.type = getTensorType(value);
  SmallVector<ImportedValue> results;
  if (failed(importBody(node, *graph, argument, node.builder, results)))
    return failure();
  if (results.size() != 1)
    return node.fail(name + ": expected a body with 1 output, but got " +
                     Twine(results.size()));
  if (results[0].isPoisoned)
    return Value(); // said already
  if (results[0].sequence || results[0].type != argument.type)
    return node.fail(name + ": expected a result of the shape and type of the "
                            "operand");
  return node.materialize(results[0]);
}

static LogicalResult lowerFlexAttention(NodeContext &node) {
  if (failed(node.requireInputs(3, 3)) || failed(checkTypes(node, 4)))
    return failure();
  Emitter b(node.builder, node.loc);
  Type element = node.getType(0).getElementType();
  FailureOr<Heads> heads = getHeads(node, b);
  FailureOr<Type> precision = getPrecision(node, getSumType(element));
  if (failed(heads) || failed(precision) ||
      failed(node.getTensorType(heads->getScoreShape(), *precision)))
    return failure();
  Value scores = emitScores(b, *heads, getScale(node, *heads));
  FailureOr<Value> modified =
      modify(node, "score_mod", b.cast(scores, *precision));
  if (failed(modified))
    return failure();
  if (*modified)
    modified = modify(node, "prob_mod", emitProbabilities(b, *modified));
  if (failed(modified))
    return failure();
  if (!*modified) {
    node.getResults()[0].isPoisoned = true;
    return success();
  }
  Value values = b.cast(heads->v, *precision);
  node.setOutput(0,
                 b.cast(multiplyGroups(b, *heads, *modified, values), element));
  return success();
}

void registerAttention(OperatorRegistry &all) {
  all.add("Attention", 23, lowerAttention);
  all.add("ai.onnx.preview.FlexAttention", 1, lowerFlexAttention);
}

} // namespace mlir::pc
