// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Products of quantised numbers.

#include "Quantizer.h"

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;
using Sizes = SmallVector<int64_t>;

/// Operand `i`, a scale or a zero point: one for all, or one for each index
/// along `dim` of a tensor of this rank; other shapes broadcast as they are.
static Value alignAlong(NodeContext &node, unsigned i, int64_t rank,
                        int64_t dim) {
  Emitter b(node.builder, node.loc);
  ArrayRef<int64_t> own = node.getShape(i);
  if (node.getType(i).getNumElements() == 1)
    return b.reshape(node.getSteps(i), {});
  if (own.size() != 1 || rank < 2)
    return node.getSteps(i);
  Sizes aligned(rank - dim, 1);
  aligned[0] = own[0];
  return b.reshape(node.getSteps(i), aligned);
}

/// An operand of a product: its place, that of its zero point, and the
/// dimension that has a zero point for each index.
struct Factor {
  unsigned operand, zeroPoint;
  int64_t dim;
};

/// The operand less its zero point, in `wide`.
static FailureOr<Value> getDifference(NodeContext &node, Factor factor,
                                      Type wide) {
  auto [i, zero, dim] = factor;
  Type element = node.getType(i).getElementType();
  if (element.isInteger(1) || !isa<IntegerType>(element) ||
      element.getIntOrFloatBitWidth() > 8)
    return node.unsupported("products of other numbers than 8-bit integers");
  Emitter b(node.builder, node.loc);
  ArrayRef<int64_t> shape = node.getShape(i);
  SmallVector<Value> operands{wide.isF64() ? node.getSteps(i)
                                           : node.getInput(i)};
  if (node.hasInput(zero)) {
    if (failed(node.requireSameElementType(i, zero)))
      return failure();
    operands.push_back(alignAlong(node, zero, shape.size(), dim));
    FailureOr<Sizes> joint = broadcastShapes(shape, getShape(operands.back()));
    if (failed(joint) || ArrayRef(*joint) != shape)
      return node.fail("input " + Twine(zero) +
                       ": expected a zero point that fits, but got " +
                       printTypes(node));
  }
  return b.elementwise(shape, wide, operands, [&](Scalar &b, ValueRange v) {
    return emitDifference(b, v, wide);
  });
}

/// The dimension of an operand of MatMul that has a scale for each index: rows
/// of the first, columns of the second.
static int64_t getScaledDim(NodeContext &node, unsigned i) {
  int64_t rank = node.getType(i).getRank();
  return std::max<int64_t>(0, i == 0 ? rank - 2 : rank - 1);
}

/// A product in i32, or in f64 of steps: it has room for all sums that i32 has,
/// so that they are the same.
static Type getSumType(NodeContext &node, Factor left, Factor right) {
  Builder b(node.builder.getContext());
  for (unsigned i :
       {left.operand, left.zeroPoint, right.operand, right.zeroPoint})
    if (node.hasSteps(i))
      return b.getF64Type();
  return b.getI32Type();
}

using Multiply = FailureOr<Value> (*)(NodeContext &, Value, Value);

/// The product of the operands less their zero points, in `type`.
static FailureOr<Value> getProduct(NodeContext &node, Factor left, Factor right,
                                   Multiply multiply, Type type) {
  FailureOr<Value> x = getDifference(node, left, type);
  FailureOr<Value> y = getDifference(node, right, type);
  if (failed(x) || failed(y))
    return failure();
  return multiply(node, *x, *y);
}

/// The integers are summed as such; their steps are another product.
static LogicalResult setProduct(NodeContext &node, Factor left, Factor right,
                                Multiply multiply) {
  Type integer = node.builder.getI32Type();
  FailureOr<Value> product = getProduct(node, left, right, multiply, integer);
  if (failed(product))
    return failure();
  node.setOutput(0, *product);
  Type type = getSumType(node, left, right);
  if (type == integer)
    return success();
  FailureOr<Value> steps = getProduct(node, left, right, multiply, type);
  if (succeeded(steps))
    node.setSteps(0, *steps);
  return steps;
}

static LogicalResult lowerMatMulInteger(NodeContext &node) {
  if (failed(node.requireInputs(2, 4)) ||
      failed(node.requireRank(0, 1, INT64_MAX)) ||
      failed(node.requireRank(1, 1, INT64_MAX)))
    return failure();
  return setProduct(node, {0, 2, getScaledDim(node, 0)},
                    {1, 3, getScaledDim(node, 1)}, emitMatMul);
}

