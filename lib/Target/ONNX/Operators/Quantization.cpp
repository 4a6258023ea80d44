// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Numbers as multiples of a scale, and back.

#include "Quantizer.h"

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

/// Operand `i` or its steps, a scale or a zero point of `shape`: one for all,
/// one for each index along the axis, or one for each block, in a shape that
/// broadcasts.
static FailureOr<Value> getAligned(NodeContext &node, unsigned i,
                                   ArrayRef<int64_t> shape) {
  Emitter b(node.builder, node.loc);
  ArrayRef<int64_t> own = node.getShape(i);
  int64_t block = node.attributes.getInt("block_size", 0);
  bool isOne = own.empty() || (own.size() == 1 && own[0] == 1);
  if (isOne && block == 0)
    return b.reshape(node.getSteps(i), {});
  FailureOr<int64_t> axis =
      node.normalizeAxis(node.attributes.getInt("axis", 1), shape.size());
  if (failed(axis))
    return failure();
  if (block == 0 && own.size() == 1 && own[0] == shape[*axis]) {
    Sizes aligned(shape.size() - *axis, 1);
    aligned[0] = own[0];
    return b.reshape(node.getSteps(i), aligned);
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
  return repeatBlocks(b, node.getSteps(i), *axis, block, shape[*axis]);
}

//===----------------------------------------------------------------------===//
// From and to multiples of a scale
//===----------------------------------------------------------------------===//

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
  SmallVector<Value> operands{node.getSteps(0), *scale};
  std::optional<unsigned> zeroPoint;
  if (node.hasInput(2)) {
    FailureOr<Value> aligned = getAligned(node, 2, node.getShape(0));
    if (failed(aligned))
      return failure();
    zeroPoint = 2;
    operands.push_back(*aligned);
  }
  bool saturates = node.attributes.getInt("saturate", 1) != 0;
  Quantizer(node, *target, saturates)
      .setOutput(
          0, node.getShape(0), operands,
          [&](Scalar &b, ValueRange v) {
            Value quotient = emitDiv(b, emitCast(b, v[0], *precision),
                                     emitCast(b, v[1], *precision));
            return emitCast(b, quotient, b.getF32Type());
          },
          zeroPoint);
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
  SmallVector<Value> operands{node.getSteps(0)};
  if (node.hasInput(2)) {
    if (failed(node.requireSameElementType(0, 2)))
      return failure();
    FailureOr<Value> zeroPoint = getAligned(node, 2, node.getShape(0));
    if (failed(zeroPoint))
      return failure();
    operands.push_back(*zeroPoint);
  }
  Type wide = getWideType(node, operands);
  operands.push_back(*scale);
  Emitter b(node.builder, node.loc);
  node.setOutput(0, b.elementwise(node.getShape(0), *result, operands,
                                  [&](Scalar &b, ValueRange v) {
                                    Type single = b.getF32Type();
                                    Value steps =
                                        emitDifference(b, v.drop_back(), wide);
                                    Value product =
                                        emitMul(b, emitCast(b, steps, single),
                                                emitCast(b, v.back(), single));
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
  Quantizer quantizer(node, byte);
  Value zeroPoint = quantizer.setOutput(
      2, {}, {least, scale},
      [&](Scalar &b, ValueRange v) {
        return emitDiv(b, emitSub(b, emitScalar(b, element, 0), v[0]), v[1]);
      },
      std::nullopt);
  quantizer.setOutput(
      0, getShape(x), {x, scale, zeroPoint},
      [](Scalar &b, ValueRange v) { return emitDiv(b, v[0], v[1]); }, 2);
  node.setOutput(1, scale);
  return success();
}

void registerQuantization(OperatorRegistry &all) {
  all.add("QuantizeLinear", 10, lowerQuantize).withBounds({1}).asView();
  all.add("DequantizeLinear", 10, lowerDequantize).withBounds({1}).asView();
  all.add("DynamicQuantizeLinear", 11, lowerDynamicQuantize);
}

} // namespace mlir::pc
