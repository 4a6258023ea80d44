// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Images read at places that are data, and grids of such places.
//
// A sample is the sum over all pixels of the pixel times its share: that reads
// more than the neighbours, and its derivative, by the places too, is a plain
// sum.

#include "Samples.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;
using Sizes = SmallVector<int64_t>;

namespace {
enum class Padding { Zeros, Border, Reflection };

struct SampleMode {
  Sampling sampling;
  Padding padding;
  bool alignsCorners;
};
} // namespace

//===----------------------------------------------------------------------===//
// Shares
//===----------------------------------------------------------------------===//

static Value emitTent(Scalar &b, Value gap) {
  Type type = gap.getType();
  Value zero = emitScalar(b, type, 0), one = emitScalar(b, type, 1);
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

/// Keys' kernel with a = -0.75, which reaches two pixels far.
static Value emitCubic(Scalar &b, Value gap) {
  Type type = gap.getType();
  Value t = math::AbsFOp::create(b, gap);
  auto polynomial = [&](ArrayRef<double> coefficients) {
    Value sum = emitScalar(b, type, coefficients[0]);
    for (double next : coefficients.drop_front())
      sum = emitAdd(b, emitMul(b, sum, t), emitScalar(b, type, next));
    return sum;
  };
  auto isBelow = [&](double bound) -> Value {
    return arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, t,
                                 emitScalar(b, type, bound));
  };
  Value outer = arith::SelectOp::create(
      b, isBelow(2), polynomial({-0.75, 3.75, -6, 3}), emitScalar(b, type, 0));
  return arith::SelectOp::create(b, isBelow(1), polynomial({1.25, -2.25, 0, 1}),
                                 outer);
}

Value emitShare(Scalar &b, Value place, unsigned dim, Sampling how) {
  Type type = place.getType();
  Value pixel = emitCast(b, getPosition(b, dim, b.getI64Type()), type);
  Value gap = emitSub(b, pixel, place);
  if (how == Sampling::Linear)
    return emitTent(b, gap);
  if (how == Sampling::Cubic)
    return emitCubic(b, gap);
  Value zero = emitScalar(b, type, 0);
  Value isHere = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, gap, zero);
  return arith::SelectOp::create(b, isHere, emitScalar(b, type, 1), zero);
}

//===----------------------------------------------------------------------===//
// GridSample
//===----------------------------------------------------------------------===//

/// `x` mirrored at both ends of [low, high] until it lies inside.
static Value reflect(Scalar &b, Value x, double low, double high) {
  Type type = x.getType();
  auto number = [&](double value) { return emitScalar(b, type, value); };
  if (high <= low)
    return number(low);
  Value range = number(high - low);
  // The distance from `low`, in a zigzag whose period is twice the range.
  Value distance = math::AbsFOp::create(b, emitSub(b, x, number(low)));
  Value turns = math::FloorOp::create(b, emitDiv(b, distance, range));
  Value rest = emitSub(b, distance, emitMul(b, turns, range));
  Value half = math::FloorOp::create(b, emitDiv(b, turns, number(2)));
  Value isEven = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ,
                                       emitMul(b, half, number(2)), turns);
  return arith::SelectOp::create(b, isEven, emitAdd(b, number(low), rest),
                                 emitSub(b, number(high), rest));
}

/// A place in pixels as one inside the image, where there is padding.
static Value moveInside(Scalar &b, Value pixel, int64_t size,
                        const SampleMode &how) {
  if (how.padding == Padding::Zeros)
    return pixel;
  double last = double(size - 1), edge = how.alignsCorners ? 0 : 0.5;
  if (how.padding == Padding::Reflection)
    pixel = reflect(b, pixel, -edge, last + edge);
  Type type = pixel.getType();
  return emitMin(b, emitMax(b, pixel, emitScalar(b, type, 0)),
                 emitScalar(b, type, last));
}

/// From [-1, 1] to pixels.
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
  if (how.sampling == Sampling::Nearest)
    pixel = math::RoundEvenOp::create(b, pixel);
  return pixel;
}

/// Coordinate `which` of a grid [N, ..., R], in pixels.
static Value getPlaces(Emitter &b, Value grid, int64_t which, int64_t size,
                       const SampleMode &how) {
  Sizes sizes(getShape(grid)), offsets(sizes.size(), 0), ones(sizes.size(), 1);
  sizes.back() = 1;
  offsets.back() = which;
  Value part = b.slice(grid, offsets, sizes, ones);
  return b.map(
      b.reshape(part, ArrayRef(sizes).drop_back()),
      [&](Scalar &b, ValueRange v) { return toPixels(b, v[0], size, how); });
}

