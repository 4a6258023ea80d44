// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Elements relative to the mean and variance of their neighbourhood.

#include "Operators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;
using Sizes = SmallVector<int64_t>;

//===----------------------------------------------------------------------===//
// Building blocks
//===----------------------------------------------------------------------===//

static Value emitMean(Emitter &b, Value x, ArrayRef<int64_t> axes) {
  double count = 1;
  for (int64_t axis : axes)
    count *= double(getShape(x)[axis]);
  return b.map(b.reduceSum(x, axes), [&](Scalar &b, ValueRange v) {
    return emitDiv(b, v[0], emitScalar(b, v[0].getType(), count));
  });
}

static Value emitInverseRoot(Emitter &b, Value variance, double epsilon) {
  return b.map(variance, [&](Scalar &b, ValueRange v) -> Value {
    Type type = v[0].getType();
    Value shifted = emitAdd(b, v[0], emitScalar(b, type, epsilon));
    return emitDiv(b, emitScalar(b, type, 1), math::SqrtOp::create(b, shifted));
  });
}

static Value emitSquares(Emitter &b, Value x) {
  return b.map(x,
               [](Scalar &b, ValueRange v) { return emitMul(b, v[0], v[0]); });
}

using Binary = Value (*)(Scalar &, Value, Value);

/// `x` combined with an operand that broadcasts to it.
static Value combine(Emitter &b, Value x, Value y, Binary emit) {
  return b.elementwise(
      getShape(x), getElement(x), {x, y},
      [&](Scalar &b, ValueRange v) { return emit(b, v[0], v[1]); });
}

namespace {
/// (x - mean) and the factor that gives it variance one, over some axes.
struct Moments {
  Value mean, variance; // axes dropped
  Value centred;        // shape of x
};
} // namespace

static Moments emitMoments(Emitter &b, Value x, ArrayRef<int64_t> axes) {
  Moments moments;
  moments.mean = emitMean(b, x, axes);
  moments.centred = combine(b, x, b.unsqueeze(moments.mean, axes), emitSub);
  moments.variance = emitMean(b, emitSquares(b, moments.centred), axes);
  return moments;
}

/// A vector over the channels, aligned with dimension 1 of a tensor of `rank`.
static Value alignChannels(Emitter &b, Value vector, int64_t rank) {
  Sizes shape(rank - 1, 1);
  shape[0] = getShape(vector)[0];
  return b.reshape(vector, shape);
}

/// x * scale + bias, both over the channels.
static Value scaleChannels(Emitter &b, Value x, Value scale, Value bias) {
  int64_t rank = getTensorType(x).getRank();
  return b.elementwise(
      getShape(x), getElement(x),
      {x, alignChannels(b, scale, rank), alignChannels(b, bias, rank)},
      [](Scalar &b, ValueRange v) {
        return emitAdd(b, emitMul(b, v[0], v[1]), v[2]);
      });
}

/// Operands `from` up to `to` are vectors over the channels of operand 0.
static LogicalResult requireChannelVectors(NodeContext &node, unsigned from,
                                           unsigned to) {
  if (failed(node.requireFloat(0)) || failed(node.requireRank(0, 2, INT64_MAX)))
    return failure();
  for (unsigned i = from; i < to; ++i)
    if (node.getShape(i) != ArrayRef<int64_t>(node.getShape(0)[1]) ||
        !isa<FloatType>(node.getType(i).getElementType()))
      return node.fail("input " + Twine(i) +
                       ": expected one float for each "
                       "of " +
                       Twine(node.getShape(0)[1]) + " channels, but got " +
                       printTypes(node));
  return success();
}

//===----------------------------------------------------------------------===//
// Batch normalization
//===----------------------------------------------------------------------===//

/// The running statistics that training mode returns.
static Value blend(Emitter &b, Value old, Value batch, double momentum) {
  return b.elementwise(
      getShape(old), getElement(old), {old, batch},
      [&](Scalar &b, ValueRange v) {
        Type type = v[0].getType();
        Value kept = emitMul(b, v[0], emitScalar(b, type, momentum));
        Value added = emitMul(b, v[1], emitScalar(b, type, 1 - momentum));
        return emitAdd(b, kept, added);
      });
}

