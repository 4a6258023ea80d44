// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Arithmetic, comparisons and logic on broadcast operands.

#include "Operators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include <cmath>

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

/// Before opset 7 the second operand was aligned by the attribute `axis`.
static FailureOr<Value> alignLegacyOperand(NodeContext &node) {
  Value value = node.getInput(1);
  bool isLegacy = node.version < 7 && node.attributes.getInt("broadcast", 0) &&
                  node.attributes.has("axis");
  if (!isLegacy)
    return value;
  int64_t rank = node.getType(0).getRank(), own = node.getType(1).getRank();
  FailureOr<int64_t> axis =
      node.normalizeAxis(node.attributes.getInt("axis", 0), rank);
  if (failed(axis))
    return failure();
  if (*axis + own > rank)
    return node.fail("expected an operand of at most rank " +
                     Twine(rank - *axis) + " at axis " + Twine(*axis) +
                     ", but got rank " + Twine(own));
  SmallVector<int64_t> shape(node.getShape(1));
  shape.resize(rank - *axis, 1);
  return Emitter(node.builder, node.loc).reshape(value, shape);
}

/// The operands, which must have one element type, and their joint shape.
static FailureOr<SmallVector<int64_t>>
getBroadcastOperands(NodeContext &node, unsigned count,
                     SmallVectorImpl<Value> &operands) {
  SmallVector<int64_t> shape;
  for (unsigned i = 0; i < count; ++i) {
    FailureOr<Value> value =
        i == 1 && count == 2 ? alignLegacyOperand(node) : node.getInput(i);
    if (failed(value))
      return failure();
    FailureOr<SmallVector<int64_t>> joint =
        broadcastShapes(shape, getShape(*value));
    if (failed(joint))
      return node.fail("expected shapes that broadcast, but got " +
                       printTypes(node));
    shape = *joint;
    operands.push_back(*value);
  }
  // Counted here, since two legal operands can have an absurd product.
  if (failed(node.getTensorType(shape, getElement(operands[0]))))
    return failure();
  return shape;
}

