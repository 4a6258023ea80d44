// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sums, means, norms and extrema along axes.

#include "Operators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include <cmath>

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;

namespace {
/// What a Reduce operator does: `before` each element, a sum or an extremum,
/// and `after` for each result, which also gets the number of elements.
struct Reduction {
  enum Kind { Sum, Product, Maximum, Minimum } kind;
  Value (*before)(Scalar &, Value);
  Value (*after)(Scalar &, Value, int64_t);
};
} // namespace

/// The sorted axes; they moved from an attribute to an operand in opset 13
/// (ReduceSum) and 18 (the others). None means all, or nothing at all.
static FailureOr<SmallVector<int64_t>> getAxes(NodeContext &node) {
  int64_t rank = node.getType(0).getRank();
  bool isOperand = node.version >= (node.getOpType() == "ReduceSum" ? 13 : 18);
  std::optional<SmallVector<int64_t>> axes = node.attributes.getInts("axes");
  if (isOperand && node.hasInput(1)) {
    FailureOr<SmallVector<int64_t>> given = node.requireIntegers(1, "axes");
    if (failed(given))
      return failure();
    axes = *given;
  }
  if (!axes || axes->empty()) {
    if (isOperand && node.attributes.getInt("noop_with_empty_axes", 0))
      return SmallVector<int64_t>();
    return llvm::to_vector(llvm::seq<int64_t>(0, rank));
  }
  FailureOr<SmallVector<int64_t>> normal = node.normalizeAxes(*axes, rank);
  if (succeeded(normal))
    llvm::sort(*normal);
  return normal;
}

static Value combine(Scalar &b, Reduction::Kind kind, Value x, Value y) {
  switch (kind) {
  case Reduction::Sum:
    return emitAdd(b, x, y);
  case Reduction::Product:
    return emitMul(b, x, y);
  case Reduction::Maximum:
    return emitMax(b, x, y);
  case Reduction::Minimum:
    return emitMin(b, x, y);
  }
  llvm_unreachable("all kinds are handled");
}

/// The neutral element.
static Value emitStart(Emitter &b, Reduction::Kind kind, Type element) {
  switch (kind) {
  case Reduction::Sum:
    return b.scalar(element, 0);
  case Reduction::Product:
    return b.scalar(element, 1);
  case Reduction::Maximum:
    return b.scalar(element, getLowest(element));
  case Reduction::Minimum:
    return emitHighest(b, element);
  }
  llvm_unreachable("all kinds are handled");
}

static LogicalResult emitReduction(NodeContext &node, const Reduction &what) {
  if (failed(node.requireInputs(1, 2)) || failed(node.requireNumbers(0)))
    return failure();
  FailureOr<SmallVector<int64_t>> axes = getAxes(node);
  if (failed(axes))
    return failure();
  Emitter b(node.builder, node.loc);
  Type element = node.getType(0).getElementType(), wide = getSumType(element);
  Value value = b.cast(node.getInput(0), wide);
  int64_t count = 1;
  for (int64_t axis : *axes)
    count *= node.getShape(0)[axis];
  if (what.before)
    value = b.map(
        value, [&](Scalar &b, ValueRange v) { return what.before(b, v[0]); });
  if (!axes->empty())
    value = b.reduce(value, *axes, emitStart(b, what.kind, wide),
                     [&](Scalar &b, ValueRange v) {
                       return combine(b, what.kind, v[0], v[1]);
                     });
  if (what.after)
    value = b.map(value, [&](Scalar &b, ValueRange v) {
      return what.after(b, v[0], count);
    });
  if (node.attributes.getInt("keepdims", 1))
    value = b.unsqueeze(value, *axes);
  node.setOutput(0, b.cast(value, element));
  return success();
}

template <Reduction::Kind kind, Value (*before)(Scalar &, Value) = nullptr,
          Value (*after)(Scalar &, Value, int64_t) = nullptr>
static LogicalResult lowerReduction(NodeContext &node) {
  return emitReduction(node, {kind, before, after});
}

/// Of booleans: whether any, or all, are true.
template <Reduction::Kind kind>
static LogicalResult lowerExtremum(NodeContext &node) {
  if (failed(node.requireInputs(1, 2)))
    return failure();
  if (!node.getType(0).getElementType().isInteger(1))
    return lowerReduction<kind>(node);
  FailureOr<SmallVector<int64_t>> axes = getAxes(node);
  if (failed(axes))
    return failure();
  Emitter b(node.builder, node.loc);
  bool isAny = kind == Reduction::Maximum;
  Value value =
      b.reduce(node.getInput(0), *axes, b.scalar(b.getI1Type(), isAny ? 0 : 1),
               [&](Scalar &b, ValueRange v) -> Value {
                 if (isAny)
                   return arith::OrIOp::create(b, v[0], v[1]);
                 return arith::AndIOp::create(b, v[0], v[1]);
               });
  if (node.attributes.getInt("keepdims", 1))
    value = b.unsqueeze(value, *axes);
  node.setOutput(0, value);
  return success();
}

static Value emitSquare(Scalar &b, Value x) { return emitMul(b, x, x); }

static Value emitAbs(Scalar &b, Value x) {
  if (isa<FloatType>(x.getType()))
    return math::AbsFOp::create(b, x);
  return math::AbsIOp::create(b, x);
}

