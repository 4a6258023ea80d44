// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Pipelines/Tosa.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

using namespace mlir;

static bool isTosa(Operation *op) {
  return op->getName().getDialectNamespace() == "tosa";
}

bool mlir::pc::hasTosa(ModuleOp module) {
  return module
      ->walk([](Operation *op) {
        return isTosa(op) ? WalkResult::interrupt() : WalkResult::advance();
      })
      .wasInterrupted();
}

LogicalResult mlir::pc::lowerTosa(ModuleOp module) {
  PassManager manager(module.getContext());
  if (failed(parsePassPipeline(
          "func.func(tosa-infer-shapes,tosa-make-broadcastable,"
          "tosa-to-linalg-named,canonicalize,tosa-to-linalg,tosa-to-arith,"
          "tosa-to-scf,tosa-to-tensor,canonicalize)",
          manager)) ||
      failed(manager.run(module)))
    return failure();
  LogicalResult result = success();
  module->walk([&](Operation *op) {
    if (isTosa(op))
      result = op->emitOpError("has no conversion to linalg, tensor or arith");
  });
  return result;
}
