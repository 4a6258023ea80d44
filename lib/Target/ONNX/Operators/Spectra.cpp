// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fourier transforms, and the constants that go with them.
//
// A transform is a contraction with a matrix of constants, derivative included.
// Its terms cancel, so it is summed in f64.

#include "Operators.h"
#include <cmath>

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;
using Sizes = SmallVector<int64_t>;

/// Matrices of transforms have at most this many elements.
static constexpr int64_t maxMatrixElements = int64_t(1) << 22;

static constexpr double pi = 3.14159265358979323846;

//===----------------------------------------------------------------------===//
// The matrix of a transform
//===----------------------------------------------------------------------===//

namespace {
/// From `from` numbers with `fromParts` parts each (real, or real and
/// imaginary) to `to` numbers with `toParts`. The whole period is `length`.
struct Transform {
  int64_t length, from, fromParts, to, toParts;
  bool isInverse = false;
  /// The operand is one half of a spectrum whose other half is its conjugate.
  bool isHalf = false;

  Sizes getShape() const { return {to, toParts, from, fromParts}; }
};
} // namespace

static SmallVector<double> getMatrix(const Transform &how) {
  SmallVector<double> matrix;
  for (int64_t k = 0; k < how.to; ++k)
    for (int64_t out = 0; out < how.toParts; ++out)
      for (int64_t m = 0; m < how.from; ++m)
        for (int64_t in = 0; in < how.fromParts; ++in) {
          double turn =
              2 * pi * double(k * m % how.length) / double(how.length);
          double real = std::cos(turn);
          double imaginary = how.isInverse ? std::sin(turn) : -std::sin(turn);
          // (x + iy)(real + i imaginary)
          double value = out == in ? real : (out == 0 ? -imaginary : imaginary);
          bool isAlone = m == 0 || 2 * m == how.length;
          if (how.isHalf && !isAlone)
            value *= 2;
          matrix.push_back(how.isInverse ? value / double(how.length) : value);
        }
  return matrix;
}

static LogicalResult checkTransform(NodeContext &node, const Transform &how) {
  if (how.length < 1)
    return node.fail("expected a length of at least 1, but got " +
                     Twine(how.length));
  if (how.length > maxMatrixElements ||
      how.to * how.toParts > maxMatrixElements / (how.from * how.fromParts))
    return node.unsupported("a transform of length " + Twine(how.length));
  return success();
}

/// Transforms dimension `axis` of `x`, whose last dimension holds the parts.
static Value emitTransform(Emitter &b, Value x, int64_t axis,
                           const Transform &how) {
  Type element = getElement(x), wide = b.getF64Type();
  int64_t rank = getTensorType(x).getRank();
  Value matrix = b.constant(how.getShape(), wide, getMatrix(how));
  Sizes shape(getShape(x));
  shape[axis] = how.to;
  shape[rank - 1] = how.toParts;
  SmallVector<unsigned> read;
  for (int64_t i = 0; i < rank; ++i)
    read.push_back(i == axis ? rank : i == rank - 1 ? rank + 1 : i);
  unsigned loops = rank + 2;
  AffineMap maps[] = {selectLoops(b, loops, read),
                      selectLoops(b, loops,
                                  {unsigned(axis), unsigned(rank - 1),
                                   unsigned(rank), unsigned(rank + 1)})};
  Value sum =
      accumulate(b, b.filled(shape, wide, 0), loops, {b.cast(x, wide), matrix},
                 maps, [](Scalar &b, ValueRange v) {
                   return emitAdd(b, v[2], emitMul(b, v[0], v[1]));
                 });
  return b.cast(sum, element);
}

/// Dimension `axis` cut or filled with zeros to `size` elements.
static Value resizeAxis(Emitter &b, Value x, int64_t axis, int64_t size) {
  Sizes shape(getShape(x)), zeros(shape.size(), 0), ones(shape.size(), 1);
  if (shape[axis] > size) {
    shape[axis] = size;
    return b.slice(x, zeros, shape, ones);
  }
  Sizes high(zeros);
  high[axis] = size - shape[axis];
  return b.pad(x, zeros, high, 0.0);
}

