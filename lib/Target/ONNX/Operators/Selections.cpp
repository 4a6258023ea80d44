// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parts of a tensor, chosen or put back.

#include "Windows.h"

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;
using Sizes = SmallVector<int64_t>;

/// Blocks of Col2Im are placed one after the other, up to this many.
static constexpr int64_t maxBlock = 1024;

//===----------------------------------------------------------------------===//
// Building blocks
//===----------------------------------------------------------------------===//

Value takeIndices(Emitter &b, Value x, int64_t axis,
                  ArrayRef<int64_t> indices) {
  Sizes offsets(getShape(x).size(), 0), ones(offsets.size(), 1);
  Sizes sizes(getShape(x));
  SmallVector<Value> parts;
  for (size_t i = 0; i < indices.size();) {
    size_t end = i + 1; // of a run of neighbours
    while (end < indices.size() && indices[end] == indices[end - 1] + 1)
      ++end;
    offsets[axis] = indices[i];
    sizes[axis] = int64_t(end - i);
    parts.push_back(b.slice(x, offsets, sizes, ones));
    i = end;
  }
  if (!parts.empty())
    return b.concat(axis, parts);
  sizes[axis] = 0;
  return b.emptyTensor(sizes, getElement(x));
}

/// Dimension `axis` moved by `offset` inside one of `size` elements: what falls
/// out is dropped, what is not covered is zero.
static Value place(Emitter &b, Value x, int64_t axis, int64_t offset,
                   int64_t size) {
  Sizes shape(getShape(x)), zeros(shape.size(), 0), ones(shape.size(), 1);
  int64_t cut = std::max<int64_t>(-offset, 0);
  int64_t start = std::max<int64_t>(offset, 0);
  int64_t count = std::min(shape[axis] - cut, size - start);
  if (count <= 0) {
    shape[axis] = size;
    return b.filled(shape, getElement(x), 0);
  }
  Sizes offsets(zeros), low(zeros), high(zeros);
  offsets[axis] = cut;
  shape[axis] = count;
  low[axis] = start;
  high[axis] = size - start - count;
  return b.pad(b.slice(x, offsets, shape, ones), low, high, 0.0);
}

/// Elements of dimension `axis` pulled apart, with zeros between them.
static Value spread(Emitter &b, Value x, int64_t axis, int64_t stride) {
  if (stride == 1)
    return x;
  Sizes shape(getShape(x));
  shape.insert(shape.begin() + axis + 1, 1);
  Sizes zeros(shape.size(), 0), high(zeros);
  high[axis + 1] = stride - 1;
  Value apart = b.pad(b.reshape(x, shape), zeros, high, 0.0);
  shape.erase(shape.begin() + axis + 1);
  shape[axis] *= stride;
  return b.reshape(apart, shape);
}

//===----------------------------------------------------------------------===//
// Compress, CenterCropPad, ReverseSequence
//===----------------------------------------------------------------------===//

static LogicalResult lowerCompress(NodeContext &node) {
  if (failed(node.requireInputs(2, 2)) || failed(node.requireBoolean(1)) ||
      failed(node.requireRank(1, 1, 1)))
    return failure();
  const Tensor *condition = node.getConstant(1);
  if (!condition)
    return node.unknown(1, "the condition");
  Emitter b(node.builder, node.loc);
  int64_t axis = 0, size = node.getType(0).getNumElements();
  bool isFlat = !node.attributes.has("axis");
  if (!isFlat) {
    FailureOr<int64_t> given = node.normalizeAxis(
        node.attributes.getInt("axis", 0), node.getType(0).getRank());
    if (failed(given))
      return failure();
    axis = *given;
    size = node.getShape(0)[axis];
  }
  Sizes indices;
  for (int64_t i = 0; i < condition->getNumElements(); ++i)
    if (getInteger(*condition, i))
      indices.push_back(i);
  if (!indices.empty() && indices.back() >= size)
    return node.fail("expected a condition for " + Twine(size) +
                     " elements, but element " + Twine(indices.back()) +
                     " is asked for");
  Value x = node.getInput(0);
  node.setOutput(
      0, takeIndices(b, isFlat ? b.reshape(x, size) : x, axis, indices));
  return success();
}

static LogicalResult lowerCenterCropPad(NodeContext &node) {
  if (failed(node.requireInputs(2, 2)))
    return failure();
  int64_t rank = node.getType(0).getRank();
  FailureOr<Sizes> sizes = node.requireIntegers(1, "the shape");
  Sizes all = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  FailureOr<Sizes> axes =
      node.normalizeAxes(node.attributes.getInts("axes").value_or(all), rank);
  if (failed(sizes) || failed(axes))
    return failure();
  if (sizes->size() != axes->size())
    return node.fail("expected " + Twine(axes->size()) + " sizes, but got " +
                     Twine(sizes->size()));
  Sizes shape(node.getShape(0));
  for (auto [axis, size] : zip(*axes, *sizes))
    shape[axis] = std::max(size, shape[axis]);
  if (is_contained(*sizes, 0) ||
      any_of(*sizes, [](int64_t n) { return n < 0; }))
    return node.fail("expected positive sizes");
  if (failed(node.getTensorType(shape, node.getType(0).getElementType())))
    return failure();
  Emitter b(node.builder, node.loc);
  Value x = node.getInput(0);
  for (auto [axis, size] : zip(*axes, *sizes)) {
    int64_t from = getShape(x)[axis];
    int64_t offset = size < from ? -((from - size) / 2) : (size - from) / 2;
    x = place(b, x, axis, offset, size);
  }
  node.setOutput(0, x);
  return success();
}

