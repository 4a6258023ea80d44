// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operations that give the same elements another shape: the VJP gives the
// cotangent the shape of the source back.

#include "TensorModels.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "pc/Interfaces/DifferentiableOpInterface.h"
#include "pc/Support/Names.h"

using namespace mlir;
using llvm::SmallVector;

/// One group with all dimensions up to `rank`; no group for a scalar.
static SmallVector<ReassociationIndices> getOneGroup(int64_t rank) {
  SmallVector<ReassociationIndices> groups;
  if (rank != 0)
    groups.emplace_back(llvm::to_vector<2>(llvm::seq<int64_t>(0, rank)));
  return groups;
}

/// `source` with the shape of `type`, by way of one dimension.
static Value reshapeTo(OpBuilder &builder, Location loc, Value source,
                       RankedTensorType type) {
  auto sourceType = cast<RankedTensorType>(source.getType());
  auto flatType = type.clone({type.getNumElements()});
  auto collapse = [&](RankedTensorType to, int64_t rank) -> Value {
    return tensor::CollapseShapeOp::create(
        builder, loc, to, source,
        to.getRank() ? getOneGroup(rank) : SmallVector<ReassociationIndices>());
  };
  if (sourceType.getRank() > 1)
    source = collapse(flatType, sourceType.getRank());
  if (sourceType.getRank() == 0)
    source = tensor::ExpandShapeOp::create(builder, loc, flatType, source,
                                           ArrayRef<ReassociationIndices>());
  if (type.getRank() == 0)
    return collapse(type, 1);
  if (type.getRank() == 1)
    return source;
  return tensor::ExpandShapeOp::create(builder, loc, type, source,
                                       getOneGroup(type.getRank()));
}

namespace {

template <typename Derived, typename OpTy>
struct ReshapeModel
    : pc::DifferentiableOpInterface::ExternalModel<Derived, OpTy> {
  LogicalResult buildVJP(Operation *op, OpBuilder &builder,
                         ArrayRef<Value> cotangents,
                         pc::CotangentSink &sink) const {
    Value source = op->getOperand(0);
    if (sink.wants(source))
      sink.add(builder, source,
               Derived::undo(cast<OpTy>(op), builder,
                             pc::getDerivativeLoc(op->getLoc()),
                             cotangents.front()));
    return success();
  }
  FailureOr<SmallVector<Value>>
  buildJVP(Operation *op, OpBuilder &builder,
           function_ref<Value(Value)> tangents) const {
    Value tangent = tangents(op->getOperand(0));
    if (tangent)
      tangent = Derived::redo(cast<OpTy>(op), builder,
                              pc::getDerivativeLoc(op->getLoc()), tangent);
    return SmallVector<Value>{tangent};
  }
};

struct ExpandShapeModel
    : ReshapeModel<ExpandShapeModel, tensor::ExpandShapeOp> {
  static Value undo(tensor::ExpandShapeOp op, OpBuilder &builder, Location loc,
                    Value cotangent) {
    return tensor::CollapseShapeOp::create(
        builder, loc, op.getSrcType(), cotangent, op.getReassociationIndices());
  }
  static Value redo(tensor::ExpandShapeOp op, OpBuilder &builder, Location loc,
                    Value tangent) {
    return tensor::ExpandShapeOp::create(builder, loc, op.getResultType(),
                                         tangent, op.getReassociationIndices());
  }
};

struct CollapseShapeModel
    : ReshapeModel<CollapseShapeModel, tensor::CollapseShapeOp> {
  static Value undo(tensor::CollapseShapeOp op, OpBuilder &builder,
                    Location loc, Value cotangent) {
    return tensor::ExpandShapeOp::create(
        builder, loc, op.getSrcType(), cotangent, op.getReassociationIndices());
  }
  static Value redo(tensor::CollapseShapeOp op, OpBuilder &builder,
                    Location loc, Value tangent) {
    return tensor::CollapseShapeOp::create(builder, loc, op.getResultType(),
                                           tangent,
                                           op.getReassociationIndices());
  }
};

struct CastModel : ReshapeModel<CastModel, tensor::CastOp> {
  static Value undo(tensor::CastOp op, OpBuilder &builder, Location loc,
                    Value cotangent) {
    return tensor::CastOp::create(builder, loc, op.getSource().getType(),
                                  cotangent);
  }
  static Value redo(tensor::CastOp op, OpBuilder &builder, Location loc,
                    Value tangent) {
    return tensor::CastOp::create(builder, loc, op.getType(), tangent);
  }
};

struct ReshapeOpModel : ReshapeModel<ReshapeOpModel, tensor::ReshapeOp> {
  static Value undo(tensor::ReshapeOp op, OpBuilder &builder, Location loc,
                    Value cotangent) {
    return reshapeTo(builder, loc, cotangent,
                     cast<RankedTensorType>(op.getSource().getType()));
  }
  static Value redo(tensor::ReshapeOp op, OpBuilder &builder, Location loc,
                    Value tangent) {
    return tensor::ReshapeOp::create(builder, loc, op.getType(), tangent,
                                     op.getShape());
  }
};

} // namespace

void pc::attachTensorReshapes(MLIRContext &context) {
  tensor::CastOp::attachInterface<CastModel>(context);
  tensor::CollapseShapeOp::attachInterface<CollapseShapeModel>(context);
  tensor::ExpandShapeOp::attachInterface<ExpandShapeModel>(context);
  tensor::ReshapeOp::attachInterface<ReshapeOpModel>(context);
}
