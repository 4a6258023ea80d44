// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions of one element, and softmax.
//
// Both branches of a select have a derivative, and zero times infinity is no
// number: the argument of an exponential is clamped before, not the result
// after.

#include "Operators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include <cmath>
#include <numeric>

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;

//===----------------------------------------------------------------------===//
// Scalar building blocks
//===----------------------------------------------------------------------===//

static Value constant(Scalar &b, Value like, double value) {
  return emitScalar(b, like.getType(), value);
}

static Value compare(Scalar &b, arith::CmpFPredicate predicate, Value x,
                     double bound) {
  return arith::CmpFOp::create(b, predicate, x, constant(b, x, bound));
}

static Value select(Scalar &b, Value condition, Value x, Value y) {
  return arith::SelectOp::create(b, condition, x, y);
}

Value emitRelu(Scalar &b, Value x) {
  if (isa<IntegerType>(x.getType()))
    return emitMax(b, x, constant(b, x, 0));
  Value isOff = compare(b, arith::CmpFPredicate::OLE, x, 0);
  return select(b, isOff, constant(b, x, 0), x);
}

/// x where x <= 0, else 0: the argument of a guarded exponential.
static Value emitNegativePart(Scalar &b, Value x) {
  Value isOn = compare(b, arith::CmpFPredicate::OGT, x, 0);
  return select(b, isOn, constant(b, x, 0), x);
}

/// -|x|, with the derivative -1 at 0, so that formulas made of it are smooth.
static Value emitMinusAbs(Scalar &b, Value x) {
  Value isNegative = compare(b, arith::CmpFPredicate::OLT, x, 0);
  return select(b, isNegative, x, arith::NegFOp::create(b, x));
}

Value emitSigmoid(Scalar &b, Value x) {
  Value small = math::ExpOp::create(b, emitMinusAbs(b, x));
  Value one = constant(b, x, 1);
  Value isNegative = compare(b, arith::CmpFPredicate::OLT, x, 0);
  return emitDiv(b, select(b, isNegative, small, one), emitAdd(b, one, small));
}

static Value emitSoftplus(Scalar &b, Value x) {
  Value small = math::ExpOp::create(b, emitMinusAbs(b, x));
  Value isNegative = compare(b, arith::CmpFPredicate::OLT, x, 0);
  Value linear = select(b, isNegative, constant(b, x, 0), x);
  return emitAdd(b, linear, math::Log1pOp::create(b, small));
}

static Value emitClamp(Scalar &b, Value x, double low, double high) {
  Value isLow = compare(b, arith::CmpFPredicate::OLE, x, low);
  Value isHigh = compare(b, arith::CmpFPredicate::OGE, x, high);
  Value upper = select(b, isHigh, constant(b, x, high), x);
  return select(b, isLow, constant(b, x, low), upper);
}

/// a * x + b
static Value emitAffine(Scalar &b, Value x, double scale, double shift) {
  return emitAdd(b, emitMul(b, x, constant(b, x, scale)),
                 constant(b, x, shift));
}

static Value emitErfGelu(Scalar &b, Value x) {
  // Written with integers, which are exact in every type.
  Value root = math::SqrtOp::create(b, constant(b, x, 2));
  Value erf = math::ErfOp::create(b, emitDiv(b, x, root));
  return emitMul(b, x, emitAffine(b, erf, 0.5, 0.5));
}

static Value emitTanhGelu(Scalar &b, Value x) {
  Value cube = emitMul(b, x, emitMul(b, x, x));
  Value inner = emitAdd(b, x, emitMul(b, cube, constant(b, x, 0.044715)));
  Value tanh = math::TanhOp::create(
      b,
      emitMul(b, inner, constant(b, x, std::sqrt(2 / 3.14159265358979323846))));
  return emitMul(b, x, emitAffine(b, tanh, 0.5, 0.5));
}

/// `negative` where x < 0, else x.
static Value selectNegative(Scalar &b, Value x, Value negative) {
  Value isNegative = compare(b, arith::CmpFPredicate::OLT, x, 0);
  return select(b, isNegative, negative, x);
}

/// alpha * (exp(x / width) - 1) where x < 0, else x.
static Value emitElu(Scalar &b, Value x, double alpha, double width) {
  Value inner = emitNegativePart(b, x);
  if (width != 1)
    inner = emitDiv(b, inner, constant(b, x, width));
  Value exp = math::ExpM1Op::create(b, inner);
  return selectNegative(b, x, emitMul(b, exp, constant(b, x, alpha)));
}

