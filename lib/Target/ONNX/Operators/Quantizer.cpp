// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Quantizer.h"
#include "../Importer.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "pc/Support/Names.h"
#include <cmath>

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;

bool isQuantized(Type type) {
  unsigned width = type.getIntOrFloatBitWidth();
  return isa<FloatType>(type)
             ? isNarrowFloat(type) && !isa<Float8E8M0FNUType>(type)
             : width > 1 && width <= 16;
}

Type getWideType(NodeContext &node, ValueRange operands) {
  Builder b(node.builder.getContext());
  Type wide = b.getI32Type();
  for (Value operand : operands) {
    Type element = getElement(operand);
    if (element.isF64() || (isa<FloatType>(element) && !wide.isF64()))
      wide = element.isF64() ? b.getF64Type() : b.getF32Type();
  }
  return wide;
}

Value emitDifference(Scalar &b, ValueRange xAndZeroPoint, Type wide) {
  Value x = emitCast(b, xAndZeroPoint[0], wide);
  return xAndZeroPoint.size() > 1
             ? emitSub(b, x, emitCast(b, xAndZeroPoint[1], wide))
             : x;
}

Quantizer::Quantizer(NodeContext &node, Type type, bool saturates)
    : node(node), type(type), saturates(saturates),
      isStraightThrough(node.getImporter().isStraightThrough()) {}

/// Gives `rounded` the derivative of the last operand of what makes it.
static Value passThrough(Value rounded) {
  Operation *op = rounded.getDefiningOp();
  op->setAttr(straightThroughAttrName, UnitAttr::get(op->getContext()));
  return rounded;
}

/// Says where derivatives end.
Value Quantizer::mark(Value converted) {
  Operation *op = converted.getDefiningOp();
  op->setAttr(quantizesAttrName,
              StringAttr::get(op->getContext(), node.getOpType()));
  return converted;
}

/// `x`, f32, rounded, moved and clamped to what an integer of `type` holds.
Value Quantizer::emitSteps(Scalar &b, Value x, Value zeroPoint) {
  Type single = x.getType();
  Value rounded = math::RoundEvenOp::create(b, x);
  if (isStraightThrough)
    passThrough(rounded);
  if (zeroPoint)
    rounded = emitAdd(b, rounded, emitCast(b, zeroPoint, single));
  else if (isStraightThrough) // integers have no -0
    rounded = emitAdd(b, rounded, emitScalar(b, single, 0));
  double lowest = getLowest(type);
  double highest =
      lowest + std::ldexp(1.0, int(type.getIntOrFloatBitWidth())) - 1;
  rounded = emitMax(b, rounded, emitScalar(b, single, lowest));
  return emitMin(b, rounded, emitScalar(b, single, highest));
}

/// `x` as a float of `type`.
Value Quantizer::emitNarrow(Scalar &b, Value x) {
  auto narrow = cast<FloatType>(type);
  return saturates && narrow.getWidth() == 8 ? emitSaturated(b, x, narrow)
                                             : emitCast(b, x, narrow);
}

/// `x`, f32, rounded to a float of `type`, as f32, with the derivative of `x`
/// clamped to the finite numbers of `type`. A number keeps its sign when it is
/// rounded, so that copying the sign changes nothing, unless `type` has no -0.
Value Quantizer::emitNarrowSteps(Scalar &b, Value x) {
  auto narrow = cast<FloatType>(type);
  double largest =
      APFloat::getLargest(narrow.getFloatSemantics()).convertToDouble();
  Value clamped = emitMax(b, x, emitScalar(b, x.getType(), -largest));
  clamped = emitMin(b, clamped, emitScalar(b, x.getType(), largest));
  Value rounded = emitCast(b, emitNarrow(b, x), x.getType());
  Value steps = passThrough(math::CopySignOp::create(b, rounded, clamped));
  bool hasNegativeZero =
      APFloat::getZero(narrow.getFloatSemantics(), /*Negative=*/true)
          .isNegative();
  return hasNegativeZero ? steps
                         : emitAdd(b, steps, emitScalar(b, x.getType(), 0));
}

Value Quantizer::emitConversion(Scalar &b, Value steps) {
  if (isa<FloatType>(type))
    return mark(emitNarrow(b, steps));
  return emitCast(b, mark(emitCast(b, steps, b.getI32Type())), type);
}

Value Quantizer::setOutput(unsigned i, ArrayRef<int64_t> shape,
                           ValueRange operands, Emitter::Body quotient,
                           std::optional<unsigned> zeroPoint) {
  Emitter b(node.builder, node.loc);
  bool isNarrow = isa<FloatType>(type);
  Value result =
      b.elementwise(shape, isStraightThrough ? Type(b.getF32Type()) : type,
                    operands, [&](Scalar &b, ValueRange v) {
                      Value x = quotient(b, v);
                      if (isNarrow)
                        return isStraightThrough ? emitNarrowSteps(b, x)
                                                 : emitConversion(b, x);
                      x = emitSteps(b, x, zeroPoint ? v[*zeroPoint] : Value());
                      return isStraightThrough ? emitCast(b, x, b.getF32Type())
                                               : emitConversion(b, x);
                    });
  if (!isStraightThrough) {
    node.setOutput(i, result);
    return result;
  }
  node.setOutput(i, b.map(result, type, [&](Scalar &b, ValueRange v) {
    return emitConversion(b, v[0]);
  }));
  node.setSteps(i, result);
  return result;
}

} // namespace mlir::pc
