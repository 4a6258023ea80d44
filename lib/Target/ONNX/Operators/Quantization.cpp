// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Numbers as multiples of a scale, and products of such numbers.

#include "Operators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;
using Sizes = SmallVector<int64_t>;

//===----------------------------------------------------------------------===//
// Scales and zero points
//===----------------------------------------------------------------------===//

/// `value`, one number for each block along `axis`, as one for each element.
static Value repeatBlocks(Emitter &b, Value value, int64_t axis, int64_t block,
                          int64_t size) {
  Sizes blocks(getShape(value)), all(blocks);
  Value inner = b.unsqueeze(value, axis + 1);
  Sizes spread(getShape(inner));
  spread[axis + 1] = block;
  Value repeated = b.elementwise(spread, getElement(value), inner,
                                 [](Scalar &, ValueRange v) { return v[0]; });
  all[axis] = blocks[axis] * block;
  Sizes cut(all), zeros(all.size(), 0), ones(all.size(), 1);
  cut[axis] = size;
  repeated = b.reshape(repeated, all);
  return ArrayRef(cut) == ArrayRef(all) ? repeated
                                        : b.slice(repeated, zeros, cut, ones);
}

/// Operand `i`, a scale or a zero point of `shape`: one for all, one for each
/// index along the axis, or one for each block, in a shape that broadcasts.
static FailureOr<Value> getAligned(NodeContext &node, unsigned i,
                                   ArrayRef<int64_t> shape) {
  Emitter b(node.builder, node.loc);
  ArrayRef<int64_t> own = node.getShape(i);
  int64_t block = node.attributes.getInt("block_size", 0);
  bool isOne = own.empty() || (own.size() == 1 && own[0] == 1);
  if (isOne && block == 0)
    return b.reshape(node.getInput(i), {});
  FailureOr<int64_t> axis =
      node.normalizeAxis(node.attributes.getInt("axis", 1), shape.size());
  if (failed(axis))
    return failure();
  if (block == 0 && own.size() == 1 && own[0] == shape[*axis]) {
    Sizes aligned(shape.size() - *axis, 1);
    aligned[0] = own[0];
    return b.reshape(node.getInput(i), aligned);
  }
  bool fits = block > 0 && own.size() == shape.size();
  for (size_t dim = 0; fits && dim < shape.size(); ++dim)
    fits = own[dim] == (int64_t(dim) == *axis
                            ? int64_t(divideCeil(shape[dim], block))
                            : shape[dim]);
  if (!fits)
    return node.fail("input " + Twine(i) +
                     ": expected one number, one for each index along axis " +
                     Twine(*axis) + " or one for each block, but got " +
                     printTypes(node));
  return repeatBlocks(b, node.getInput(i), *axis, block, shape[*axis]);
}

//===----------------------------------------------------------------------===//
// From and to multiples of a scale
//===----------------------------------------------------------------------===//

/// Integers in i32, where differences of narrow ones have room; floats in f32.
static Value widen(Scalar &b, Value x) {
  Type wide =
      isa<FloatType>(x.getType()) ? Type(b.getF32Type()) : Type(b.getI32Type());
  return emitCast(b, x, wide);
}

/// x - zeroPoint, in i32 or f32; no zero point is 0.
static Value emitDifference(Scalar &b, Value x, Value zeroPoint) {
  Value wide = widen(b, x);
  return zeroPoint ? emitSub(b, wide, widen(b, zeroPoint)) : wide;
}

/// `x`, f32, rounded, moved and clamped to what `type` holds.
static Value emitRounded(Scalar &b, Value x, Value zeroPoint, Type type,
                         bool saturate) {
  if (auto narrow = dyn_cast<FloatType>(type))
    return saturate && narrow.getWidth() == 8 ? emitSaturated(b, x, narrow)
                                              : emitCast(b, x, narrow);
  Type single = x.getType();
  Value rounded = math::RoundEvenOp::create(b, x);
  if (zeroPoint)
    rounded = emitAdd(b, rounded, emitCast(b, zeroPoint, single));
  unsigned width = type.getIntOrFloatBitWidth();
  double lowest = getLowest(type);
  double highest = lowest + std::ldexp(1.0, int(width)) - 1;
  rounded = emitMax(b, rounded, emitScalar(b, single, lowest));
  rounded = emitMin(b, rounded, emitScalar(b, single, highest));
  return emitCast(b, emitCast(b, rounded, b.getI32Type()), type);
}