//===----------------------------------------------------------------------===//
// Handlers
//===----------------------------------------------------------------------===//

static LogicalResult lowerFloatMap(NodeContext &node, Emitter::Body body) {
  if (failed(node.requireInputs(1, 1)) || failed(node.requireFloat(0)))
    return failure();
  Emitter b(node.builder, node.loc);
  node.setOutput(0, b.map(node.getInput(0), body));
  return success();
}

/// One operation of the math or arith dialect.
template <typename Op> static LogicalResult lowerMath(NodeContext &node) {
  return lowerFloatMap(node, [](Scalar &b, ValueRange v) -> Value {
    return Op::create(b, v[0]);
  });
}

using UnaryEmit = Value (*)(Scalar &, Value);

template <UnaryEmit emit> static LogicalResult lowerUnary(NodeContext &node) {
  return lowerFloatMap(node,
                       [](Scalar &b, ValueRange v) { return emit(b, v[0]); });
}

/// Relu, Neg, Abs and Sign exist for integers too.
template <UnaryEmit emit> static LogicalResult lowerSigned(NodeContext &node) {
  if (failed(node.requireInputs(1, 1)) || failed(node.requireNumbers(0)))
    return failure();
  Emitter b(node.builder, node.loc);
  node.setOutput(0, b.map(node.getInput(0), [](Scalar &b, ValueRange v) {
    return emit(b, v[0]);
  }));
  return success();
}

static Value emitNeg(Scalar &b, Value x) {
  if (isa<FloatType>(x.getType()))
    return arith::NegFOp::create(b, x);
  return arith::SubIOp::create(b, constant(b, x, 0), x);
}

static Value emitAbs(Scalar &b, Value x) {
  if (isa<FloatType>(x.getType()))
    return math::AbsFOp::create(b, x);
  return math::AbsIOp::create(b, x);
}

static Value emitSign(Scalar &b, Value x) {
  Value zero = constant(b, x, 0);
  Value isAbove, isBelow;
  if (isa<FloatType>(x.getType())) {
    isAbove = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, x, zero);
    isBelow = arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, x, zero);
  } else {
    isAbove = arith::CmpIOp::create(b, arith::CmpIPredicate::sgt, x, zero);
    isBelow = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, x, zero);
  }
  Value rest = select(b, isBelow, constant(b, x, -1), zero);
  return select(b, isAbove, constant(b, x, 1), rest);
}

static Value emitReciprocal(Scalar &b, Value x) {
  return emitDiv(b, constant(b, x, 1), x);
}

static Value emitSoftsign(Scalar &b, Value x) {
  // |x| as -(-|x|): at 0 the slope of x / (1 + |x|) is 1 whichever it takes.
  return emitDiv(b, x, emitSub(b, constant(b, x, 1), emitMinusAbs(b, x)));
}

static Value emitMish(Scalar &b, Value x) {
  return emitMul(b, x, math::TanhOp::create(b, emitSoftplus(b, x)));
}

static Value emitHardSwish(Scalar &b, Value x) {
  Value shifted = emitAdd(b, x, constant(b, x, 3));
  return emitDiv(b, emitMul(b, x, emitClamp(b, shifted, 0, 6)),
                 constant(b, x, 6));
}

static LogicalResult lowerLeakyRelu(NodeContext &node) {
  double alpha = node.attributes.getFloat("alpha", 0.01f);
  return lowerFloatMap(node, [&](Scalar &b, ValueRange v) {
    Value scaled = emitMul(b, v[0], constant(b, v[0], alpha));
    return selectNegative(b, v[0], scaled);
  });
}

static LogicalResult lowerElu(NodeContext &node) {
  double alpha = node.attributes.getFloat("alpha", 1);
  // Celu scales the argument too.
  double width = node.getOpType() == "Celu" ? alpha : 1;
  return lowerFloatMap(node, [&](Scalar &b, ValueRange v) {
    return emitElu(b, v[0], alpha, width);
  });
}

static LogicalResult lowerSelu(NodeContext &node) {
  // Before opset 6 the defaults had fewer digits.
  bool isOld = node.version < 6;
  double alpha = node.attributes.getFloat(
      "alpha", isOld ? 1.6732f : 1.67326319217681884765625f);
  double gamma = node.attributes.getFloat(
      "gamma", isOld ? 1.0507f : 1.05070102214813232421875f);
  return lowerFloatMap(node, [&](Scalar &b, ValueRange v) {
    return emitMul(b, emitElu(b, v[0], alpha, 1), constant(b, v[0], gamma));
  });
}