static LogicalResult lowerBatchNormalization(NodeContext &node) {
  if (failed(node.requireInputs(5, 5)) ||
      failed(requireChannelVectors(node, 1, 5)))
    return failure();
  bool isTraining = node.attributes.getInt("training_mode", 0) != 0;
  if (node.version < 14 &&
      (node.hasOutput(1) ||
       (node.version < 7 && node.attributes.getInt("is_test", 0) == 0)))
    return node.unsupported("training mode before opset 14");
  if (node.version < 9 && node.attributes.getInt("spatial", 1) == 0)
    return node.unsupported("statistics for each position (spatial = 0)");
  double epsilon = node.attributes.getFloat("epsilon", 1e-5f);
  Emitter b(node.builder, node.loc);
  // Statistics may be wider than the data; the sum takes the wider type.
  Type element = node.getType(3).getElementType();
  Type result = node.getType(0).getElementType();
  Value x = b.cast(node.getInput(0), element);
  Value scale = b.cast(node.getInput(1), element);
  Value bias = b.cast(node.getInput(2), element);
  Value mean = node.getInput(3), variance = b.cast(node.getInput(4), element);
  Value centred;
  int64_t rank = node.getType(0).getRank();
  if (isTraining) {
    Sizes axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
    axes.erase(axes.begin() + 1);
    Moments moments = emitMoments(b, x, axes);
    double momentum = node.attributes.getFloat("momentum", 0.9f);
    node.setOutput(1, blend(b, mean, moments.mean, momentum));
    node.setOutput(2, blend(b, variance, moments.variance, momentum));
    centred = moments.centred;
    variance = moments.variance;
  } else {
    centred = combine(b, x, alignChannels(b, mean, rank), emitSub);
  }
  Value factor =
      combine(b, emitInverseRoot(b, variance, epsilon), scale, emitMul);
  node.setOutput(0, b.cast(scaleChannels(b, centred, factor, bias), result));
  return success();
}

//===----------------------------------------------------------------------===//
// Normalization of each sample
//===----------------------------------------------------------------------===//

static LogicalResult lowerInstanceNormalization(NodeContext &node) {
  if (failed(node.requireInputs(3, 3)) ||
      failed(requireChannelVectors(node, 1, 3)))
    return failure();
  Emitter b(node.builder, node.loc);
  Value x = node.getInput(0);
  Sizes axes =
      llvm::to_vector(llvm::seq<int64_t>(2, getTensorType(x).getRank()));
  Moments moments = emitMoments(b, x, axes);
  Value inverse = emitInverseRoot(b, moments.variance,
                                  node.attributes.getFloat("epsilon", 1e-5f));
  Value normal =
      combine(b, moments.centred, b.unsqueeze(inverse, axes), emitMul);
  node.setOutput(0,
                 scaleChannels(b, normal, node.getInput(1), node.getInput(2)));
  return success();
}

static LogicalResult lowerGroupNormalization(NodeContext &node) {
  int64_t groups = node.attributes.getInt("num_groups", 0);
  if (failed(node.requireInputs(3, 3)) || failed(node.requireFloat(0)) ||
      failed(node.requireRank(0, 3, INT64_MAX)))
    return failure();
  ArrayRef<int64_t> shape = node.getShape(0);
  // Opset 18 has one scale for each group, 21 one for each channel.
  int64_t count = node.version < 21 ? groups : shape[1];
  if (groups < 1 || shape[1] % groups != 0)
    return node.fail("num_groups: expected a divisor of " + Twine(shape[1]) +
                     " channels, but got " + Twine(groups));
  for (unsigned i = 1; i < 3; ++i)
    if (node.getShape(i) != ArrayRef<int64_t>(count))
      return node.fail("expected vectors of " + Twine(count) +
                       " elements, but got " + printTypes(node));
  Emitter b(node.builder, node.loc);
  Type element = node.getType(0).getElementType();
  bool isHalf = element.getIntOrFloatBitWidth() < 32; // stash_type is float
  Type wide = isHalf ? b.getF32Type() : element;
  Sizes split(shape);
  split[1] /= groups;
  split.insert(split.begin() + 1, groups);
  Value x = b.reshape(b.cast(node.getInput(0), wide), split);
  Sizes axes = llvm::to_vector(llvm::seq<int64_t>(2, split.size()));
  Moments moments = emitMoments(b, x, axes);
  Value inverse = emitInverseRoot(b, moments.variance,
                                  node.attributes.getFloat("epsilon", 1e-5f));
  Value normal =
      combine(b, moments.centred, b.unsqueeze(inverse, axes), emitMul);
  Value scale = b.cast(node.getInput(1), wide);
  Value bias = b.cast(node.getInput(2), wide);
  Value result;
  if (node.version < 21)
    result = b.reshape(scaleChannels(b, normal, scale, bias), shape);
  else
    result = scaleChannels(b, b.reshape(normal, shape), scale, bias);
  node.setOutput(0, b.cast(result, element));
  return success();
}

