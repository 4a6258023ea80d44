// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Convolutions and their transposes, in groups too.

#include "Windows.h"
#include <numeric>

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;
using Sizes = SmallVector<int64_t>;

//===----------------------------------------------------------------------===//
// One convolution of a padded image
//===----------------------------------------------------------------------===//

namespace {
/// Image [N, C, ...] and kernel [F, C / groups, ...]; nothing left to pad.
struct PlainConvolution {
  Value image, kernel;
  Sizes strides, dilations, output; // spatial
  int64_t groups = 1;
};
} // namespace

template <typename Op>
static Value emitNamed(Emitter &b, const PlainConvolution &conv,
                       ArrayRef<int64_t> shape) {
  Value init = b.filled(shape, getElement(conv.image), 0);
  return Op::create(b, init.getType(), ValueRange{conv.image, conv.kernel},
                    init, getWindowAttr(b, conv.strides),
                    getWindowAttr(b, conv.dilations))
      .getResult(0);
}

/// Any rank, groups in a dimension of their own: image [N, G, C, ...], kernel
/// [G, F, C, ...].
static Value emitGeneric(Emitter &b, const PlainConvolution &conv,
                         ArrayRef<int64_t> shape) {
  unsigned rank = conv.output.size(), loops = 2 * rank + 4;
  // Loops: n, g, f, output positions, c, kernel positions.
  auto dim = [&](unsigned i) { return b.getAffineDimExpr(i); };
  SmallVector<AffineExpr> image{dim(0), dim(1), dim(3 + rank)};
  SmallVector<AffineExpr> kernel{dim(1), dim(2), dim(3 + rank)};
  SmallVector<AffineExpr> result{dim(0), dim(1), dim(2)};
  SmallVector<utils::IteratorType> iterators(loops,
                                             utils::IteratorType::reduction);
  std::fill(iterators.begin(), iterators.begin() + 3 + rank,
            utils::IteratorType::parallel);
  for (unsigned i = 0; i < rank; ++i) {
    image.push_back(dim(3 + i) * conv.strides[i] +
                    dim(4 + rank + i) * conv.dilations[i]);
    kernel.push_back(dim(4 + rank + i));
    result.push_back(dim(3 + i));
  }
  auto map = [&](ArrayRef<AffineExpr> exprs) {
    return AffineMap::get(loops, 0, exprs, b.getContext());
  };
  AffineMap maps[] = {map(image), map(kernel), map(result)};
  Value init = b.filled(shape, getElement(conv.image), 0);
  return linalg::GenericOp::create(
             b, init.getType(), ValueRange{conv.image, conv.kernel}, init, maps,
             iterators,
             [](OpBuilder &nested, Location loc, ValueRange v) {
               Scalar inner(loc, nested);
               Value sum = emitAdd(inner, v[2], emitMul(inner, v[0], v[1]));
               linalg::YieldOp::create(inner, sum);
             })
      .getResult(0);
}

/// Splits dimension `axis` of `value` into [groups, size / groups].
static Value splitGroups(Emitter &b, Value value, int64_t axis,
                         int64_t groups) {
  Sizes shape(getShape(value));
  shape[axis] /= groups;
  shape.insert(shape.begin() + axis, groups);
  return b.reshape(value, shape);
}

static Value emitGrouped(Emitter &b, PlainConvolution conv,
                         ArrayRef<int64_t> shape) {
  conv.image = splitGroups(b, conv.image, 1, conv.groups);
  conv.kernel = splitGroups(b, conv.kernel, 0, conv.groups);
  Sizes split(shape);
  split[1] /= conv.groups;
  split.insert(split.begin() + 1, conv.groups);
  Value result = conv.output.size() == 2
                     ? emitNamed<linalg::Conv2DNgchwGfchwOp>(b, conv, split)
                     : emitGeneric(b, conv, split);
  return b.reshape(result, shape);
}

