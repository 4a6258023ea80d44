// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operations that take a part of a tensor or put parts together.

#include "TensorModels.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "pc/Interfaces/DifferentiableOpInterface.h"
#include "pc/Support/Names.h"

using namespace mlir;
using llvm::SmallVector;

static Value createZeroLike(OpBuilder &builder, Location loc, Value value) {
  return pc::createZeroTensor(builder, loc,
                              cast<RankedTensorType>(value.getType()));
}

namespace {

struct ExtractSliceModel
    : pc::DifferentiableOpInterface::ExternalModel<ExtractSliceModel,
                                                   tensor::ExtractSliceOp> {
  LogicalResult buildVJP(Operation *op, OpBuilder &builder,
                         ArrayRef<Value> cotangents,
                         pc::CotangentSink &sink) const {
    auto slice = cast<tensor::ExtractSliceOp>(op);
    Location loc = pc::getDerivativeLoc(op->getLoc());
    if (!sink.wants(slice.getSource()))
      return success();
    Value zeros = createZeroLike(builder, loc, slice.getSource());
    sink.add(builder, slice.getSource(),
             tensor::InsertSliceOp::create(builder, loc, cotangents.front(),
                                           zeros, slice.getMixedOffsets(),
                                           slice.getMixedSizes(),
                                           slice.getMixedStrides()));
    return success();
  }
  FailureOr<SmallVector<Value>>
  buildJVP(Operation *op, OpBuilder &builder,
           function_ref<Value(Value)> tangents) const {
    auto slice = cast<tensor::ExtractSliceOp>(op);
    Value tangent = tangents(slice.getSource());
    if (tangent)
      tangent = tensor::ExtractSliceOp::create(
          builder, pc::getDerivativeLoc(op->getLoc()), slice.getType(), tangent,
          slice.getMixedOffsets(), slice.getMixedSizes(),
          slice.getMixedStrides());
    return SmallVector<Value>{tangent};
  }
};

struct InsertSliceModel
    : pc::DifferentiableOpInterface::ExternalModel<InsertSliceModel,
                                                   tensor::InsertSliceOp> {
  LogicalResult buildVJP(Operation *op, OpBuilder &builder,
                         ArrayRef<Value> cotangents,
                         pc::CotangentSink &sink) const {
    auto insert = cast<tensor::InsertSliceOp>(op);
    Location loc = pc::getDerivativeLoc(op->getLoc());
    if (sink.wants(insert.getSource()))
      sink.add(builder, insert.getSource(),
               tensor::ExtractSliceOp::create(
                   builder, loc, insert.getSourceType(), cotangents.front(),
                   insert.getMixedOffsets(), insert.getMixedSizes(),
                   insert.getMixedStrides()));
    if (!sink.wants(insert.getDest()))
      return success();
    // What is overwritten receives nothing.
    Value zeros = createZeroLike(builder, loc, insert.getSource());
    sink.add(builder, insert.getDest(),
             tensor::InsertSliceOp::create(
                 builder, loc, zeros, cotangents.front(),
                 insert.getMixedOffsets(), insert.getMixedSizes(),
                 insert.getMixedStrides()));
    return success();
  }
  FailureOr<SmallVector<Value>>
  buildJVP(Operation *op, OpBuilder &builder,
           function_ref<Value(Value)> tangents) const {
    auto insert = cast<tensor::InsertSliceOp>(op);
    Location loc = pc::getDerivativeLoc(op->getLoc());
    Value source = tangents(insert.getSource());
    Value dest = tangents(insert.getDest());
    if (!source && !dest)
      return SmallVector<Value>{nullptr};
    if (!source)
      source = createZeroLike(builder, loc, insert.getSource());
    if (!dest)
      dest = createZeroLike(builder, loc, insert.getDest());
    return SmallVector<Value>{tensor::InsertSliceOp::create(
        builder, loc, source, dest, insert.getMixedOffsets(),
        insert.getMixedSizes(), insert.getMixedStrides())};
  }
};

struct ConcatModel
    : pc::DifferentiableOpInterface::ExternalModel<ConcatModel,
                                                   tensor::ConcatOp> {
  LogicalResult buildVJP(Operation *op, OpBuilder &builder,
                         ArrayRef<Value> cotangents,
                         pc::CotangentSink &sink) const {
    auto concat = cast<tensor::ConcatOp>(op);
    Location loc = pc::getDerivativeLoc(op->getLoc());
    int64_t rank = concat.getRank(), begin = 0;
    SmallVector<int64_t> offsets(rank, 0), strides(rank, 1);
    for (Value input : concat.getInputs()) {
      auto type = cast<RankedTensorType>(input.getType());
      offsets[concat.getDim()] = begin;
      begin += type.getDimSize(concat.getDim());
      if (!sink.wants(input))
        continue;
      auto toIndices = [&](ArrayRef<int64_t> values) {
        return getAsIndexOpFoldResult(builder.getContext(), values);
      };
      sink.add(builder, input,
               tensor::ExtractSliceOp::create(
                   builder, loc, type, cotangents.front(), toIndices(offsets),
                   toIndices(type.getShape()), toIndices(strides)));
    }
    return success();
  }
  FailureOr<SmallVector<Value>>
  buildJVP(Operation *op, OpBuilder &builder,
           function_ref<Value(Value)> tangents) const {
    auto concat = cast<tensor::ConcatOp>(op);
    Location loc = pc::getDerivativeLoc(op->getLoc());
    if (llvm::none_of(concat.getInputs(), tangents))
      return SmallVector<Value>{nullptr};
    SmallVector<Value> parts;
    for (Value input : concat.getInputs()) {
      Value tangent = tangents(input);
      parts.push_back(tangent ? tangent : createZeroLike(builder, loc, input));
    }
    return SmallVector<Value>{tensor::ConcatOp::create(
        builder, loc, concat.getType(), concat.getDim(), parts)};
  }
};

} // namespace

void pc::attachTensorSlices(MLIRContext &context) {
  tensor::ConcatOp::attachInterface<ConcatModel>(context);
  tensor::ExtractSliceOp::attachInterface<ExtractSliceModel>(context);
  tensor::InsertSliceOp::attachInterface<InsertSliceModel>(context);
}
