// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// tensor.generate is a linalg.generic whose body reads nothing but indices and
// captured values; its derivatives are those of that operation.

#include "Structured.h"
#include "TensorModels.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using llvm::SmallVector;

namespace {

/// The linalg.generic that a tensor.generate stands for, in front of the
/// insertion point for as long as this object lives.
class AsGeneric {
public:
  AsGeneric(OpBuilder &builder, tensor::GenerateOp generate);
  ~AsGeneric() {
    generic.getResult(0).replaceAllUsesWith(generate.getResult());
    generic->erase();
    empty->erase();
  }
  linalg::GenericOp get() { return generic; }

private:
  tensor::GenerateOp generate;
  tensor::EmptyOp empty;
  linalg::GenericOp generic;
};

struct GenerateModel
    : pc::DifferentiableOpInterface::ExternalModel<GenerateModel,
                                                   tensor::GenerateOp> {
  LogicalResult buildVJP(Operation *op, OpBuilder &builder,
                         ArrayRef<Value> cotangents,
                         pc::CotangentSink &sink) const {
    AsGeneric generic(builder, cast<tensor::GenerateOp>(op));
    return pc::buildStructuredVJP(generic.get(), builder, cotangents, sink);
  }
  FailureOr<SmallVector<Value>>
  buildJVP(Operation *op, OpBuilder &builder,
           function_ref<Value(Value)> tangents) const {
    AsGeneric generic(builder, cast<tensor::GenerateOp>(op));
    return pc::buildStructuredJVP(generic.get(), builder, tangents);
  }
};

} // namespace

AsGeneric::AsGeneric(OpBuilder &builder, tensor::GenerateOp generate)
    : generate(generate) {
  // A builder of its own: a listener need not hear of what does not stay.
  OpBuilder inner(builder.getContext());
  inner.setInsertionPoint(builder.getInsertionBlock(),
                          builder.getInsertionPoint());
  Location loc = generate.getLoc();
  auto type = cast<RankedTensorType>(generate.getType());
  empty = tensor::EmptyOp::create(inner, loc, type.getShape(),
                                  type.getElementType());
  SmallVector<AffineMap> maps = {inner.getMultiDimIdentityMap(type.getRank())};
  SmallVector<utils::IteratorType> iterators(type.getRank(),
                                             utils::IteratorType::parallel);
  generic = linalg::GenericOp::create(
      inner, loc, type, ValueRange(), ValueRange(empty), maps, iterators,
      [&](OpBuilder &inside, Location, ValueRange) {
        Block &body = generate.getBody().front();
        IRMapping mapping;
        for (BlockArgument index : body.getArguments())
          mapping.map(index, linalg::IndexOp::create(inside, index.getLoc(),
                                                     index.getArgNumber()));
        for (Operation &op : body.without_terminator())
          inside.clone(op, mapping);
        Value yielded = body.getTerminator()->getOperand(0);
        linalg::YieldOp::create(inside, loc, mapping.lookupOrDefault(yielded));
      });
}

void pc::attachTensorGenerate(MLIRContext &context) {
  tensor::GenerateOp::attachInterface<GenerateModel>(context);
}