//===----------------------------------------------------------------------===//
// DFT
//===----------------------------------------------------------------------===//

/// A scalar operand that must be known, or none.
static FailureOr<std::optional<int64_t>> getScalar(NodeContext &node,
                                                   unsigned i, StringRef name) {
  if (!node.hasInput(i))
    return std::optional<int64_t>();
  FailureOr<Sizes> given = node.requireIntegers(i, name);
  if (failed(given))
    return failure();
  if (given->size() != 1)
    return node.fail(name + ": expected one number, but got " +
                     printTypes(node));
  return std::optional<int64_t>(given->front());
}

/// The last dimension holds real numbers, or complex ones.
static LogicalResult requireParts(NodeContext &node) {
  if (failed(node.requireFloat(0)) || failed(node.requireRank(0, 2, INT64_MAX)))
    return failure();
  int64_t parts = node.getShape(0).back();
  if (parts == 1 || parts == 2)
    return success();
  return node.fail("expected a last dimension of 1 or 2, but got " +
                   printTypes(node));
}

static LogicalResult lowerDFT(NodeContext &node) {
  bool isOld = node.version < 20; // the axis was an attribute
  if (failed(node.requireInputs(1, isOld ? 2 : 3)) ||
      failed(requireParts(node)))
    return failure();
  int64_t rank = node.getType(0).getRank();
  FailureOr<std::optional<int64_t>> length = getScalar(node, 1, "dft_length");
  FailureOr<std::optional<int64_t>> given = std::optional<int64_t>();
  if (isOld)
    *given = node.attributes.getInt("axis", 1);
  else
    given = getScalar(node, 2, "the axis");
  if (failed(length) || failed(given))
    return failure();
  FailureOr<int64_t> axis = node.normalizeAxis(given->value_or(-2), rank);
  if (failed(axis))
    return failure();
  if (*axis == rank - 1)
    return node.fail("expected an axis other than the last one");
  bool isOneSided = node.attributes.getInt("onesided", 0) != 0;
  Transform how;
  how.isInverse = node.attributes.getInt("inverse", 0) != 0;
  how.isHalf = how.isInverse && isOneSided;
  how.fromParts = node.getShape(0).back();
  if (isOneSided && how.fromParts != (how.isInverse ? 2 : 1))
    return node.fail("onesided: expected " +
                     Twine(how.isInverse ? "complex" : "real") +
                     " numbers, but got " + printTypes(node));
  int64_t size = node.getShape(0)[*axis];
  how.length = length->value_or(how.isHalf ? 2 * (size - 1) : size);
  how.from = how.isHalf ? how.length / 2 + 1 : how.length;
  how.to = isOneSided && !how.isInverse ? how.length / 2 + 1 : how.length;
  how.toParts = how.isHalf ? 1 : 2;
  if (failed(checkTransform(node, how)))
    return failure();
  Sizes shape(node.getShape(0));
  shape[*axis] = std::max(how.to, how.from);
  shape.back() = 2;
  if (failed(node.getTensorType(shape, node.builder.getF64Type())))
    return failure();
  Emitter b(node.builder, node.loc);
  Value x = resizeAxis(b, node.getInput(0), *axis, how.from);
  node.setOutput(0, emitTransform(b, x, *axis, how));
  return success();
}

//===----------------------------------------------------------------------===//
// STFT
//===----------------------------------------------------------------------===//

/// [batch, length, parts] cut into frames [batch, frame, size, parts].
static Value cutFrames(Emitter &b, Value signal, int64_t count, int64_t step,
                       int64_t size) {
  ArrayRef<int64_t> own = getShape(signal);
  AffineExpr batch, frame, inside, part;
  bindDims(b.getContext(), batch, frame, inside, part);
  AffineMap maps[] = {AffineMap::get(4, 0, {batch, frame * step + inside, part},
                                     b.getContext()),
                      b.getMultiDimIdentityMap(4)};
  SmallVector<utils::IteratorType> iterators(4, utils::IteratorType::parallel);
  Value init = b.emptyTensor({own[0], count, size, own[2]}, getElement(signal));
  return linalg::GenericOp::create(
             b, init.getType(), signal, init, maps, iterators,
             [](OpBuilder &nested, Location loc, ValueRange v) {
               linalg::YieldOp::create(nested, loc, v[0]);
             })
      .getResult(0);
}

