// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Context.h"
#include "PipelineCache.h"

#include <algorithm>
#include <cstring>

static constexpr char validationLayer[] = "VK_LAYER_KHRONOS_validation";

pc_vk_status pc_vk_context::fail(pc_vk_status status, std::string text) {
  message = std::move(text);
  return status;
}

static pc_vk_status toStatus(VkResult result) {
  switch (result) {
  case VK_SUCCESS:
    return PC_VK_OK;
  case VK_ERROR_OUT_OF_HOST_MEMORY:
  case VK_ERROR_OUT_OF_DEVICE_MEMORY:
    return PC_VK_OUT_OF_MEMORY;
  case VK_ERROR_DEVICE_LOST:
    return PC_VK_DEVICE_LOST;
  case VK_ERROR_LAYER_NOT_PRESENT:
  case VK_ERROR_EXTENSION_NOT_PRESENT:
  case VK_ERROR_FEATURE_NOT_PRESENT:
  case VK_ERROR_INCOMPATIBLE_DRIVER:
    return PC_VK_MISSING_FEATURE;
  case VK_ERROR_TOO_MANY_OBJECTS:
  case VK_ERROR_OUT_OF_POOL_MEMORY:
  case VK_ERROR_FRAGMENTED_POOL:
    return PC_VK_LIMIT;
  default:
    return PC_VK_BAD_PLAN;
  }
}

pc_vk_status pc_vk_context::check(VkResult result, const char *what) {
  isLost |= result == VK_ERROR_DEVICE_LOST;
  if (result != VK_SUCCESS)
    return fail(toStatus(result), std::string("cannot ") + what +
                                      ": the device reports error " +
                                      std::to_string(int(result)));
  if (findings.empty())
    return PC_VK_OK;
  std::string text = std::move(findings);
  findings.clear();
  return fail(PC_VK_VALIDATION,
              std::string("to ") + what + " is not valid: " + text);
}

//===----------------------------------------------------------------------===//
// Instance
//===----------------------------------------------------------------------===//

static VKAPI_ATTR VkBool32 VKAPI_CALL takeMessage(
    VkDebugUtilsMessageSeverityFlagBitsEXT, VkDebugUtilsMessageTypeFlagsEXT,
    const VkDebugUtilsMessengerCallbackDataEXT *data, void *user) {
  std::string &findings = static_cast<pc_vk_context *>(user)->findings;
  if (!findings.empty())
    findings += "\n";
  findings += data->pMessage ? data->pMessage : "";
  return VK_FALSE;
}

static VkDebugUtilsMessengerCreateInfoEXT
getMessengerInfo(pc_vk_context *context) {
  VkDebugUtilsMessengerCreateInfoEXT info = {
      VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT};
  info.messageSeverity = VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT |
                         VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT;
  info.messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT;
  info.pfnUserCallback = takeMessage;
  info.pUserData = context;
  return info;
}

static bool hasLayer(const char *name) {
  uint32_t count = 0;
  vkEnumerateInstanceLayerProperties(&count, nullptr);
  std::vector<VkLayerProperties> layers(count);
  vkEnumerateInstanceLayerProperties(&count, layers.data());
  return std::any_of(layers.begin(), layers.end(),
                     [&](const VkLayerProperties &layer) {
                       return std::strcmp(layer.layerName, name) == 0;
                     });
}