Value emitSwish(Scalar &b, Value x, double alpha) {
  Value wide = emitCast(b, x, getSumType(x.getType()));
  Value scaled = alpha == 1 ? wide : emitMul(b, wide, constant(b, wide, alpha));
  return emitCast(b, emitMul(b, wide, emitSigmoid(b, scaled)), x.getType());
}

static LogicalResult lowerSwish(NodeContext &node) {
  double alpha = node.attributes.getFloat("alpha", 1);
  return lowerFloatMap(
      node, [&](Scalar &b, ValueRange v) { return emitSwish(b, v[0], alpha); });
}

static LogicalResult lowerSwiGLU(NodeContext &node) {
  if (failed(node.requireInputs(2, 2)) || failed(node.requireFloat(0)) ||
      failed(node.requireSameElementType(0, 1)))
    return failure();
  FailureOr<SmallVector<int64_t>> shape =
      broadcastShapes(node.getShape(0), node.getShape(1));
  if (failed(shape))
    return node.fail("expected shapes that broadcast, but got " +
                     printTypes(node));
  Type element = node.getType(0).getElementType();
  if (failed(node.getTensorType(*shape, element)))
    return failure();
  double alpha = node.attributes.getFloat("alpha", 1);
  Emitter b(node.builder, node.loc);
  node.setOutput(
      0, b.elementwise(*shape, element, {node.getInput(0), node.getInput(1)},
                       [&](Scalar &b, ValueRange v) {
                         return emitMul(b, emitSwish(b, v[0], alpha), v[1]);
                       }));
  return success();
}

static LogicalResult lowerHardSigmoid(NodeContext &node) {
  double alpha = node.attributes.getFloat("alpha", 0.2f);
  double beta = node.attributes.getFloat("beta", 0.5f);
  return lowerFloatMap(node, [&](Scalar &b, ValueRange v) {
    return emitClamp(b, emitAffine(b, v[0], alpha, beta), 0, 1);
  });
}

static LogicalResult lowerThresholdedRelu(NodeContext &node) {
  double alpha = node.attributes.getFloat("alpha", 1);
  return lowerFloatMap(node, [&](Scalar &b, ValueRange v) {
    Value isOn = compare(b, arith::CmpFPredicate::OGT, v[0], alpha);
    return select(b, isOn, v[0], constant(b, v[0], 0));
  });
}

static LogicalResult lowerShrink(NodeContext &node) {
  double bias = node.attributes.getFloat("bias", 0);
  double lambd = node.attributes.getFloat("lambd", 0.5);
  return lowerFloatMap(node, [&](Scalar &b, ValueRange v) {
    Value isLow = compare(b, arith::CmpFPredicate::OLT, v[0], -lambd);
    Value isHigh = compare(b, arith::CmpFPredicate::OGT, v[0], lambd);
    Value high = select(b, isHigh, emitSub(b, v[0], constant(b, v[0], bias)),
                        constant(b, v[0], 0));
    return select(b, isLow, emitAdd(b, v[0], constant(b, v[0], bias)), high);
  });
}

static LogicalResult lowerGelu(NodeContext &node) {
  std::string kind = node.attributes.getString("approximate", "none");
  if (kind == "none")
    return lowerUnary<emitErfGelu>(node);
  if (kind == "tanh")
    return lowerUnary<emitTanhGelu>(node);
  return node.fail("approximate: expected 'none' or 'tanh', but got '" + kind +
                   "'");
}

static LogicalResult lowerPRelu(NodeContext &node) {
  if (failed(node.requireInputs(2, 2)) || failed(node.requireFloat(0)) ||
      failed(node.requireSameElementType(0, 1)))
    return failure();
  Emitter b(node.builder, node.loc);
  ArrayRef<int64_t> shape = node.getShape(0);
  Value slope = node.getInput(1);
  // Before opset 7 a vector held one slope for each channel.
  if (node.version < 7 && node.getShape(1).size() == 1 && shape.size() > 2) {
    SmallVector<int64_t> aligned(shape.size() - 1, 1);
    aligned[0] = node.getShape(1)[0];
    slope = b.reshape(slope, aligned);
  }
  FailureOr<SmallVector<int64_t>> joint =
      broadcastShapes(shape, getShape(slope));
  if (failed(joint) || ArrayRef(*joint) != shape)
    return node.fail(
        "expected a slope that broadcasts to the operand, but got " +
        printTypes(node));
  node.setOutput(
      0, b.elementwise(shape, node.getType(0).getElementType(),
                       {node.getInput(0), slope}, [](Scalar &b, ValueRange v) {
                         return selectNegative(b, v[0], emitMul(b, v[0], v[1]));
                       }));
  return success();
}