LogicalResult emitBroadcast(NodeContext &node, unsigned count, Type element,
                            Emitter::Body body) {
  SmallVector<Value> operands;
  FailureOr<SmallVector<int64_t>> shape =
      getBroadcastOperands(node, count, operands);
  if (failed(shape))
    return failure();
  Emitter b(node.builder, node.loc);
  node.setOutput(0, b.elementwise(*shape, element, operands, body));
  return success();
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

using BinaryEmit = Value (*)(Scalar &, Value, Value);

template <BinaryEmit emit> static LogicalResult lowerBinary(NodeContext &node) {
  if (failed(node.requireInputs(2, 2)) ||
      failed(node.requireSameElementType(0, 1)) ||
      failed(node.requireNumbers(0)))
    return failure();
  return emitBroadcast(
      node, 2, node.getType(0).getElementType(),
      [](Scalar &b, ValueRange v) { return emit(b, v[0], v[1]); });
}

/// Sum, Max, Min and Mean take any number of operands.
template <BinaryEmit emit, bool isMean = false>
static LogicalResult lowerVariadic(NodeContext &node) {
  unsigned count = node.getNumInputs();
  if (failed(node.requireInputs(std::max(count, 1u), UINT_MAX)))
    return failure();
  for (unsigned i = 0; i < count; ++i)
    if (failed(node.requireSameElementType(0, i)) ||
        failed(node.requireNumbers(i)))
      return failure();
  return emitBroadcast(node, count, node.getType(0).getElementType(),
                       [&](Scalar &b, ValueRange v) {
                         Value result = v[0];
                         for (Value next : v.drop_front())
                           result = emit(b, result, next);
                         if (isMean)
                           result = emitDiv(
                               b, result, emitScalar(b, v[0].getType(), count));
                         return result;
                       });
}

static Value emitMod(Scalar &b, Value x, Value y) {
  // The result has the sign of the divisor, as in Python.
  Value remainder = arith::RemSIOp::create(b, x, y);
  Value zero = emitScalar(b, x.getType(), 0);
  auto compare = [&](arith::CmpIPredicate predicate, Value value) -> Value {
    return arith::CmpIOp::create(b, predicate, value, zero);
  };
  Value differs =
      arith::XOrIOp::create(b, compare(arith::CmpIPredicate::slt, remainder),
                            compare(arith::CmpIPredicate::slt, y));
  Value isNonZero = compare(arith::CmpIPredicate::ne, remainder);
  Value adjust = arith::AndIOp::create(b, differs, isNonZero);
  Value sum = arith::AddIOp::create(b, remainder, y);
  return arith::SelectOp::create(b, adjust, sum, remainder);
}

static LogicalResult lowerMod(NodeContext &node) {
  if (failed(node.requireInputs(2, 2)) ||
      failed(node.requireSameElementType(0, 1)) ||
      failed(node.requireNumbers(0)))
    return failure();
  bool isC = node.attributes.getInt("fmod", 0);
  Type element = node.getType(0).getElementType();
  if (isa<FloatType>(element) && !isC)
    return node.fail("expected fmod = 1 for float operands");
  return emitBroadcast(node, 2, element, [&](Scalar &b, ValueRange v) -> Value {
    if (isa<FloatType>(element))
      return arith::RemFOp::create(b, v[0], v[1]);
    if (isC)
      return arith::RemSIOp::create(b, v[0], v[1]);
    return emitMod(b, v[0], v[1]);
  });
}

/// The power of a float. Small constant exponents get products, whose
/// derivatives are defined for negative bases too.
static Value emitPower(Scalar &b, Value x, Value y) {
  Attribute attribute;
  if (matchPattern(y, m_Constant(&attribute))) {
    double exponent = cast<FloatAttr>(attribute).getValueAsDouble();
    if (exponent == 1)
      return x;
    if (exponent == 2)
      return arith::MulFOp::create(b, x, x);
    if (exponent == 3)
      return arith::MulFOp::create(b, x, arith::MulFOp::create(b, x, x));
    if (exponent == 0.5)
      return math::SqrtOp::create(b, x);
  }
  return math::PowFOp::create(b, x, y);
}

static LogicalResult lowerPow(NodeContext &node) {
  if (failed(node.requireInputs(2, 2)) || failed(node.requireNumbers(0)) ||
      failed(node.requireNumbers(1)))
    return failure();
  Type base = node.getType(0).getElementType();
  return emitBroadcast(node, 2, base, [&](Scalar &b, ValueRange v) -> Value {
    Type exponent = v[1].getType();
    if (!isa<FloatType>(base)) {
      // Integer bases are exact in f64 up to 2^53.
      Value x = emitCast(b, v[0], b.getF64Type());
      Value y = emitCast(b, v[1], b.getF64Type());
      return emitCast(b, math::PowFOp::create(b, x, y), base);
    }
    if (base == exponent)
      return emitPower(b, v[0], v[1]);
    Attribute known;
    if (isa<IntegerType>(exponent) && matchPattern(v[1], m_Constant(&known)))
      return emitPower(b, v[0],
                       emitScalar(b, base,
                                  APSInt(cast<IntegerAttr>(known).getValue(),
                                         exponent.isUnsignedInteger())
                                      .getExtValue()));
    return emitPower(b, v[0], emitCast(b, v[1], base));
  });
}

//===----------------------------------------------------------------------===//
// Comparisons, logic, selection
//===----------------------------------------------------------------------===//

template <arith::CmpFPredicate onFloats, arith::CmpIPredicate onIntegers>
static LogicalResult lowerCompare(NodeContext &node) {
  if (failed(node.requireInputs(2, 2)) ||
      failed(node.requireSameElementType(0, 1)))
    return failure();
  return emitBroadcast(
      node, 2, node.builder.getI1Type(), [](Scalar &b, ValueRange v) -> Value {
        if (isa<FloatType>(v[0].getType()))
          return arith::CmpFOp::create(b, onFloats, v[0], v[1]);
        return arith::CmpIOp::create(b, onIntegers, v[0], v[1]);
      });
}

template <typename Op> static LogicalResult lowerLogic(NodeContext &node) {
  if (failed(node.requireInputs(2, 2)) || failed(node.requireBoolean(0)) ||
      failed(node.requireBoolean(1)))
    return failure();
  return emitBroadcast(node, 2, node.builder.getI1Type(),
                       [](Scalar &b, ValueRange v) -> Value {
                         return Op::create(b, v[0], v[1]);
                       });
}

static LogicalResult lowerNot(NodeContext &node) {
  if (failed(node.requireInputs(1, 1)) || failed(node.requireBoolean(0)))
    return failure();
  Emitter b(node.builder, node.loc);
  node.setOutput(0, b.map(node.getInput(0), [](Scalar &b, ValueRange v) {
    Value one = emitScalar(b, v[0].getType(), 1);
    return arith::XOrIOp::create(b, v[0], one).getResult();
  }));
  return success();
}

static LogicalResult lowerPredicate(NodeContext &node, Emitter::Body body) {
  if (failed(node.requireInputs(1, 1)) || failed(node.requireFloat(0)))
    return failure();
  Emitter b(node.builder, node.loc);
  node.setOutput(0, b.map(node.getInput(0), b.getI1Type(), body));
  return success();
}

static LogicalResult lowerIsNaN(NodeContext &node) {
  return lowerPredicate(node, [](Scalar &b, ValueRange v) -> Value {
    return arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, v[0], v[0]);
  });
}

