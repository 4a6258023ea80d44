// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operations between scalars and tensors.

#include "TensorModels.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "pc/Interfaces/DifferentiableOpInterface.h"
#include "pc/Support/Names.h"

using namespace mlir;
using llvm::SmallVector;

namespace {

struct ExtractModel
    : pc::DifferentiableOpInterface::ExternalModel<ExtractModel,
                                                   tensor::ExtractOp> {
  LogicalResult buildVJP(Operation *op, OpBuilder &builder,
                         ArrayRef<Value> cotangents,
                         pc::CotangentSink &sink) const {
    auto extract = cast<tensor::ExtractOp>(op);
    Location loc = pc::getDerivativeLoc(op->getLoc());
    if (!sink.wants(extract.getTensor()))
      return success();
    Value zeros =
        pc::createZeroTensor(builder, loc, extract.getTensor().getType());
    sink.add(builder, extract.getTensor(),
             tensor::InsertOp::create(builder, loc, cotangents.front(), zeros,
                                      extract.getIndices()));
    return success();
  }
  FailureOr<SmallVector<Value>>
  buildJVP(Operation *op, OpBuilder &builder,
           function_ref<Value(Value)> tangents) const {
    auto extract = cast<tensor::ExtractOp>(op);
    Value tangent = tangents(extract.getTensor());
    if (tangent)
      tangent =
          tensor::ExtractOp::create(builder, pc::getDerivativeLoc(op->getLoc()),
                                    tangent, extract.getIndices());
    return SmallVector<Value>{tangent};
  }
};

struct InsertModel
    : pc::DifferentiableOpInterface::ExternalModel<InsertModel,
                                                   tensor::InsertOp> {
  LogicalResult buildVJP(Operation *op, OpBuilder &builder,
                         ArrayRef<Value> cotangents,
                         pc::CotangentSink &sink) const {
    auto insert = cast<tensor::InsertOp>(op);
    Location loc = pc::getDerivativeLoc(op->getLoc());
    Value cotangent = cotangents.front();
    if (sink.wants(insert.getScalar()))
      sink.add(builder, insert.getScalar(),
               tensor::ExtractOp::create(builder, loc, cotangent,
                                         insert.getIndices()));
    if (!sink.wants(insert.getDest()))
      return success();
    Value zero = pc::createZero(builder, loc, insert.getScalar().getType());
    sink.add(builder, insert.getDest(),
             tensor::InsertOp::create(builder, loc, zero, cotangent,
                                      insert.getIndices()));
    return success();
  }
  FailureOr<SmallVector<Value>>
  buildJVP(Operation *op, OpBuilder &builder,
           function_ref<Value(Value)> tangents) const {
    auto insert = cast<tensor::InsertOp>(op);
    Location loc = pc::getDerivativeLoc(op->getLoc());
    Value scalar = tangents(insert.getScalar());
    Value dest = tangents(insert.getDest());
    if (!scalar && !dest)
      return SmallVector<Value>{nullptr};
    if (!scalar)
      scalar = pc::createZero(builder, loc, insert.getScalar().getType());
    if (!dest)
      dest = pc::createZeroTensor(builder, loc, insert.getDest().getType());
    return SmallVector<Value>{tensor::InsertOp::create(
        builder, loc, scalar, dest, insert.getIndices())};
  }
};

struct SplatModel
    : pc::DifferentiableOpInterface::ExternalModel<SplatModel,
                                                   tensor::SplatOp> {
  LogicalResult buildVJP(Operation *op, OpBuilder &builder,
                         ArrayRef<Value> cotangents,
                         pc::CotangentSink &sink) const {
    Value input = op->getOperand(0);
    if (sink.wants(input))
      sink.add(builder, input,
               pc::createTotal(builder, pc::getDerivativeLoc(op->getLoc()),
                               cotangents.front()));
    return success();
  }
  FailureOr<SmallVector<Value>>
  buildJVP(Operation *op, OpBuilder &builder,
           function_ref<Value(Value)> tangents) const {
    Value tangent = tangents(op->getOperand(0));
    if (tangent)
      tangent =
          tensor::SplatOp::create(builder, pc::getDerivativeLoc(op->getLoc()),
                                  tangent, op->getResult(0).getType());
    return SmallVector<Value>{tangent};
  }
};

struct FromElementsModel
    : pc::DifferentiableOpInterface::ExternalModel<FromElementsModel,
                                                   tensor::FromElementsOp> {
  LogicalResult buildVJP(Operation *op, OpBuilder &builder,
                         ArrayRef<Value> cotangents,
                         pc::CotangentSink &sink) const {
    auto elements = cast<tensor::FromElementsOp>(op);
    Location loc = pc::getDerivativeLoc(op->getLoc());
    ArrayRef<int64_t> shape = elements.getType().getShape();
    for (auto [number, element] : llvm::enumerate(elements.getElements())) {
      if (!sink.wants(element))
        continue;
      // The elements are in row-major order.
      SmallVector<Value> indices(shape.size());
      int64_t rest = number;
      for (size_t axis = shape.size(); axis-- > 0; rest /= shape[axis])
        indices[axis] =
            arith::ConstantIndexOp::create(builder, loc, rest % shape[axis]);
      sink.add(
          builder, element,
          tensor::ExtractOp::create(builder, loc, cotangents.front(), indices));
    }
    return success();
  }
  FailureOr<SmallVector<Value>>
  buildJVP(Operation *op, OpBuilder &builder,
           function_ref<Value(Value)> tangents) const {
    auto elements = cast<tensor::FromElementsOp>(op);
    Location loc = pc::getDerivativeLoc(op->getLoc());
    if (llvm::none_of(elements.getElements(), tangents))
      return SmallVector<Value>{nullptr};
    SmallVector<Value> parts;
    for (Value element : elements.getElements()) {
      Value tangent = tangents(element);
      parts.push_back(
          tangent ? tangent : pc::createZero(builder, loc, element.getType()));
    }
    return SmallVector<Value>{tensor::FromElementsOp::create(
        builder, loc, elements.getType(), parts)};
  }
};

} // namespace

void pc::attachTensorElements(MLIRContext &context) {
  tensor::ExtractOp::attachInterface<ExtractModel>(context);
  tensor::FromElementsOp::attachInterface<FromElementsModel>(context);
  tensor::InsertOp::attachInterface<InsertModel>(context);
  tensor::SplatOp::attachInterface<SplatModel>(context);
}
