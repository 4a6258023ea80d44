// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Derivatives of structured control flow: choices and counted loops.

#include "SCFModels.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "pc/Differentiation/ExternalModels/Register.h"

using namespace mlir;

void pc::registerSCFModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, scf::SCFDialect *) {
    attachSCFIf(*context);
    attachSCFFor(*context);
    context->loadDialect<arith::ArithDialect, linalg::LinalgDialect,
                         scf::SCFDialect, tensor::TensorDialect>();
  });
}