namespace {
/// What the share of a pixel in a sample follows from, along one dimension.
class Shares {
public:
  /// `places` are those of the samples along a dimension of `size` pixels.
  Shares(Emitter &b, Value places, int64_t size, const SampleMode &how)
      : how(how) {
    if (!readsNeighbours()) {
      operands.push_back(b.map(places, [&](Scalar &b, ValueRange v) {
        return moveInside(b, v[0], size, how);
      }));
      return;
    }
    for (int64_t step = -1; step <= 2; ++step) {
      auto getNeighbour = [&](Scalar &b, Value place) {
        Value first = math::FloorOp::create(b, place);
        return emitAdd(b, first, emitScalar(b, place.getType(), double(step)));
      };
      operands.push_back(b.map(places, [&](Scalar &b, ValueRange v) {
        return moveInside(b, getNeighbour(b, v[0]), size, how);
      }));
      operands.push_back(b.map(places, [&](Scalar &b, ValueRange v) {
        return emitCubic(b, emitSub(b, getNeighbour(b, v[0]), v[0]));
      }));
    }
  }

  ArrayRef<Value> getOperands() const { return operands; }
  /// Takes its operands from the front of `v`.
  Value emit(Scalar &b, ValueRange &v, unsigned dim) const {
    ValueRange own = v.take_front(operands.size());
    v = v.drop_front(operands.size());
    if (!readsNeighbours())
      return emitShare(b, own[0], dim, how.sampling);
    Value sum;
    for (unsigned i = 0; i < own.size(); i += 2) {
      Value isHere = emitShare(b, own[i], dim, Sampling::Nearest);
      Value part = emitMul(b, isHere, own[i + 1]);
      sum = sum ? emitAdd(b, sum, part) : part;
    }
    return sum;
  }

private:
  /// Each of the four neighbours of a cubic sample is moved into the image, not
  /// the sample: PyTorch and ONNX Runtime do so.
  bool readsNeighbours() const {
    return how.sampling == Sampling::Cubic && how.padding != Padding::Zeros;
  }
  const SampleMode &how;
  SmallVector<Value> operands;
};
} // namespace

static Value emitSamples(NodeContext &node, const SampleMode &how,
                         ArrayRef<int64_t> shape) {
  Emitter b(node.builder, node.loc);
  Value image = node.getInput(0), grid = node.getInput(1);
  // Loops: batch, channel, the result, the image.
  unsigned rank = shape.size() - 2, loops = 2 + 2 * rank;
  SmallVector<unsigned> pixel{0, 1}, sample{0};
  SmallVector<Value> operands{image};
  SmallVector<Shares> shares;
  for (unsigned i = 0; i < rank; ++i) {
    pixel.push_back(2 + rank + i);
    sample.push_back(2 + i);
    // The last dimension of the image comes first in the grid.
    int64_t size = getShape(image)[2 + i];
    shares.emplace_back(b, getPlaces(b, grid, rank - 1 - i, size, how), size,
                        how);
    llvm::append_range(operands, shares.back().getOperands());
  }
  SmallVector<AffineMap> maps{selectLoops(b, loops, pixel)};
  maps.append(operands.size() - 1, selectLoops(b, loops, sample));
  return accumulate(b, b.filled(shape, getElement(image), 0), loops, operands,
                    maps, [&](Scalar &b, ValueRange v) {
                      ValueRange rest = v.drop_front();
                      Value weight = shares[0].emit(b, rest, 2 + rank);
                      for (unsigned i = 1; i < rank; ++i)
                        weight = emitMul(b, weight,
                                         shares[i].emit(b, rest, 2 + rank + i));
                      return emitAdd(b, v.back(), emitMul(b, v[0], weight));
                    });
}