static Value emitMean(Scalar &b, Value x, int64_t count) {
  return emitDiv(b, x, emitScalar(b, x.getType(), double(count)));
}

static Value emitSqrt(Scalar &b, Value x, int64_t) {
  return math::SqrtOp::create(b, x);
}

static Value emitLog(Scalar &b, Value x, int64_t) {
  return math::LogOp::create(b, x);
}

template <Reduction::Kind kind, Value (*before)(Scalar &, Value),
          Value (*after)(Scalar &, Value, int64_t)>
static LogicalResult lowerFloatReduction(NodeContext &node) {
  if (failed(node.requireInputs(1, 2)) || failed(node.requireFloat(0)))
    return failure();
  return lowerReduction<kind, before, after>(node);
}

/// log(sum(exp(x))), by way of the largest element.
static LogicalResult lowerLogSumExp(NodeContext &node) {
  if (failed(node.requireInputs(1, 2)) || failed(node.requireFloat(0)))
    return failure();
  FailureOr<SmallVector<int64_t>> axes = getAxes(node);
  if (failed(axes))
    return failure();
  Emitter b(node.builder, node.loc);
  Type element = getSumType(node.getType(0).getElementType());
  Value x = b.cast(node.getInput(0), element);
  Value largest = b.reduceMax(x, *axes);
  Value exp =
      b.elementwise(getShape(x), element, {x, b.unsqueeze(largest, *axes)},
                    [](Scalar &b, ValueRange v) -> Value {
                      return math::ExpOp::create(b, emitSub(b, v[0], v[1]));
                    });
  Value result = b.elementwise(
      getShape(largest), element, {b.reduceSum(exp, *axes), largest},
      [](Scalar &b, ValueRange v) {
        return emitAdd(b, math::LogOp::create(b, v[0]), v[1]);
      });
  if (node.attributes.getInt("keepdims", 1))
    result = b.unsqueeze(result, *axes);
  node.setOutput(0, b.cast(result, node.getType(0).getElementType()));
  return success();
}

static int64_t reduce(Reduction::Kind kind, ArrayRef<int64_t> values) {
  uint64_t result = values[0];
  for (int64_t value : values.drop_front()) {
    if (kind == Reduction::Sum)
      result += uint64_t(value);
    else if (kind == Reduction::Product)
      result *= uint64_t(value);
    else if (kind == Reduction::Maximum)
      result = std::max(int64_t(result), value);
    else
      result = std::min(int64_t(result), value);
  }
  return int64_t(result);
}

/// Reduces known numbers to one: the size of a shape. Sums of floats, which
/// round, are left to compiled code; extrema are exact.
template <Reduction::Kind kind> static bool foldReduction(NodeContext &node) {
  const Tensor &tensor = *node.getConstant(0);
  bool isExtremum = kind == Reduction::Maximum || kind == Reduction::Minimum;
  if ((isFloat(tensor.getKind()) && !isExtremum) ||
      tensor.getShape().size() != 1 || tensor.getNumElements() == 0)
    return false;
  FailureOr<SmallVector<int64_t>> axes = getAxes(node);
  if (failed(axes) || axes->empty())
    return false;
  std::vector<int64_t> shape;
  if (node.attributes.getInt("keepdims", 1))
    shape.push_back(1);
  auto folded = std::make_shared<Tensor>(tensor.getKind(), shape);
  if (!isFloat(tensor.getKind())) {
    setInteger(*folded, 0, reduce(kind, getIntegers(tensor)));
    node.setOutput(0, Constant(folded));
    return true;
  }
  double result = tensor.getAsDouble(0);
  for (int64_t i = 0, e = tensor.getNumElements(); i != e; ++i) {
    double value = tensor.getAsDouble(i);
    if (std::isnan(value))
      return false;
    result = kind == Reduction::Maximum ? std::max(result, value)
                                        : std::min(result, value);
  }
  folded->setFromDouble(0, result);
  node.setOutput(0, Constant(folded));
  return true;
}

void registerReductions(OperatorRegistry &all) {
  using R = Reduction;
  all.add("ReduceSum", 1, lowerReduction<R::Sum>)
      .withFold(foldReduction<R::Sum>);
  all.add("ReduceProd", 1, lowerReduction<R::Product>)
      .withFold(foldReduction<R::Product>);
  all.add("ReduceMax", 1, lowerExtremum<R::Maximum>)
      .withFold(foldReduction<R::Maximum>);
  all.add("ReduceMin", 1, lowerExtremum<R::Minimum>)
      .withFold(foldReduction<R::Minimum>);
  all.add("ReduceMean", 1, lowerReduction<R::Sum, nullptr, emitMean>);
  all.add("ReduceSumSquare", 1, lowerReduction<R::Sum, emitSquare>);
  all.add("ReduceL1", 1, lowerReduction<R::Sum, emitAbs>);
  all.add("ReduceL2", 1, lowerFloatReduction<R::Sum, emitSquare, emitSqrt>);
  all.add("ReduceLogSum", 1, lowerFloatReduction<R::Sum, nullptr, emitLog>);
  all.add("ReduceLogSumExp", 1, lowerLogSumExp);
}

} // namespace mlir::pc