static Value emitPlain(Emitter &b, PlainConvolution conv) {
  Type element = getElement(conv.image), wide = getSumType(element);
  if (wide != element) {
    conv.image = b.cast(conv.image, wide);
    conv.kernel = b.cast(conv.kernel, wide);
    return b.cast(emitPlain(b, conv), element);
  }
  Sizes shape{getShape(conv.image)[0], getShape(conv.kernel)[0]};
  shape.append(conv.output);
  if (conv.groups != 1)
    return emitGrouped(b, conv, shape);
  switch (conv.output.size()) {
  case 1:
    return emitNamed<linalg::Conv1DNcwFcwOp>(b, conv, shape);
  case 2:
    return emitNamed<linalg::Conv2DNchwFchwOp>(b, conv, shape);
  default:
    return emitNamed<linalg::Conv3DNcdhwFcdhwOp>(b, conv, shape);
  }
}

static Value addBias(Emitter &b, Value value, Value bias) {
  Sizes aligned(getTensorType(value).getRank() - 1, 1);
  aligned[0] = getShape(bias)[0];
  return b.elementwise(
      getShape(value), getElement(value), {value, b.reshape(bias, aligned)},
      [](Scalar &b, ValueRange v) { return emitAdd(b, v[0], v[1]); });
}

//===----------------------------------------------------------------------===//
// Checks
//===----------------------------------------------------------------------===//

/// Types, ranks and groups; `channels` and `filters` are those of the kernel.
static LogicalResult checkOperands(NodeContext &node, int64_t groups,
                                   int64_t channels, int64_t filters) {
  if (groups < 1 || channels * groups != node.getShape(0)[1])
    return node.fail("expected a kernel for " + Twine(node.getShape(0)[1]) +
                     " channels in " + Twine(groups) + " groups, but got " +
                     printTypes(node));
  if (filters % groups != 0)
    return node.fail("expected filters for " + Twine(groups) +
                     " groups, but got " + Twine(filters));
  if (node.hasInput(2) && (failed(node.requireSameElementType(0, 2)) ||
                           node.getShape(2) != ArrayRef<int64_t>(filters)))
    return node.fail("expected one bias for each of " + Twine(filters) +
                     " filters, but got " + printTypes(node));
  return success();
}

static LogicalResult checkKernel(NodeContext &node, ArrayRef<int64_t> kernel) {
  std::optional<Sizes> given = node.attributes.getInts("kernel_shape");
  if (given && ArrayRef(*given) != kernel.drop_front(2))
    return node.fail("kernel_shape differs from the shape of the kernel in " +
                     printTypes(node));
  return success();
}

static LogicalResult checkRanks(NodeContext &node) {
  if (failed(node.requireInputs(2, 3)) || failed(node.requireNumbers(0)) ||
      failed(node.requireSameElementType(0, 1)) ||
      failed(node.requireRank(0, 3, INT64_MAX)) ||
      failed(node.requireRank(1, 3, INT64_MAX)))
    return failure();
  if (node.getType(0).getRank() != node.getType(1).getRank())
    return node.fail("expected an image and a kernel of one rank, but got " +
                     printTypes(node));
  if (node.getType(0).getRank() > 5)
    return node.unsupported("more than three spatial dimensions");
  return success();
}

//===----------------------------------------------------------------------===//
// Handlers
//===----------------------------------------------------------------------===//

FailureOr<Value> emitConvolution(NodeContext &node, Value image, Value filter) {
  int64_t groups = node.attributes.getInt("group", 1);
  ArrayRef<int64_t> kernel = getShape(filter);
  if (kernel.size() < 3 || kernel.size() != getShape(image).size())
    return node.fail("expected an image and a kernel of one rank, but got " +
                     printTypes(node));
  if (kernel.size() > 5)
    return node.unsupported("more than three spatial dimensions");
  if (groups < 1 || kernel[1] * groups != getShape(image)[1] ||
      kernel[0] % groups != 0)
    return node.fail("expected a kernel for " + Twine(getShape(image)[1]) +
                     " channels in " + Twine(groups) + " groups, but got " +
                     printTypes(node));
  if (failed(checkKernel(node, kernel)))
    return failure();
  FailureOr<Window> window =
      getWindow(node, getShape(image).drop_front(2), kernel.drop_front(2));
  if (failed(window))
    return failure();
  Sizes shape{getShape(image)[0], kernel[0]};
  shape.append(window->output);
  if (failed(node.getTensorType(shape, getElement(image))) ||
      failed(checkPadded(node, *window)))
    return failure();
  Emitter b(node.builder, node.loc);
  PlainConvolution conv;
  conv.image = padImage(b, image, window->low, window->high, 0);
  conv.kernel = filter;
  conv.strides = window->strides;
  conv.dilations = window->dilations;
  conv.output = window->output;
  conv.groups = groups;
  return emitPlain(b, conv);
}

