// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Cooperative matrices of a device (VK_KHR_cooperative_matrix), which the
// headers of Vulkan 1.3.239 do not know.

#ifndef PC_LIB_TARGET_VULKAN_RUNTIME_MATRICES_H
#define PC_LIB_TARGET_VULKAN_RUNTIME_MATRICES_H

#include "pc/Target/Vulkan/Plan/Plan.h"
#include <volk.h>

/// What is asked of a device for its matrices, in the chains of the query of
/// features and of the making of a device.
class MatrixSupport {
public:
  /// Asks the device; afterwards `products` has what its subgroups multiply and
  /// sum up in f32, as far as the compiler makes use of it.
  void query(VkInstance instance, VkPhysicalDevice device, uint32_t apiVersion);

  /// Adds what has to be switched on; to be kept until the device is made.
  void enable(VkPhysicalDeviceVulkan12Features &features,
              std::vector<const char *> &extensions);

  std::vector<mlir::pc::PlanMatrix> products;
  bool hasBrain = false; // products of bf16
  /// Sizes that a subgroup can be told to have.
  uint32_t fewestLanes = 0, mostLanes = 0;

private:
  struct MatrixFeatures {
    VkStructureType sType;
    void *pNext;
    VkBool32 cooperativeMatrix, cooperativeMatrixRobustBufferAccess;
  };
  struct BrainFeatures {
    VkStructureType sType;
    void *pNext;
    VkBool32 type, dotProduct, cooperativeMatrix;
  };
  bool queryFeatures(VkPhysicalDevice device);
  void queryProducts(VkInstance instance, VkPhysicalDevice device);

  MatrixFeatures matrixFeatures = {};
  BrainFeatures brainFeatures = {};
  VkPhysicalDeviceVulkan13Features features13 = {};
};

#endif // PC_LIB_TARGET_VULKAN_RUNTIME_MATRICES_H
