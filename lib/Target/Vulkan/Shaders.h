// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_LIB_TARGET_VULKAN_SHADERS_H
#define PC_LIB_TARGET_VULKAN_SHADERS_H

#include "mlir/Dialect/SPIRV/IR/SPIRVOps.h"

namespace mlir::pc {

/// `module` as a binary: serialised, optimised and validated for Vulkan. What
/// the validator finds is a diagnostic.
FailureOr<std::vector<uint32_t>> makeShader(spirv::ModuleOp module);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_VULKAN_SHADERS_H
