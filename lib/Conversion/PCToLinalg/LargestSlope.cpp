// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "LargestSlope.h"
#include "ElementwiseMap.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace mlir::pc;

LargestSlope::LargestSlope(RelaxOp relax)
    : tolerance(relax.getToleranceAttr().getValueAsDouble()),
      type(Float32Type::get(relax.getContext())) {
  for (Type state : relax.getResultTypes())
    if (auto element = cast<FloatType>(getElementTypeOrSelf(state));
        element.getWidth() > type.getWidth())
      type = element;
}

static Value createFilled(OpBuilder &builder, Location loc, FloatType type,
                          double number, Value place) {
  Value value = createScalar(builder, loc, type, number);
  return linalg::FillOp::create(builder, loc, value, place).getResult(0);
}

Value LargestSlope::createStart(OpBuilder &builder, Location loc) const {
  Value place =
      tensor::EmptyOp::create(builder, loc, ArrayRef<int64_t>(), type);
  return createFilled(builder, loc, type,
                      std::numeric_limits<double>::infinity(), place);
}

Value LargestSlope::createTest(OpBuilder &builder, Location loc,
                               Value largest) const {
  Value number = tensor::ExtractOp::create(builder, loc, largest, ValueRange());
  return arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::UGT, number,
                               createScalar(builder, loc, type, tolerance));
}

/// The slope is a value of its own, and the step reads it: so that it is the
/// same, and computed once.
Value LargestSlope::advance(ConversionPatternRewriter &rewriter, AdvanceOp op) {
  Location loc = op.getLoc();
  rewriter.setInsertionPoint(op);
  llvm::SmallVector<Value> pulls = {op.getError()};
  llvm::append_range(pulls, op.getMessages());
  Value slope = op.getError();
  if (pulls.size() > 1)
    slope = createMap(rewriter, loc, op->getResultTypes(), pulls,
                      [](OpBuilder &b, Location loc, ValueRange xs) {
                        Value total = createTotal(b, loc, xs.drop_front());
                        return llvm::SmallVector<Value>{
                            arith::SubFOp::create(b, loc, xs[0], total)};
                      })
                .front();
  slopes.push_back(slope);
  double step = op.getStep().convertToDouble();
  llvm::SmallVector<Value> next = createMap(
      rewriter, loc, op->getResultTypes(), {op.getDisplacement(), slope},
      [&](OpBuilder &b, Location loc, ValueRange xs) {
        Value change = createProduct(b, loc, step, xs[1]);
        return llvm::SmallVector<Value>{
            arith::AddFOp::create(b, loc, xs[0], change)};
      });
  rewriter.replaceOp(op, next);
  return next.front();
}

/// The number of outer dimensions whose elements are reduced apart from each
/// other first, so that the two reductions one behind the other are short.
static int64_t countOuter(ArrayRef<int64_t> shape) {
  auto countSteps = [&](int64_t outer) {
    return ShapedType::getNumElements(shape.take_front(outer)) +
           ShapedType::getNumElements(shape.drop_front(outer));
  };
  int64_t best = shape.size();
  for (int64_t outer = 1; outer < int64_t(shape.size()); ++outer)
    if (countSteps(outer) < countSteps(best))
      best = outer;
  return best;
}

/// `max |x|`, from 0 on, over the inner dimensions of all `inputs`, which have
/// one type: in `place`, in its type. NaN wins over every number.
static Value createLargestOf(OpBuilder &builder, Location loc,
                             ValueRange inputs, Value place) {
  auto from = cast<RankedTensorType>(inputs.front().getType());
  auto to = cast<RankedTensorType>(place.getType());
  auto element = cast<FloatType>(to.getElementType());
  AffineMap whole = builder.getMultiDimIdentityMap(from.getRank());
  llvm::SmallVector<AffineMap> maps(inputs.size(), whole);
  maps.push_back(AffineMap::get(from.getRank(), 0,
                                whole.getResults().take_front(to.getRank()),
                                builder.getContext()));
  llvm::SmallVector<utils::IteratorType> iterators(
      from.getRank(), utils::IteratorType::reduction);
  std::fill_n(iterators.begin(), to.getRank(), utils::IteratorType::parallel);
  auto body = [&](OpBuilder &b, Location loc, ValueRange xs) {
    Value largest = xs.back();
    for (Value x : xs.drop_back()) {
      Value size = math::AbsFOp::create(b, loc, x);
      if (size.getType() != element)
        size = arith::ExtFOp::create(b, loc, element, size);
      largest = arith::MaximumFOp::create(b, loc, largest, size);
    }
    linalg::YieldOp::create(b, loc, largest);
  };
  return linalg::GenericOp::create(builder, loc, to, inputs, place, maps,
                                   iterators, body)
      .getResult(0);
}

Value LargestSlope::createLargest(OpBuilder &builder, Location loc,
                                  Value old) const {
  llvm::MapVector<Type, llvm::SmallVector<Value>> parts; // of one type at once
  for (Value slope : slopes) {
    if (!isa<RankedTensorType>(slope.getType()))
      slope = tensor::FromElementsOp::create(
          builder, loc, RankedTensorType::get({}, slope.getType()), slope);
    auto shape = cast<RankedTensorType>(slope.getType());
    int64_t outer = countOuter(shape.getShape());
    if (outer < shape.getRank()) {
      auto own = cast<FloatType>(shape.getElementType());
      Value place = tensor::EmptyOp::create(
          builder, loc, shape.getShape().take_front(outer), own);
      slope = createLargestOf(builder, loc, slope,
                              createFilled(builder, loc, own, 0.0, place));
    }
    parts[slope.getType()].push_back(slope);
  }
  Value largest = createFilled(builder, loc, type, 0.0, old);
  for (auto &[_, group] : parts)
    largest = createLargestOf(builder, loc, group, largest);
  return largest;
}