static LogicalResult lowerReverseSequence(NodeContext &node) {
  if (failed(node.requireInputs(2, 2)) ||
      failed(node.requireRank(0, 2, INT64_MAX)) ||
      failed(node.requireRank(1, 1, 1)) || failed(node.requireNumbers(0)))
    return failure();
  int64_t batch = node.attributes.getInt("batch_axis", 1);
  int64_t time = node.attributes.getInt("time_axis", 0);
  if (batch + time != 1 || batch * time != 0)
    return node.fail(
        "expected the batch and time axes to be 0 and 1, but got " +
        Twine(batch) + " and " + Twine(time));
  ArrayRef<int64_t> shape = node.getShape(0);
  if (node.getShape(1)[0] != shape[batch] ||
      !isa<IntegerType>(node.getType(1).getElementType()))
    return node.fail("expected one length for each sequence, but got " +
                     printTypes(node));
  Emitter b(node.builder, node.loc);
  unsigned rank = shape.size();
  SmallVector<unsigned> read;
  for (unsigned i = 0; i < rank; ++i)
    read.push_back(i == time ? rank : i);
  Type element = node.getType(0).getElementType(), index = b.getI64Type();
  node.setOutput(
      0,
      sumOver(b, shape, element,
              {node.getInput(0), b.cast(node.getInput(1), index)},
              {selectLoops(b, rank + 1, read),
               selectLoops(b, rank + 1, unsigned(batch))},
              [&](Scalar &b, ValueRange v) -> Value {
                Value here = getPosition(b, time, index);
                Value isInside =
                    compareIntegers(b, arith::CmpIPredicate::slt, here, v[1]);
                Value mirrored =
                    emitSub(b, emitSub(b, v[1], emitScalar(b, index, 1)), here);
                Value source =
                    arith::SelectOp::create(b, isInside, mirrored, here);
                Value isSource =
                    compareIntegers(b, arith::CmpIPredicate::eq, source,
                                    getPosition(b, rank, index));
                return arith::SelectOp::create(b, isSource, v[0],
                                               emitScalar(b, element, 0));
              }));
  return success();
}

//===----------------------------------------------------------------------===//
// Col2Im
//===----------------------------------------------------------------------===//

/// How many blocks fit along each dimension, or failure.
static FailureOr<Sizes> countBlocks(NodeContext &node, const Window &window,
                                    ArrayRef<int64_t> image) {
  Sizes counts;
  for (size_t i = 0; i < image.size(); ++i) {
    int64_t room = image[i] + window.low[i] + window.high[i];
    if (image[i] < 1 || room < window.getExtent(i))
      return node.fail("expected blocks that fit into the image");
    counts.push_back((room - window.getExtent(i)) / window.strides[i] + 1);
  }
  return counts;
}

/// The sum of the blocks, each at its place.
static LogicalResult lowerCol2Im(NodeContext &node) {
  if (failed(node.requireInputs(3, 3)) || failed(node.requireRank(0, 3, 3)) ||
      failed(node.requireNumbers(0)))
    return failure();
  FailureOr<Sizes> image = node.requireIntegers(1, "the shape of the image");
  FailureOr<Sizes> block = node.requireIntegers(2, "the shape of a block");
  if (failed(image) || failed(block))
    return failure();
  if (image->size() != block->size())
    return node.fail("expected an image and a block of one rank, but got " +
                     printTypes(node));
  FailureOr<Window> window = readWindow(node, *block);
  if (failed(window))
    return failure();
  FailureOr<Sizes> counts = countBlocks(node, *window, *image);
  if (failed(counts))
    return failure();
  ArrayRef<int64_t> own = node.getShape(0);
  int64_t volume = 1, total = 1;
  for (auto [size, count] : zip(*block, *counts)) {
    volume *= size;
    total *= count;
    if (volume > maxBlock)
      return node.unsupported("blocks of more than " + Twine(maxBlock) +
                              " elements");
  }
  if (own[1] % volume != 0 || own[2] != total)
    return node.fail("expected [batch, channels * " + Twine(volume) + ", " +
                     Twine(total) + "], but got " + printTypes(node));
  Sizes shape{own[0], own[1] / volume};
  shape.append(*image);
  Type element = node.getType(0).getElementType();
  if (failed(node.getTensorType(shape, element)))
    return failure();
  Emitter b(node.builder, node.loc);
  Value columns =
      b.reshape(node.getInput(0), {own[0], shape[1], volume, total});
  Value sum = b.filled(shape, element, 0);
  Sizes at(block->size(), 0);
  for (int64_t i = 0; i < volume; ++i, advance(at, *block)) {
    Value part = b.slice(columns, {0, 0, i, 0}, {own[0], shape[1], 1, total},
                         {1, 1, 1, 1});
    Sizes grid{own[0], shape[1]};
    grid.append(*counts);
    part = b.reshape(part, grid);
    for (size_t dim = 0; dim < at.size(); ++dim)
      part = place(b, spread(b, part, dim + 2, window->strides[dim]), dim + 2,
                   at[dim] * window->dilations[dim] - window->low[dim],
                   (*image)[dim]);
    sum =
        b.elementwise(shape, element, {sum, part}, [](Scalar &b, ValueRange v) {
          return emitAdd(b, v[0], v[1]);
        });
  }
  node.setOutput(0, sum);
  return success();
}

