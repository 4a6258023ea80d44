// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// linalg.pack and linalg.unpack move elements into tiles and back; each is the
// derivative of the other. Tiles that reach over the edge hold padding, which
// receives and gives nothing.

#include "LinalgModels.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "pc/Interfaces/DifferentiableOpInterface.h"
#include "pc/Support/Names.h"

using namespace mlir;
using llvm::SmallVector;

static Value createEmpty(OpBuilder &builder, Location loc, Value like) {
  auto type = cast<RankedTensorType>(like.getType());
  return tensor::EmptyOp::create(builder, loc, type.getShape(),
                                 type.getElementType());
}

/// `value` in the tiles of `op`, of the type of `like`.
template <typename OpTy>
static Value packAs(OpBuilder &builder, Location loc, OpTy op, Value value,
                    Value like) {
  Value zero =
      pc::createZero(builder, loc, getElementTypeOrSelf(value.getType()));
  return linalg::PackOp::create(builder, loc, value,
                                createEmpty(builder, loc, like),
                                op.getInnerDimsPos(), op.getMixedTiles(), zero,
                                op.getOuterDimsPerm())
      ->getResult(0);
}

/// `value` out of the tiles of `op`, of the type of `like`.
template <typename OpTy>
static Value unpackAs(OpBuilder &builder, Location loc, OpTy op, Value value,
                      Value like) {
  return linalg::UnPackOp::create(
             builder, loc, value, createEmpty(builder, loc, like),
             op.getInnerDimsPos(), op.getMixedTiles(), op.getOuterDimsPerm())
      ->getResult(0);
}

/// Fails for memory, and where the padding value has a derivative.
template <typename OpTy>
static LogicalResult checkRelayout(OpTy op,
                                   function_ref<bool(Value)> isActive) {
  if (op->getNumResults() != 1)
    return op->emitOpError("has no derivative: expected tensors");
  if constexpr (std::is_same_v<OpTy, linalg::PackOp>)
    if (Value padding = op.getPaddingValue(); padding && isActive(padding))
      return op->emitOpError(
          "has no derivative: expected a padding value that is constant");
  return success();
}

namespace {

template <typename OpTy>
struct RelayoutModel
    : pc::DifferentiableOpInterface::ExternalModel<RelayoutModel<OpTy>, OpTy> {
  static constexpr bool isPack = std::is_same_v<OpTy, linalg::PackOp>;

  LogicalResult buildVJP(Operation *op, OpBuilder &builder,
                         ArrayRef<Value> cotangents,
                         pc::CotangentSink &sink) const {
    auto relayout = cast<OpTy>(op);
    Location loc = pc::getDerivativeLoc(op->getLoc());
    if (failed(checkRelayout(relayout, [&](Value v) { return sink.wants(v); })))
      return failure();
    Value source = relayout.getSource();
    if (!sink.wants(source))
      return success();
    Value cotangent = cotangents.front();
    sink.add(builder, source,
             isPack ? unpackAs(builder, loc, relayout, cotangent, source)
                    : packAs(builder, loc, relayout, cotangent, source));
    return success();
  }

  FailureOr<SmallVector<Value>>
  buildJVP(Operation *op, OpBuilder &builder,
           function_ref<Value(Value)> tangents) const {
    auto relayout = cast<OpTy>(op);
    Location loc = pc::getDerivativeLoc(op->getLoc());
    if (failed(checkRelayout(
            relayout, [&](Value v) { return Value(tangents(v)) != nullptr; })))
      return failure();
    Value tangent = tangents(relayout.getSource());
    if (!tangent)
      return SmallVector<Value>{nullptr};
    Value result = op->getResult(0);
    return SmallVector<Value>{
        isPack ? packAs(builder, loc, relayout, tangent, result)
               : unpackAs(builder, loc, relayout, tangent, result)};
  }
};

} // namespace

void pc::attachLinalgRelayouts(MLIRContext &context) {
  linalg::PackOp::attachInterface<RelayoutModel<linalg::PackOp>>(context);
  linalg::UnPackOp::attachInterface<RelayoutModel<linalg::UnPackOp>>(context);
}
