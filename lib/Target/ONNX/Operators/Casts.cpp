// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Numbers as numbers of another type.

#include "Operators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/APFloat.h"
#include <cmath>

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;

Value emitSaturated(Scalar &b, Value x, FloatType type) {
  auto from = cast<FloatType>(x.getType());
  APFloat largest = APFloat::getLargest(type.getFloatSemantics());
  double bound = largest.convertToDouble();
  Value high = emitScalar(b, from, bound), low = emitScalar(b, from, -bound);
  Value clamped = arith::MinimumFOp::create(b, x, high);
  return emitCast(b, arith::MaximumFOp::create(b, clamped, low), type);
}

/// The power of two near |x|, as an exponent: the one above, the one below, or
/// the nearest, ties up. Infinities and NaN become NaN.
static Value emitExponent(Scalar &b, Value x, StringRef mode, bool saturate) {
  Type word = b.getI32Type();
  auto constant = [&](int64_t value) { return emitScalar(b, word, value); };
  auto exceeds = [&](Value value, int64_t bound) {
    return compareIntegers(b, arith::CmpIPredicate::sgt, value,
                           constant(bound));
  };
  Value bits = arith::AndIOp::create(
      b, arith::BitcastOp::create(b, word, emitCast(b, x, b.getF32Type())),
      constant(0x7fffffff));
  Value exponent = arith::ShRUIOp::create(b, bits, constant(23));
  Value mantissa = arith::AndIOp::create(b, bits, constant(0x7fffff));
  Value isNormal = exceeds(exponent, 0);
  // Code 0 is 2^-127, a subnormal of f32: its mantissa is 0x400000.
  Value goesUp = arith::SelectOp::create(
      b, isNormal, exceeds(mantissa, mode == "up" ? 0 : 0x3fffff),
      exceeds(mantissa, mode == "up" ? 0x400000 : 0x5fffff));
  Value next = emitAdd(b, exponent, constant(1));
  if (saturate)
    next = emitMin(b, next, constant(0xfe));
  Value rounded =
      mode == "down"
          ? exponent
          : Value(arith::SelectOp::create(b, goesUp, next, exponent));
  rounded = arith::SelectOp::create(b, exceeds(exponent, 0xfe), constant(0xff),
                                    rounded);
  return arith::BitcastOp::create(
      b, Float8E8M0FNUType::get(b.getContext()),
      arith::TruncIOp::create(b, b.getI8Type(), rounded));
}

/// The scalar conversion that the attributes ask for.
static LogicalResult emitConversion(NodeContext &node, Type element) {
  bool saturate = node.attributes.getInt("saturate", 1) != 0;
  std::string mode = node.attributes.getString("round_mode", "up");
  auto narrow = dyn_cast<FloatType>(element);
  bool isExponent = isa<Float8E8M0FNUType>(element);
  if (isExponent && mode != "up" && mode != "down" && mode != "nearest")
    return node.fail("round_mode: expected up, down or nearest, but got '" +
                     mode + "'");
  Emitter b(node.builder, node.loc);
  bool isWide = isa<FloatType>(element) && !isNarrowFloat(element);
  Value x = isWide ? node.getSteps(0) : node.getInput(0);
  bool clamps = saturate && narrow && narrow.getWidth() == 8;
  if (getElement(x) == element || (!isExponent && !clamps)) {
    node.setOutput(0, b.cast(x, element));
    return success();
  }
  node.setOutput(0, b.map(x, element, [&](Scalar &b, ValueRange v) -> Value {
    Type from = v[0].getType();
    bool isWide = isa<FloatType>(from) && !isNarrowFloat(from);
    Value wide = isWide ? v[0] : emitCast(b, v[0], b.getF32Type());
    if (isExponent)
      return emitExponent(b, wide, mode, saturate);
    return emitSaturated(b, wide, narrow);
  }));
  return success();
}

static LogicalResult lowerCast(NodeContext &node) {
  if (failed(node.requireInputs(1, 1)))
    return failure();
  int to = int(node.attributes.getInt("to", 0));
  std::optional<ElementKind> kind = getElementKind(to);
  if (!kind)
    return node.unsupported("cast to " + getDataTypeName(to));
  return emitConversion(node, getElementType(*kind, node.builder.getContext()));
}

static LogicalResult lowerCastLike(NodeContext &node) {
  if (failed(node.requireInputs(2, 2)))
    return failure();
  return emitConversion(node, node.getType(1).getElementType());
}

static bool foldCast(NodeContext &node) {
  std::optional<ElementKind> kind =
      getElementKind(int(node.attributes.getInt("to", 0)));
  const Tensor &tensor = *node.getConstant(0);
  if (!kind || *kind >= ElementKind::U64 || // evaluated in int64_t
      tensor.getNumElements() > maxFoldedElements)
    return false;
  auto result = std::make_shared<Tensor>(*kind, tensor.getShape());
  for (int64_t i = 0, e = tensor.getNumElements(); i != e; ++i) {
    if (isFloat(tensor.getKind()) && *kind == ElementKind::Bool)
      setInteger(*result, i, tensor.getAsDouble(i) != 0);
    else if (isFloat(tensor.getKind()) && isFloat(*kind))
      result->setFromDouble(i, tensor.getAsDouble(i));
    else if (isFloat(tensor.getKind())) {
      double value = std::trunc(tensor.getAsDouble(i));
      if (!(std::fabs(value) < 0x1p63))
        return false; // undefined; compiled code need not know
      setInteger(*result, i, int64_t(value));
    } else {
      setInteger(*result, i, getInteger(tensor, i));
    }
  }
  node.setOutput(0, Constant(std::move(result)));
  return true;
}

void registerCasts(OperatorRegistry &all) {
  all.add("Cast", 1, lowerCast).withFold(foldCast).asView();
  all.add("CastLike", 15, lowerCastLike);
}

} // namespace mlir::pc
