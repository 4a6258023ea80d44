// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A device and what all plans on it share.

#ifndef PC_LIB_TARGET_VULKAN_RUNTIME_CONTEXT_H
#define PC_LIB_TARGET_VULKAN_RUNTIME_CONTEXT_H

#include "Matrices.h"
#include "pc/Target/Vulkan/Runtime/pc_vulkan.h"
#include <string>
#include <vector>
#include <volk.h>

struct pc_vk_context {
  pc_vk_context() = default;
  ~pc_vk_context();
  pc_vk_context(const pc_vk_context &) = delete;
  pc_vk_context &operator=(const pc_vk_context &) = delete;

  pc_vk_status create(const pc_vk_options &options);

  /// Keeps `text` for pc_vk_message.
  pc_vk_status fail(pc_vk_status status, std::string text);
  /// What `result` means; `what` is what was tried. Says what the validation
  /// layer has found since the last time, too.
  pc_vk_status check(VkResult result, const char *what);

  std::string message, remark;
  /// What the validation layer said and nobody has been told of.
  std::string findings;
  bool isLost = false;
  bool isTrusting = false; // of the barriers of plans
  bool isMeasuring = false;
  bool avoidsAddresses = false; // of buffers
  uint32_t timestampBits = 0;   // of the queue; 0: it has no clock

  VkInstance instance = VK_NULL_HANDLE;
  VkDebugUtilsMessengerEXT messenger = VK_NULL_HANDLE;
  std::vector<VkPhysicalDevice> physicalDevices;
  std::vector<VkPhysicalDeviceProperties> properties;
  uint32_t used = 0;
  VkPhysicalDeviceMemoryProperties memory = {};
  VkPhysicalDeviceFeatures2 features = {};
  VkPhysicalDeviceVulkan12Features features12 = {};
  VkPhysicalDeviceVulkan11Features features11 = {};
  MatrixSupport matrices;
  VkDevice device = VK_NULL_HANDLE;
  uint32_t family = 0;
  VkQueue queue = VK_NULL_HANDLE;
  VkCommandPool commands = VK_NULL_HANDLE;
  VkPipelineCache pipelines = VK_NULL_HANDLE;
  std::string cachePath;       // empty: nothing is kept
  std::vector<uint8_t> cached; // what is there
  pc_vk_counters counters = {};

  const VkPhysicalDeviceLimits &getLimits() const {
    return properties[used].limits;
  }

private:
  pc_vk_status createInstance(bool validates);
  pc_vk_status findDevices();
  pc_vk_status chooseDevice(const std::string &wanted);
  pc_vk_status createDevice();
  pc_vk_status createCache(const std::string &folder);
  void saveCache();
};

#endif // PC_LIB_TARGET_VULKAN_RUNTIME_CONTEXT_H