static LogicalResult lowerSTFT(NodeContext &node) {
  if (failed(node.requireInputs(2, 4)) || failed(requireParts(node)) ||
      failed(node.requireRank(0, 3, 3)))
    return failure();
  FailureOr<std::optional<int64_t>> step = getScalar(node, 1, "frame_step");
  FailureOr<std::optional<int64_t>> length = getScalar(node, 3, "frame_length");
  if (failed(step) || failed(length))
    return failure();
  bool hasWindow = node.hasInput(2);
  if (!hasWindow && !*length)
    return node.fail("expected a window or a frame_length");
  if (hasWindow && (failed(node.requireRank(2, 1, 1)) ||
                    failed(node.requireSameElementType(0, 2))))
    return failure();
  int64_t size = *length ? **length : node.getShape(2)[0];
  if (hasWindow && node.getShape(2)[0] != size)
    return node.fail("expected a window of " + Twine(size) +
                     " elements, but got " + printTypes(node));
  ArrayRef<int64_t> signal = node.getShape(0);
  if (**step < 1 || size < 1 || size > signal[1])
    return node.fail("expected a positive step and frames that fit into " +
                     Twine(signal[1]) + " samples, but got " + Twine(**step) +
                     " and " + Twine(size));
  bool isOneSided = node.attributes.getInt("onesided", 1) != 0;
  Transform how;
  how.length = how.from = size;
  how.fromParts = signal[2];
  how.to = isOneSided ? size / 2 + 1 : size;
  how.toParts = 2;
  if (isOneSided && how.fromParts == 2)
    return node.fail("onesided: expected real numbers, but got " +
                     printTypes(node));
  int64_t count = (signal[1] - size) / **step + 1;
  if (failed(checkTransform(node, how)) ||
      failed(node.getTensorType({signal[0], count, size, 2},
                                node.builder.getF64Type())))
    return failure();
  Emitter b(node.builder, node.loc);
  Value frames = cutFrames(b, node.getInput(0), count, **step, size);
  if (hasWindow)
    frames = b.elementwise(
        getShape(frames), getElement(frames),
        {frames, b.reshape(node.getInput(2), {size, 1})},
        [](Scalar &b, ValueRange v) { return emitMul(b, v[0], v[1]); });
  node.setOutput(0, emitTransform(b, frames, 2, how));
  return success();
}

//===----------------------------------------------------------------------===//
// Windows and the mel scale
//===----------------------------------------------------------------------===//

/// The float type that the attribute `output_datatype` names.
static FailureOr<Type> getOutputType(NodeContext &node) {
  std::optional<ElementKind> kind =
      getElementKind(int(node.attributes.getInt("output_datatype", 1)));
  Type element =
      kind ? getElementType(*kind, node.builder.getContext()) : nullptr;
  if (!isa_and_nonnull<FloatType>(element))
    return node.unsupported("this element type");
  return element;
}

/// a0 - a1 cos(t) + a2 cos(2t) over one turn.
static LogicalResult emitWindow(NodeContext &node, double a0, double a1,
                                double a2) {
  if (failed(node.requireInputs(1, 1)))
    return failure();
  FailureOr<std::optional<int64_t>> size = getScalar(node, 0, "the size");
  FailureOr<Type> element = getOutputType(node);
  if (failed(size) || failed(element))
    return failure();
  int64_t period = **size - (node.attributes.getInt("periodic", 1) ? 0 : 1);
  if (period < 1 || **size > maxMatrixElements)
    return node.fail("expected a window of sane size, but got " +
                     Twine(**size));
  SmallVector<double> values;
  for (int64_t i = 0; i < **size; ++i) {
    double turn = 2 * pi * double(i) / double(period);
    values.push_back(a0 - a1 * std::cos(turn) + a2 * std::cos(2 * turn));
  }
  Emitter b(node.builder, node.loc);
  node.setOutput(0, b.constant(**size, *element, values));
  return success();
}

