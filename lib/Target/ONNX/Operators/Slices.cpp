// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parts of tensors, and tensors put together.

#include "Operators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include <cstring>

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;
using Sizes = SmallVector<int64_t>;

//===----------------------------------------------------------------------===//
// Concat and Split
//===----------------------------------------------------------------------===//

/// The axis of a Concat, and the size of the result along it.
static FailureOr<std::pair<int64_t, int64_t>> checkConcat(NodeContext &node) {
  unsigned count = node.getNumInputs();
  if (failed(node.requireInputs(std::max(count, 1u), UINT_MAX)))
    return failure();
  FailureOr<int64_t> axis = node.normalizeAxis(
      node.attributes.getInt("axis", 1), node.getType(0).getRank());
  if (failed(axis))
    return failure();
  Sizes expected(node.getShape(0));
  int64_t total = 0;
  for (unsigned i = 0; i < count; ++i) {
    if (node.getType(i).getRank() == int64_t(expected.size())) {
      expected[*axis] = node.getShape(i)[*axis];
      total += expected[*axis];
    }
    if (ArrayRef(expected) != node.getShape(i) ||
        node.getType(i).getElementType() != node.getType(0).getElementType())
      return node.fail("expected operands that differ in dimension " +
                       Twine(*axis) + " alone, but got " + printTypes(node));
  }
  expected[*axis] = total;
  if (failed(node.getTensorType(expected, node.getType(0).getElementType())))
    return failure();
  return std::make_pair(*axis, total);
}

static LogicalResult lowerConcat(NodeContext &node) {
  auto axis = checkConcat(node);
  if (failed(axis))
    return failure();
  SmallVector<Value> operands;
  for (unsigned i = 0; i < node.getNumInputs(); ++i)
    if (node.getShape(i)[axis->first] != 0)
      operands.push_back(node.getInput(i));
  if (operands.empty())
    operands.push_back(node.getInput(0));
  Emitter b(node.builder, node.loc);
  node.setOutput(0, b.concat(axis->first, operands));
  return success();
}

static bool foldConcat(NodeContext &node) {
  auto axis = checkConcat(node);
  if (failed(axis))
    return false;
  Sizes shape(node.getShape(0));
  shape[axis->first] = axis->second;
  std::unique_ptr<Tensor> result =
      makeFolded(node.getConstant(0)->getKind(), shape);
  if (!result)
    return false;
  int64_t outer = 1, inner = int64_t(getByteWidth(result->getKind()));
  for (int64_t i = 0; i < axis->first; ++i)
    outer *= shape[i];
  for (size_t i = axis->first + 1; i < shape.size(); ++i)
    inner *= shape[i];
  char *out = result->as<char>();
  for (int64_t row = 0; row < outer; ++row)
    for (unsigned i = 0; i < node.getNumInputs(); ++i) {
      int64_t bytes = node.getShape(i)[axis->first] * inner;
      if (bytes > 0)
        std::memcpy(out, node.getConstant(i)->as<char>() + row * bytes, bytes);
      out += bytes;
    }
  node.setOutput(0, Constant(std::move(result)));
  return true;
}

/// The sizes of the parts of a Split along `size` elements.
static FailureOr<Sizes> getParts(NodeContext &node, int64_t size) {
  std::optional<Sizes> parts;
  if (node.version < 13) {
    parts = node.attributes.getInts("split");
  } else if (node.hasInput(1)) {
    FailureOr<Sizes> given = node.requireIntegers(1, "split");
    if (failed(given))
      return failure();
    parts = *given;
  }
  int64_t count = node.getNumOutputs();
  if (parts) {
    int64_t sum = 0;
    for (int64_t part : *parts)
      sum += std::clamp<int64_t>(part, -1, size + 1);
    bool isSane = llvm::all_of(
        *parts, [&](int64_t part) { return part >= 0 && part <= size; });
    if (!isSane || sum != size || int64_t(parts->size()) != count)
      return node.fail("expected " + Twine(count) + " parts of " + Twine(size) +
                       " elements, but got " + Twine(parts->size()) + " of " +
                       Twine(sum));
    return *parts;
  }
  if (node.version >= 18 &&
      node.attributes.getInt("num_outputs", count) != count)
    return node.fail("num_outputs: expected " + Twine(count));
  // From opset 18 on the last part may be smaller.
  int64_t part = (size + count - 1) / count;
  if (size % count != 0 && (node.version < 18 || part * (count - 1) > size))
    return node.fail("expected " + Twine(count) + " equal parts of " +
                     Twine(size) + " elements");
  Sizes equal(count, part);
  equal.back() = size - part * (count - 1);
  return equal;
}

