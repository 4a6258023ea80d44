// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// linalg.softmax, y = exp(x - max x) / sum exp(x - max x) along one axis:
// dx = y (dy - sum y dy), from the result alone.

#include "LinalgModels.h"
#include "TensorModels.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "pc/Interfaces/DifferentiableOpInterface.h"
#include "pc/Support/Names.h"

using namespace mlir;
using llvm::SmallVector;

/// `sum a b` along `axis`.
static Value createInnerProduct(OpBuilder &builder, Location loc, Value a,
                                Value b, int64_t axis) {
  auto type = cast<RankedTensorType>(a.getType());
  AffineMap full = builder.getMultiDimIdentityMap(type.getRank());
  SmallVector<int64_t> shape(type.getShape());
  shape.erase(shape.begin() + axis);
  SmallVector<utils::IteratorType> iterators(type.getRank(),
                                             utils::IteratorType::parallel);
  iterators[axis] = utils::IteratorType::reduction;
  Value zero = pc::createZeroTensor(builder, loc, type.clone(shape));
  SmallVector<AffineMap> maps = {full, full, full.dropResult(axis)};
  return linalg::GenericOp::create(
             builder, loc, zero.getType(), ValueRange{a, b}, zero, maps,
             iterators,
             [](OpBuilder &inside, Location loc, ValueRange arguments) {
               Value product = arith::MulFOp::create(inside, loc, arguments[0],
                                                     arguments[1]);
               Value sum =
                   arith::AddFOp::create(inside, loc, arguments[2], product);
               linalg::YieldOp::create(inside, loc, sum);
             })
      .getResult(0);
}

/// `y (v - mean)`, where `mean` has no `axis`.
static Value createCentred(OpBuilder &builder, Location loc, Value y, Value v,
                           Value mean, int64_t axis) {
  auto type = cast<RankedTensorType>(y.getType());
  AffineMap full = builder.getMultiDimIdentityMap(type.getRank());
  SmallVector<utils::IteratorType> iterators(type.getRank(),
                                             utils::IteratorType::parallel);
  Value empty = tensor::EmptyOp::create(builder, loc, type.getShape(),
                                        type.getElementType());
  SmallVector<AffineMap> maps = {full, full, full.dropResult(axis), full};
  return linalg::GenericOp::create(
             builder, loc, type, ValueRange{y, v, mean}, empty, maps, iterators,
             [](OpBuilder &inside, Location loc, ValueRange arguments) {
               Value centred = arith::SubFOp::create(inside, loc, arguments[1],
                                                     arguments[2]);
               Value scaled =
                   arith::MulFOp::create(inside, loc, arguments[0], centred);
               linalg::YieldOp::create(inside, loc, scaled);
             })
      .getResult(0);
}

namespace {

struct SoftmaxModel
    : pc::DifferentiableOpInterface::ExternalModel<SoftmaxModel,
                                                   linalg::SoftmaxOp> {
  LogicalResult buildVJP(Operation *op, OpBuilder &builder,
                         ArrayRef<Value> cotangents,
                         pc::CotangentSink &sink) const {
    auto softmax = cast<linalg::SoftmaxOp>(op);
    Location loc = pc::getDerivativeLoc(op->getLoc());
    if (op->getNumResults() != 1)
      return op->emitOpError("has no derivative: expected tensors");
    if (!sink.wants(softmax.getInput()))
      return success();
    Value y = op->getResult(0), cotangent = cotangents.front();
    int64_t axis = softmax.getDimension();
    Value mean = createInnerProduct(builder, loc, cotangent, y, axis);
    sink.add(builder, softmax.getInput(),
             createCentred(builder, loc, y, cotangent, mean, axis));
    return success();
  }

  // y dx - y sum(y dx): the Jacobian is symmetric, so that the two differ in
  // the order of their operations alone.
  FailureOr<SmallVector<Value>>
  buildJVP(Operation *op, OpBuilder &builder,
           function_ref<Value(Value)> tangents) const {
    auto softmax = cast<linalg::SoftmaxOp>(op);
    Location loc = pc::getDerivativeLoc(op->getLoc());
    if (op->getNumResults() != 1)
      return op->emitOpError("has no derivative: expected tensors");
    Value tangent = tangents(softmax.getInput());
    if (!tangent)
      return SmallVector<Value>{nullptr};
    Value y = op->getResult(0);
    int64_t axis = softmax.getDimension();
    auto type = cast<RankedTensorType>(y.getType());
    Value scaled = arith::MulFOp::create(builder, loc, y, tangent);
    SmallVector<int64_t> shape(type.getShape());
    shape.erase(shape.begin() + axis);
    Value zero = pc::createZeroTensor(builder, loc, type.clone(shape));
    auto sum = linalg::ReduceOp::create(
        builder, loc, scaled, zero, axis,
        [](OpBuilder &inside, Location loc, ValueRange arguments) {
          Value next = pc::createSum(inside, loc, arguments[0], arguments[1]);
          linalg::YieldOp::create(inside, loc, next);
        });
    Value empty = tensor::EmptyOp::create(builder, loc, type.getShape(),
                                          type.getElementType());
    Value spread =
        linalg::BroadcastOp::create(builder, loc, sum.getResult(0), empty, axis)
            ->getResult(0);
    Value rest = arith::MulFOp::create(builder, loc, y, spread);
    return SmallVector<Value>{
        arith::SubFOp::create(builder, loc, scaled, rest)};
  }
};

} // namespace

void pc::attachLinalgSoftmax(MLIRContext &context) {
  linalg::SoftmaxOp::attachInterface<SoftmaxModel>(context);
}
