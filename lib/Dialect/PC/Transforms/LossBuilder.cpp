// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "LossBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;

/// The axis of the logits that tells the classes apart.
static constexpr unsigned classAxis = 1;

namespace {

/// Computes one element: the elements of the inputs and, last, of the output
/// so far.
using Body = llvm::function_ref<Value(OpBuilder &, ValueRange)>;

/// Builds linalg.generic over the shape of `space`.
class LoopNest {
public:
  LoopNest(OpBuilder &builder, Location loc, RankedTensorType space)
      : builder(builder), loc(loc), space(space) {}

  AffineMap all() const {
    return builder.getMultiDimIdentityMap(space.getRank());
  }
  AffineMap none() const {
    return AffineMap::get(space.getRank(), 0, builder.getContext());
  }
  AffineMap without(unsigned axis) const { return all().dropResult(axis); }

  /// A tensor indexed by `map`. Its elements start at `init`, or undefined
  /// where nothing is said and the body reads only the inputs.
  Value build(ValueRange inputs, ArrayRef<AffineMap> inputMaps, AffineMap map,
              FloatType element, std::optional<double> init, Body body) {
    llvm::SmallVector<int64_t> shape = map.compose(space.getShape());
    Value output = tensor::EmptyOp::create(builder, loc, shape, element);
    if (init) {
      Value start = arith::ConstantOp::create(
          builder, loc, builder.getFloatAttr(element, *init));
      output = linalg::FillOp::create(builder, loc, start, output).getResult(0);
    }
    llvm::SmallVector<utils::IteratorType> iterators(
        space.getRank(), utils::IteratorType::reduction);
    for (AffineExpr result : map.getResults())
      iterators[cast<AffineDimExpr>(result).getPosition()] =
          utils::IteratorType::parallel;
    llvm::SmallVector<AffineMap> maps(inputMaps);
    maps.push_back(map);
    auto generic = linalg::GenericOp::create(
        builder, loc, output.getType(), inputs, output, maps, iterators,
        [&](OpBuilder &nested, Location, ValueRange elements) {
          linalg::YieldOp::create(nested, loc, body(nested, elements));
        });
    return generic.getResult(0);
  }

private:
  OpBuilder &builder;
  Location loc;
  RankedTensorType space;
};

} // namespace

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static FloatType elementOf(Value value) {
  return cast<FloatType>(typeOf(value).getElementType());
}

/// `sum`, or `sum / count`.
static Value reduceTerms(OpBuilder &builder, Location loc, Value sum,
                         int64_t count, pc::Reduction reduction) {
  if (reduction == pc::Reduction::Sum)
    return sum;
  Attribute number = builder.getFloatAttr(elementOf(sum), count);
  Value divisor = arith::ConstantOp::create(
      builder, loc, DenseElementsAttr::get(typeOf(sum), number));
  return arith::DivFOp::create(builder, loc, sum, divisor);
}

Value pc::buildModelLoss(OpBuilder &builder, Location loc, Value value) {
  if (typeOf(value).getRank() == 0)
    return value;
  return tensor::CollapseShapeOp::create(builder, loc, value,
                                         ArrayRef<ReassociationIndices>());
}

Value pc::buildSquaredError(OpBuilder &builder, Location loc, Value output,
                            Value target, Reduction reduction) {
  LoopNest nest(builder, loc, typeOf(output));
  Value sum = nest.build(
      {output, target}, {nest.all(), nest.all()}, nest.none(),
      elementOf(output), 0.0, [&](OpBuilder &b, ValueRange e) {
        Value error = arith::SubFOp::create(b, loc, e[0], e[1]);
        Value square = arith::MulFOp::create(b, loc, error, error);
        return arith::AddFOp::create(b, loc, e[2], square).getResult();
      });
  return reduceTerms(builder, loc, sum, typeOf(output).getNumElements(),
                     reduction);
}

//===----------------------------------------------------------------------===//
// Cross-entropy
//===----------------------------------------------------------------------===//

RankedTensorType pc::getLabelType(RankedTensorType logits) {
  llvm::SmallVector<int64_t> shape(logits.getShape());
  shape.erase(shape.begin() + classAxis);
  return RankedTensorType::get(shape,
                               IntegerType::get(logits.getContext(), 64));
}

