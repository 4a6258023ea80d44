// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RoiAlign and DeformConv: samples of an image, averaged or convolved.

#include "Samples.h"
#include "Windows.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;
using Sizes = SmallVector<int64_t>;

//===----------------------------------------------------------------------===//
// RoiAlign
//===----------------------------------------------------------------------===//

namespace {
struct RegionMode {
  double scale, shift;
  int64_t samples;
  bool hasLeastSize; // regions are at least one pixel wide
};
} // namespace

/// Where, along one dimension, a sample lies that is `inside` of a cell (from 0
/// to 1) of a region from `low` to `high`; `cell` is a number of the type.
static Value getPlace(Scalar &b, Value low, Value high, Value cell,
                      Value inside, int64_t cells, const RegionMode &how) {
  auto number = [&](double value) {
    return emitScalar(b, low.getType(), value);
  };
  auto toPixels = [&](Value x) {
    return emitSub(b, emitMul(b, x, number(how.scale)), number(how.shift));
  };
  Value start = toPixels(low);
  Value extent = emitSub(b, toPixels(high), start);
  if (how.hasLeastSize)
    extent = emitMax(b, extent, number(1));
  Value width = emitDiv(b, extent, number(double(cells)));
  return emitAdd(b, start, emitMul(b, emitAdd(b, cell, inside), width));
}

static Value clampPlace(Scalar &b, Value place, int64_t size) {
  auto number = [&](double value) {
    return emitScalar(b, place.getType(), value);
  };
  return emitMin(b, emitMax(b, place, number(0)), number(double(size - 1)));
}

/// The share that the pixel at loop `dim` has in a sample.
static Value getShare(Scalar &b, Value place, unsigned dim, int64_t size) {
  auto number = [&](double value) {
    return emitScalar(b, place.getType(), value);
  };
  // Up to one pixel outside the image the border goes on.
  Value isNear = arith::AndIOp::create(
      b, arith::CmpFOp::create(b, arith::CmpFPredicate::OGE, place, number(-1)),
      arith::CmpFOp::create(b, arith::CmpFPredicate::OLE, place,
                            number(double(size))));
  return arith::SelectOp::create(
      b, isNear,
      emitShare(b, clampPlace(b, place, size), dim, Sampling::Linear),
      number(0));
}

static Value getNumber(Scalar &b, unsigned dim, Type type) {
  return emitCast(b, getPosition(b, dim, b.getI64Type()), type);
}

/// The share of each pixel of one dimension in each cell of each region:
/// [regions, cells, size]. The mean over a cell is separable.
static Value emitShares(Emitter &b, Value low, Value high, int64_t cells,
                        int64_t size, const RegionMode &how) {
  int64_t regions = getShape(low)[0];
  Type type = getElement(low);
  auto spread = [&](Value each) { return b.reshape(each, {regions, 1, 1}); };
  return b.elementwise(
      {regions, cells, size}, type, {spread(low), spread(high)},
      [&](Scalar &b, ValueRange v) {
        Value cell = getNumber(b, 1, type);
        Value share = emitScalar(b, type, 0);
        for (int64_t i = 0; i < how.samples; ++i) {
          Value inside =
              emitScalar(b, type, (double(i) + 0.5) / double(how.samples));
          Value place = getPlace(b, v[0], v[1], cell, inside, cells, how);
          share = emitAdd(b, share, getShare(b, place, 2, size));
        }
        return emitDiv(b, share, emitScalar(b, type, double(how.samples)));
      });
}

/// Where the samples of each cell lie: [regions, cells, samples].
static Value emitPlaces(Emitter &b, Value low, Value high, int64_t cells,
                        const RegionMode &how) {
  int64_t regions = getShape(low)[0];
  Type type = getElement(low);
  auto spread = [&](Value each) { return b.reshape(each, {regions, 1, 1}); };
  return b.elementwise(
      {regions, cells, how.samples}, type, {spread(low), spread(high)},
      [&](Scalar &b, ValueRange v) {
        Value half = emitScalar(b, type, 0.5);
        Value inside = emitDiv(b, emitAdd(b, getNumber(b, 2, type), half),
                               emitScalar(b, type, double(how.samples)));
        return getPlace(b, v[0], v[1], getNumber(b, 1, type), inside, cells,
                        how);
      });
}

