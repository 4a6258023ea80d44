// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Images in another resolution.
//
// Interpolation is separable and its weights depend on the shapes alone, so
// each axis is a product with a matrix of constants: every mode becomes a
// contraction, derivative included. Repeating whole pixels is a broadcast.

#include "Operators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include <cmath>

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;
using Sizes = SmallVector<int64_t>;

namespace {
/// How one axis is resized.
struct AxisPlan {
  int64_t axis, from, to;
  double scale;
  double roiStart = 0, roiEnd = 1;
};

struct ResizeMode {
  std::string mode = "nearest", coordinates = "half_pixel";
  std::string nearest = "round_prefer_floor";
  double cubic = -0.75, extrapolation = 0;
  bool excludeOutside = false, antialias = false;
};

/// Weights of the elements of one axis: a dense row for each result.
using Weights = std::vector<std::vector<double>>;
} // namespace

/// Interpolation matrices have at most this many elements.
static constexpr int64_t maxWeights = int64_t(1) << 22;

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

/// The place in the operand that result `at` is taken from.
static double getCoordinate(const ResizeMode &how, const AxisPlan &plan,
                            int64_t at) {
  double x = double(at), length = plan.scale * double(plan.from);
  StringRef kind = how.coordinates;
  if (kind == "asymmetric")
    return x / plan.scale;
  if (kind == "align_corners") // of the length that is asked for, unrounded
    return length == 1 ? 0 : x * double(plan.from - 1) / (length - 1);
  if (kind == "pytorch_half_pixel")
    return plan.to > 1 ? (x + 0.5) / plan.scale - 0.5 : 0;
  if (kind == "tf_half_pixel_for_nn")
    return (x + 0.5) / plan.scale;
  if (kind == "half_pixel_symmetric") {
    double adjustment = double(plan.to) / length;
    double centre = double(plan.from) / 2;
    return centre * (1 - adjustment) + (x + 0.5) / plan.scale - 0.5;
  }
  if (kind == "tf_crop_and_resize") {
    double last = double(plan.from - 1);
    if (plan.to == 1)
      return 0.5 * (plan.roiStart + plan.roiEnd) * last;
    return plan.roiStart * last +
           x * (plan.roiEnd - plan.roiStart) * last / double(plan.to - 1);
  }
  return (x + 0.5) / plan.scale - 0.5; // half_pixel
}

static int64_t roundNearest(StringRef kind, double x) {
  if (kind == "floor")
    return int64_t(std::floor(x));
  if (kind == "ceil")
    return int64_t(std::ceil(x));
  double down = std::floor(x);
  bool isHalf = x - down == 0.5;
  if (kind == "round_prefer_ceil")
    return int64_t(std::floor(x + 0.5));
  return isHalf ? int64_t(down) : int64_t(std::floor(x + 0.5));
}

/// The kernel of a mode at distance `t` from its centre.
static double getKernel(const ResizeMode &how, double t) {
  t = std::abs(t);
  if (how.mode == "linear")
    return std::max(0.0, 1 - t);
  double a = how.cubic;
  if (t < 1)
    return ((a + 2) * t - (a + 3)) * t * t + 1;
  return t < 2 ? ((a * t - 5 * a) * t + 8 * a) * t - 4 * a : 0;
}

static void addSamples(const ResizeMode &how, const AxisPlan &plan, double x,
                       std::vector<double> &row) {
  // Shrinking with antialias widens the kernel.
  double stretch = how.antialias ? std::min(plan.scale, 1.0) : 1;
  double reach = (how.mode == "linear" ? 1 : 2) / stretch;
  double sum = 0;
  std::vector<std::pair<int64_t, double>> samples;
  for (int64_t i = int64_t(std::floor(x - reach)); double(i) <= x + reach;
       ++i) {
    bool isInside = i >= 0 && i < plan.from;
    double weight = getKernel(how, (double(i) - x) * stretch);
    if (weight == 0 || (how.excludeOutside && !isInside))
      continue;
    sum += weight;
    samples.emplace_back(std::clamp<int64_t>(i, 0, plan.from - 1), weight);
  }
  for (auto [i, weight] : samples)
    row[i] += sum != 0 ? weight / sum : 0;
}

static Weights getWeights(const ResizeMode &how, const AxisPlan &plan) {
  Weights weights(plan.to, std::vector<double>(plan.from, 0));
  for (int64_t at = 0; at < plan.to; ++at) {
    double x = getCoordinate(how, plan, at);
    if (how.mode == "nearest") {
      int64_t i = roundNearest(how.nearest, x);
      weights[at][std::clamp<int64_t>(i, 0, plan.from - 1)] = 1;
    } else {
      addSamples(how, plan, x, weights[at]);
    }
  }
  return weights;
}

