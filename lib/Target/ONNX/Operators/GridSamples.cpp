// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Images read at places that are data.
//
// A sample is the sum over all pixels of the pixel times a tent around it: that
// reads more than four neighbours, and its derivative, by the places too, is a
// plain sum.

#include "Operators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;

namespace {
struct SampleMode {
  bool isNearest, isBorder, alignsCorners;
};
} // namespace

/// From [-1, 1] to pixels; with border padding, inside the image.
static Value toPixels(Scalar &b, Value place, int64_t size,
                      const SampleMode &how) {
  Type type = place.getType();
  auto number = [&](double value) { return emitScalar(b, type, value); };
  Value one = number(1), two = number(2);
  Value moved = emitAdd(b, place, one);
  Value pixel;
  if (how.alignsCorners) {
    pixel = emitDiv(b, emitMul(b, moved, number(double(size - 1))), two);
  } else {
    Value scaled = emitMul(b, moved, number(double(size)));
    pixel = emitDiv(b, emitSub(b, scaled, one), two);
  }
  if (how.isBorder)
    pixel = emitMin(b, emitMax(b, pixel, number(0)), number(double(size - 1)));
  if (how.isNearest)
    pixel = math::RoundEvenOp::create(b, pixel);
  return pixel;
}

/// Coordinate `which` of the grid [N, H, W, 2], in pixels.
static Value getPlaces(Emitter &b, Value grid, int64_t which, int64_t size,
                       const SampleMode &how) {
  SmallVector<int64_t> sizes(getShape(grid));
  sizes.back() = 1;
  Value part = b.slice(grid, {0, 0, 0, which}, sizes, {1, 1, 1, 1});
  return b.map(
      b.reshape(part, ArrayRef(sizes).drop_back()),
      [&](Scalar &b, ValueRange v) { return toPixels(b, v[0], size, how); });
}

/// 1 - |gap| near the pixel at `dim`, 0 elsewhere.
static Value getTent(Scalar &b, Value place, unsigned dim, bool isNearest) {
  Type type = place.getType();
  Value pixel = emitCast(b, getPosition(b, dim, b.getI64Type()), type);
  Value zero = emitScalar(b, type, 0), one = emitScalar(b, type, 1);
  if (isNearest) {
    Value isHere =
        arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, pixel, place);
    return arith::SelectOp::create(b, isHere, one, zero);
  }
  // At a pixel the derivative is the one to the right, as where the neighbours
  // are found by rounding down.
  Value gap = emitSub(b, pixel, place);
  auto compare = [&](arith::CmpFPredicate predicate, Value bound) -> Value {
    return arith::CmpFOp::create(b, predicate, gap, bound);
  };
  Value isRight = compare(arith::CmpFPredicate::OGT, zero);
  Value weight = arith::SelectOp::create(b, isRight, emitSub(b, one, gap),
                                         emitAdd(b, one, gap));
  Value isNear = arith::AndIOp::create(
      b, compare(arith::CmpFPredicate::OGT, emitScalar(b, type, -1)),
      compare(arith::CmpFPredicate::OLE, one));
  return arith::SelectOp::create(b, isNear, weight, zero);
}

static Value emitSamples(NodeContext &node, const SampleMode &how,
                         ArrayRef<int64_t> shape) {
  Emitter b(node.builder, node.loc);
  Value image = node.getInput(0), grid = node.getInput(1);
  int64_t height = node.getShape(0)[2], width = node.getShape(0)[3];
  Value ys = getPlaces(b, grid, 1, height, how);
  Value xs = getPlaces(b, grid, 0, width, how);
  // Loops: n, c, row, column of the result, row and column of the image.
  auto map = [&](ArrayRef<unsigned> loops) {
    SmallVector<AffineExpr> exprs;
    for (unsigned loop : loops)
      exprs.push_back(b.getAffineDimExpr(loop));
    return AffineMap::get(6, 0, exprs, b.getContext());
  };
  AffineMap maps[] = {map({0, 1, 4, 5}), map({0, 2, 3}), map({0, 2, 3}),
                      map({0, 1, 2, 3})};
  SmallVector<utils::IteratorType> iterators(6, utils::IteratorType::parallel);
  iterators[4] = iterators[5] = utils::IteratorType::reduction;
  Value init = b.filled(shape, getElement(image), 0);
  auto build = [&](OpBuilder &nested, Location loc, ValueRange v) {
    Scalar inner(loc, nested);
    Value weight = emitMul(inner, getTent(inner, v[1], 4, how.isNearest),
                           getTent(inner, v[2], 5, how.isNearest));
    Value sum = emitAdd(inner, v[3], emitMul(inner, v[0], weight));
    linalg::YieldOp::create(inner, sum);
  };
  return linalg::GenericOp::create(b, init.getType(), ValueRange{image, ys, xs},
                                   init, maps, iterators, build)
      .getResult(0);
}

static LogicalResult lowerGridSample(NodeContext &node) {
  if (failed(node.requireInputs(2, 2)) || failed(node.requireFloat(0)) ||
      failed(node.requireSameElementType(0, 1)))
    return failure();
  if (node.getType(0).getRank() != 4)
    return node.unsupported("images that are not two-dimensional");
  ArrayRef<int64_t> image = node.getShape(0), grid = node.getShape(1);
  if (grid.size() != 4 || grid[0] != image[0] || grid[3] != 2)
    return node.fail("expected a grid [N, H, W, 2], but got " +
                     printTypes(node));
  std::string mode = node.attributes.getString(
      "mode", node.version < 20 ? "bilinear" : "linear");
  std::string padding = node.attributes.getString("padding_mode", "zeros");
  if (mode != "bilinear" && mode != "linear" && mode != "nearest")
    return node.unsupported("the mode " + mode);
  if (padding != "zeros" && padding != "border")
    return node.unsupported("the padding " + padding);
  SampleMode how;
  how.isNearest = mode == "nearest";
  how.isBorder = padding == "border";
  how.alignsCorners = node.attributes.getInt("align_corners", 0) != 0;
  SmallVector<int64_t> shape{image[0], image[1], grid[1], grid[2]};
  if (failed(node.getTensorType(shape, node.getType(0).getElementType())))
    return failure();
  if (is_contained(image, 0))
    return node.unsupported("empty images");
  node.setOutput(0, emitSamples(node, how, shape));
  return success();
}

void registerGridSamples(OperatorRegistry &all) {
  all.add("GridSample", 16, lowerGridSample);
}

} // namespace mlir::pc
