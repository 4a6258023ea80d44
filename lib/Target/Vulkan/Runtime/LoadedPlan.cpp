// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From a plan to memory and pipelines of a device.

#include "LoadedPlan.h"

#include <algorithm>
#include <map>

using namespace mlir::pc;

//===----------------------------------------------------------------------===//
// What the device has to have
//===----------------------------------------------------------------------===//

/// Compares `needed` with what the device allows.
static std::string exceeds(const char *what, uint64_t needed, uint64_t limit) {
  if (needed <= limit)
    return "";
  return std::string("the plan needs ") + what + " of " +
         std::to_string(needed) + ", but the device allows " +
         std::to_string(limit);
}

pc_vk_status pc_vk_plan::checkLimits() {
  const VkPhysicalDeviceLimits &limits = context.getLimits();
  std::string problem;
  auto require = [&](const char *what, uint64_t needed, uint64_t limit) {
    if (problem.empty())
      problem = exceeds(what, needed, limit);
  };
  for (const PlanKernel &kernel : plan.kernels) {
    uint64_t invocations = 1;
    for (int axis = 0; axis != 3; ++axis) {
      require("a workgroup size", kernel.workgroup[axis],
              limits.maxComputeWorkGroupSize[axis]);
      invocations *= kernel.workgroup[axis];
    }
    require("workgroup invocations", invocations,
            limits.maxComputeWorkGroupInvocations);
    require("bytes of the memory of a workgroup", kernel.sharedBytes,
            limits.maxComputeSharedMemorySize);
  }
  for (const PlanDispatch &dispatch : plan.dispatches) {
    for (int axis = 0; axis != 3; ++axis)
      require("a grid", dispatch.grid[axis],
              limits.maxComputeWorkGroupCount[axis]);
    bool takesAddresses = plan.kernels[dispatch.kernel].takesAddresses;
    require("bytes of push constants",
            (takesAddresses ? 8 : 4) * dispatch.operands.size(),
            limits.maxPushConstantsSize);
    for (const PlanOperand &operand : dispatch.operands)
      require("elements of one buffer",
              operand.range.bytes / operand.elementBytes, INT32_MAX);
    if (takesAddresses)
      continue;
    require("a number of buffers of one kernel", dispatch.operands.size(),
            std::min(limits.maxPerStageDescriptorStorageBuffers,
                     limits.maxDescriptorSetStorageBuffers));
    for (const PlanOperand &operand : dispatch.operands)
      require("bytes of one buffer",
              operand.range.bytes + limits.minStorageBufferOffsetAlignment,
              limits.maxStorageBufferRange);
  }
  return problem.empty() ? PC_VK_OK : context.fail(PC_VK_LIMIT, problem);
}

/// The products of matrices that a kernel is made of.
pc_vk_status pc_vk_plan::checkMatrices(const PlanKernel &kernel) {
  const MatrixSupport &has = context.matrices;
  std::string names;
  for (const PlanMatrix &product : has.products)
    names += (names.empty() ? "" : ", ") + toText(product);
  for (const PlanMatrix &product : kernel.matrices)
    if (std::find(has.products.begin(), has.products.end(), product) ==
        has.products.end())
      return context.fail(PC_VK_MISSING_FEATURE,
                          "kernel " + kernel.name +
                              " needs cooperative matrices of " +
                              toText(product) + ", but the device has " +
                              (names.empty() ? "none" : names));
  if (!kernel.matrices.empty() &&
      (kernel.subgroup < has.fewestLanes || kernel.subgroup > has.mostLanes))
    return context.fail(PC_VK_MISSING_FEATURE,
                        "kernel " + kernel.name + " needs subgroups of " +
                            std::to_string(kernel.subgroup) +
                            ", but the device has from " +
                            std::to_string(has.fewestLanes) + " to " +
                            std::to_string(has.mostLanes));
  return PC_VK_OK;
}