/// Scale (and bias) of a layer normalization, which broadcast to the operand.
static LogicalResult checkAffine(NodeContext &node) {
  for (unsigned i = 1; i < node.getNumInputs(); ++i) {
    if (!node.hasInput(i))
      continue;
    FailureOr<Sizes> joint =
        broadcastShapes(node.getShape(0), node.getShape(i));
    if (failed(joint) || ArrayRef(*joint) != node.getShape(0) ||
        failed(node.requireFloat(i)))
      return node.fail("expected a scale and a bias that broadcast to the "
                       "operand, but got " +
                       printTypes(node));
  }
  return success();
}

static LogicalResult lowerLayerNormalization(NodeContext &node) {
  bool isRMS = node.getOpType() == "RMSNormalization";
  if (failed(node.requireInputs(2, isRMS ? 2 : 3)) ||
      failed(node.requireFloat(0)) || failed(checkAffine(node)))
    return failure();
  int64_t rank = node.getType(0).getRank();
  FailureOr<int64_t> axis =
      node.normalizeAxis(node.attributes.getInt("axis", -1), rank);
  if (failed(axis))
    return failure();
  Sizes axes = llvm::to_vector(llvm::seq<int64_t>(*axis, rank));
  double epsilon = node.attributes.getFloat("epsilon", 1e-5f);
  Emitter b(node.builder, node.loc);
  Type element = node.getType(0).getElementType();
  bool isHalf = element.getIntOrFloatBitWidth() < 32;
  bool isWide = isHalf && node.attributes.getInt("stash_type", 1) == 1;
  Value x = b.cast(node.getInput(0), isWide ? b.getF32Type() : element);
  Moments moments;
  if (isRMS) {
    moments.centred = x;
    moments.variance = emitMean(b, emitSquares(b, x), axes);
  } else {
    moments = emitMoments(b, x, axes);
    node.setOutput(1, b.unsqueeze(moments.mean, axes));
  }
  Value inverse =
      b.unsqueeze(emitInverseRoot(b, moments.variance, epsilon), axes);
  if (!isRMS)
    node.setOutput(2, inverse);
  // The specification casts back before it scales.
  Value result = b.cast(combine(b, moments.centred, inverse, emitMul), element);
  result = combine(b, result, b.cast(node.getInput(1), element), emitMul);
  if (node.hasInput(2))
    result = combine(b, result, b.cast(node.getInput(2), element), emitAdd);
  node.setOutput(0, result);
  return success();
}

static LogicalResult lowerMeanVarianceNormalization(NodeContext &node) {
  if (failed(node.requireInputs(1, 1)) || failed(node.requireFloat(0)))
    return failure();
  Sizes given = node.attributes.getInts("axes").value_or(Sizes{0, 2, 3});
  FailureOr<Sizes> axes = node.normalizeAxes(given, node.getType(0).getRank());
  if (failed(axes))
    return failure();
  llvm::sort(*axes);
  Emitter b(node.builder, node.loc);
  Moments moments = emitMoments(b, node.getInput(0), *axes);
  Value deviation = b.map(moments.variance, [](Scalar &b, ValueRange v) {
    Value root = math::SqrtOp::create(b, v[0]);
    return emitAdd(b, root, emitScalar(b, v[0].getType(), 1e-9));
  });
  node.setOutput(
      0, combine(b, moments.centred, b.unsqueeze(deviation, *axes), emitDiv));
  return success();
}

static LogicalResult lowerLpNormalization(NodeContext &node) {
  if (failed(node.requireInputs(1, 1)) || failed(node.requireFloat(0)))
    return failure();
  FailureOr<int64_t> axis = node.normalizeAxis(
      node.attributes.getInt("axis", -1), node.getType(0).getRank());
  if (failed(axis))
    return failure();
  int64_t p = node.attributes.getInt("p", 2);
  if (p != 1 && p != 2)
    return node.fail("p: expected 1 or 2, but got " + Twine(p));
  Emitter b(node.builder, node.loc);
  Value x = node.getInput(0);
  Value powers = b.map(x, [&](Scalar &b, ValueRange v) -> Value {
    if (p == 2)
      return emitMul(b, v[0], v[0]);
    return math::AbsFOp::create(b, v[0]);
  });
  Value norm = b.map(b.reduceSum(powers, *axis), [&](Scalar &b, ValueRange v) {
    return p == 1 ? v[0] : Value(math::SqrtOp::create(b, v[0]));
  });
  // A norm of zero leaves the zeros that it is the norm of.
  node.setOutput(
      0,
      b.elementwise(getShape(x), getElement(x), {x, b.unsqueeze(norm, *axis)},
                    [](Scalar &b, ValueRange v) -> Value {
                      Value zero = emitScalar(b, v[0].getType(), 0);
                      Value one = emitScalar(b, v[0].getType(), 1);
                      Value isZero = arith::CmpFOp::create(
                          b, arith::CmpFPredicate::OEQ, v[1], zero);
                      Value safe =
                          arith::SelectOp::create(b, isZero, one, v[1]);
                      return emitDiv(b, v[0], safe);
                    }));
  return success();
}

