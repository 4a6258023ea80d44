// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All that a tool includes to know every dialect, pass and extension of pc.

#ifndef PC_INITALL_H
#define PC_INITALL_H

#include "mlir/IR/DialectRegistry.h"
#include "pc/Conversion/Passes.h"
#include "pc/Dialect/Dataflow/IR/Dataflow.h"
#include "pc/Dialect/Dataflow/Transforms/Passes.h"
#include "pc/Dialect/PC/IR/PC.h"
#include "pc/Dialect/PC/Transforms/Passes.h"
#include "pc/Differentiation/ExternalModels/Register.h"
#include "pc/Differentiation/Passes.h"
#include "pc/Target/CPU/Passes.h"
#include "pc/Target/Vulkan/Transforms/Passes.h"
#include "pc/Transforms/Passes.h"
#include "pc/Verification/Passes.h"

namespace mlir::pc {

inline void registerAllDialects(DialectRegistry &registry) {
  registry.insert<PCDialect, pcflow::PCFlowDialect>();
}

inline void registerAllExtensions(DialectRegistry &registry) {
  registerArithModels(registry);
  registerMathModels(registry);
  registerTensorModels(registry);
  registerLinalgModels(registry);
  registerSCFModels(registry);
  registerCPUExtensions(registry);
}

inline void registerAllPasses() {
  registerPCTransformsPasses();
  registerPCDifferentiationPasses();
  registerPCConversionPasses();
  registerCPUPassesAndPipelines();
  registerGPUPassesAndPipelines();
  pcflow::registerPCFlowPasses();
  registerPCGenericPasses();
  registerPCVerificationPasses();
}

} // namespace mlir::pc

#endif // PC_INITALL_H
