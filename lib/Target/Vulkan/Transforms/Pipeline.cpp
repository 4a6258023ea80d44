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
#include "pc/Support/PassAdder.h"
#include "pc/Target/CPU/Passes.h"
#include "pc/Target/Vulkan/Transforms/Passes.h"

using namespace mlir;

/// Passes that make code faster and nothing else.
static constexpr llvm::StringLiteral optionalPasses[] = {
    "pc-cpu-accumulate-sums",   "pc-cpu-trim-slices",
    "pc-cpu-fuse-elementwise",  "pc-cpu-own-destinations",
    "pc-cpu-shorten-lifetimes", "pc-gpu-stage-reductions",
    "pc-gpu-fuse-kernels",      "pc-gpu-persist-loops",
    "pc-gpu-address-buffers",   "loop-invariant-code-motion"};

ArrayRef<llvm::StringLiteral> mlir::pc::getOptionalGPUPasses() {
  return optionalPasses;
}

void mlir::pc::buildTensorToLaunchesPipeline(OpPassManager &manager,
                                             const DeviceProfile &device,
                                             ArrayRef<std::string> without) {
  PassAdder add(manager, without);
  buildStructurePipeline(manager, without);
  add(createCanonicalizerPass());
  add(createCSEPass());
  add(createLoopInvariantCodeMotionPass());
  buildBufferizationPipeline(manager, without);
  add.toFunctions(createStructureCopies({/*all=*/true}));
  if (device.sharedBytes != 0)
    add.toFunctions(createStageReductions(
        {device.lanes, device.subgroups, device.invocations}));
  add.toFunctions(createSplitReductions());
  add.toFunctions(createFuseKernels());
  PersistLoopsOptions persistent;
  persistent.lanes = device.lanes;
  persistent.busy = device.subgroups;
  persistent.invocations = device.invocations;
  persistent.sharedBytes = device.sharedBytes;
  add.toFunctions(createPersistLoops(persistent));
  add.toFunctions(createPlanMemory());
  add.toFunctions(createBoundLoops());
  add.toFunctions(createUnrollLoops());
  add(createCanonicalizerPass());
  add(createCSEPass());
  OutlineKernelsOptions kernels;
  kernels.lanes = device.lanes;
  kernels.subgroups = device.subgroups;
  kernels.registers = device.registers;
  kernels.invocations = device.invocations;
  kernels.sharedBytes = device.sharedBytes;
  kernels.emulated = device.emulatesMatrices;
  for (const MatrixShape &shape : device.matrices)
    llvm::append_values(shape.isBrain ? kernels.brainMatrices
                                      : kernels.halfMatrices,
                        shape.m, shape.n, shape.k);
  add(createOutlineKernels(kernels));
}

void mlir::pc::buildKernelsToSPIRVPipeline(OpPassManager &manager,
                                           const DeviceProfile &device,
                                           ArrayRef<std::string> without) {
  OpPassManager &kernels = manager.nest<gpu::GPUModuleOp>();
  kernels.addNestedPass<gpu::GPUFuncOp>(createDistributeKernels());
  if (device.emulatesMatrices)
    kernels.addNestedPass<gpu::GPUFuncOp>(createEmulateCooperative());
  kernels.addPass(math::createMathExtendToSupportedTypes());
  kernels.addNestedPass<gpu::GPUFuncOp>(createExpandBfloats());
  kernels.addNestedPass<gpu::GPUFuncOp>(createExpandMath());
  kernels.addPass(createCanonicalizerPass());
  kernels.addPass(createCSEPass());
  if (device.addressedBytes)
    PassAdder(kernels.nest<gpu::GPUFuncOp>(),
              without)(createAddressBuffers({*device.addressedBytes}));
  manager.addPass(createKernelsToSPIRV());
  OpPassManager &modules = manager.nest<spirv::ModuleOp>();
  modules.addPass(createCanonicalizerPass());
  modules.addPass(createCSEPass());
  modules.addPass(spirv::createSPIRVUpdateVCEPass());
}

namespace {
/// In the order of the profiles.
enum class ProfileName : unsigned {
  Lavapipe,
  Generic,
  H100,
  Emulated,
  Addressed
};

struct ProfileOptions : public PassPipelineOptions<ProfileOptions> {
  Option<ProfileName> profile{
      *this, "device-profile", llvm::cl::desc("what kernels are made for"),
      llvm::cl::init(ProfileName::Lavapipe),
      llvm::cl::values(
          clEnumValN(ProfileName::Lavapipe, "lavapipe", "in software"),
          clEnumValN(ProfileName::Generic, "generic", "any in hardware"),
          clEnumValN(ProfileName::H100, "h100", "NVIDIA H100"),
          clEnumValN(ProfileName::Emulated, "emulated",
                     "without cooperative matrices"),
          clEnumValN(ProfileName::Addressed, "addressed",
                     "lavapipe, by addresses"))};

  const pc::DeviceProfile &get() const {
    return pc::getDeviceProfiles()[static_cast<unsigned>(profile.getValue())];
  }
};
} // namespace

void mlir::pc::registerGPUPassesAndPipelines() {
  registerGPUPasses();
  PassPipelineRegistration<ProfileOptions>(
      "pc-gpu-to-launches", "tensor functions to launches of kernels",
      [](OpPassManager &manager, const ProfileOptions &options) {
        buildTensorToLaunchesPipeline(manager, options.get());
      });
  PassPipelineRegistration<ProfileOptions>(
      "pc-gpu-pipeline", "tensor functions to SPIR-V and its launches",
      [](OpPassManager &manager, const ProfileOptions &options) {
        buildTensorToLaunchesPipeline(manager, options.get());
        buildKernelsToSPIRVPipeline(manager, options.get());
      });
}
