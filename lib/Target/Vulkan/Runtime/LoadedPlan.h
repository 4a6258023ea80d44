// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A plan on a device: memory, pipelines, recorded commands.

#ifndef PC_LIB_TARGET_VULKAN_RUNTIME_LOADEDPLAN_H
#define PC_LIB_TARGET_VULKAN_RUNTIME_LOADEDPLAN_H

#include "Memory.h"
#include "pc/Target/Vulkan/Plan/Plan.h"

/// An argument or result as the host sees it.
struct LoadedPort {
  uint64_t staging = 0; // offset
  VkCommandBuffer upload = VK_NULL_HANDLE, download = VK_NULL_HANDLE;
  bool isWritten = false; // some dispatch writes to it
  bool isDirty = false;   // written by the host since the last upload
  bool isCurrent = false; // the staging memory has what the device has
};

struct LoadedKernel {
  VkDescriptorSetLayout set = VK_NULL_HANDLE;
  VkPipelineLayout layout = VK_NULL_HANDLE;
  VkPipeline pipeline = VK_NULL_HANDLE;
};

/// What the dispatches of a kernel took.
struct KernelTime {
  uint64_t dispatches = 0;
  double nanoseconds = 0;
};

/// How the operands of a dispatch are bound.
struct LoadedDispatch {
  VkDescriptorSet set = VK_NULL_HANDLE; // none where it takes addresses
  /// The push constants: in elements, how far behind the start of its binding
  /// an operand begins, or its address in two words.
  std::vector<uint32_t> constants;
};

struct pc_vk_plan {
  pc_vk_plan(pc_vk_context &context, mlir::pc::Plan plan)
      : context(context), plan(std::move(plan)) {}
  ~pc_vk_plan();
  pc_vk_plan(const pc_vk_plan &) = delete;
  pc_vk_plan &operator=(const pc_vk_plan &) = delete;

  pc_vk_status load();
  /// Submits `commands` in this order and waits.
  pc_vk_status submit(const std::vector<VkCommandBuffer> &commands);
  pc_vk_status run();
  pc_vk_status download(LoadedPort &port, uint64_t bytes);

  pc_vk_context &context;
  mlir::pc::Plan plan;
  std::vector<LoadedPort> arguments, results;
  DeviceBuffer memory, staging;
  std::vector<KernelTime> times; // by kernel; empty: not measured

private:
  pc_vk_status checkLimits();
  pc_vk_status checkMatrices(const mlir::pc::PlanKernel &kernel);
  pc_vk_status checkFeatures(const mlir::pc::PlanKernel &kernel);
  pc_vk_status makeMemory();
  pc_vk_status checkAddress();
  pc_vk_status makeSetLayout(uint32_t bindings, LoadedKernel &loaded);
  pc_vk_status makeLayout(const mlir::pc::PlanKernel &kernel, uint32_t bindings,
                          LoadedKernel &loaded);
  pc_vk_status makeKernel(const mlir::pc::PlanKernel &kernel, uint32_t bindings,
                          LoadedKernel &loaded);
  pc_vk_status makeKernels();
  std::vector<size_t> findSharedSets() const;
  pc_vk_status makePool(const std::vector<size_t> &shared);
  void takeConstants(const mlir::pc::PlanDispatch &dispatch,
                     LoadedDispatch &loaded) const;
  pc_vk_status makeSets();
  void writeSet(const mlir::pc::PlanDispatch &dispatch, LoadedDispatch &loaded);
  pc_vk_status begin(VkCommandBuffer &commands);
  pc_vk_status recordCopies(const std::vector<mlir::pc::PlanPort> &ports,
                            std::vector<LoadedPort> &loaded);
  pc_vk_status recordCopy(const mlir::pc::PlanRange &range, uint64_t at,
                          bool isUpload, VkCommandBuffer &commands);
  pc_vk_status recordDispatches();
  void recordBarrier(mlir::pc::Barrier barrier);
  pc_vk_status makeClock();
  void takeTime(uint32_t query);
  pc_vk_status addTimes();
  pc_vk_status uploadConstants();

  std::vector<LoadedKernel> kernels;
  std::vector<LoadedDispatch> dispatches;
  VkDescriptorPool pool = VK_NULL_HANDLE;
  VkCommandBuffer body = VK_NULL_HANDLE;
  std::vector<VkCommandBuffer> recorded, submitted;
  VkFence done = VK_NULL_HANDLE;
  VkQueryPool clock = VK_NULL_HANDLE; // one time, and one behind each dispatch
  uint64_t numBarriers = 0;
};

#endif // PC_LIB_TARGET_VULKAN_RUNTIME_LOADEDPLAN_H