static FailureOr<SampleMode> getMode(NodeContext &node) {
  std::string mode = node.attributes.getString(
      "mode", node.version < 20 ? "bilinear" : "linear");
  std::string padding = node.attributes.getString("padding_mode", "zeros");
  SampleMode how;
  how.alignsCorners = node.attributes.getInt("align_corners", 0) != 0;
  if (mode == "nearest")
    how.sampling = Sampling::Nearest;
  else if (mode == "bilinear" || mode == "linear")
    how.sampling = Sampling::Linear;
  else if (mode == "bicubic" || mode == "cubic")
    how.sampling = Sampling::Cubic;
  else
    return node.fail("mode: expected nearest, linear or cubic, but got '" +
                     mode + "'");
  if (padding == "zeros")
    how.padding = Padding::Zeros;
  else if (padding == "border")
    how.padding = Padding::Border;
  else if (padding == "reflection")
    how.padding = Padding::Reflection;
  else
    return node.fail("padding_mode: expected zeros, border or reflection, but "
                     "got '" +
                     padding + "'");
  return how;
}

static LogicalResult lowerGridSample(NodeContext &node) {
  if (failed(node.requireInputs(2, 2)) || failed(node.requireFloat(0)) ||
      failed(node.requireSameElementType(0, 1)) ||
      failed(node.requireRank(0, 3, INT64_MAX)))
    return failure();
  ArrayRef<int64_t> image = node.getShape(0), grid = node.getShape(1);
  if (grid.size() != image.size() || grid[0] != image[0] ||
      grid.back() != int64_t(image.size()) - 2)
    return node.fail("expected a grid [N, ..., " + Twine(image.size() - 2) +
                     "] of the rank of the image, but got " + printTypes(node));
  FailureOr<SampleMode> how = getMode(node);
  if (failed(how))
    return failure();
  Sizes shape{image[0], image[1]};
  shape.append(grid.begin() + 1, grid.end() - 1);
  if (failed(node.getTensorType(shape, node.getType(0).getElementType())))
    return failure();
  if (is_contained(image, 0))
    return node.unsupported("empty images");
  node.setOutput(0, emitSamples(node, *how, shape));
  return success();
}

//===----------------------------------------------------------------------===//
// AffineGrid
//===----------------------------------------------------------------------===//

/// Coordinate `which`, the last dimension first, of every point: in [-1, 1].
static SmallVector<double> getGrid(ArrayRef<int64_t> sizes,
                                   bool alignsCorners) {
  SmallVector<double> points;
  Sizes at(sizes.size(), 0);
  do {
    for (size_t i = sizes.size(); i-- > 0;) {
      double size = double(sizes[i]), middle = 2 * double(at[i]) + 1 - size;
      double span = alignsCorners ? size - 1 : size;
      points.push_back(span == 0 ? 0 : middle / span);
    }
    points.push_back(1);
  } while (advance(at, sizes));
  return points;
}

static LogicalResult lowerAffineGrid(NodeContext &node) {
  if (failed(node.requireInputs(2, 2)) || failed(node.requireFloat(0)) ||
      failed(node.requireRank(0, 3, 3)))
    return failure();
  FailureOr<Sizes> size = node.requireIntegers(1, "the size");
  if (failed(size))
    return failure();
  ArrayRef<int64_t> theta = node.getShape(0);
  int64_t rank = int64_t(size->size()) - 2;
  if (rank < 2 || theta[0] != size->front() || theta[1] != rank ||
      theta[2] != rank + 1)
    return node.fail("expected one matrix [R, R + 1] for each image, but got " +
                     printTypes(node));
  Type element = node.getType(0).getElementType();
  Sizes shape{theta[0]};
  shape.append(size->begin() + 2, size->end());
  shape.push_back(rank);
  FailureOr<RankedTensorType> type = node.getTensorType(shape, element);
  if (failed(type))
    return failure();
  if (any_of(*size, [](int64_t n) { return n < 1; }))
    return node.fail("expected positive sizes");
  int64_t points = type->getNumElements() / (theta[0] * rank);
  bool alignsCorners = node.attributes.getInt("align_corners", 0) != 0;
  Emitter b(node.builder, node.loc);
  Value grid =
      b.constant({points, rank + 1}, element,
                 getGrid(ArrayRef(*size).drop_front(2), alignsCorners));
  Value turned = b.transpose(node.getInput(0), {0, 2, 1});
  Value moved = emitMatrixProduct(b, grid, turned, {theta[0], points, rank});
  node.setOutput(0, b.reshape(moved, shape));
  return success();
}

void registerGridSamples(OperatorRegistry &all) {
  all.add("GridSample", 16, lowerGridSample);
  all.add("AffineGrid", 20, lowerAffineGrid);
}

} // namespace mlir::pc
