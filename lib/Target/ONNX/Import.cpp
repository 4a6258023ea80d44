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

static OwningOpRef<ModuleOp> import(Error error, const Model &model,
                                    MLIRContext *context,
                                    const ONNXImportOptions &options,
                                    ImportStatus &status) {
  status = ImportStatus::Error;
  if (error) {
    emitError(UnknownLoc::get(context)) << toString(std::move(error));
    return nullptr;
  }
  context->loadDialect<arith::ArithDialect, func::FuncDialect,
                       linalg::LinalgDialect, math::MathDialect,
                       scf::SCFDialect, tensor::TensorDialect>();
  return Importer(model, context, options).run(status);
}

OwningOpRef<ModuleOp> importONNX(StringRef path, MLIRContext *context,
                                 const ONNXImportOptions &options,
                                 ImportStatus &status) {
  Model model;
  Error error = readModel(path, model);
  return import(std::move(error), model, context, options, status);
}

OwningOpRef<ModuleOp> importONNX(MemoryBufferRef buffer, MLIRContext *context,
                                 const ONNXImportOptions &options,
                                 ImportStatus &status) {
  Model model;
  Error error = readModel(buffer, model);
  return import(std::move(error), model, context, options, status);
}

} // namespace mlir::pc