static LogicalResult lowerConvInteger(NodeContext &node) {
  if (failed(node.requireInputs(2, 4)))
    return failure();
  return setProduct(node, {0, 2, 0}, {1, 3, 0}, emitConvolution);
}

/// A product as multiples of the scale of the result: the scales of
/// operands `x` and `y` and those of the result are operands of the node.
static LogicalResult setRescaled(NodeContext &node, Value product, Value left,
                                 Value right) {
  Type target = node.getType(7).getElementType();
  if (node.getType(6).getNumElements() != 1 ||
      node.getType(7).getNumElements() != 1 || !isQuantized(target))
    return node.unsupported("a result with more than one scale");
  for (Value scale : {left, right}) {
    FailureOr<Sizes> joint =
        broadcastShapes(getShape(product), getShape(scale));
    if (failed(joint) || ArrayRef(*joint) != getShape(product))
      return node.fail("expected scales that fit the result, but got " +
                       printTypes(node));
  }
  Emitter b(node.builder, node.loc);
  SmallVector<Value> operands{product, left, right,
                              b.reshape(node.getInput(6), {}),
                              b.reshape(node.getSteps(7), {})};
  Quantizer(node, target)
      .setOutput(
          0, getShape(product), operands,
          [](Scalar &b, ValueRange v) {
            Type single = b.getF32Type();
            Value factor = emitMul(b, emitCast(b, v[1], single),
                                   emitCast(b, v[2], single));
            factor = emitDiv(b, factor, emitCast(b, v[3], single));
            return emitMul(b, emitCast(b, v[0], single), factor);
          },
          /*zeroPoint=*/4);
  return success();
}

static LogicalResult requireScales(NodeContext &node) {
  for (unsigned i : {1, 4, 6})
    if (failed(node.requireFloat(i)))
      return failure();
  return success();
}

static LogicalResult lowerQLinearMatMul(NodeContext &node) {
  if (failed(node.requireInputs(8, 8)) || failed(requireScales(node)) ||
      failed(node.requireRank(0, 1, INT64_MAX)) ||
      failed(node.requireRank(3, 1, INT64_MAX)))
    return failure();
  int64_t row = getScaledDim(node, 0);
  int64_t column = node.getType(3).getRank() - 1;
  Factor left{0, 2, row}, right{3, 5, column};
  FailureOr<Value> product =
      getProduct(node, left, right, emitMatMul, getSumType(node, left, right));
  if (failed(product))
    return failure();
  return setRescaled(node, *product,
                     alignAlong(node, 1, node.getType(0).getRank(), row),
                     alignAlong(node, 4, node.getType(3).getRank(), column));
}

static LogicalResult lowerQLinearConv(NodeContext &node) {
  if (failed(node.requireInputs(8, 9)) || failed(requireScales(node)))
    return failure();
  Factor image{0, 2, 0}, filter{3, 5, 0};
  Type type = getSumType(node, image, filter);
  FailureOr<Value> result =
      getProduct(node, image, filter, emitConvolution, type);
  if (failed(result))
    return failure();
  int64_t rank = getTensorType(*result).getRank();
  Emitter b(node.builder, node.loc);
  if (node.hasInput(8)) {
    if (node.getType(8).getElementType() != b.getI32Type() ||
        node.getShape(8) != node.getShape(3).take_front())
      return node.fail("expected one i32 bias for each filter, but got " +
                       printTypes(node));
    result = b.elementwise(getShape(*result), type,
                           {*result, alignAlong(node, 8, rank, 1)},
                           [&](Scalar &b, ValueRange v) {
                             return emitAdd(b, v[0], emitCast(b, v[1], type));
                           });
  }
  return setRescaled(node, *result, alignAlong(node, 1, rank, 1),
                     alignAlong(node, 4, rank, 1));
}

void registerQuantizedProducts(OperatorRegistry &all) {
  all.add("MatMulInteger", 10, lowerMatMulInteger);
  all.add("ConvInteger", 10, lowerConvInteger);
  all.add("QLinearMatMul", 10, lowerQLinearMatMul).withBounds({1, 4, 6});
  all.add("QLinearConv", 10, lowerQLinearConv).withBounds({1, 4, 6});
}

} // namespace mlir::pc
