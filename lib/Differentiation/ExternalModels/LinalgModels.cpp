// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Derivatives of the linalg dialect: one model for all structured operations,
// and one for each of the others.

#include "LinalgModels.h"
#include "Structured.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "pc/Differentiation/ExternalModels/Register.h"

using namespace mlir;

namespace {

template <typename OpTy>
struct StructuredModel
    : pc::DifferentiableOpInterface::ExternalModel<StructuredModel<OpTy>,
                                                   OpTy> {
  LogicalResult buildVJP(Operation *op, OpBuilder &builder,
                         ArrayRef<Value> cotangents,
                         pc::CotangentSink &sink) const {
    return pc::buildStructuredVJP(cast<linalg::LinalgOp>(op), builder,
                                  cotangents, sink);
  }
  FailureOr<SmallVector<Value>>
  buildJVP(Operation *op, OpBuilder &builder,
           function_ref<Value(Value)> tangents) const {
    return pc::buildStructuredJVP(cast<linalg::LinalgOp>(op), builder,
                                  tangents);
  }
};

} // namespace

template <typename... OpTys>
static void attachStructured(MLIRContext &context) {
  (OpTys::template attachInterface<StructuredModel<OpTys>>(context), ...);
}

void pc::registerLinalgModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, linalg::LinalgDialect *) {
    attachStructured<
#define GET_OP_LIST
#include "mlir/Dialect/Linalg/IR/LinalgStructuredOps.cpp.inc"
        >(*context);
    attachLinalgRelayouts(*context);
    attachLinalgSoftmax(*context);
    context->loadDialect<arith::ArithDialect, linalg::LinalgDialect,
                         scf::SCFDialect, tensor::TensorDialect>();
  });
}
