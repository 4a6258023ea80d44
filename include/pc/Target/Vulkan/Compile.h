// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions of the tensor level as plans for a Vulkan device.

#ifndef PC_TARGET_VULKAN_COMPILE_H
#define PC_TARGET_VULKAN_COMPILE_H

#include "mlir/IR/BuiltinOps.h"
#include "pc/Target/CPU/Executable.h"
#include "pc/Target/Vulkan/Plan/Plan.h"
#include "pc/Target/Vulkan/Transforms/DeviceProfile.h"
#include "pc/Target/Vulkan/VulkanOptions.h"
#include "llvm/ADT/SmallVector.h"

namespace mlir::pc {

/// Compiles the functions `entries` of `module`, which is at the tensor level
/// and is left as it was: a plan for each, its shaders validated and optimised.
/// Needs no device. Diagnostics go to the module's context.
FailureOr<std::vector<Plan>> compilePlans(ModuleOp module,
                                          ArrayRef<StringRef> entries,
                                          const VulkanOptions &options);
/// The same for a device that has no name, whatever `options` say.
FailureOr<std::vector<Plan>> compilePlans(ModuleOp module,
                                          ArrayRef<StringRef> entries,
                                          const VulkanOptions &options,
                                          const DeviceProfile &device);

/// The same, on the device that `options` ask for, ready to be called.
FailureOr<std::unique_ptr<Executable>>
compileForVulkan(ModuleOp module, ArrayRef<StringRef> entries,
                 const VulkanOptions &options);

/// The names of the devices of this machine, in the order of their numbers.
llvm::Expected<std::vector<std::string>> listVulkanDevices();

} // namespace mlir::pc

#endif // PC_TARGET_VULKAN_COMPILE_H