/// Whether the pixel at loop `dim` is one of the two around a sample.
static Value isNeighbour(Scalar &b, Value place, unsigned dim, int64_t size) {
  Type type = place.getType();
  Value gap = emitSub(b, getNumber(b, dim, type),
                      math::FloorOp::create(b, clampPlace(b, place, size)));
  auto equals = [&](double value) -> Value {
    return arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, gap,
                                 emitScalar(b, type, value));
  };
  return arith::OrIOp::create(b, equals(0), equals(1));
}

/// The mode max: the largest product of a neighbour and its share, over all
/// samples of a cell. That is what the published test means; shares that are 0
/// take part.
static Value emitLargest(Emitter &b, Value images, Value ys, Value xs) {
  ArrayRef<int64_t> own = getShape(images);
  Type element = getElement(images);
  double lowest = getLowest(element);
  int64_t height = own[2], width = own[3];
  Value init = b.filled({own[0], own[1], getShape(ys)[1], getShape(xs)[1]},
                        element, lowest);
  // Loops: region, channel, cells, pixels, samples.
  return accumulate(
      b, init, 8, {images, ys, xs},
      {selectLoops(b, 8, {0, 1, 4, 5}), selectLoops(b, 8, {0, 2, 6}),
       selectLoops(b, 8, {0, 3, 7})},
      [&](Scalar &b, ValueRange v) {
        Value isNear = arith::AndIOp::create(b, isNeighbour(b, v[1], 4, height),
                                             isNeighbour(b, v[2], 5, width));
        Value share = emitMul(b, getShare(b, v[1], 4, height),
                              getShare(b, v[2], 5, width));
        Value part = arith::SelectOp::create(b, isNear, emitMul(b, v[0], share),
                                             emitScalar(b, element, lowest));
        return emitMax(b, v[3], part);
      });
}

/// The image of each region: [regions, C, H, W].
static Value pickImages(Emitter &b, Value images, Value which) {
  ArrayRef<int64_t> own = getShape(images);
  Type element = getElement(images), index = b.getI64Type();
  return sumOver(b, {getShape(which)[0], own[1], own[2], own[3]}, element,
                 {images, b.cast(which, index)},
                 {selectLoops(b, 5, {4, 1, 2, 3}), selectLoops(b, 5, 0)},
                 [&](Scalar &b, ValueRange v) -> Value {
                   Value isHere =
                       compareIntegers(b, arith::CmpIPredicate::eq, v[1],
                                       getPosition(b, 4, index));
                   return arith::SelectOp::create(b, isHere, v[0],
                                                  emitScalar(b, element, 0));
                 });
}

static LogicalResult checkRegions(NodeContext &node) {
  if (failed(node.requireInputs(3, 3)) || failed(node.requireFloat(0)) ||
      failed(node.requireRank(0, 4, 4)) || failed(node.requireRank(1, 2, 2)) ||
      failed(node.requireRank(2, 1, 1)) ||
      failed(node.requireSameElementType(0, 1)))
    return failure();
  if (node.getShape(1)[1] == 4 && node.getShape(1)[0] == node.getShape(2)[0] &&
      isa<IntegerType>(node.getType(2).getElementType()))
    return success();
  return node.fail("expected four corners and one image for each region, but "
                   "got " +
                   printTypes(node));
}

