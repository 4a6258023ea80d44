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

/// So many times may sizes depend on what is computed from others.
static constexpr unsigned maxRounds = 64;

/// Computes the operands that an import waits for.
static Error observe(OwningOpRef<ModuleOp> module, ArrayRef<Request> requests,
                     const ONNXEvaluator &evaluate,
                     Observations &observations) {
  Expected<std::vector<Tensor>> tensors = evaluate(std::move(module));
  if (!tensors)
    return tensors.takeError();
  for (auto [request, tensor] : llvm::zip_equal(requests, *tensors)) {
    // It may have been computed in a wider type than the model's.
    std::optional<ElementKind> kind =
        getElementKind(request.type.getElementType());
    observations.add(request.path,
                     std::make_shared<Tensor>(kind == tensor.getKind()
                                                  ? std::move(tensor)
                                                  : tensor.convertTo(*kind)));
  }
  return Error::success();
}

/// Imports, and again whenever operands have become known that it waited for.
static OwningOpRef<ModuleOp> importForData(const Model &model,
                                           MLIRContext *context,
                                           const ONNXImportOptions &options,
                                           ImportStatus &status) {
  Location loc = FileLineColLoc::get(context, model.path, 0, 0);
  Observations observations;
  for (unsigned round = 0; round < maxRounds; ++round) {
    Importer importer(model, context, options, observations);
    OwningOpRef<ModuleOp> module = importer.run(status);
    ArrayRef<Request> requests = importer.getRequests();
    if (!module || requests.empty()) {
      if (module && round > 0)
        emitRemark(loc) << "sizes follow from what the model computes: this is "
                           "for the data at hand only";
      return module;
    }
    if (Error error = observe(std::move(module), requests, options.evaluate,
                              observations)) {
      status = ImportStatus::Error;
      emitError(loc) << toString(std::move(error));
      return nullptr;
    }
  }
  status = ImportStatus::Unsupported;
  emitError(loc) << "the model is not supported: sizes that depend on others "
                    "more than "
                 << maxRounds << " times in turn";
  return nullptr;
}

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
  return importForData(model, context, options, status);
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