/// Bounds are attributes before opset 11 and operands since; both may be
/// absent.
static FailureOr<Value> getBound(NodeContext &node, Emitter &b, unsigned input,
                                 StringRef name) {
  if (node.version < 11 && node.attributes.has(name))
    return b.constant({}, node.getType(0).getElementType(),
                      node.attributes.getFloat(name, 0));
  if (node.version < 11 || !node.hasInput(input))
    return Value();
  if (failed(node.requireSameElementType(0, input)))
    return failure();
  if (node.getType(input).getNumElements() != 1)
    return node.fail(name + ": expected one value, but got " +
                     printTypes(node));
  return b.reshape(node.getInput(input), {});
}

static LogicalResult lowerClip(NodeContext &node) {
  if (failed(node.requireInputs(1, 3)) || failed(node.requireNumbers(0)) ||
      (node.version < 11 && failed(node.requireFloat(0))))
    return failure();
  Emitter b(node.builder, node.loc);
  FailureOr<Value> low = getBound(node, b, 1, "min");
  FailureOr<Value> high = getBound(node, b, 2, "max");
  if (failed(low) || failed(high))
    return failure();
  SmallVector<Value> operands{node.getInput(0)};
  for (Value bound : {*low, *high})
    if (bound)
      operands.push_back(bound);
  // At a bound the operand wins, as the first of the two that tie.
  node.setOutput(0, b.elementwise(node.getShape(0),
                                  node.getType(0).getElementType(), operands,
                                  [&](Scalar &b, ValueRange v) {
                                    Value result = v[0];
                                    if (*low)
                                      result = emitMax(b, result, v[1]);
                                    if (*high)
                                      result = emitMin(b, result, v.back());
                                    return result;
                                  }));
  return success();
}

//===----------------------------------------------------------------------===//
// Softmax
//===----------------------------------------------------------------------===//

Value emitSoftmax(Emitter &b, Value operand, ArrayRef<int64_t> axes,
                  bool isLog) {
  ArrayRef<int64_t> shape = getShape(operand);
  Type element = getElement(operand);
  // One op, whose derivative needs its result alone. It sums in its own type,
  // in which halves would not be exact enough.
  if (axes.size() == 1 && !isLog && element.getIntOrFloatBitWidth() >= 32) {
    Value empty = tensor::EmptyOp::create(b, shape, element);
    return linalg::SoftmaxOp::create(b, empty.getType(), operand, empty,
                                     axes.front())
        .getResult()
        .front();
  }
  Value largest = b.unsqueeze(b.reduceMax(operand, axes), axes);
  Value centred = b.elementwise(
      shape, element, {operand, largest},
      [](Scalar &b, ValueRange v) { return emitSub(b, v[0], v[1]); });
  Value exp = b.map(centred, [](Scalar &b, ValueRange v) -> Value {
    return math::ExpOp::create(b, v[0]);
  });
  Value sum = b.unsqueeze(b.reduceSum(exp, axes), axes);
  return b.elementwise(shape, element, {isLog ? centred : exp, sum},
                       [&](Scalar &b, ValueRange v) {
                         if (!isLog)
                           return emitDiv(b, v[0], v[1]);
                         return emitSub(b, v[0], math::LogOp::create(b, v[1]));
                       });
}

static LogicalResult lowerSoftmax(NodeContext &node) {
  if (failed(node.requireInputs(1, 1)) || failed(node.requireFloat(0)))
    return failure();
  int64_t rank = node.getType(0).getRank();
  // Before opset 13 all dimensions from `axis` on were one.
  bool isFlat = node.version < 13;
  int64_t given = node.attributes.getInt("axis", isFlat ? 1 : -1);
  SmallVector<int64_t> axes;
  if (!(isFlat && given == rank)) {
    FailureOr<int64_t> axis = node.normalizeAxis(given, rank);
    if (failed(axis))
      return failure();
    axes.resize(isFlat ? rank - *axis : 1);
    std::iota(axes.begin(), axes.end(), *axis);
  }
  Emitter b(node.builder, node.loc);
  node.setOutput(0, emitSoftmax(b, node.getInput(0), axes,
                                node.getOpType() == "LogSoftmax"));
  return success();
}

