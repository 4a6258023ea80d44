// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Largest and smallest values of a reduction. The derivative belongs to the
// first point that attains the extremum; the initial value comes before all.

#include "Structured.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using pc::PointBody;

Operation *pc::getExtremum(PointBody &body, linalg::LinalgOp op,
                           unsigned number) {
  Operation *extremum = body.getYields()[number].getDefiningOp();
  Value running = body.getArgument(*op.getDpsInitOperand(number));
  if (!isRunning(op, number) || !isExtremum(extremum) ||
      !llvm::is_contained(body.getOps(), extremum) ||
      extremum->getOperand(0) != running || hasPlantedFault(extremum))
    return nullptr;
  llvm::DenseSet<Value> slice = body.getSlice(extremum->getOperand(1));
  for (OpOperand &init : op.getDpsInitsMutable())
    if (slice.contains(body.getArgument(init)))
      return nullptr;
  return extremum;
}

/// Whether `candidate` replaces the best value so far. A NaN replaces every
/// number under maximumf and minimumf, and a number every NaN under the others.
static Value createTake(OpBuilder &builder, Location loc, Operation *extremum,
                        Value candidate, Value best) {
  using arith::CmpFPredicate;
  auto compare = [&](CmpFPredicate predicate, Value a, Value b) -> Value {
    return arith::CmpFOp::create(builder, loc, predicate, a, b);
  };
  bool isMaximum = isa<arith::MaximumFOp, arith::MaxNumFOp>(extremum);
  bool prefersNaN = isa<arith::MaximumFOp, arith::MinimumFOp>(extremum);
  Value isBetter = compare(isMaximum ? CmpFPredicate::OGT : CmpFPredicate::OLT,
                           candidate, best);
  Value from = prefersNaN ? best : candidate;
  Value to = prefersNaN ? candidate : best;
  Value entersNaN = arith::AndIOp::create(
      builder, loc, compare(CmpFPredicate::ORD, from, from),
      compare(CmpFPredicate::UNO, to, to));
  return arith::OrIOp::create(builder, loc, isBetter, entersNaN);
}

/// The dimensions that tell points apart which `map` sends to one element.
static SmallVector<unsigned> getPointDims(PointBody &body, AffineMap map) {
  llvm::SmallBitVector lone = pc::getLoneDims(map);
  SmallVector<unsigned> dims;
  for (auto [dim, extent] : llvm::enumerate(body.getExtents()))
    if (!lone.test(dim) && extent != 1)
      dims.push_back(dim);
  assert(!dims.empty() && "an extremum is taken over several points");
  return dims;
}

/// Integers of 32 bits where they count the points: places lie in memory beside
/// values, which seldom are wider.
static IntegerType getNumberType(PointBody &body, AffineMap map) {
  int64_t points = 1;
  bool overflows = false;
  for (unsigned dim : getPointDims(body, map))
    overflows |= llvm::MulOverflow(points, body.getExtents()[dim], points);
  bool isShort = !overflows && llvm::isInt<32>(points);
  return body.getBuilder().getIntegerType(isShort ? 32 : 64);
}

Value pc::createPointNumber(PointBody &body, Location loc, AffineMap map) {
  OpBuilder &inner = body.getBuilder();
  IntegerType type = getNumberType(body, map);
  Value number;
  for (unsigned dim : getPointDims(body, map)) {
    Value index = linalg::IndexOp::create(inner, loc, dim);
    index = arith::IndexCastOp::create(inner, loc, type, index);
    if (number) {
      Value size = arith::ConstantIntOp::create(inner, loc, type,
                                                body.getExtents()[dim]);
      number = arith::MulIOp::create(inner, loc, number, size);
      index = arith::AddIOp::create(inner, loc, number, index);
    }
    number = index;
  }
  return number;
}

static Value createNoPosition(OpBuilder &builder, Location loc,
                              ArrayRef<int64_t> shape, Type type) {
  Value none = arith::ConstantIntOp::create(builder, loc, type, -1);
  Value empty = tensor::EmptyOp::create(builder, loc, shape, type);
  return linalg::FillOp::create(builder, loc, none, empty).getResult(0);
}

Value pc::createArgExtremum(OpBuilder &builder, Location loc,
                            linalg::LinalgOp op, unsigned number) {
  AffineMap map = getResultMap(op, number);
  Value init = op.getDpsInits()[number];
  PointBody body(builder, op);
  Operation *extremum = getExtremum(body, op, number);
  Value candidate = extremum->getOperand(1);
  Value best = body.addResult(init, map);
  Value position = body.addResult(
      createNoPosition(builder, loc,
                       cast<ShapedType>(init.getType()).getShape(),
                       getNumberType(body, map)),
      map);
  OpBuilder &inner = body.getBuilder();
  Value take = createTake(inner, loc, extremum, candidate, best);
  Value here = createPointNumber(body, loc, map);
  Value nextBest = arith::SelectOp::create(inner, loc, take, candidate, best);
  Value nextPosition =
      arith::SelectOp::create(inner, loc, take, here, position);
  return body.emit(builder, loc, {nextBest, nextPosition}).back();
}

Value pc::createInitialPart(OpBuilder &builder, Location loc, Value cotangent,
                            Value positions) {
  auto type = cast<RankedTensorType>(cotangent.getType());
  Value none = createNoPosition(builder, loc, type.getShape(),
                                getElementTypeOrSelf(positions));
  Value isInitial = arith::CmpIOp::create(
      builder, loc, arith::CmpIPredicate::eq, positions, none);
  Value zero = createZero(builder, loc, type);
  return arith::SelectOp::create(builder, loc, isInitial, cotangent, zero);
}