/// The factor by which whole elements repeat, or 0.
static int64_t getRepetition(const Weights &weights, const AxisPlan &plan) {
  if (plan.to % plan.from != 0)
    return 0;
  int64_t factor = plan.to / plan.from;
  for (int64_t at = 0; at < plan.to; ++at)
    if (weights[at][at / factor] != 1)
      return 0;
  return factor;
}

//===----------------------------------------------------------------------===//
// Emission
//===----------------------------------------------------------------------===//

static Value repeat(Emitter &b, Value x, int64_t axis, int64_t factor) {
  Sizes split(getShape(x)), whole(split);
  split.insert(split.begin() + axis + 1, 1);
  Value column = b.reshape(x, split);
  split[axis + 1] = factor;
  whole[axis] *= factor;
  Value repeated = b.elementwise(split, getElement(x), column,
                                 [](Scalar &, ValueRange v) { return v[0]; });
  return b.reshape(repeated, whole);
}

/// Product of axis `plan.axis` with the matrix of its weights.
static Value contract(Emitter &b, Value x, const AxisPlan &plan,
                      const Weights &weights) {
  Type element = getElement(x);
  std::vector<double> flat;
  for (const std::vector<double> &row : weights)
    flat.insert(flat.end(), row.begin(), row.end());
  Value constant = b.constant({plan.to, plan.from}, element, flat);
  Sizes shape(getShape(x));
  int64_t rank = shape.size();
  shape[plan.axis] = plan.to;
  SmallVector<AffineExpr> read;
  for (int64_t i = 0; i < rank; ++i)
    read.push_back(b.getAffineDimExpr(i == plan.axis ? rank : i));
  AffineExpr row[] = {b.getAffineDimExpr(plan.axis), b.getAffineDimExpr(rank)};
  AffineMap maps[] = {AffineMap::get(rank + 1, 0, read, b.getContext()),
                      AffineMap::get(rank + 1, 0, row, b.getContext()),
                      b.getMultiDimIdentityMap(rank + 1).dropResult(rank)};
  SmallVector<utils::IteratorType> iterators(rank + 1,
                                             utils::IteratorType::parallel);
  iterators.back() = utils::IteratorType::reduction;
  Value init = b.filled(shape, element, 0);
  return linalg::GenericOp::create(
             b, init.getType(), ValueRange{x, constant}, init, maps, iterators,
             [](OpBuilder &nested, Location loc, ValueRange v) {
               Scalar inner(loc, nested);
               Value sum = emitAdd(inner, v[2], emitMul(inner, v[0], v[1]));
               linalg::YieldOp::create(inner, sum);
             })
      .getResult(0);
}