//===----------------------------------------------------------------------===//
// Registration
//===----------------------------------------------------------------------===//

/// A function of one float, evaluated.
template <double (*function)(double)> static bool foldFloat(NodeContext &node) {
  return foldElementwise(
      node,
      {[](ArrayRef<double> v) -> double { return function(v[0]); }, nullptr});
}

static bool foldNeg(NodeContext &node) {
  return foldElementwise(
      node, {[](ArrayRef<double> v) -> double { return -v[0]; },
             [](ArrayRef<int64_t> v) { return int64_t(-uint64_t(v[0])); }});
}

static bool foldRelu(NodeContext &node) {
  return foldElementwise(
      node, {[](ArrayRef<double> v) { return v[0] < 0 ? 0.0 : v[0]; },
             [](ArrayRef<int64_t> v) { return std::max<int64_t>(v[0], 0); }});
}

static void registerMath(OperatorRegistry &all) {
  all.add("Sqrt", 1, lowerMath<math::SqrtOp>).withFold(foldFloat<std::sqrt>);
  all.add("Exp", 1, lowerMath<math::ExpOp>);
  all.add("Log", 1, lowerMath<math::LogOp>).withFold(foldFloat<std::log>);
  all.add("Sin", 7, lowerMath<math::SinOp>);
  all.add("Cos", 7, lowerMath<math::CosOp>);
  all.add("Tan", 7, lowerMath<math::TanOp>);
  all.add("Asin", 7, lowerMath<math::AsinOp>);
  all.add("Acos", 7, lowerMath<math::AcosOp>);
  all.add("Atan", 7, lowerMath<math::AtanOp>);
  all.add("Sinh", 9, lowerMath<math::SinhOp>);
  all.add("Cosh", 9, lowerMath<math::CoshOp>);
  all.add("Asinh", 9, lowerMath<math::AsinhOp>);
  all.add("Acosh", 9, lowerMath<math::AcoshOp>);
  all.add("Atanh", 9, lowerMath<math::AtanhOp>);
  all.add("Tanh", 1, lowerMath<math::TanhOp>);
  all.add("Erf", 9, lowerMath<math::ErfOp>);
  all.add("Floor", 1, lowerMath<math::FloorOp>).withFold(foldFloat<std::floor>);
  all.add("Ceil", 1, lowerMath<math::CeilOp>).withFold(foldFloat<std::ceil>);
  all.add("Round", 11, lowerMath<math::RoundEvenOp>);
  all.add("Abs", 1, lowerSigned<emitAbs>);
  all.add("Neg", 1, lowerSigned<emitNeg>).withFold(foldNeg);
  all.add("Sign", 9, lowerSigned<emitSign>);
  all.add("Reciprocal", 1, lowerUnary<emitReciprocal>);
}

void registerActivations(OperatorRegistry &all) {
  registerMath(all);
  all.add("Relu", 1, lowerSigned<emitRelu>).withFold(foldRelu).withCopied({0});
  all.add("Sigmoid", 1, lowerUnary<emitSigmoid>);
  all.add("Softplus", 1, lowerUnary<emitSoftplus>);
  all.add("Softsign", 1, lowerUnary<emitSoftsign>);
  all.add("Mish", 18, lowerUnary<emitMish>);
  all.add("HardSwish", 14, lowerUnary<emitHardSwish>);
  all.add("Swish", 24, lowerSwish);
  all.add("SwiGLU", 28, lowerSwiGLU);
  all.add("HardSigmoid", 1, lowerHardSigmoid);
  all.add("LeakyRelu", 1, lowerLeakyRelu);
  all.add("ThresholdedRelu", 10, lowerThresholdedRelu);
  all.add("Shrink", 9, lowerShrink);
  all.add("Elu", 1, lowerElu);
  all.add("Celu", 12, lowerElu);
  all.add("Selu", 1, lowerSelu);
  all.add("Gelu", 20, lowerGelu);
  all.add("Clip", 1, lowerClip).withBounds({1, 2}).withAllCopied();
  all.add("PRelu", 1, lowerPRelu).withWeights({1});
  all.add("Softmax", 1, lowerSoftmax);
  all.add("LogSoftmax", 1, lowerSoftmax);
}

} // namespace mlir::pc
