// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Matrices.h"

#include <algorithm>
#include <cstring>

using namespace mlir::pc;

static constexpr char matrixExtension[] = "VK_KHR_cooperative_matrix";
static constexpr char brainExtension[] = "VK_KHR_shader_bfloat16";

// Numbers of the registry of Vulkan.
static constexpr auto matrixFeaturesType = VkStructureType(1000506000);
static constexpr auto matrixPropertiesType = VkStructureType(1000506001);
static constexpr auto brainFeaturesType = VkStructureType(1000141000);
static constexpr uint32_t componentF16 = 0, componentF32 = 1,
                          componentBF16 = 1000141000, scopeSubgroup = 3;

namespace {
struct MatrixProperties {
  VkStructureType sType;
  void *pNext;
  uint32_t m, n, k;
  uint32_t a, b, c, result; // types of components
  VkBool32 saturates;
  uint32_t scope;
};
using GetMatrixProperties = VkResult(VKAPI_PTR *)(VkPhysicalDevice, uint32_t *,
                                                  MatrixProperties *);
} // namespace

static bool hasExtension(VkPhysicalDevice device, const char *name) {
  uint32_t count = 0;
  vkEnumerateDeviceExtensionProperties(device, nullptr, &count, nullptr);
  std::vector<VkExtensionProperties> extensions(count);
  vkEnumerateDeviceExtensionProperties(device, nullptr, &count,
                                       extensions.data());
  return std::any_of(extensions.begin(), extensions.end(),
                     [&](const VkExtensionProperties &extension) {
                       return std::strcmp(extension.extensionName, name) == 0;
                     });
}

/// Whether the device has all that kernels with matrices ask for.
bool MatrixSupport::queryFeatures(VkPhysicalDevice device) {
  matrixFeatures.sType = matrixFeaturesType;
  brainFeatures.sType = brainFeaturesType;
  features13.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_FEATURES;
  features13.pNext = &matrixFeatures;
  if (hasExtension(device, brainExtension))
    matrixFeatures.pNext = &brainFeatures;
  VkPhysicalDeviceVulkan12Features features12 = {
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES, &features13};
  VkPhysicalDeviceFeatures2 features = {
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, &features12};
  vkGetPhysicalDeviceFeatures2(device, &features);
  hasBrain = brainFeatures.type && brainFeatures.cooperativeMatrix;
  return matrixFeatures.cooperativeMatrix && features12.vulkanMemoryModel &&
         features13.subgroupSizeControl && features13.computeFullSubgroups;
}

void MatrixSupport::queryProducts(VkInstance instance,
                                  VkPhysicalDevice device) {
  auto get = reinterpret_cast<GetMatrixProperties>(vkGetInstanceProcAddr(
      instance, "vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR"));
  uint32_t count = 0;
  if (!get || get(device, &count, nullptr) != VK_SUCCESS)
    return;
  std::vector<MatrixProperties> all(count);
  for (MatrixProperties &properties : all)
    properties.sType = matrixPropertiesType;
  if (get(device, &count, all.data()) != VK_SUCCESS)
    return;
  for (const MatrixProperties &found : all) {
    bool isBrain = found.a == componentBF16;
    if (found.scope != scopeSubgroup || found.a != found.b ||
        found.c != componentF32 || found.result != componentF32 ||
        (isBrain ? !hasBrain : found.a != componentF16))
      continue;
    PlanMatrix product;
    product.m = found.m;
    product.n = found.n;
    product.k = found.k;
    product.factors = isBrain ? ElementKind::BF16 : ElementKind::F16;
    products.push_back(product);
  }
}

void MatrixSupport::query(VkInstance instance, VkPhysicalDevice device,
                          uint32_t apiVersion) {
  if (apiVersion < VK_API_VERSION_1_3 ||
      !hasExtension(device, matrixExtension) || !queryFeatures(device))
    return;
  VkPhysicalDeviceVulkan13Properties limits = {
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_PROPERTIES};
  VkPhysicalDeviceProperties2 properties = {
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, &limits};
  vkGetPhysicalDeviceProperties2(device, &properties);
  fewestLanes = limits.minSubgroupSize;
  mostLanes = limits.maxSubgroupSize;
  queryProducts(instance, device);
}

void MatrixSupport::enable(VkPhysicalDeviceVulkan12Features &features,
                           std::vector<const char *> &extensions) {
  if (products.empty())
    return;
  extensions.push_back(matrixExtension);
  if (hasBrain)
    extensions.push_back(brainExtension);
  features.vulkanMemoryModel = VK_TRUE;
  matrixFeatures = {matrixFeaturesType, hasBrain ? &brainFeatures : nullptr,
                    VK_TRUE, VK_FALSE};
  brainFeatures = {brainFeaturesType, features.pNext, VK_TRUE, VK_FALSE,
                   VK_TRUE};
  if (!hasBrain)
    matrixFeatures.pNext = features.pNext;
  features13 = {VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_FEATURES,
                &matrixFeatures};
  features13.subgroupSizeControl = VK_TRUE;
  features13.computeFullSubgroups = VK_TRUE;
  features.pNext = &features13;
}