pc_vk_status pc_vk_context::createInstance(bool validates) {
  if (volkInitialize() != VK_SUCCESS)
    return fail(PC_VK_NO_LOADER,
                "expected a Vulkan loader, but found no libvulkan.so.1 "
                "(Debian: libvulkan1)");
  if (validates && !hasLayer(validationLayer))
    return fail(PC_VK_MISSING_FEATURE, std::string("expected the layer ") +
                                           validationLayer +
                                           ", but it is not installed (Debian: "
                                           "vulkan-validationlayers)");
  VkApplicationInfo application = {VK_STRUCTURE_TYPE_APPLICATION_INFO};
  application.pApplicationName = "pc";
  application.apiVersion = VK_API_VERSION_1_3;
  VkInstanceCreateInfo info = {VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO};
  info.pApplicationInfo = &application;
  VkValidationFeatureEnableEXT enabled[] = {
      VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT};
  VkValidationFeaturesEXT validation = {
      VK_STRUCTURE_TYPE_VALIDATION_FEATURES_EXT};
  validation.enabledValidationFeatureCount = 1;
  validation.pEnabledValidationFeatures = enabled;
  const char *layers[] = {validationLayer};
  const char *extensions[] = {VK_EXT_DEBUG_UTILS_EXTENSION_NAME};
  if (validates) {
    info.pNext = &validation;
    info.enabledLayerCount = 1;
    info.ppEnabledLayerNames = layers;
    info.enabledExtensionCount = 1;
    info.ppEnabledExtensionNames = extensions;
  }
  VkResult result = vkCreateInstance(&info, nullptr, &instance);
  if (result == VK_ERROR_INCOMPATIBLE_DRIVER)
    return fail(PC_VK_NO_DEVICE, "no Vulkan device: no driver is installed "
                                 "(Debian: mesa-vulkan-drivers)");
  if (pc_vk_status status = check(result, "make a Vulkan instance"))
    return status;
  volkLoadInstance(instance);
  if (!validates)
    return PC_VK_OK;
  VkDebugUtilsMessengerCreateInfoEXT messengerInfo = getMessengerInfo(this);
  return check(vkCreateDebugUtilsMessengerEXT(instance, &messengerInfo, nullptr,
                                              &messenger),
               "listen to the validation layer");
}

//===----------------------------------------------------------------------===//
// Device
//===----------------------------------------------------------------------===//

/// A device of Vulkan 1.2 or later; others are not listed.
pc_vk_status pc_vk_context::findDevices() {
  uint32_t count = 0;
  if (pc_vk_status status =
          check(vkEnumeratePhysicalDevices(instance, &count, nullptr),
                "list the Vulkan devices"))
    return status;
  std::vector<VkPhysicalDevice> all(count);
  if (pc_vk_status status =
          check(vkEnumeratePhysicalDevices(instance, &count, all.data()),
                "list the Vulkan devices"))
    return status;
  for (VkPhysicalDevice candidate : all) {
    VkPhysicalDeviceProperties found;
    vkGetPhysicalDeviceProperties(candidate, &found);
    if (found.apiVersion < VK_API_VERSION_1_2)
      continue;
    physicalDevices.push_back(candidate);
    properties.push_back(found);
  }
  if (!physicalDevices.empty())
    return PC_VK_OK;
  return fail(
      PC_VK_NO_DEVICE,
      "no Vulkan device: expected one of Vulkan 1.2 or later, but found "
      "none among " +
          std::to_string(count));
}

static bool isNumber(const std::string &text) {
  return !text.empty() && text.size() < 9 &&
         std::all_of(
             text.begin(), text.end(),
             [](char c) { return c >= '0' && c <= '9'; });
}

pc_vk_status pc_vk_context::chooseDevice(const std::string &wanted) {
  size_t count = properties.size();
  if (wanted.empty()) {
    used = 0;
    for (size_t i = count; i-- > 0;)
      if (properties[i].deviceType == VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU)
        used = static_cast<uint32_t>(i);
    return PC_VK_OK;
  }
  std::string names;
  for (size_t i = 0; i != count; ++i) {
    std::string name = properties[i].deviceName;
    if (isNumber(wanted) ? i == std::stoul(wanted)
                         : name.find(wanted) != std::string::npos) {
      used = static_cast<uint32_t>(i);
      return PC_VK_OK;
    }
    names +=
        (names.empty() ? "" : ", ") + std::to_string(i) + " '" + name + "'";
  }
  return fail(PC_VK_NO_DEVICE, "no Vulkan device: expected one with the number "
                               "or the name '" +
                                   wanted + "', but found " + names);
}

static bool findComputeFamily(VkPhysicalDevice device, uint32_t &family,
                              uint32_t &timestampBits) {
  uint32_t count = 0;
  vkGetPhysicalDeviceQueueFamilyProperties(device, &count, nullptr);
  std::vector<VkQueueFamilyProperties> families(count);
  vkGetPhysicalDeviceQueueFamilyProperties(device, &count, families.data());
  for (family = 0; family != count; ++family)
    if (families[family].queueFlags & VK_QUEUE_COMPUTE_BIT) {
      timestampBits = families[family].timestampValidBits;
      return true;
    }
  return false;
}