static bool isQuantized(Type type) {
  unsigned width = type.getIntOrFloatBitWidth();
  return isa<FloatType>(type)
             ? isNarrowFloat(type) && !isa<Float8E8M0FNUType>(type)
             : width > 1 && width <= 16;
}

/// The type of an attribute that names one, or `otherwise` where it is absent.
static FailureOr<Type> getNamedType(NodeContext &node, StringRef name,
                                    Type otherwise) {
  int number = int(node.attributes.getInt(name, 0));
  if (number == 0)
    return otherwise;
  if (std::optional<ElementKind> kind = getElementKind(number))
    return getElementType(*kind, node.builder.getContext());
  return node.unsupported(name + " " + getDataTypeName(number));
}

static LogicalResult lowerQuantize(NodeContext &node) {
  if (failed(node.requireInputs(2, 3)) || failed(node.requireNumbers(0)) ||
      failed(node.requireFloat(1)))
    return failure();
  Type byte = getElementType(ElementKind::U8, node.builder.getContext());
  Type given = node.hasInput(2) ? node.getType(2).getElementType() : byte;
  FailureOr<Type> target = getNamedType(node, "output_dtype", given);
  FailureOr<Type> precision =
      getNamedType(node, "precision", node.getType(1).getElementType());
  if (failed(target) || failed(precision))
    return failure();
  if ((node.hasInput(2) && *target != given) || !isQuantized(*target) ||
      !isa<FloatType>(*precision))
    return node.fail("expected a zero point of the type of the result, of at "
                     "most 16 bits, but got " +
                     printTypes(node));
  FailureOr<Value> scale = getAligned(node, 1, node.getShape(0));
  if (failed(scale))
    return failure();
  SmallVector<Value> operands{node.getInput(0), *scale};
  if (node.hasInput(2)) {
    FailureOr<Value> zeroPoint = getAligned(node, 2, node.getShape(0));
    if (failed(zeroPoint))
      return failure();
    operands.push_back(*zeroPoint);
  }
  bool saturate = node.attributes.getInt("saturate", 1) != 0;
  Emitter b(node.builder, node.loc);
  node.setOutput(
      0, b.elementwise(
             node.getShape(0), *target, operands, [&](Scalar &b, ValueRange v) {
               Value quotient = emitDiv(b, emitCast(b, v[0], *precision),
                                        emitCast(b, v[1], *precision));
               return emitRounded(b, emitCast(b, quotient, b.getF32Type()),
                                  v.size() > 2 ? v[2] : Value(), *target,
                                  saturate);
             }));
  return success();
}

static LogicalResult lowerDequantize(NodeContext &node) {
  if (failed(node.requireInputs(2, 3)) || failed(node.requireFloat(1)))
    return failure();
  Type element = node.getType(0).getElementType();
  if (!isQuantized(element) && !element.isSignlessInteger(32))
    return node.fail("expected numbers of at most 16 bits, or i32, but got " +
                     printTypes(node));
  FailureOr<Type> result =
      getNamedType(node, "output_dtype", node.getType(1).getElementType());
  if (failed(result))
    return failure();
  FailureOr<Value> scale = getAligned(node, 1, node.getShape(0));
  if (failed(scale))
    return failure();
  SmallVector<Value> operands{node.getInput(0), *scale};
  if (node.hasInput(2)) {
    if (failed(node.requireSameElementType(0, 2)))
      return failure();
    FailureOr<Value> zeroPoint = getAligned(node, 2, node.getShape(0));
    if (failed(zeroPoint))
      return failure();
    operands.push_back(*zeroPoint);
  }
  Emitter b(node.builder, node.loc);
  node.setOutput(0, b.elementwise(node.getShape(0), *result, operands,
                                  [&](Scalar &b, ValueRange v) {
                                    Type single = b.getF32Type();
                                    Value steps = emitDifference(
                                        b, v[0], v.size() > 2 ? v[2] : Value());
                                    Value product =
                                        emitMul(b, emitCast(b, steps, single),
                                                emitCast(b, v[1], single));
                                    return emitCast(b, product, *result);
                                  }));
  return success();
}

