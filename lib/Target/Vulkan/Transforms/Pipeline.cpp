// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The order of the passes between tensors and SPIR-V.

#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/SPIRV/IR/SPIRVOps.h"
#include "mlir/Dialect/SPIRV/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "pc/Target/CPU/Passes.h"
#include "pc/Target/Vulkan/Transforms/Passes.h"

using namespace mlir;

/// Structured ops on tensors, as few as possible, out of loops where they do
/// not change.
static void addStructure(OpPassManager &manager) {
  manager.addPass(pc::createStorageTypes());
  manager.addPass(createInlinerPass());
  manager.addPass(createSymbolDCEPass());
  manager.addPass(createCanonicalizerPass());
  manager.addNestedPass<func::FuncOp>(pc::createAccumulateSums());
  manager.addNestedPass<func::FuncOp>(pc::createStructureOps());
  manager.addPass(createCSEPass());
  manager.addNestedPass<func::FuncOp>(pc::createTrimSlices());
  manager.addNestedPass<func::FuncOp>(pc::createFuseElementwise());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  manager.addPass(createLoopInvariantCodeMotionPass());
}

void mlir::pc::buildTensorToLaunchesPipeline(OpPassManager &manager) {
  addStructure(manager);
  buildBufferizationPipeline(manager);
  manager.addNestedPass<func::FuncOp>(createSplitReductions());
  manager.addNestedPass<func::FuncOp>(createFuseKernels());
  manager.addNestedPass<func::FuncOp>(createPlanMemory());
  manager.addNestedPass<func::FuncOp>(createUnrollLoops());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  manager.addPass(createOutlineKernels());
}

void mlir::pc::buildKernelsToSPIRVPipeline(OpPassManager &manager) {
  OpPassManager &kernels = manager.nest<gpu::GPUModuleOp>();
  kernels.addNestedPass<gpu::GPUFuncOp>(createDistributeKernels());
  kernels.addPass(math::createMathExtendToSupportedTypes());
  kernels.addNestedPass<gpu::GPUFuncOp>(createExpandMath());
  kernels.addPass(createCanonicalizerPass());
  kernels.addPass(createCSEPass());
  manager.addPass(createKernelsToSPIRV());
  OpPassManager &modules = manager.nest<spirv::ModuleOp>();
  modules.addPass(createCanonicalizerPass());
  modules.addPass(createCSEPass());
  modules.addPass(spirv::createSPIRVUpdateVCEPass());
}

void mlir::pc::registerGPUPassesAndPipelines() {
  registerGPUPasses();
  PassPipelineRegistration<>("pc-gpu-to-launches",
                             "tensor functions to launches of kernels",
                             buildTensorToLaunchesPipeline);
  PassPipelineRegistration<>("pc-gpu-pipeline",
                             "tensor functions to SPIR-V and its launches",
                             [](OpPassManager &manager) {
                               buildTensorToLaunchesPipeline(manager);
                               buildKernelsToSPIRVPipeline(manager);
                             });
}
