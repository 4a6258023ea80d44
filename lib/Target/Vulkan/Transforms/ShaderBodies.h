// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is inside of shaders whose border is SPIR-V already.

#ifndef PC_LIB_TARGET_VULKAN_TRANSFORMS_SHADERBODIES_H
#define PC_LIB_TARGET_VULKAN_TRANSFORMS_SHADERBODIES_H

#include "mlir/Dialect/SPIRV/IR/SPIRVOps.h"

namespace mlir::pc {

/// Everything in the functions of the module becomes SPIR-V, and the module
/// says of it what it has to say, but for its capabilities.
LogicalResult convertShaderBody(spirv::ModuleOp module);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_VULKAN_TRANSFORMS_SHADERBODIES_H