static LogicalResult lowerSplit(NodeContext &node) {
  if (failed(node.requireInputs(1, 2)) || node.getNumOutputs() == 0)
    return failure();
  FailureOr<int64_t> axis = node.normalizeAxis(
      node.attributes.getInt("axis", 0), node.getType(0).getRank());
  if (failed(axis))
    return failure();
  Sizes shape(node.getShape(0));
  FailureOr<Sizes> parts = getParts(node, shape[*axis]);
  if (failed(parts))
    return failure();
  Emitter b(node.builder, node.loc);
  Sizes offsets(shape.size(), 0), strides(shape.size(), 1);
  for (auto [i, part] : enumerate(*parts)) {
    shape[*axis] = part;
    if (node.hasOutput(i))
      node.setOutput(i, b.slice(node.getInput(0), offsets, shape, strides));
    offsets[*axis] += part;
  }
  return success();
}

static bool foldSplit(NodeContext &node) {
  if (node.getNumOutputs() == 0)
    return false;
  FailureOr<int64_t> axis = node.normalizeAxis(
      node.attributes.getInt("axis", 0), node.getType(0).getRank());
  if (failed(axis))
    return false;
  Sizes shape(node.getShape(0)), strides = getStrides(shape);
  FailureOr<Sizes> parts = getParts(node, shape[*axis]);
  if (failed(parts))
    return false;
  int64_t offset = 0;
  for (auto [i, part] : enumerate(*parts)) {
    shape[*axis] = part;
    bool isFolded =
        foldGather(node, i, *node.getConstant(0), shape, [&](Integers index) {
          int64_t at = offset * strides[*axis];
          for (auto [x, stride] : zip(index, strides))
            at += x * stride;
          return at;
        });
    if (!isFolded)
      return false;
    offset += part;
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Slice
//===----------------------------------------------------------------------===//

namespace {
struct SliceRange {
  Sizes offsets, sizes, steps; // steps may be negative
};
} // namespace

/// Attributes before opset 10, operands since.
static FailureOr<Sizes> getSliceNumbers(NodeContext &node, unsigned input,
                                        StringRef name, Sizes otherwise) {
  if (node.version < 10)
    return node.attributes.getInts(name).value_or(otherwise);
  if (!node.hasInput(input))
    return otherwise;
  return node.requireIntegers(input, name);
}

static FailureOr<SliceRange> getSliceRange(NodeContext &node) {
  unsigned least = node.version < 10 ? 1 : 3;
  if (failed(node.requireInputs(least, node.version < 10 ? 1 : 5)))
    return failure();
  ArrayRef<int64_t> shape = node.getShape(0);
  int64_t rank = shape.size();
  FailureOr<Sizes> starts = getSliceNumbers(node, 1, "starts", {});
  FailureOr<Sizes> ends = getSliceNumbers(node, 2, "ends", {});
  if (failed(starts) || failed(ends))
    return failure();
  size_t count = starts->size();
  FailureOr<Sizes> given = getSliceNumbers(
      node, 3, "axes", llvm::to_vector(llvm::seq<int64_t>(0, count)));
  FailureOr<Sizes> steps = getSliceNumbers(node, 4, "steps", Sizes(count, 1));
  if (failed(given) || failed(steps))
    return failure();
  FailureOr<Sizes> axes = node.normalizeAxes(*given, rank);
  if (failed(axes))
    return failure();
  if (ends->size() != count || axes->size() != count || steps->size() != count)
    return node.fail("expected as many ends, axes and steps as starts: " +
                     Twine(count));
  SliceRange range{Sizes(rank, 0), Sizes(shape), Sizes(rank, 1)};
  for (size_t i = 0; i < count; ++i) {
    int64_t size = shape[(*axes)[i]], step = (*steps)[i];
    if (step == 0)
      return node.fail("expected steps that are not zero");
    step = std::clamp<int64_t>(step, -size - 1, size + 1);
    auto wrap = [&](int64_t at) {
      int64_t wrapped = at < 0 ? at + size : at;
      return step > 0 ? std::clamp<int64_t>(wrapped, 0, size)
                      : std::clamp<int64_t>(wrapped, -1, size - 1);
    };
    int64_t start = wrap((*starts)[i]), end = wrap((*ends)[i]);
    int64_t span = step > 0 ? end - start : start - end;
    int64_t stride = std::abs(step);
    range.offsets[(*axes)[i]] = start;
    range.sizes[(*axes)[i]] = span > 0 ? (span + stride - 1) / stride : 0;
    range.steps[(*axes)[i]] = step;
  }
  return range;
}

static LogicalResult lowerSlice(NodeContext &node) {
  FailureOr<SliceRange> range = getSliceRange(node);
  if (failed(range))
    return failure();
  // A backward slice is a forward one from the other end, reversed.
  Sizes backward;
  for (size_t i = 0; i < range->steps.size(); ++i) {
    if (range->sizes[i] == 0) {
      range->offsets[i] = 0;
      range->steps[i] = 1;
    }
    if (range->steps[i] > 0)
      continue;
    range->offsets[i] += (range->sizes[i] - 1) * range->steps[i];
    range->steps[i] = -range->steps[i];
    backward.push_back(i);
  }
  Emitter b(node.builder, node.loc);
  Value part =
      b.slice(node.getInput(0), range->offsets, range->sizes, range->steps);
  node.setOutput(0, b.reverse(part, backward));
  return success();
}

static bool foldSlice(NodeContext &node) {
  FailureOr<SliceRange> range = getSliceRange(node);
  if (failed(range))
    return false;
  Sizes strides = getStrides(node.getShape(0));
  return foldGather(
      node, 0, *node.getConstant(0), range->sizes, [&](Integers index) {
        int64_t at = 0;
        for (size_t i = 0; i < index.size(); ++i)
          at += (range->offsets[i] + index[i] * range->steps[i]) * strides[i];
        return at;
      });
}

//===----------------------------------------------------------------------===//
// Pad
//===----------------------------------------------------------------------===//

namespace {
struct Padding {
  Sizes low, high; // negative: cut off
};
} // namespace

/// Attributes before opset 11; operands since, with axes from 18 on.
static FailureOr<Padding> getPadding(NodeContext &node) {
  int64_t rank = node.getType(0).getRank();
  FailureOr<Sizes> pads = Sizes();
  Sizes axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  if (node.version < 11) {
    StringRef name = node.version < 2 ? "paddings" : "pads";
    pads = node.attributes.getInts(name).value_or(Sizes());
  } else {
    if (failed(node.requireInputs(2, 4)) ||
        failed(pads = node.requireIntegers(1, "pads")))
      return failure();
  }
  if (node.version >= 18 && node.hasInput(3)) {
    FailureOr<Sizes> given = node.requireIntegers(3, "axes");
    if (failed(given))
      return failure();
    FailureOr<Sizes> normal = node.normalizeAxes(*given, rank);
    if (failed(normal))
      return failure();
    axes = *normal;
  }
  if (pads->size() != 2 * axes.size())
    return node.fail("expected " + Twine(2 * axes.size()) +
                     " paddings, but got " + Twine(pads->size()));
  Padding padding{Sizes(rank, 0), Sizes(rank, 0)};
  for (auto [i, axis] : enumerate(axes)) {
    padding.low[axis] = (*pads)[i];
    padding.high[axis] = (*pads)[i + axes.size()];
  }
  Sizes shape(node.getShape(0));
  for (int64_t i = 0; i < rank; ++i) {
    for (int64_t amount : {padding.low[i], padding.high[i]})
      if (amount < -shape[i] || amount > (int64_t(1) << 40))
        return node.fail("expected a padding of at least " + Twine(-shape[i]) +
                         " in dimension " + Twine(i) + ", but got " +
                         Twine(amount));
    shape[i] += padding.low[i] + padding.high[i];
  }
  if (failed(node.getTensorType(shape, node.getType(0).getElementType())))
    return failure();
  return padding;
}

static FailureOr<Value> getPadValue(NodeContext &node, Emitter &b) {
  Type element = node.getType(0).getElementType();
  if (node.version < 11)
    return b.scalar(element, node.attributes.getFloat("value", 0));
  if (!node.hasInput(2))
    return b.scalar(element, 0);
  if (failed(node.requireSameElementType(0, 2)))
    return failure();
  if (node.getType(2).getNumElements() != 1)
    return node.fail("expected one padding value, but got " + printTypes(node));
  if (node.getConstant(2) && !node.isParameter(2))
    return b.scalar(element, node.getConstant(2)->getAsDouble(0));
  return Value(tensor::ExtractOp::create(b, b.reshape(node.getInput(2), {}),
                                         ValueRange()));
}

/// One side of a dimension, made of elements inside: mirrored without (reflect)
/// or copies of the border (edge), or the other end (wrap).
static Value padSide(Emitter &b, Value value, int64_t axis, int64_t amount,
                     bool isLow, StringRef mode) {
  Sizes shape(getShape(value)), offsets(shape.size(), 0);
  Sizes ones(shape.size(), 1);
  int64_t size = shape[axis];
  shape[axis] = mode == "edge" ? 1 : amount;
  if (mode == "edge")
    offsets[axis] = isLow ? 0 : size - 1;
  else if (mode == "reflect")
    offsets[axis] = isLow ? 1 : size - 1 - amount;
  else
    offsets[axis] = isLow ? size - amount : 0;
  Value part = b.slice(value, offsets, shape, ones);
  if (mode == "reflect")
    return b.reverse(part, axis);
  if (mode == "wrap")
    return part;
  shape[axis] = amount;
  return b.elementwise(shape, getElement(value), part,
                       [](Scalar &, ValueRange v) { return v[0]; });
}

static LogicalResult padByContents(NodeContext &node, Emitter &b, Value value,
                                   const Padding &padding, StringRef mode) {
  for (size_t axis = 0; axis < padding.low.size(); ++axis) {
    int64_t size = getShape(value)[axis];
    int64_t low = std::max<int64_t>(padding.low[axis], 0);
    int64_t high = std::max<int64_t>(padding.high[axis], 0);
    int64_t most = mode == "edge"   ? INT64_MAX
                   : mode == "wrap" ? size
                                    : size - 1;
    if (std::max(low, high) > most || (size == 0 && low + high > 0))
      return node.unsupported("mode '" + mode +
                              "' with a padding that is "
                              "larger than the operand");
    SmallVector<Value> parts;
    if (low)
      parts.push_back(padSide(b, value, axis, low, true, mode));
    parts.push_back(value);
    if (high)
      parts.push_back(padSide(b, value, axis, high, false, mode));
    value = b.concat(axis, parts);
  }
  node.setOutput(0, value);
  return success();
}

static LogicalResult lowerPad(NodeContext &node) {
  if (failed(node.requireInputs(1, 4)))
    return failure();
  FailureOr<Padding> padding = getPadding(node);
  if (failed(padding))
    return failure();
  std::string mode = node.attributes.getString("mode", "constant");
  if (mode != "constant" && mode != "edge" && mode != "reflect" &&
      mode != "wrap")
    return node.unsupported("mode '" + mode + "'");
  Emitter b(node.builder, node.loc);
  Value value = node.getInput(0);
  Sizes low, high, offsets, sizes(node.getShape(0));
  for (size_t i = 0; i < sizes.size(); ++i) {
    low.push_back(std::max<int64_t>(padding->low[i], 0));
    high.push_back(std::max<int64_t>(padding->high[i], 0));
    offsets.push_back(std::max<int64_t>(-padding->low[i], 0));
    sizes[i] += std::min<int64_t>(padding->low[i], 0) +
                std::min<int64_t>(padding->high[i], 0);
    if (sizes[i] < 0)
      return node.fail(
          "expected a padding that leaves something of dimension " + Twine(i));
  }
  if (ArrayRef(sizes) != node.getShape(0))
    value = b.slice(value, offsets, sizes, Sizes(sizes.size(), 1));
  if (mode != "constant")
    return padByContents(node, b, value, {low, high}, mode);
  FailureOr<Value> filler = getPadValue(node, b);
  if (failed(filler))
    return failure();
  node.setOutput(0, b.pad(value, low, high, *filler));
  return success();
}

void registerSlices(OperatorRegistry &all) {
  all.add("Concat", 1, lowerConcat)
      .withFold(foldConcat)
      .withAllCopied()
      .withStrings(StringUse::Moves);
  all.add("Split", 1, lowerSplit)
      .withFold(foldSplit)
      .withCopied({0})
      .withStrings(StringUse::Moves);
  all.add("Slice", 1, lowerSlice)
      .withFold(foldSlice)
      .withCopied({0})
      .withStrings(StringUse::Moves);
  all.add("Pad", 1, lowerPad)
      .withBounds({2})
      .withCopied({0, 2})
      .withStrings(StringUse::Moves);
}

} // namespace mlir::pc