//===----------------------------------------------------------------------===//
// Local response
//===----------------------------------------------------------------------===//

/// Sums over windows of `size` neighbouring channels.
static Value sumChannels(Emitter &b, Value x, int64_t size) {
  int64_t rank = getTensorType(x).getRank();
  Sizes low(rank, 0), high(rank, 0);
  low[1] = (size - 1) / 2;
  high[1] = size - 1 - low[1];
  Value padded = b.pad(x, low, high, 0);
  SmallVector<AffineExpr> read;
  for (int64_t i = 0; i < rank; ++i)
    read.push_back(b.getAffineDimExpr(i));
  AffineExpr window = b.getAffineDimExpr(rank);
  read[1] = read[1] + window;
  AffineMap identity = b.getMultiDimIdentityMap(rank + 1);
  AffineMap maps[] = {AffineMap::get(rank + 1, 0, read, b.getContext()),
                      AffineMap::get(rank + 1, 0, window, b.getContext()),
                      identity.dropResult(rank)};
  SmallVector<utils::IteratorType> iterators(rank + 1,
                                             utils::IteratorType::parallel);
  iterators.back() = utils::IteratorType::reduction;
  Value init = b.filled(getShape(x), getElement(x), 0);
  Value shape = b.emptyTensor(size, getElement(x));
  return linalg::GenericOp::create(
             b, init.getType(), ValueRange{padded, shape}, init, maps,
             iterators,
             [](OpBuilder &nested, Location loc, ValueRange v) {
               Scalar inner(loc, nested);
               linalg::YieldOp::create(inner, emitAdd(inner, v[2], v[0]));
             })
      .getResult(0);
}

static LogicalResult lowerLRN(NodeContext &node) {
  if (failed(node.requireInputs(1, 1)) || failed(node.requireFloat(0)) ||
      failed(node.requireRank(0, 2, INT64_MAX)))
    return failure();
  int64_t size = node.attributes.getInt("size", 0);
  if (size < 1 || size > (int64_t(1) << 31))
    return node.fail("size: expected a positive number, but got " +
                     Twine(size));
  Sizes padded(node.getShape(0));
  padded[1] += size - 1;
  if (failed(node.getTensorType(padded, node.getType(0).getElementType())))
    return failure();
  double alpha = node.attributes.getFloat("alpha", 0.0001f);
  double beta = node.attributes.getFloat("beta", 0.75f);
  double bias = node.attributes.getFloat("bias", 1.0f);
  Emitter b(node.builder, node.loc);
  Value x = node.getInput(0);
  Value sums = sumChannels(b, emitSquares(b, x), size);
  node.setOutput(
      0, combine(b, x,
                 b.map(sums,
                       [&](Scalar &b, ValueRange v) -> Value {
                         Type type = v[0].getType();
                         Value scaled =
                             emitMul(b, v[0],
                                     emitScalar(b, type, alpha / double(size)));
                         Value base =
                             emitAdd(b, scaled, emitScalar(b, type, bias));
                         return math::PowFOp::create(b, base,
                                                     emitScalar(b, type, beta));
                       }),
                 emitDiv));
  return success();
}

void registerNormalizations(OperatorRegistry &all) {
  all.add("BatchNormalization", 1, lowerBatchNormalization)
      .withWeights({1, 2})
      .withStatistics({3, 4});
  all.add("InstanceNormalization", 6, lowerInstanceNormalization)
      .withWeights({1, 2});
  all.add("GroupNormalization", 18, lowerGroupNormalization)
      .withWeights({1, 2});
  all.add("LayerNormalization", 1, lowerLayerNormalization).withWeights({1, 2});
  all.add("RMSNormalization", 23, lowerLayerNormalization).withWeights({1});
  all.add("MeanVarianceNormalization", 9, lowerMeanVarianceNormalization);
  all.add("LpNormalization", 1, lowerLpNormalization);
  all.add("LRN", 1, lowerLRN);
}

} // namespace mlir::pc