/// `logits - max(logits)`: no exponential of it overflows.
static Value buildShiftedLogits(OpBuilder &builder, Location loc,
                                Value logits) {
  LoopNest nest(builder, loc, typeOf(logits));
  FloatType element = elementOf(logits);
  AffineMap positions = nest.without(classAxis);
  Value largest = nest.build(
      logits, nest.all(), positions, element,
      -std::numeric_limits<double>::infinity(),
      [&](OpBuilder &b, ValueRange e) {
        return arith::MaximumFOp::create(b, loc, e[1], e[0]).getResult();
      });
  return nest.build(
      {logits, largest}, {nest.all(), positions}, nest.all(), element,
      std::nullopt, [&](OpBuilder &b, ValueRange e) {
        return arith::SubFOp::create(b, loc, e[0], e[1]).getResult();
      });
}

/// `shifted[label]`, as a sum over the classes with one term that counts, so
/// that no label makes it read out of bounds.
static Value buildPicked(OpBuilder &builder, Location loc, Value shifted,
                         Value labels) {
  LoopNest nest(builder, loc, typeOf(shifted));
  FloatType element = elementOf(shifted);
  AffineMap positions = nest.without(classAxis);
  return nest.build(
      {shifted, labels}, {nest.all(), positions}, positions, element, 0.0,
      [&](OpBuilder &b, ValueRange e) {
        Value index = linalg::IndexOp::create(b, loc, classAxis);
        Value number =
            arith::IndexCastOp::create(b, loc, e[1].getType(), index);
        Value isLabel = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq,
                                              number, e[1]);
        Value zero =
            arith::ConstantOp::create(b, loc, b.getFloatAttr(element, 0.0));
        Value term = arith::SelectOp::create(b, loc, isLabel, e[0], zero);
        return arith::AddFOp::create(b, loc, e[2], term).getResult();
      });
}

/// `term`, or NaN where the label is none of the classes.
static Value buildLabelCheck(OpBuilder &b, Location loc, Value label,
                             int64_t classes, Value term) {
  Value number = arith::ConstantOp::create(
      b, loc, b.getIntegerAttr(label.getType(), classes));
  // As an unsigned number, a negative label is larger than every class.
  Value isClass =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, label, number);
  auto element = cast<FloatType>(term.getType());
  Value nan = arith::ConstantOp::create(
      b, loc,
      FloatAttr::get(element, APFloat::getNaN(element.getFloatSemantics())));
  return arith::SelectOp::create(b, loc, isClass, term, nan);
}

Value pc::buildCrossEntropy(OpBuilder &builder, Location loc, Value logits,
                            Value labels, Reduction reduction) {
  Value shifted = buildShiftedLogits(builder, loc, logits);
  LoopNest nest(builder, loc, typeOf(logits));
  FloatType element = elementOf(logits);
  Value sumOfExp =
      nest.build(shifted, nest.all(), nest.without(classAxis), element, 0.0,
                 [&](OpBuilder &b, ValueRange e) {
                   Value exp = math::ExpOp::create(b, loc, e[0]);
                   return arith::AddFOp::create(b, loc, e[1], exp).getResult();
                 });
  Value picked = buildPicked(builder, loc, shifted, labels);

  LoopNest positions(builder, loc, typeOf(labels));
  AffineMap each = positions.all();
  Value sum = positions.build(
      {sumOfExp, picked, labels}, {each, each, each}, positions.none(), element,
      0.0, [&](OpBuilder &b, ValueRange e) {
        Value log = math::LogOp::create(b, loc, e[0]);
        Value term = arith::SubFOp::create(b, loc, log, e[1]);
        term = buildLabelCheck(b, loc, e[2],
                               typeOf(logits).getDimSize(classAxis), term);
        return arith::AddFOp::create(b, loc, e[3], term).getResult();
      });
  return reduceTerms(builder, loc, sum, typeOf(labels).getNumElements(),
                     reduction);
}

//===----------------------------------------------------------------------===//
// Cotangents
//===----------------------------------------------------------------------===//

static Value widen(OpBuilder &builder, Location loc, Value value,
                   FloatType type) {
  if (value.getType() == type)
    return value;
  return arith::ExtFOp::create(builder, loc, type, value);
}

Value pc::buildInnerProduct(OpBuilder &builder, Location loc,
                            ValueRange outputs, ValueRange cotangents,
                            FloatType element) {
  Value sum;
  for (auto [output, cotangent] : llvm::zip_equal(outputs, cotangents)) {
    LoopNest nest(builder, loc, typeOf(output));
    Value product = nest.build(
        {cotangent, output}, {nest.all(), nest.all()}, nest.none(), element,
        0.0, [&](OpBuilder &b, ValueRange e) {
          Value term =
              arith::MulFOp::create(b, loc, widen(b, loc, e[0], element),
                                    widen(b, loc, e[1], element));
          return arith::AddFOp::create(b, loc, e[2], term).getResult();
        });
    sum = sum ? arith::AddFOp::create(builder, loc, sum, product) : product;
  }
  return sum;
}