static LogicalResult lowerConv(NodeContext &node) {
  if (failed(checkRanks(node)))
    return failure();
  int64_t groups = node.attributes.getInt("group", 1);
  ArrayRef<int64_t> kernel = node.getShape(1);
  if (failed(checkOperands(node, groups, kernel[1], kernel[0])))
    return failure();
  FailureOr<Value> result =
      emitConvolution(node, node.getInput(0), node.getInput(1));
  if (failed(result))
    return failure();
  Emitter b(node.builder, node.loc);
  if (node.hasInput(2))
    result = addBias(b, *result, node.getInput(2));
  node.setOutput(0, *result);
  return success();
}

/// Puts `stride - 1` zeros between the elements of the spatial dimensions.
static Value spreadOut(Emitter &b, Value image, ArrayRef<int64_t> strides) {
  Sizes shape(getShape(image)), offsets(shape.size(), 0), steps(2, 1);
  for (size_t i = 0; i < strides.size(); ++i) {
    shape[i + 2] = shape[i + 2] ? (shape[i + 2] - 1) * strides[i] + 1 : 0;
    steps.push_back(strides[i]);
  }
  if (ArrayRef(shape) == getShape(image))
    return image;
  auto indices = [&](ArrayRef<int64_t> values) {
    return getAsIndexOpFoldResult(b.getContext(), values);
  };
  return tensor::InsertSliceOp::create(
      b, image, b.filled(shape, getElement(image), 0), indices(offsets),
      indices(getShape(image)), indices(steps));
}

/// [C, F / groups, ...] as the kernel of the convolution that the transpose is:
/// [F, C / groups, ...], mirrored.
static Value transposeKernel(Emitter &b, Value kernel, int64_t groups) {
  int64_t rank = getTensorType(kernel).getRank();
  Sizes mirrored = llvm::to_vector(llvm::seq<int64_t>(2, rank));
  Value split = splitGroups(b, b.reverse(kernel, mirrored), 0, groups);
  Sizes permutation = llvm::to_vector(llvm::seq<int64_t>(0, rank + 1));
  std::swap(permutation[1], permutation[2]);
  Value swapped = b.transpose(split, permutation);
  Sizes shape(getShape(swapped));
  shape[1] *= shape[0];
  shape.erase(shape.begin());
  return b.reshape(swapped, shape);
}

/// Pads where `amounts` is positive, cuts off where it is negative.
static Value padOrCrop(Emitter &b, Value image, ArrayRef<int64_t> low,
                       ArrayRef<int64_t> high) {
  Sizes lows, highs, sizes(getShape(image)), offsets(sizes.size(), 0);
  for (size_t i = 0; i < low.size(); ++i) {
    lows.push_back(std::max<int64_t>(low[i], 0));
    highs.push_back(std::max<int64_t>(high[i], 0));
    offsets[i + 2] = std::max<int64_t>(-low[i], 0);
    sizes[i + 2] +=
        std::min<int64_t>(low[i], 0) + std::min<int64_t>(high[i], 0);
  }
  if (ArrayRef(sizes) != getShape(image))
    image = b.slice(image, offsets, sizes, Sizes(sizes.size(), 1));
  return padImage(b, image, lows, highs, 0);
}

