// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From functions on tensors to SPIR-V modules and a list of their launches.

#ifndef PC_TARGET_VULKAN_TRANSFORMS_PASSES_H
#define PC_TARGET_VULKAN_TRANSFORMS_PASSES_H

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/Pass.h"
#include "pc/Target/Vulkan/Transforms/DeviceProfile.h"

namespace mlir::pc {

#define GEN_PASS_DECL
#include "pc/Target/Vulkan/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "pc/Target/Vulkan/Transforms/Passes.h.inc"

/// Of a kernel: a unit; each of its sums and products is to be rounded as
/// written.
inline constexpr llvm::StringLiteral exactAttrName = "pc.exact";

/// Of a kernel: the elements that an invocation computes in each dimension of
/// the results; without it, one.
inline constexpr llvm::StringLiteral tileAttrName = "pc.tile";

/// Of a kernel whose workgroups share tiles: how many of its invocations lie
/// along each dimension of the results, and behind that how many steps of the
/// reduction are in the memory of the workgroup at once.
inline constexpr llvm::StringLiteral sharedAttrName = "pc.shared";

/// Of a kernel with `pc.shared`: M, N and K of the products of matrices that
/// its subgroups compute, and how many subgroups lie along rows and columns.
inline constexpr llvm::StringLiteral cooperativeAttrName = "pc.cooperative";

/// Of a kernel: how many invocations reduce each result together. An index.
inline constexpr llvm::StringLiteral treeAttrName = "pc.tree";

/// Of a loop of the host, and of a kernel with that loop: how many elements of
/// the first dimension an invocation owns. An index.
inline constexpr llvm::StringLiteral rowsAttrName = "pc.rows";

/// Of such a loop: how many invocations, a workgroup, own its rows together,
/// which are in the memory of the workgroup. An index.
inline constexpr llvm::StringLiteral teamAttrName = "pc.team";

/// Of an argument of a kernel: a unit; it begins at a multiple of a vector of
/// four elements.
inline constexpr llvm::StringLiteral alignedAttrName = "pc.aligned";

/// Of a kernel: a unit; its buffers are pointers to physical memory in the push
/// constants, not bindings of a descriptor set.
inline constexpr llvm::StringLiteral addressesAttrName = "pc.addresses";

/// The variable of a shader that has those pointers, one for each buffer.
inline constexpr llvm::StringLiteral addressesName = "addresses";

/// Push constants hold at least as many bytes on every device.
inline constexpr unsigned mostPushConstantBytes = 128;

/// Tensor functions to launches of kernels on buffers: arguments, results and
/// an arena, in this order of the arguments of each function.
void buildTensorToLaunchesPipeline(OpPassManager &manager,
                                   const DeviceProfile &device,
                                   ArrayRef<std::string> without = {});
/// Those of its passes that make code faster and nothing else: `without` may
/// name them, to leave them out.
ArrayRef<llvm::StringLiteral> getOptionalGPUPasses();
/// Kernels to SPIR-V modules; the launches stay.
void buildKernelsToSPIRVPipeline(OpPassManager &manager,
                                 const DeviceProfile &device,
                                 ArrayRef<std::string> without = {});

/// Registers the passes, `pc-gpu-to-launches` and `pc-gpu-pipeline`.
void registerGPUPassesAndPipelines();

} // namespace mlir::pc

#endif // PC_TARGET_VULKAN_TRANSFORMS_PASSES_H