/// Everything that kernels may ask for and that the device has is switched on;
/// what a plan needs is compared with that when it is loaded.
pc_vk_status pc_vk_context::createDevice() {
  VkPhysicalDevice physical = physicalDevices[used];
  vkGetPhysicalDeviceMemoryProperties(physical, &memory);
  if (!findComputeFamily(physical, family, timestampBits))
    return fail(PC_VK_NO_DEVICE, std::string("expected a device that computes, "
                                             "but '") +
                                     properties[used].deviceName +
                                     "' has no queue for that");
  VkPhysicalDeviceVulkan11Features has11 = {
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES};
  VkPhysicalDeviceVulkan12Features has12 = {
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES, &has11};
  VkPhysicalDeviceFeatures2 has = {VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
                                   &has12};
  vkGetPhysicalDeviceFeatures2(physical, &has);
  features11 = {VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES};
  features11.storageBuffer16BitAccess = has11.storageBuffer16BitAccess;
  features12 = {VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES,
                &features11};
  features12.storageBuffer8BitAccess = has12.storageBuffer8BitAccess;
  features12.bufferDeviceAddress =
      !avoidsAddresses && has12.bufferDeviceAddress;
  features12.shaderInt8 = has12.shaderInt8;
  features12.shaderFloat16 = has12.shaderFloat16;
  features = {VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, &features12};
  features.features.shaderInt16 = has.features.shaderInt16;
  features.features.shaderInt64 = has.features.shaderInt64;
  features.features.shaderFloat64 = has.features.shaderFloat64;
  std::vector<const char *> extensions;
  matrices.query(instance, physical, properties[used].apiVersion);
  matrices.enable(features12, extensions);
  float priority = 1;
  VkDeviceQueueCreateInfo queueInfo = {
      VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO};
  queueInfo.queueFamilyIndex = family;
  queueInfo.queueCount = 1;
  queueInfo.pQueuePriorities = &priority;
  VkDeviceCreateInfo info = {VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO, &features};
  info.queueCreateInfoCount = 1;
  info.pQueueCreateInfos = &queueInfo;
  info.enabledExtensionCount = static_cast<uint32_t>(extensions.size());
  info.ppEnabledExtensionNames = extensions.data();
  if (pc_vk_status status = check(
          vkCreateDevice(physical, &info, nullptr, &device), "open the device"))
    return status;
  vkGetDeviceQueue(device, family, 0, &queue);
  VkCommandPoolCreateInfo pool = {VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};
  pool.queueFamilyIndex = family;
  return check(vkCreateCommandPool(device, &pool, nullptr, &commands),
               "make a pool of commands");
}

pc_vk_status pc_vk_context::createCache(const std::string &folder) {
  if (!folder.empty()) {
    cachePath = getCachePath(folder, properties[used]);
    std::string problem;
    cached = readCache(cachePath, properties[used], problem);
    if (!problem.empty())
      remark = "the pipeline cache " + cachePath + " " + problem +
               "; it is made anew";
  }
  VkPipelineCacheCreateInfo info = {
      VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO};
  info.initialDataSize = cached.size();
  info.pInitialData = cached.data();
  return check(vkCreatePipelineCache(device, &info, nullptr, &pipelines),
               "make a cache of pipelines");
}

/// Writes the cache where it is not what the file has.
void pc_vk_context::saveCache() {
  size_t size = 0;
  if (cachePath.empty() || !pipelines ||
      vkGetPipelineCacheData(device, pipelines, &size, nullptr) != VK_SUCCESS)
    return;
  std::vector<uint8_t> data(size);
  if (vkGetPipelineCacheData(device, pipelines, &size, data.data()) !=
      VK_SUCCESS)
    return;
  data.resize(size);
  if (data != cached)
    writeCache(cachePath, data);
}

pc_vk_status pc_vk_context::create(const pc_vk_options &options) {
  isTrusting = options.trusting != 0;
  isMeasuring = options.timestamps != 0;
  avoidsAddresses = options.no_addresses != 0;
  if (pc_vk_status status = createInstance(options.validate != 0))
    return status;
  if (pc_vk_status status = findDevices())
    return status;
  if (pc_vk_status status = chooseDevice(options.device ? options.device : ""))
    return status;
  if (pc_vk_status status = createDevice())
    return status;
  return createCache(options.cache ? options.cache : "");
}

pc_vk_context::~pc_vk_context() {
  if (device) {
    vkDeviceWaitIdle(device);
    saveCache();
    vkDestroyPipelineCache(device, pipelines, nullptr);
    vkDestroyCommandPool(device, commands, nullptr);
    vkDestroyDevice(device, nullptr);
  }
  if (messenger)
    vkDestroyDebugUtilsMessengerEXT(instance, messenger, nullptr);
  if (instance)
    vkDestroyInstance(instance, nullptr);
}