/// The capabilities that a shader declares, against the features in use.
pc_vk_status pc_vk_plan::checkFeatures(const PlanKernel &kernel) {
  constexpr uint32_t opCapability = 17;
  if (pc_vk_status status = checkMatrices(kernel))
    return status;
  bool hasMatrices = !context.matrices.products.empty();
  bool hasBrain = hasMatrices && context.matrices.hasBrain;
  const VkPhysicalDeviceFeatures &core = context.features.features;
  const std::map<uint32_t, std::pair<bool, const char *>> features = {
      {0, {true, "Matrix"}},
      {1, {true, "Shader"}},
      {9, {context.features12.shaderFloat16, "shaderFloat16"}},
      {10, {core.shaderFloat64, "shaderFloat64"}},
      {11, {core.shaderInt64, "shaderInt64"}},
      {22, {core.shaderInt16, "shaderInt16"}},
      {39, {context.features12.shaderInt8, "shaderInt8"}},
      {61, {true, "GroupNonUniform"}},
      {5116, {hasBrain, "shaderBFloat16Type"}},
      {5118, {hasBrain, "shaderBFloat16CooperativeMatrix"}},
      {5345, {hasMatrices, "vulkanMemoryModel"}},
      {5347, {context.features12.bufferDeviceAddress, "bufferDeviceAddress"}},
      {6022, {hasMatrices, "cooperativeMatrix"}},
      {4433,
       {context.features11.storageBuffer16BitAccess,
        "storageBuffer16BitAccess"}},
      {4448,
       {context.features12.storageBuffer8BitAccess,
        "storageBuffer8BitAccess"}}};
  for (size_t at = 5; at + 1 < kernel.words.size();) {
    uint32_t length = kernel.words[at] >> 16;
    if ((kernel.words[at] & 0xffff) == opCapability) {
      uint32_t capability = kernel.words[at + 1];
      auto found = features.find(capability);
      if (found == features.end() || !found->second.first)
        return context.fail(
            PC_VK_MISSING_FEATURE,
            "kernel " + kernel.name + " needs " +
                (found == features.end()
                     ? "the SPIR-V capability " + std::to_string(capability)
                     : std::string("the feature ") + found->second.second) +
                ", which the device has not");
    }
    at += std::max(length, 1u);
  }
  return PC_VK_OK;
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

pc_vk_status pc_vk_plan::makeMemory() {
  if (pc_vk_status status = memory.create(context, plan.bytes, false))
    return status;
  constexpr uint64_t alignment = 64;
  uint64_t bytes = 0;
  auto place = [&](const std::vector<PlanPort> &ports,
                   std::vector<LoadedPort> &loaded) {
    loaded.resize(ports.size());
    for (size_t i = 0; i != ports.size(); ++i) {
      // An updating result is where its argument is.
      if (ports[i].updates && &loaded == &results) {
        loaded[i].staging = arguments[*ports[i].updates].staging;
        continue;
      }
      loaded[i].staging = bytes;
      bytes += (ports[i].range.bytes + alignment - 1) / alignment * alignment;
    }
  };
  place(plan.arguments, arguments);
  for (size_t i = 0; i != arguments.size(); ++i)
    for (const PlanDispatch &dispatch : plan.dispatches)
      for (const PlanOperand &operand : dispatch.operands)
        arguments[i].isWritten |=
            operand.writes && operand.range.overlaps(plan.arguments[i].range);
  place(plan.results, results);
  for (const PlanConstant &constant : plan.constants)
    bytes = std::max(bytes, constant.range.bytes);
  return staging.create(context, bytes, true);
}

pc_vk_status pc_vk_plan::uploadConstants() {
  for (const PlanConstant &constant : plan.constants) {
    std::copy(constant.data.begin(), constant.data.end(), staging.mapped);
    VkCommandBuffer commands = VK_NULL_HANDLE;
    if (pc_vk_status status = recordCopy(constant.range, 0, true, commands))
      return status;
    if (pc_vk_status status = submit({commands}))
      return status;
  }
  return PC_VK_OK;
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

pc_vk_status pc_vk_plan::makeSetLayout(uint32_t bindings,
                                       LoadedKernel &loaded) {
  std::vector<VkDescriptorSetLayoutBinding> layout(bindings);
  for (uint32_t i = 0; i != bindings; ++i)
    layout[i] = {i, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 1,
                 VK_SHADER_STAGE_COMPUTE_BIT, nullptr};
  VkDescriptorSetLayoutCreateInfo info = {
      VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO};
  info.bindingCount = bindings;
  info.pBindings = layout.data();
  return context.check(
      vkCreateDescriptorSetLayout(context.device, &info, nullptr, &loaded.set),
      "lay out the buffers of a kernel");
}

pc_vk_status pc_vk_plan::makeLayout(const PlanKernel &kernel, uint32_t bindings,
                                    LoadedKernel &loaded) {
  if (!kernel.takesAddresses)
    if (pc_vk_status status = makeSetLayout(bindings, loaded))
      return status;
  VkPushConstantRange constants = {VK_SHADER_STAGE_COMPUTE_BIT, 0,
                                   (kernel.takesAddresses ? 8 : 4) * bindings};
  VkPipelineLayoutCreateInfo info = {
      VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO};
  info.setLayoutCount = kernel.takesAddresses ? 0 : 1;
  info.pSetLayouts = &loaded.set;
  info.pushConstantRangeCount = 1;
  info.pPushConstantRanges = &constants;
  return context.check(
      vkCreatePipelineLayout(context.device, &info, nullptr, &loaded.layout),
      "lay out a pipeline");
}

pc_vk_status pc_vk_plan::makeKernel(const PlanKernel &kernel, uint32_t bindings,
                                    LoadedKernel &loaded) {
  if (pc_vk_status status = makeLayout(kernel, bindings, loaded))
    return status;
  VkShaderModuleCreateInfo moduleInfo = {
      VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO};
  moduleInfo.codeSize = kernel.words.size() * sizeof(uint32_t);
  moduleInfo.pCode = kernel.words.data();
  VkShaderModule module = VK_NULL_HANDLE;
  if (pc_vk_status status = context.check(
          vkCreateShaderModule(context.device, &moduleInfo, nullptr, &module),
          "load a kernel"))
    return status;
  VkComputePipelineCreateInfo info = {
      VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO};
  info.stage = {VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO};
  info.stage.stage = VK_SHADER_STAGE_COMPUTE_BIT;
  info.stage.module = module;
  info.stage.pName = kernel.name.c_str();
  VkPipelineShaderStageRequiredSubgroupSizeCreateInfo lanes = {
      VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_REQUIRED_SUBGROUP_SIZE_CREATE_INFO};
  lanes.requiredSubgroupSize = kernel.subgroup;
  if (!kernel.matrices.empty()) {
    info.stage.pNext = &lanes;
    info.stage.flags =
        VK_PIPELINE_SHADER_STAGE_CREATE_REQUIRE_FULL_SUBGROUPS_BIT;
  }
  info.layout = loaded.layout;
  VkResult result = vkCreateComputePipelines(
      context.device, context.pipelines, 1, &info, nullptr, &loaded.pipeline);
  vkDestroyShaderModule(context.device, module, nullptr);
  return context.check(result, "compile a kernel");
}

/// Vectors are loaded as such: buffers of a plan are aligned to so many bytes,
/// from where its memory begins.
pc_vk_status pc_vk_plan::checkAddress() {
  constexpr uint64_t alignment = 64;
  for (const PlanKernel &kernel : plan.kernels)
    if (kernel.takesAddresses && memory.address % alignment != 0)
      return context.fail(PC_VK_LIMIT,
                          "the plan needs memory at a multiple of " +
                              std::to_string(alignment) +
                              ", but the device has given another address");
  return PC_VK_OK;
}

/// A kernel has as many bindings wherever it is dispatched.
pc_vk_status pc_vk_plan::makeKernels() {
  std::vector<uint32_t> bindings(plan.kernels.size());
  for (const PlanDispatch &dispatch : plan.dispatches) {
    uint32_t &count = bindings[dispatch.kernel];
    if (count != 0 && count != dispatch.operands.size())
      return context.fail(PC_VK_BAD_PLAN,
                          "kernel " + plan.kernels[dispatch.kernel].name +
                              " is dispatched with different numbers of "
                              "operands");
    count = static_cast<uint32_t>(dispatch.operands.size());
  }
  kernels.resize(plan.kernels.size());
  for (size_t i = 0; i != kernels.size(); ++i) {
    if (bindings[i] == 0)
      continue; // nobody uses it
    if (pc_vk_status status = checkFeatures(plan.kernels[i]))
      return status;
    if (pc_vk_status status =
            makeKernel(plan.kernels[i], bindings[i], kernels[i]))
      return status;
  }
  return PC_VK_OK;
}

void pc_vk_plan::writeSet(const PlanDispatch &dispatch,
                          LoadedDispatch &loaded) {
  uint64_t alignment = context.getLimits().minStorageBufferOffsetAlignment;
  size_t count = dispatch.operands.size();
  std::vector<VkDescriptorBufferInfo> buffers(count);
  std::vector<VkWriteDescriptorSet> writes(count);
  for (size_t i = 0; i != count; ++i) {
    const PlanOperand &operand = dispatch.operands[i];
    uint64_t behind = operand.range.offset % alignment;
    buffers[i] = {memory.buffer, operand.range.offset - behind,
                  operand.range.bytes + behind};
    writes[i] = {VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET};
    writes[i].dstSet = loaded.set;
    writes[i].dstBinding = static_cast<uint32_t>(i);
    writes[i].descriptorCount = 1;
    writes[i].descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
    writes[i].pBufferInfo = &buffers[i];
  }
  vkUpdateDescriptorSets(context.device, static_cast<uint32_t>(count),
                         writes.data(), 0, nullptr);
  context.counters.descriptor_writes += count;
}

/// For each dispatch the first one that has the same operands, however often
/// they are dispatched: itself, if it is that, or if it needs no set at all.
std::vector<size_t> pc_vk_plan::findSharedSets() const {
  using Key = std::pair<uint32_t, std::vector<std::pair<uint64_t, uint64_t>>>;
  std::map<Key, size_t> first;
  std::vector<size_t> like(plan.dispatches.size());
  for (size_t i = 0; i != plan.dispatches.size(); ++i) {
    Key key = {plan.dispatches[i].kernel, {}};
    for (const PlanOperand &operand : plan.dispatches[i].operands)
      key.second.emplace_back(operand.range.offset, operand.range.bytes);
    like[i] = first.try_emplace(key, i).first->second;
  }
  return like;
}

pc_vk_status pc_vk_plan::makePool(const std::vector<size_t> &shared) {
  VkDescriptorPoolSize size = {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 0};
  VkDescriptorPoolCreateInfo info = {
      VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO};
  info.poolSizeCount = 1;
  info.pPoolSizes = &size;
  for (size_t i = 0; i != shared.size(); ++i) {
    const PlanDispatch &dispatch = plan.dispatches[i];
    if (shared[i] != i || plan.kernels[dispatch.kernel].takesAddresses)
      continue;
    ++info.maxSets;
    size.descriptorCount += static_cast<uint32_t>(dispatch.operands.size());
  }
  if (info.maxSets == 0)
    return PC_VK_OK;
  return context.check(
      vkCreateDescriptorPool(context.device, &info, nullptr, &pool),
      "make a pool of descriptors");
}

void pc_vk_plan::takeConstants(const PlanDispatch &dispatch,
                               LoadedDispatch &loaded) const {
  uint64_t alignment = context.getLimits().minStorageBufferOffsetAlignment;
  for (const PlanOperand &operand : dispatch.operands) {
    if (plan.kernels[dispatch.kernel].takesAddresses) {
      uint64_t address = memory.address + operand.range.offset;
      loaded.constants.push_back(static_cast<uint32_t>(address));
      loaded.constants.push_back(static_cast<uint32_t>(address >> 32));
    } else {
      loaded.constants.push_back(static_cast<uint32_t>(
          operand.range.offset % alignment / operand.elementBytes));
    }
  }
}

pc_vk_status pc_vk_plan::makeSets() {
  std::vector<size_t> shared = findSharedSets();
  if (pc_vk_status status = makePool(shared))
    return status;
  dispatches.resize(plan.dispatches.size());
  for (size_t i = 0; i != dispatches.size(); ++i) {
    const PlanDispatch &dispatch = plan.dispatches[i];
    takeConstants(dispatch, dispatches[i]);
    if (plan.kernels[dispatch.kernel].takesAddresses)
      continue;
    if (shared[i] != i) {
      dispatches[i].set = dispatches[shared[i]].set;
      continue;
    }
    VkDescriptorSetAllocateInfo allocation = {
        VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO};
    allocation.descriptorPool = pool;
    allocation.descriptorSetCount = 1;
    allocation.pSetLayouts = &kernels[dispatch.kernel].set;
    if (pc_vk_status status =
            context.check(vkAllocateDescriptorSets(context.device, &allocation,
                                                   &dispatches[i].set),
                          "allocate descriptors"))
      return status;
    writeSet(dispatch, dispatches[i]);
  }
  return PC_VK_OK;
}

//===----------------------------------------------------------------------===//
// All of it
//===----------------------------------------------------------------------===//

pc_vk_status pc_vk_plan::load() {
  std::string defect = findDefect(plan);
  if (defect.empty() && !context.isTrusting)
    defect = findHazard(plan);
  if (!defect.empty())
    return context.fail(PC_VK_BAD_PLAN, "bad plan: " + defect);
  if (pc_vk_status status = checkLimits())
    return status;
  VkFenceCreateInfo fence = {VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
  if (pc_vk_status status =
          context.check(vkCreateFence(context.device, &fence, nullptr, &done),
                        "make a fence"))
    return status;
  if (pc_vk_status status = makeMemory())
    return status;
  if (pc_vk_status status = makeKernels())
    return status;
  if (pc_vk_status status = checkAddress())
    return status;
  if (pc_vk_status status = makeSets())
    return status;
  if (pc_vk_status status = uploadConstants())
    return status;
  if (pc_vk_status status = makeClock())
    return status;
  if (pc_vk_status status = recordCopies(plan.arguments, arguments))
    return status;
  if (pc_vk_status status = recordCopies(plan.results, results))
    return status;
  return recordDispatches();
}

pc_vk_plan::~pc_vk_plan() {
  VkDevice device = context.device;
  vkDeviceWaitIdle(device);
  if (!recorded.empty())
    vkFreeCommandBuffers(device, context.commands,
                         static_cast<uint32_t>(recorded.size()),
                         recorded.data());
  vkDestroyFence(device, done, nullptr);
  vkDestroyQueryPool(device, clock, nullptr);
  vkDestroyDescriptorPool(device, pool, nullptr);
  for (const LoadedKernel &kernel : kernels) {
    vkDestroyPipeline(device, kernel.pipeline, nullptr);
    vkDestroyPipelineLayout(device, kernel.layout, nullptr);
    vkDestroyDescriptorSetLayout(device, kernel.set, nullptr);
  }
  memory.destroy(context);
  staging.destroy(context);
}
