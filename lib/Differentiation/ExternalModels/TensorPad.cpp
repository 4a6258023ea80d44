// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// tensor.pad. The padding may be anything, as long as nothing depends on it
// whose derivative is wanted, or one value for all places.

#include "TensorModels.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/RegionUtils.h"
#include "pc/Interfaces/DifferentiableOpInterface.h"
#include "pc/Support/Names.h"

using namespace mlir;
using llvm::SmallVector;

static Value getYielded(tensor::PadOp pad) {
  return pad.getRegion().front().getTerminator()->getOperand(0);
}

/// Fails if the padding depends on a value for which `isActive`, other than by
/// being that value.
static LogicalResult checkPadding(tensor::PadOp pad,
                                  function_ref<bool(Value)> isActive) {
  if (pad.getConstantPaddingValue() == getYielded(pad))
    return success();
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(pad->getRegions(), captured);
  for (Value value : captured)
    if (isActive(value))
      return pad.emitOpError("has no derivative: expected one padding value "
                             "for all places, but its region computes it from "
                             "differentiable values");
  return success();
}

namespace {

struct PadModel
    : pc::DifferentiableOpInterface::ExternalModel<PadModel, tensor::PadOp> {
  LogicalResult buildVJP(Operation *op, OpBuilder &builder,
                         ArrayRef<Value> cotangents,
                         pc::CotangentSink &sink) const {
    auto pad = cast<tensor::PadOp>(op);
    Location loc = pc::getDerivativeLoc(op->getLoc());
    if (failed(checkPadding(pad, [&](Value v) { return sink.wants(v); })))
      return failure();
    Value cotangent = cotangents.front();
    RankedTensorType type = pad.getSourceType();
    auto toIndices = [&](ArrayRef<int64_t> values) {
      return getAsIndexOpFoldResult(builder.getContext(), values);
    };
    SmallVector<OpFoldResult> sizes = toIndices(type.getShape());
    SmallVector<OpFoldResult> strides =
        toIndices(SmallVector<int64_t>(type.getRank(), 1));
    if (sink.wants(pad.getSource()))
      sink.add(builder, pad.getSource(),
               tensor::ExtractSliceOp::create(builder, loc, type, cotangent,
                                              pad.getMixedLowPad(), sizes,
                                              strides));
    Value padding = pad.getConstantPaddingValue();
    if (!padding || !sink.wants(padding))
      return success();
    Value zeros = pc::createZeroTensor(builder, loc, type);
    Value border = tensor::InsertSliceOp::create(
        builder, loc, zeros, cotangent, pad.getMixedLowPad(), sizes, strides);
    sink.add(builder, padding, pc::createTotal(builder, loc, border));
    return success();
  }
  FailureOr<SmallVector<Value>>
  buildJVP(Operation *op, OpBuilder &builder,
           function_ref<Value(Value)> tangents) const {
    auto pad = cast<tensor::PadOp>(op);
    Location loc = pc::getDerivativeLoc(op->getLoc());
    if (failed(checkPadding(pad, [&](Value v) {
          return pc::isDifferentiable(v.getType()) && tangents(v);
        })))
      return failure();
    Value source = tangents(pad.getSource());
    Value padding = pad.getConstantPaddingValue();
    Value value = padding ? tangents(padding) : Value();
    if (!source && !value)
      return SmallVector<Value>{nullptr};
    RankedTensorType type = pad.getSourceType();
    if (!source)
      source = pc::createZeroTensor(builder, loc, type);
    if (!value)
      value = pc::createZero(builder, loc, type.getElementType());
    return SmallVector<Value>{tensor::PadOp::create(
        builder, loc, pad.getResultType(), source, pad.getMixedLowPad(),
        pad.getMixedHighPad(), value)};
  }
};

} // namespace

void pc::attachTensorPad(MLIRContext &context) {
  tensor::PadOp::attachInterface<PadModel>(context);
}