static LogicalResult lowerRoiAlign(NodeContext &node) {
  if (failed(checkRegions(node)))
    return failure();
  std::string mode = node.attributes.getString("mode", "avg");
  std::string coordinates = node.attributes.getString(
      "coordinate_transformation_mode",
      node.version < 16 ? "output_half_pixel" : "half_pixel");
  if (mode != "avg" && mode != "max")
    return node.fail("mode: expected avg or max, but got '" + mode + "'");
  if (coordinates != "half_pixel" && coordinates != "output_half_pixel")
    return node.fail("coordinate_transformation_mode: expected half_pixel or "
                     "output_half_pixel, but got '" +
                     coordinates + "'");
  RegionMode how;
  how.scale = node.attributes.getFloat("spatial_scale", 1);
  how.hasLeastSize = coordinates == "output_half_pixel";
  how.shift = how.hasLeastSize ? 0 : 0.5;
  how.samples = node.attributes.getInt("sampling_ratio", 0);
  if (how.samples == 0)
    return node.unsupported("a sampling_ratio of 0, which depends on data");
  int64_t rows = node.attributes.getInt("output_height", 1);
  int64_t columns = node.attributes.getInt("output_width", 1);
  if (how.samples < 1 || how.samples > 64 || rows < 1 || columns < 1)
    return node.fail("expected positive sizes and at most 64 samples");
  ArrayRef<int64_t> image = node.getShape(0);
  int64_t regions = node.getShape(1)[0];
  Type element = node.getType(0).getElementType();
  if (failed(node.getTensorType({regions, image[1], rows, columns}, element)) ||
      failed(node.getTensorType({regions, rows, image[2]}, element)) ||
      failed(node.getTensorType({regions, columns, image[3]}, element)) ||
      failed(
          node.getTensorType({regions, image[1], image[2], image[3]}, element)))
    return failure();
  if (is_contained(image, 0))
    return node.unsupported("empty images");
  Emitter b(node.builder, node.loc);
  auto corner = [&](int64_t i) { // x1, y1, x2, y2
    return b.reshape(b.slice(node.getInput(1), {0, i}, {regions, 1}, {1, 1}),
                     regions);
  };
  Value images = pickImages(b, node.getInput(0), node.getInput(2));
  if (mode == "max") {
    Value ys = emitPlaces(b, corner(1), corner(3), rows, how);
    Value xs = emitPlaces(b, corner(0), corner(2), columns, how);
    node.setOutput(0, emitLargest(b, images, ys, xs));
    return success();
  }
  Value ys = emitShares(b, corner(1), corner(3), rows, image[2], how);
  Value xs = emitShares(b, corner(0), corner(2), columns, image[3], how);
  auto product = [](Scalar &b, ValueRange v) {
    return emitAdd(b, v[2], emitMul(b, v[0], v[1]));
  };
  // Loops: region, channel, then what is kept and what is summed.
  Value narrow = accumulate(
      b, b.filled({regions, image[1], rows, image[3]}, element, 0), 5,
      {images, ys},
      {selectLoops(b, 5, {0, 1, 4, 3}), selectLoops(b, 5, {0, 2, 4})}, product);
  node.setOutput(
      0, accumulate(
             b, b.filled({regions, image[1], rows, columns}, element, 0), 5,
             {narrow, xs},
             {selectLoops(b, 5, {0, 1, 2, 4}), selectLoops(b, 5, {0, 3, 4})},
             product));
  return success();
}

//===----------------------------------------------------------------------===//
// DeformConv
//===----------------------------------------------------------------------===//

namespace {
/// Image [N, C, H, W] and kernel [F, C / groups, kh, kw].
struct Deformation {
  int64_t batch, channels, features, groups, offsetGroups;
  int64_t taps, points; // of the kernel, of the result
  Window window;
};
} // namespace

static FailureOr<Deformation> planDeformation(NodeContext &node) {
  if (failed(node.requireInputs(3, 5)) || failed(node.requireFloat(0)) ||
      failed(node.requireSameElementType(0, 1)) ||
      failed(node.requireSameElementType(0, 2)))
    return failure();
  if (node.getType(0).getRank() != 4)
    return node.unsupported("images that are not two-dimensional");
  if (failed(node.requireRank(1, 4, 4)) || failed(node.requireRank(2, 4, 4)))
    return failure();
  ArrayRef<int64_t> image = node.getShape(0), kernel = node.getShape(1);
  FailureOr<Window> window =
      getWindow(node, image.drop_front(2), kernel.drop_front(2));
  if (failed(window))
    return failure();
  Deformation plan;
  plan.window = *window;
  plan.batch = image[0];
  plan.channels = image[1];
  plan.features = kernel[0];
  plan.groups = node.attributes.getInt("group", 1);
  plan.offsetGroups = node.attributes.getInt("offset_group", 1);
  plan.taps = kernel[2] * kernel[3];
  plan.points = window->output[0] * window->output[1];
  if (plan.groups < 1 || plan.offsetGroups < 1 ||
      plan.channels % plan.groups != 0 || plan.features % plan.groups != 0 ||
      plan.channels % plan.offsetGroups != 0 ||
      kernel[1] != plan.channels / plan.groups)
    return node.fail("expected channels that the groups divide, but got " +
                     printTypes(node));
  Sizes offsets{plan.batch, 2 * plan.offsetGroups * plan.taps,
                window->output[0], window->output[1]};
  Sizes masks(offsets);
  masks[1] /= 2;
  if (node.getShape(2) != ArrayRef(offsets) ||
      (node.hasInput(3) && node.getShape(3) != ArrayRef(plan.features)) ||
      (node.hasInput(4) && node.getShape(4) != ArrayRef(masks)))
    return node.fail("expected two offsets, and one number of the mask, for "
                     "each element of the kernel and of the result, but got " +
                     printTypes(node));
  if (is_contained(image, 0))
    return node.unsupported("empty images");
  if (failed(node.getTensorType(
          {plan.batch, plan.channels, plan.taps, plan.points},
          node.getType(0).getElementType())))
    return failure();
  return plan;
}

