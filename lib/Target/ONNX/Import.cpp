// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Target/ONNX/Import.h"
#include "Importer.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace llvm;

namespace mlir::pc {

OwningOpRef<ModuleOp> importONNX(StringRef path, MLIRContext *context,
                                 const ONNXImportOptions &options,
                                 ImportStatus &status) {
  context->loadDialect<arith::ArithDialect, func::FuncDialect,
                       linalg::LinalgDialect, math::MathDialect,
                       scf::SCFDialect, tensor::TensorDialect>();
  status = ImportStatus::Error;
  Model model;
  if (Error error = readModel(path, model)) {
    emitError(UnknownLoc::get(context)) << toString(std::move(error));
    return nullptr;
  }
  return Importer(model, context, options).run(status);
}

} // namespace mlir::pc