static LogicalResult lowerIsInf(NodeContext &node) {
  bool positive = node.attributes.getInt("detect_positive", 1) != 0;
  bool negative = node.attributes.getInt("detect_negative", 1) != 0;
  return lowerPredicate(node, [&](Scalar &b, ValueRange v) -> Value {
    auto equals = [&](bool isWanted, double value) -> Value {
      if (!isWanted)
        return emitScalar(b, b.getI1Type(), 0);
      return arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, v[0],
                                   emitScalar(b, v[0].getType(), value));
    };
    return arith::OrIOp::create(b, equals(positive, INFINITY),
                                equals(negative, -INFINITY));
  });
}

static LogicalResult lowerWhere(NodeContext &node) {
  if (failed(node.requireInputs(3, 3)) || failed(node.requireBoolean(0)) ||
      failed(node.requireSameElementType(1, 2)))
    return failure();
  return emitBroadcast(node, 3, node.getType(1).getElementType(),
                       [](Scalar &b, ValueRange v) -> Value {
                         return arith::SelectOp::create(b, v[0], v[1], v[2]);
                       });
}

static bool foldWhere(NodeContext &node) {
  if (!node.hasInput(1) || !node.hasInput(2))
    return false;
  const Tensor &condition = *node.getConstant(0);
  const Tensor &x = *node.getConstant(1), &y = *node.getConstant(2);
  if (condition.getShape() != x.getShape() || x.getShape() != y.getShape() ||
      x.getKind() != y.getKind())
    return false;
  std::unique_ptr<Tensor> result = makeFolded(x.getKind(), x.getShape());
  if (!result)
    return false;
  for (int64_t i = 0, e = result->getNumElements(); i != e; ++i) {
    const Tensor &chosen = getInteger(condition, i) ? x : y;
    if (isFloat(x.getKind()))
      result->setFromDouble(i, chosen.getAsDouble(i));
    else
      setInteger(*result, i, getInteger(chosen, i));
  }
  node.setOutput(0, Constant(std::move(result)));
  return true;
}

//===----------------------------------------------------------------------===//
// Evaluation and registration
//===----------------------------------------------------------------------===//

namespace {
/// Integers wrap, as they do in compiled code; signed overflow would not.
struct Add {
  static double apply(double x, double y) { return x + y; }
  static int64_t apply(int64_t x, int64_t y) {
    return int64_t(uint64_t(x) + uint64_t(y));
  }
};
struct Subtract {
  static double apply(double x, double y) { return x - y; }
  static int64_t apply(int64_t x, int64_t y) {
    return int64_t(uint64_t(x) - uint64_t(y));
  }
};
struct Multiply {
  static double apply(double x, double y) { return x * y; }
  static int64_t apply(int64_t x, int64_t y) {
    return int64_t(uint64_t(x) * uint64_t(y));
  }
};
struct Divide {
  static double apply(double x, double y) { return x / y; }
  static int64_t apply(int64_t x, int64_t y) { return x / y; }
};
struct Modulo {
  static double apply(double x, double y) { return std::fmod(x, y); }
  static int64_t apply(int64_t x, int64_t y) {
    int64_t r = x % y;
    return r && (r < 0) != (y < 0) ? r + y : r;
  }
};
struct Maximum {
  template <typename T> static T apply(T x, T y) { return x < y ? y : x; }
};
struct Minimum {
  template <typename T> static T apply(T x, T y) { return y < x ? y : x; }
};
struct IsEqual {
  template <typename T> static T apply(T x, T y) { return x == y; }
};
struct IsGreater {
  template <typename T> static T apply(T x, T y) { return x > y; }
};
struct IsLess {
  template <typename T> static T apply(T x, T y) { return x < y; }
};
struct IsGreaterOrEqual {
  template <typename T> static T apply(T x, T y) { return x >= y; }
};
struct IsLessOrEqual {
  template <typename T> static T apply(T x, T y) { return x <= y; }
};
struct Both {
  template <typename T> static T apply(T x, T y) { return x != 0 && y != 0; }
};
struct Either {
  template <typename T> static T apply(T x, T y) { return x != 0 || y != 0; }
};
} // namespace

