// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_LIB_TARGET_VULKAN_RUNTIME_MEMORY_H
#define PC_LIB_TARGET_VULKAN_RUNTIME_MEMORY_H

#include "Context.h"

/// A buffer with memory of its own.
struct DeviceBuffer {
  VkBuffer buffer = VK_NULL_HANDLE;
  VkDeviceMemory memory = VK_NULL_HANDLE;
  uint8_t *mapped = nullptr;   // where the host can see it
  VkDeviceAddress address = 0; // where kernels can see it, if it has one

  /// `isStaging`: in memory that host and device see alike; otherwise as near
  /// to the device as can be.
  pc_vk_status create(pc_vk_context &context, VkDeviceSize bytes,
                      bool isStaging);
  void destroy(pc_vk_context &context);
};

#endif // PC_LIB_TARGET_VULKAN_RUNTIME_MEMORY_H