/// Results that lie outside the operand get the extrapolation value.
static Value extrapolate(Emitter &b, Value x, const ResizeMode &how,
                         const AxisPlan &plan) {
  SmallVector<bool> outside;
  for (int64_t at = 0; at < plan.to; ++at) {
    double place = getCoordinate(how, plan, at);
    outside.push_back(place < 0 || place > double(plan.from - 1));
  }
  if (llvm::none_of(outside, [](bool is) { return is; }))
    return x;
  Sizes aligned(getTensorType(x).getRank() - plan.axis, 1);
  aligned[0] = plan.to;
  auto type = RankedTensorType::get(aligned, b.getI1Type());
  Value mask =
      arith::ConstantOp::create(b, DenseElementsAttr::get(type, outside));
  return b.elementwise(
      getShape(x), getElement(x), {x, mask},
      [&](Scalar &b, ValueRange v) -> Value {
        return arith::SelectOp::create(
            b, v[1], emitScalar(b, v[0].getType(), how.extrapolation), v[0]);
      });
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

/// Numbers of an operand that must be known, or none where it is absent.
static FailureOr<SmallVector<double>> getNumbers(NodeContext &node, unsigned i,
                                                 StringRef name) {
  if (!node.hasInput(i) || node.getType(i).getNumElements() == 0)
    return SmallVector<double>();
  const Tensor *known = node.getConstant(i);
  if (!known)
    return node.unknown(i, name);
  SmallVector<double> numbers;
  for (int64_t at = 0; at < known->getNumElements(); ++at)
    numbers.push_back(known->getAsDouble(at));
  return numbers;
}

/// Sizes from the scales, or from the sizes that are asked for.
static LogicalResult planSizes(NodeContext &node, ArrayRef<double> scales,
                               ArrayRef<double> sizes,
                               MutableArrayRef<AxisPlan> plans) {
  if ((scales.size() == plans.size()) == (sizes.size() == plans.size()))
    return node.fail("expected scales or sizes for " + Twine(plans.size()) +
                     " axes, but got " + Twine(scales.size()) + " and " +
                     Twine(sizes.size()));
  std::string policy =
      node.attributes.getString("keep_aspect_ratio_policy", "stretch");
  double common = 0;
  for (auto [i, plan] : enumerate(plans)) {
    double scale = scales.empty() ? sizes[i] / double(plan.from) : scales[i];
    bool isSmaller = policy == "not_larger" ? scale < common : scale > common;
    common = i == 0 || isSmaller ? scale : common;
  }
  for (auto [i, plan] : enumerate(plans)) {
    bool isStretched = policy == "stretch" || sizes.empty();
    double to =
        scales.empty() ? sizes[i] : std::floor(double(plan.from) * scales[i]);
    plan.scale = scales.empty() ? sizes[i] / double(plan.from) : scales[i];
    if (plan.from == 0 && to == 0) { // nothing, in any number
      plan.to = 0;
      plan.scale = 1;
      continue;
    }
    if (!isStretched) {
      plan.scale = common;
      to = std::floor(double(plan.from) * common + 0.5);
    }
    if (!(to >= 1 && to <= double(maxWeights)) || !(plan.scale > 0) ||
        plan.from < 1)
      return node.fail("expected a positive size for axis " + Twine(plan.axis));
    plan.to = int64_t(to);
    if (plan.from > maxWeights / plan.to)
      return node.unsupported("an axis of " + Twine(plan.from) + " elements");
  }
  return success();
}

static LogicalResult emitResize(NodeContext &node, const ResizeMode &how,
                                ArrayRef<AxisPlan> plans) {
  Sizes shape(node.getShape(0));
  for (const AxisPlan &plan : plans)
    shape[plan.axis] = plan.to;
  if (failed(node.getTensorType(shape, node.getType(0).getElementType())))
    return failure();
  Emitter b(node.builder, node.loc);
  Value x = node.getInput(0);
  if (is_contained(shape, 0)) {
    node.setOutput(0, b.emptyTensor(shape, getElement(x)));
    return success();
  }
  for (const AxisPlan &plan : plans) {
    bool isCrop = how.coordinates == "tf_crop_and_resize";
    if (plan.from == plan.to && plan.scale == 1 && !isCrop)
      continue;
    Weights weights = getWeights(how, plan);
    if (int64_t factor = getRepetition(weights, plan))
      x = factor == 1 ? x : repeat(b, x, plan.axis, factor);
    else
      x = contract(b, x, plan, weights);
    if (isCrop)
      x = extrapolate(b, x, how, plan);
  }
  node.setOutput(0, x);
  return success();
}

static FailureOr<ResizeMode> getMode(NodeContext &node) {
  ResizeMode how;
  how.mode = node.attributes.getString("mode", "nearest");
  if (how.mode == "bilinear")
    how.mode = "linear";
  if (how.mode != "nearest" && how.mode != "linear" && how.mode != "cubic")
    return node.fail("mode: expected nearest, linear or cubic, but got '" +
                     how.mode + "'");
  if (node.version < 11) { // Upsample, and Resize 10
    how.coordinates = "asymmetric";
    how.nearest = "floor";
    return how;
  }
  how.coordinates =
      node.attributes.getString("coordinate_transformation_mode", "half_pixel");
  static constexpr StringLiteral known[] = {
      "half_pixel",         "asymmetric",           "align_corners",
      "pytorch_half_pixel", "tf_half_pixel_for_nn", "half_pixel_symmetric",
      "tf_crop_and_resize"};
  if (!is_contained(known, how.coordinates))
    return node.unsupported("coordinates " + how.coordinates);
  how.nearest = node.attributes.getString("nearest_mode", "round_prefer_floor");
  how.cubic = node.attributes.getFloat("cubic_coeff_a", -0.75);
  how.extrapolation = node.attributes.getFloat("extrapolation_value", 0);
  how.excludeOutside = node.attributes.getInt("exclude_outside", 0) != 0;
  how.antialias = node.attributes.getInt("antialias", 0) != 0;
  return how;
}

/// The axes; from opset 18 on the model may name some.
static FailureOr<SmallVector<AxisPlan>> getPlans(NodeContext &node) {
  int64_t rank = node.getType(0).getRank();
  Sizes all = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  FailureOr<Sizes> axes =
      node.normalizeAxes(node.attributes.getInts("axes").value_or(all), rank);
  if (failed(axes))
    return failure();
  SmallVector<AxisPlan> plans;
  for (int64_t axis : *axes) {
    AxisPlan plan;
    plan.axis = axis;
    plan.from = plan.to = node.getShape(0)[axis];
    plan.scale = 1;
    plans.push_back(plan);
  }
  return plans;
}

static LogicalResult lowerResize(NodeContext &node) {
  bool isOld =
      node.version < 11; // [x, scales] instead of [x, roi, scales, sizes]
  if (failed(node.requireInputs(1, 4)) || failed(node.requireFloat(0)))
    return failure();
  FailureOr<ResizeMode> how = getMode(node);
  FailureOr<SmallVector<AxisPlan>> plans = getPlans(node);
  if (failed(how) || failed(plans))
    return failure();
  FailureOr<SmallVector<double>> scales = SmallVector<double>();
  if (isOld && node.version < 9)
    scales =
        node.attributes.getFloats("scales").value_or(SmallVector<double>());
  else
    scales = getNumbers(node, isOld ? 1 : 2, "scales");
  FailureOr<SmallVector<double>> sizes =
      isOld ? SmallVector<double>() : getNumbers(node, 3, "sizes");
  if (failed(scales) || failed(sizes) ||
      failed(planSizes(node, *scales, *sizes, *plans)))
    return failure();
  if (how->coordinates == "tf_crop_and_resize") {
    FailureOr<SmallVector<double>> roi = getNumbers(node, 1, "roi");
    if (failed(roi))
      return failure();
    if (roi->size() != 2 * plans->size())
      return node.fail("roi: expected " + Twine(2 * plans->size()) +
                       " numbers, but got " + Twine(roi->size()));
    for (auto [i, plan] : enumerate(*plans)) {
      plan.roiStart = (*roi)[i];
      plan.roiEnd = (*roi)[i + plans->size()];
      if (!(std::abs(plan.roiStart) < 1e6 && std::abs(plan.roiEnd) < 1e6))
        return node.fail("roi: expected numbers of sane size");
    }
  }
  return emitResize(node, *how, *plans);
}

//===----------------------------------------------------------------------===//
// Depth and space
//===----------------------------------------------------------------------===//

static LogicalResult lowerDepthToSpace(NodeContext &node) {
  if (failed(node.requireInputs(1, 1)) || failed(node.requireRank(0, 4, 4)))
    return failure();
  int64_t block = node.attributes.getInt("blocksize", 0);
  ArrayRef<int64_t> s = node.getShape(0);
  if (block < 1 || block > (int64_t(1) << 15) || s[1] % (block * block) != 0)
    return node.fail("blocksize: expected a number whose square divides " +
                     Twine(s[1]) + ", but got " + Twine(block));
  bool isCRD = node.attributes.getString("mode", "DCR") == "CRD";
  int64_t depth = s[1] / (block * block);
  Emitter b(node.builder, node.loc);
  Sizes split{s[0], block, block, depth, s[2], s[3]};
  Sizes order{0, 3, 4, 1, 5, 2};
  if (isCRD) {
    split = {s[0], depth, block, block, s[2], s[3]};
    order = {0, 1, 4, 2, 5, 3};
  }
  Value moved = b.transpose(b.reshape(node.getInput(0), split), order);
  node.setOutput(0,
                 b.reshape(moved, {s[0], depth, s[2] * block, s[3] * block}));
  return success();
}

static LogicalResult lowerSpaceToDepth(NodeContext &node) {
  if (failed(node.requireInputs(1, 1)) || failed(node.requireRank(0, 4, 4)))
    return failure();
  int64_t block = node.attributes.getInt("blocksize", 0);
  ArrayRef<int64_t> s = node.getShape(0);
  if (block < 1 || s[2] % block != 0 || s[3] % block != 0)
    return node.fail("blocksize: expected a divisor of the image's sizes, but "
                     "got " +
                     Twine(block));
  int64_t rows = s[2] / block, columns = s[3] / block;
  Emitter b(node.builder, node.loc);
  Value split =
      b.reshape(node.getInput(0), {s[0], s[1], rows, block, columns, block});
  Value moved = b.transpose(split, {0, 3, 5, 1, 2, 4});
  node.setOutput(0,
                 b.reshape(moved, {s[0], s[1] * block * block, rows, columns}));
  return success();
}

void registerResizes(OperatorRegistry &all) {
  all.add("Resize", 10, lowerResize).withBounds({1, 2, 3});
  all.add("Upsample", 7, lowerResize).withBounds({1});
  all.add("DepthToSpace", 1, lowerDepthToSpace)
      .withCopied({0})
      .withStrings(StringUse::Moves);
  all.add("SpaceToDepth", 1, lowerSpaceToDepth)
      .withCopied({0})
      .withStrings(StringUse::Moves);
}

} // namespace mlir::pc