//===----------------------------------------------------------------------===//
// MaxUnpool
//===----------------------------------------------------------------------===//

/// Places are numbered through the whole result. Of several elements for
/// one place the last one counts.
static Value emitUnpool(Emitter &b, Value x, Value places,
                        ArrayRef<int64_t> shape) {
  int64_t planes = shape[0] * shape[1], from = 1, to = 1;
  for (int64_t size : getShape(x).drop_front(2))
    from *= size;
  for (int64_t size : shape.drop_front(2))
    to *= size;
  Type element = getElement(x), index = b.getI64Type();
  Value flat = b.reshape(x, {planes, from});
  Value targets = b.reshape(b.cast(places, index), {planes, from});
  AffineMap read = selectLoops(b, 3, {0, 2}), own = selectLoops(b, 3, {0, 1});
  Value last = accumulate(
      b, b.filled({planes, to}, index, -1), 3, targets, read,
      [&](Scalar &b, ValueRange v) -> Value {
        Value plane = emitMul(b, getPosition(b, 0, index),
                              emitScalar(b, index, double(to)));
        Value here = emitAdd(b, plane, getPosition(b, 1, index));
        Value isHere = compareIntegers(b, arith::CmpIPredicate::eq, v[0], here);
        return arith::SelectOp::create(b, isHere, getPosition(b, 2, index),
                                       v[1]);
      });
  Value result = sumOver(b, {planes, to}, element, {flat, last}, {read, own},
                         [&](Scalar &b, ValueRange v) -> Value {
                           Value isSource =
                               compareIntegers(b, arith::CmpIPredicate::eq,
                                               v[1], getPosition(b, 2, index));
                           return arith::SelectOp::create(
                               b, isSource, v[0], emitScalar(b, element, 0));
                         });
  return b.reshape(result, shape);
}

static LogicalResult lowerMaxUnpool(NodeContext &node) {
  if (failed(node.requireInputs(2, 3)) || failed(node.requireNumbers(0)) ||
      failed(node.requireRank(0, 3, INT64_MAX)))
    return failure();
  ArrayRef<int64_t> own = node.getShape(0);
  if (node.getShape(1) != own ||
      !isa<IntegerType>(node.getType(1).getElementType()))
    return node.fail("expected one place for each element, but got " +
                     printTypes(node));
  std::optional<Sizes> kernel = node.attributes.getInts("kernel_shape");
  if (!kernel || kernel->size() + 2 != own.size())
    return node.fail("expected a kernel_shape with one size for each spatial "
                     "dimension");
  FailureOr<Window> window = readWindow(node, *kernel);
  if (failed(window))
    return failure();
  Sizes shape(own.take_front(2));
  for (size_t i = 0; i < kernel->size(); ++i)
    shape.push_back((own[i + 2] - 1) * window->strides[i] + (*kernel)[i] -
                    window->low[i] - window->high[i]);
  Sizes whole(shape);
  if (node.hasInput(2)) {
    FailureOr<Sizes> given = node.requireIntegers(2, "the output shape");
    if (failed(given))
      return failure();
    whole = *given;
  }
  bool fits = whole.size() == shape.size() && whole[0] == shape[0] &&
              whole[1] == shape[1];
  for (size_t i = 2; fits && i < shape.size(); ++i)
    fits = shape[i] >= 1 && whole[i] >= shape[i];
  if (!fits)
    return node.fail("expected an output of at least the size that the kernel "
                     "gives");
  if (failed(node.getTensorType(whole, node.getType(0).getElementType())))
    return failure();
  Emitter b(node.builder, node.loc);
  Value result = emitUnpool(b, node.getInput(0), node.getInput(1), shape);
  // The places are those of the size that the kernel gives.
  for (size_t i = 2; i < shape.size(); ++i)
    result = place(b, result, i, 0, whole[i]);
  node.setOutput(0, result);
  return success();
}

void registerSelections(OperatorRegistry &all) {
  all.add("Compress", 9, lowerCompress);
  all.add("CenterCropPad", 18, lowerCenterCropPad);
  all.add("ReverseSequence", 10, lowerReverseSequence);
  all.add("Col2Im", 18, lowerCol2Im);
  all.add("MaxUnpool", 9, lowerMaxUnpool);
}

} // namespace mlir::pc
