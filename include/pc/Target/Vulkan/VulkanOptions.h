// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_TARGET_VULKAN_VULKANOPTIONS_H
#define PC_TARGET_VULKAN_VULKANOPTIONS_H

#include <string>

namespace mlir::pc {

struct VulkanOptions {
  /// Number or part of the name of a device; empty: the best one.
  std::string device;
};

} // namespace mlir::pc

#endif // PC_TARGET_VULKAN_VULKANOPTIONS_H