/// Coordinate `which` of every sample: [batch, offset group, tap, point].
static Value getPlaces(Emitter &b, Value offsets, const Deformation &plan,
                       int64_t which) {
  Type type = getElement(offsets);
  Sizes shape{plan.batch, plan.offsetGroups, plan.taps, plan.points};
  Value split = b.reshape(
      offsets, {plan.batch, plan.offsetGroups, plan.taps, 2, plan.points});
  Value moved = b.reshape(
      b.slice(split, {0, 0, 0, which, 0},
              {plan.batch, plan.offsetGroups, plan.taps, 1, plan.points},
              {1, 1, 1, 1, 1}),
      shape);
  const Window &window = plan.window;
  SmallVector<double> starts;
  for (int64_t tap = 0; tap < plan.taps; ++tap)
    for (int64_t point = 0; point < plan.points; ++point) {
      int64_t in = which ? tap % window.kernel[1] : tap / window.kernel[1];
      int64_t out = which ? point % window.output[1] : point / window.output[1];
      starts.push_back(double(out * window.strides[which] +
                              in * window.dilations[which] -
                              window.low[which]));
    }
  return b.elementwise(
      shape, type, {moved, b.constant({plan.taps, plan.points}, type, starts)},
      [](Scalar &b, ValueRange v) { return emitAdd(b, v[0], v[1]); });
}

/// What the kernel meets: [batch, channels, tap, point].
static Value emitSamples(Emitter &b, Value image, Value offsets,
                         const Deformation &plan) {
  ArrayRef<int64_t> own = getShape(image);
  int64_t channels = plan.channels / plan.offsetGroups;
  Value split = b.reshape(
      image, {plan.batch, plan.offsetGroups, channels, own[2], own[3]});
  // Loops: batch, offset group, channel, tap, point, row, column.
  AffineMap places = selectLoops(b, 7, {0, 1, 3, 4});
  Value init = b.filled(
      {plan.batch, plan.offsetGroups, channels, plan.taps, plan.points},
      getElement(image), 0);
  Value samples = accumulate(
      b, init, 7,
      {split, getPlaces(b, offsets, plan, 0), getPlaces(b, offsets, plan, 1)},
      {selectLoops(b, 7, {0, 1, 2, 5, 6}), places, places},
      [](Scalar &b, ValueRange v) {
        Value share = emitMul(b, emitShare(b, v[1], 5, Sampling::Linear),
                              emitShare(b, v[2], 6, Sampling::Linear));
        return emitAdd(b, v[3], emitMul(b, v[0], share));
      });
  return samples;
}

static LogicalResult lowerDeformConv(NodeContext &node) {
  FailureOr<Deformation> plan = planDeformation(node);
  if (failed(plan))
    return failure();
  Emitter b(node.builder, node.loc);
  Value samples = emitSamples(b, node.getInput(0), node.getInput(2), *plan);
  Type element = getElement(samples);
  if (node.hasInput(4)) {
    Value mask = b.reshape(node.getInput(4), {plan->batch, plan->offsetGroups,
                                              1, plan->taps, plan->points});
    samples = b.elementwise(
        getShape(samples), element, {samples, mask},
        [](Scalar &b, ValueRange v) { return emitMul(b, v[0], v[1]); });
  }
  int64_t depth = plan->channels / plan->groups * plan->taps;
  int64_t features = plan->features / plan->groups;
  Sizes grouped{plan->batch, plan->groups, features, plan->points};
  Value kernel =
      b.reshape(node.getInput(1), {1, plan->groups, features, depth});
  samples =
      b.reshape(samples, {plan->batch, plan->groups, depth, plan->points});
  Value result = emitMatrixProduct(b, kernel, samples, grouped);
  Sizes shape{plan->batch, plan->features, plan->window.output[0],
              plan->window.output[1]};
  result = b.reshape(result, shape);
  if (node.hasInput(3))
    result = b.elementwise(
        shape, element,
        {result, b.reshape(node.getInput(3), {plan->features, 1, 1})},
        [](Scalar &b, ValueRange v) { return emitAdd(b, v[0], v[1]); });
  node.setOutput(0, result);
  return success();
}

void registerRegions(OperatorRegistry &all) {
  all.add("RoiAlign", 10, lowerRoiAlign);
  all.add("DeformConv", 19, lowerDeformConv).withWeights({1, 3});
}

} // namespace mlir::pc