/// The padding and the size of a transposed convolution: `full` rows come out
/// where nothing is cut off.
static LogicalResult sizeTransposed(NodeContext &node, Window &window,
                                    ArrayRef<int64_t> spatial) {
  size_t rank = spatial.size();
  Sizes extra =
      node.attributes.getInts("output_padding").value_or(Sizes(rank, 0));
  std::optional<Sizes> wanted = node.attributes.getInts("output_shape");
  std::string autoPad = node.attributes.getString("auto_pad", "NOTSET");
  if (wanted && wanted->size() == rank + 2)
    wanted->erase(wanted->begin(), wanted->begin() + 2);
  if (extra.size() != rank || (wanted && wanted->size() != rank))
    return node.fail("output_padding or output_shape: expected " + Twine(rank) +
                     " numbers");
  bool isSame = StringRef(autoPad).starts_with("SAME");
  if (isSame && !wanted) {
    wanted.emplace();
    for (size_t i = 0; i < rank; ++i)
      wanted->push_back(spatial[i] * window.strides[i]);
  }
  if (autoPad == "VALID")
    window.low.assign(rank, 0), window.high.assign(rank, 0);
  for (size_t i = 0; i < rank; ++i) {
    int64_t full =
        window.strides[i] * (spatial[i] - 1) + extra[i] + window.getExtent(i);
    if (wanted) {
      // A result that is larger than all windows has zeros behind them.
      int64_t missing = std::max<int64_t>((*wanted)[i] - full, 0);
      extra[i] += missing;
      full += missing;
      int64_t total = full - (*wanted)[i];
      bool isUpper = autoPad == "SAME_UPPER";
      window.low[i] = isUpper ? total / 2 : total - total / 2;
      window.high[i] = total - window.low[i];
    }
    int64_t size = full - window.low[i] - window.high[i];
    if (spatial[i] < 1 || size < 1 || extra[i] < 0)
      return node.fail("expected a result of positive size in spatial "
                       "dimension " +
                       Twine(i) + ", but got " + Twine(size));
    window.output.push_back(size);
    window.extra[i] = extra[i];
  }
  return success();
}

static LogicalResult lowerConvTranspose(NodeContext &node) {
  if (failed(checkRanks(node)))
    return failure();
  int64_t groups = node.attributes.getInt("group", 1);
  ArrayRef<int64_t> image = node.getShape(0), kernel = node.getShape(1);
  if (groups < 1 || image[1] != kernel[0] || kernel[0] % groups != 0)
    return node.fail("expected a kernel for " + Twine(image[1]) +
                     " channels in " + Twine(groups) + " groups, but got " +
                     printTypes(node));
  if (failed(checkOperands(node, groups, kernel[0] / groups,
                           kernel[1] * groups)) ||
      failed(checkKernel(node, kernel)))
    return failure();
  FailureOr<Window> window = readWindow(node, kernel.drop_front(2));
  if (failed(window) ||
      failed(sizeTransposed(node, *window, image.drop_front(2))))
    return failure();
  Sizes shape{image[0], kernel[1] * groups}, ones(window->kernel.size(), 1);
  shape.append(window->output);
  if (failed(node.getTensorType(shape, node.getType(0).getElementType())))
    return failure();
  Sizes low, high, spread(image);
  for (size_t i = 0; i < ones.size(); ++i) {
    spread[i + 2] = window->output[i] + window->getExtent(i);
    low.push_back(window->getExtent(i) - 1 - window->low[i]);
    high.push_back(window->getExtent(i) - 1 - window->high[i] +
                   window->extra[i]);
  }
  if (failed(node.getTensorType(spread, node.getType(0).getElementType())))
    return failure();
  Emitter b(node.builder, node.loc);
  PlainConvolution conv;
  conv.image =
      padOrCrop(b, spreadOut(b, node.getInput(0), window->strides), low, high);
  conv.kernel = transposeKernel(b, node.getInput(1), groups);
  conv.strides = ones;
  conv.dilations = window->dilations;
  conv.output = window->output;
  conv.groups = groups;
  Value result = emitPlain(b, conv);
  if (node.hasInput(2))
    result = addBias(b, result, node.getInput(2));
  node.setOutput(0, result);
  return success();
}

void registerConvolutions(OperatorRegistry &all) {
  all.add("Conv", 1, lowerConv).withWeights({1, 2});
  all.add("ConvTranspose", 1, lowerConvTranspose).withWeights({1, 2});
}

} // namespace mlir::pc
