// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operations on the bits of integers, and numbers read as others.

#include "Operators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;

static LogicalResult requireInteger(NodeContext &node, unsigned i) {
  if (isa<IntegerType>(node.getType(i).getElementType()))
    return node.requireNumbers(i);
  return node.fail("expected integers, but got " + printTypes(node));
}

template <typename Op> static LogicalResult lowerBitwise(NodeContext &node) {
  if (failed(node.requireInputs(2, 2)) || failed(requireInteger(node, 0)) ||
      failed(node.requireSameElementType(0, 1)))
    return failure();
  return emitBroadcast(
      node, 2, node.getType(0).getElementType(),
      [](Scalar &b, ValueRange v) { return Op::create(b, v[0], v[1]); });
}

static LogicalResult lowerBitwiseNot(NodeContext &node) {
  if (failed(node.requireInputs(1, 1)) || failed(requireInteger(node, 0)))
    return failure();
  return emitBroadcast(node, 1, node.getType(0).getElementType(),
                       [](Scalar &b, ValueRange v) -> Value {
                         Value ones = emitScalar(b, v[0].getType(), -1);
                         return arith::XOrIOp::create(b, v[0], ones);
                       });
}

/// A shift by all bits or more leaves nothing; the machine's would not.
static LogicalResult lowerBitShift(NodeContext &node) {
  if (failed(node.requireInputs(2, 2)) || failed(requireInteger(node, 0)) ||
      failed(node.requireSameElementType(0, 1)))
    return failure();
  Type element = node.getType(0).getElementType();
  if (!element.isUnsignedInteger())
    return node.fail("expected unsigned integers, but got " + printTypes(node));
  std::string direction = node.attributes.getString("direction", "");
  bool isLeft = direction == "LEFT";
  if (!isLeft && direction != "RIGHT")
    return node.fail("direction: expected LEFT or RIGHT, but got '" +
                     direction + "'");
  return emitBroadcast(node, 2, element, [&](Scalar &b, ValueRange v) -> Value {
    Value width = emitScalar(b, element, element.getIntOrFloatBitWidth());
    Value fits = compareIntegers(b, arith::CmpIPredicate::slt, v[1], width);
    Value zero = emitScalar(b, element, 0);
    Value by = arith::SelectOp::create(b, fits, v[1], zero);
    Value shifted;
    if (isLeft)
      shifted = arith::ShLIOp::create(b, v[0], by);
    else
      shifted = arith::ShRSIOp::create(b, v[0], by);
    return arith::SelectOp::create(b, fits, shifted, zero);
  });
}

/// Booleans are bytes here: what is not 0 is true.
static unsigned getBits(Type element) {
  return element.isInteger(1) ? 8 : element.getIntOrFloatBitWidth();
}

static LogicalResult lowerBitCast(NodeContext &node) {
  if (failed(node.requireInputs(1, 1)))
    return failure();
  int to = int(node.attributes.getInt("to", 0));
  std::optional<ElementKind> kind = getElementKind(to);
  Type element =
      kind ? getElementType(*kind, node.builder.getContext()) : Type();
  if (!element)
    return node.unsupported("bits as " + getDataTypeName(to));
  Type from = node.getType(0).getElementType();
  if (getBits(from) != getBits(element))
    return node.fail("expected a type of " + Twine(getBits(from)) +
                     " bits, but got " + getName(*kind));
  return emitBroadcast(node, 1, element, [&](Scalar &b, ValueRange v) -> Value {
    if (from == element)
      return v[0];
    if (from.isInteger(1) || element.isInteger(1)) {
      Type byte = b.getI8Type();
      Value bits = from.isInteger(1) ? emitCast(b, v[0], byte)
                                     : arith::BitcastOp::create(b, byte, v[0]);
      if (element.isInteger(1))
        return emitCast(b, bits, element);
      return arith::BitcastOp::create(b, element, bits);
    }
    return arith::BitcastOp::create(b, element, v[0]);
  });
}

void registerBits(OperatorRegistry &all) {
  all.add("BitShift", 11, lowerBitShift);
  all.add("BitwiseAnd", 18, lowerBitwise<arith::AndIOp>);
  all.add("BitwiseOr", 18, lowerBitwise<arith::OrIOp>);
  all.add("BitwiseXor", 18, lowerBitwise<arith::XOrIOp>);
  all.add("BitwiseNot", 18, lowerBitwiseNot);
  all.add("BitCast", 26, lowerBitCast);
}

} // namespace mlir::pc