template <typename Function, bool isPredicate = false>
static bool foldVariadic(NodeContext &node) {
  if (node.version < 7 && node.attributes.has("axis"))
    return false;
  return foldElementwise(node, {[](ArrayRef<double> v) -> double {
                                  auto result = v.front();
                                  for (double next : v.drop_front())
                                    result = Function::apply(result, next);
                                  return result;
                                },
                                [](ArrayRef<int64_t> v) -> int64_t {
                                  auto result = v.front();
                                  for (int64_t next : v.drop_front())
                                    result = Function::apply(result, next);
                                  return result;
                                },
                                isPredicate});
}

template <typename Function, bool isPredicate = false>
static bool foldBinary(NodeContext &node) {
  return node.hasInput(1) && // the lowering says so
         foldVariadic<Function, isPredicate>(node);
}

/// Division traps on zero, and on the one quotient that has no place.
template <typename Function> static bool foldDivision(NodeContext &node) {
  if (!node.hasInput(1))
    return false;
  const Tensor &divisor = *node.getConstant(1);
  if (!isFloat(divisor.getKind()))
    for (int64_t value : getIntegers(divisor))
      if (value == 0 || value == -1)
        return false;
  if (node.attributes.getInt("fmod", 0))
    return false;
  return foldBinary<Function>(node);
}

static bool foldNot(NodeContext &node) {
  return foldElementwise(
      node, {[](ArrayRef<double> v) -> double { return v[0] == 0; },
             [](ArrayRef<int64_t> v) -> int64_t { return v[0] == 0; }});
}

static void registerArithmetic(OperatorRegistry &all) {
  all.add("Add", 1, lowerBinary<emitAdd>).withFold(foldBinary<Add>);
  all.add("Sub", 1, lowerBinary<emitSub>).withFold(foldBinary<Subtract>);
  all.add("Mul", 1, lowerBinary<emitMul>).withFold(foldBinary<Multiply>);
  all.add("Div", 1, lowerBinary<emitDiv>).withFold(foldDivision<Divide>);
  all.add("Mod", 10, lowerMod).withFold(foldDivision<Modulo>);
  all.add("Pow", 1, lowerPow).withBounds({1});
  all.add("Sum", 1, lowerVariadic<emitAdd>).withFold(foldVariadic<Add>);
  all.add("Mean", 1, lowerVariadic<emitAdd, true>);
  all.add("Max", 1, lowerVariadic<emitMax>)
      .withFold(foldVariadic<Maximum>)
      .withAllCopied();
  all.add("Min", 1, lowerVariadic<emitMin>)
      .withFold(foldVariadic<Minimum>)
      .withAllCopied();
}

void registerElementwise(OperatorRegistry &all) {
  using F = arith::CmpFPredicate;
  using I = arith::CmpIPredicate;
  registerArithmetic(all);
  all.add("Equal", 1, lowerCompare<F::OEQ, I::eq>)
      .withFold(foldBinary<IsEqual, true>)
      .withStrings(StringUse::Reads);
  all.add("Greater", 1, lowerCompare<F::OGT, I::sgt>)
      .withFold(foldBinary<IsGreater, true>);
  all.add("Less", 1, lowerCompare<F::OLT, I::slt>)
      .withFold(foldBinary<IsLess, true>);
  all.add("GreaterOrEqual", 12, lowerCompare<F::OGE, I::sge>)
      .withFold(foldBinary<IsGreaterOrEqual, true>);
  all.add("LessOrEqual", 12, lowerCompare<F::OLE, I::sle>)
      .withFold(foldBinary<IsLessOrEqual, true>);
  all.add("And", 1, lowerLogic<arith::AndIOp>).withFold(foldBinary<Both, true>);
  all.add("Or", 1, lowerLogic<arith::OrIOp>).withFold(foldBinary<Either, true>);
  all.add("Xor", 1, lowerLogic<arith::XOrIOp>);
  all.add("Not", 1, lowerNot).withFold(foldNot);
  all.add("IsNaN", 9, lowerIsNaN);
  all.add("IsInf", 10, lowerIsInf);
  all.add("Where", 9, lowerWhere)
      .withFold(foldWhere)
      .withCopied({1, 2})
      .withStrings(StringUse::Moves);
}

} // namespace mlir::pc