static LogicalResult lowerHann(NodeContext &node) {
  return emitWindow(node, 0.5, 0.5, 0);
}

static LogicalResult lowerHamming(NodeContext &node) {
  return emitWindow(node, 25.0 / 46, 21.0 / 46, 0);
}

static LogicalResult lowerBlackman(NodeContext &node) {
  return emitWindow(node, 0.42, 0.5, 0.08);
}

static double toMel(double hertz) { return 2595 * std::log10(1 + hertz / 700); }

/// The bins of a spectrum where the triangles of the mel scale begin and end.
static Sizes getMelEdges(int64_t count, int64_t length, int64_t rate,
                         double low, double high) {
  double step = (toMel(high) - toMel(low)) / double(count + 2);
  Sizes edges;
  for (int64_t i = 0; i < count + 2; ++i) {
    double mel = double(i) * step + toMel(low);
    double hertz = 700 * (std::pow(10, mel / 2595) - 1);
    edges.push_back(int64_t(std::floor(double(length + 1) * hertz / rate)));
  }
  return edges;
}

static LogicalResult lowerMelWeightMatrix(NodeContext &node) {
  if (failed(node.requireInputs(5, 5)))
    return failure();
  int64_t numbers[3];
  for (unsigned i = 0; i < 3; ++i) {
    FailureOr<std::optional<int64_t>> given = getScalar(node, i, "sizes");
    if (failed(given))
      return failure();
    numbers[i] = **given;
  }
  auto [count, length, rate] = numbers;
  double hertz[2];
  for (unsigned i = 0; i < 2; ++i) {
    const Tensor *given = node.getConstant(3 + i);
    if (!given)
      return node.unknown(3 + i, "frequencies");
    if (given->getNumElements() != 1)
      return node.fail("expected one frequency, but got " + printTypes(node));
    hertz[i] = given->getAsDouble(0);
  }
  FailureOr<Type> element = getOutputType(node);
  if (failed(element))
    return failure();
  if (count < 1 || length < 1 || rate < 1 || length > maxMatrixElements ||
      count > maxMatrixElements / (length / 2 + 1) || !(hertz[0] >= 0) ||
      !(hertz[1] > hertz[0]) || !(2 * hertz[1] <= double(rate)))
    return node.fail("expected positive sizes and frequencies that rise up to "
                     "half the sample rate");
  int64_t bins = length / 2 + 1;
  Sizes edges = getMelEdges(count, length, rate, hertz[0], hertz[1]);
  SmallVector<double> matrix(bins * count, 0);
  for (int64_t i = 0; i < count; ++i) {
    int64_t left = edges[i], middle = edges[i + 1], right = edges[i + 2];
    if (right > bins)
      return node.fail("expected triangles inside the spectrum");
    for (int64_t bin = left; bin < right; ++bin)
      matrix[bin * count + i] =
          bin < middle ? double(bin - left) / double(middle - left)
                       : double(right - bin) / double(right - middle);
    if (middle < bins && (left == middle || middle == right))
      matrix[middle * count + i] = 1; // nothing rises, or nothing falls
  }
  Emitter b(node.builder, node.loc);
  node.setOutput(0, b.constant({bins, count}, *element, matrix));
  return success();
}

void registerSpectra(OperatorRegistry &all) {
  all.add("DFT", 17, lowerDFT);
  all.add("STFT", 17, lowerSTFT).withWeights({2});
  all.add("HannWindow", 17, lowerHann);
  all.add("HammingWindow", 17, lowerHamming);
  all.add("BlackmanWindow", 17, lowerBlackman);
  all.add("MelWeightMatrix", 17, lowerMelWeightMatrix);
}

} // namespace mlir::pc