/// Scale and zero point such that 0 and all of x lie in 0 to 255.
static LogicalResult lowerDynamicQuantize(NodeContext &node) {
  if (failed(node.requireInputs(1, 1)) || failed(node.requireFloat(0)))
    return failure();
  Emitter b(node.builder, node.loc);
  Type element = node.getType(0).getElementType();
  Type byte = getElementType(ElementKind::U8, b.getContext());
  Sizes axes =
      llvm::to_vector(llvm::seq<int64_t>(0, node.getType(0).getRank()));
  Value x = node.getInput(0), zero = b.scalar(element, 0);
  Value most = b.reduce(x, axes, zero, [](Scalar &b, ValueRange v) {
    return emitMax(b, v[0], v[1]);
  });
  Value least = b.reduce(x, axes, zero, [](Scalar &b, ValueRange v) {
    return emitMin(b, v[0], v[1]);
  });
  Value scale =
      b.elementwise({}, element, {most, least}, [&](Scalar &b, ValueRange v) {
        return emitDiv(b, emitSub(b, v[0], v[1]), emitScalar(b, element, 255));
      });
  Value zeroPoint =
      b.elementwise({}, byte, {least, scale}, [&](Scalar &b, ValueRange v) {
        Value steps =
            emitDiv(b, emitSub(b, emitScalar(b, element, 0), v[0]), v[1]);
        return emitRounded(b, steps, Value(), byte, true);
      });
  node.setOutput(0, b.elementwise(getShape(x), byte, {x, scale, zeroPoint},
                                  [&](Scalar &b, ValueRange v) {
                                    return emitRounded(b,
                                                       emitDiv(b, v[0], v[1]),
                                                       v[2], byte, true);
                                  }));
  node.setOutput(1, scale);
  node.setOutput(2, zeroPoint);
  return success();
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// Operand `i`, a scale or a zero point: one for all, or one for each index
/// along `dim` of a tensor of this rank; other shapes broadcast as they are.
static Value alignAlong(NodeContext &node, unsigned i, int64_t rank,
                        int64_t dim) {
  Emitter b(node.builder, node.loc);
  ArrayRef<int64_t> own = node.getShape(i);
  if (node.getType(i).getNumElements() == 1)
    return b.reshape(node.getInput(i), {});
  if (own.size() != 1 || rank < 2)
    return node.getInput(i);
  Sizes aligned(rank - dim, 1);
  aligned[0] = own[0];
  return b.reshape(node.getInput(i), aligned);
}

/// Operand `i` less its zero point `zero`, in i32.
static FailureOr<Value> getDifference(NodeContext &node, unsigned i,
                                      unsigned zero, int64_t dim) {
  Type element = node.getType(i).getElementType();
  if (element.isInteger(1) || !isa<IntegerType>(element) ||
      element.getIntOrFloatBitWidth() > 8)
    return node.unsupported("products of other numbers than 8-bit integers");
  Emitter b(node.builder, node.loc);
  ArrayRef<int64_t> shape = node.getShape(i);
  SmallVector<Value> operands{node.getInput(i)};
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
  return b.elementwise(
      shape, b.getI32Type(), operands, [](Scalar &b, ValueRange v) {
        return emitDifference(b, v[0], v.size() > 1 ? v[1] : Value());
      });
}

/// The dimension of an operand of MatMul that has a scale for each index: rows
/// of the first, columns of the second.
static int64_t getScaledDim(NodeContext &node, unsigned i) {
  int64_t rank = node.getType(i).getRank();
  return std::max<int64_t>(0, i == 0 ? rank - 2 : rank - 1);
}

static LogicalResult lowerMatMulInteger(NodeContext &node) {
  if (failed(node.requireInputs(2, 4)) ||
      failed(node.requireRank(0, 1, INT64_MAX)) ||
      failed(node.requireRank(1, 1, INT64_MAX)))
    return failure();
  FailureOr<Value> left = getDifference(node, 0, 2, getScaledDim(node, 0));
  FailureOr<Value> right = getDifference(node, 1, 3, getScaledDim(node, 1));
  if (failed(left) || failed(right))
    return failure();
  FailureOr<Value> product = emitMatMul(node, *left, *right);
  if (failed(product))
    return failure();
  node.setOutput(0, *product);
  return success();
}

static LogicalResult lowerConvInteger(NodeContext &node) {
  if (failed(node.requireInputs(2, 4)))
    return failure();
  FailureOr<Value> image = getDifference(node, 0, 2, 0);
  FailureOr<Value> filter = getDifference(node, 1, 3, 0);
  if (failed(image) || failed(filter))
    return failure();
  FailureOr<Value> result = emitConvolution(node, *image, *filter);
  if (failed(result))
    return failure();
  node.setOutput(0, *result);
  return success();
}

/// A product in i32 as multiples of the scale of the result: the scales of
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
                              b.reshape(node.getInput(7), {})};
  node.setOutput(
      0, b.elementwise(
             getShape(product), target, operands, [&](Scalar &b, ValueRange v) {
               Type single = b.getF32Type();
               Value factor = emitMul(b, emitCast(b, v[1], single),
                                      emitCast(b, v[2], single));
               factor = emitDiv(b, factor, emitCast(b, v[3], single));
               Value steps = emitMul(b, emitCast(b, v[0], single), factor);
               return emitRounded(b, steps, v[4], target, true);
             }));
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
  FailureOr<Value> left = getDifference(node, 0, 2, row);
  FailureOr<Value> right = getDifference(node, 3, 5, column);
  if (failed(left) || failed(right))
    return failure();
  FailureOr<Value> product = emitMatMul(node, *left, *right);
  if (failed(product))
    return failure();
  return setRescaled(node, *product,
                     alignAlong(node, 1, node.getType(0).getRank(), row),
                     alignAlong(node, 4, node.getType(3).getRank(), column));
}

static LogicalResult lowerQLinearConv(NodeContext &node) {
  if (failed(node.requireInputs(8, 9)) || failed(requireScales(node)))
    return failure();
  FailureOr<Value> image = getDifference(node, 0, 2, 0);
  FailureOr<Value> filter = getDifference(node, 3, 5, 0);
  if (failed(image) || failed(filter))
    return failure();
  FailureOr<Value> result = emitConvolution(node, *image, *filter);
  if (failed(result))
    return failure();
  int64_t rank = getTensorType(*result).getRank();
  Emitter b(node.builder, node.loc);
  if (node.hasInput(8)) {
    if (node.getType(8).getElementType() != b.getI32Type() ||
        node.getShape(8) != getShape(*filter).take_front())
      return node.fail("expected one i32 bias for each filter, but got " +
                       printTypes(node));
    result = b.elementwise(
        getShape(*result), b.getI32Type(),
        {*result, alignAlong(node, 8, rank, 1)},
        [](Scalar &b, ValueRange v) { return emitAdd(b, v[0], v[1]); });
  }
  return setRescaled(node, *result, alignAlong(node, 1, rank, 1),
                     alignAlong(node, 4, rank, 1));
}

void registerQuantization(OperatorRegistry &all) {
  all.add("QuantizeLinear", 10, lowerQuantize).withBounds({1});
  all.add("DequantizeLinear", 10, lowerDequantize).withBounds({1});
  all.add("DynamicQuantizeLinear", 11, lowerDynamicQuantize);
  all.add("MatMulInteger", 10, lowerMatMulInteger);
  all.add("ConvInteger", 10, lowerConvInteger);
  all.add("QLinearMatMul", 10, lowerQLinearMatMul).withBounds({1, 4, 6});
  all.add("QLinearConv", 10, lowerQLinearConv).withBounds({1, 4, 6});
}

} // namespace mlir::pc
