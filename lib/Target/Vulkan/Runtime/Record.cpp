// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Commands: recorded once, submitted many times. Each command buffer begins
// with the barrier that what was submitted before it needs.

#include "LoadedPlan.h"

using namespace mlir::pc;

static void waitFor(VkCommandBuffer commands, VkPipelineStageFlags before,
                    VkAccessFlags written, VkPipelineStageFlags after,
                    VkAccessFlags used) {
  VkMemoryBarrier barrier = {VK_STRUCTURE_TYPE_MEMORY_BARRIER};
  barrier.srcAccessMask = written;
  barrier.dstAccessMask = used;
  vkCmdPipelineBarrier(commands, before, after, 0, written || used ? 1 : 0,
                       &barrier, 0, nullptr, 0, nullptr);
}

static constexpr VkPipelineStageFlags compute =
    VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT;
static constexpr VkPipelineStageFlags transfer = VK_PIPELINE_STAGE_TRANSFER_BIT;
static constexpr VkAccessFlags shaderAccess =
    VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT;
static constexpr VkAccessFlags transferAccess =
    VK_ACCESS_TRANSFER_READ_BIT | VK_ACCESS_TRANSFER_WRITE_BIT;

pc_vk_status pc_vk_plan::begin(VkCommandBuffer &commands) {
  VkCommandBufferAllocateInfo allocation = {
      VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO};
  allocation.commandPool = context.commands;
  allocation.commandBufferCount = 1;
  if (pc_vk_status status = context.check(
          vkAllocateCommandBuffers(context.device, &allocation, &commands),
          "allocate commands"))
    return status;
  recorded.push_back(commands);
  VkCommandBufferBeginInfo info = {VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
  return context.check(vkBeginCommandBuffer(commands, &info),
                       "begin recording");
}

pc_vk_status pc_vk_plan::recordCopy(const PlanRange &range, uint64_t at,
                                    bool isUpload, VkCommandBuffer &commands) {
  if (pc_vk_status status = begin(commands))
    return status;
  waitFor(commands, compute | transfer,
          VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT, transfer,
          transferAccess);
  if (isUpload) {
    VkBufferCopy copy = {at, range.offset, range.bytes};
    vkCmdCopyBuffer(commands, staging.buffer, memory.buffer, 1, &copy);
  } else {
    VkBufferCopy copy = {range.offset, at, range.bytes};
    vkCmdCopyBuffer(commands, memory.buffer, staging.buffer, 1, &copy);
    waitFor(commands, transfer, VK_ACCESS_TRANSFER_WRITE_BIT,
            VK_PIPELINE_STAGE_HOST_BIT, VK_ACCESS_HOST_READ_BIT);
  }
  return context.check(vkEndCommandBuffer(commands), "record a copy");
}

pc_vk_status pc_vk_plan::recordCopies(const std::vector<PlanPort> &ports,
                                      std::vector<LoadedPort> &loaded) {
  for (size_t i = 0; i != ports.size(); ++i) {
    if (ports[i].range.bytes == 0)
      continue;
    uint64_t at = loaded[i].staging;
    if (&loaded == &arguments)
      if (pc_vk_status status =
              recordCopy(ports[i].range, at, true, loaded[i].upload))
        return status;
    if (pc_vk_status status =
            recordCopy(ports[i].range, at, false, loaded[i].download))
      return status;
  }
  return PC_VK_OK;
}

/// Grids are read before shaders run, at a stage of their own. What overwrites
/// them waits for that as well: to wait for a stage is to wait for all stages
/// before it.
void pc_vk_plan::recordBarrier(Barrier barrier) {
  if (barrier == Barrier::None)
    return;
  bool isMemory = barrier >= Barrier::Memory, isGrid = barrier == Barrier::Grid;
  waitFor(body, compute, isMemory ? VK_ACCESS_SHADER_WRITE_BIT : 0,
          compute | (isGrid ? VK_PIPELINE_STAGE_DRAW_INDIRECT_BIT : 0),
          (isMemory ? shaderAccess : 0) |
              (isGrid ? VK_ACCESS_INDIRECT_COMMAND_READ_BIT : 0));
  ++numBarriers;
}

pc_vk_status pc_vk_plan::recordDispatches() {
  if (pc_vk_status status = begin(body))
    return status;
  waitFor(body, compute | transfer,
          VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT, compute,
          shaderAccess);
  if (clock)
    vkCmdResetQueryPool(body, clock, 0,
                        static_cast<uint32_t>(dispatches.size() + 1));
  takeTime(0);
  VkPipeline bound = VK_NULL_HANDLE;
  for (size_t i = 0; i != dispatches.size(); ++i) {
    const PlanDispatch &dispatch = plan.dispatches[i];
    const LoadedKernel &kernel = kernels[dispatch.kernel];
    recordBarrier(dispatch.barrier);
    if (kernel.pipeline != bound)
      vkCmdBindPipeline(body, VK_PIPELINE_BIND_POINT_COMPUTE, kernel.pipeline);
    bound = kernel.pipeline;
    if (dispatches[i].set)
      vkCmdBindDescriptorSets(body, VK_PIPELINE_BIND_POINT_COMPUTE,
                              kernel.layout, 0, 1, &dispatches[i].set, 0,
                              nullptr);
    vkCmdPushConstants(
        body, kernel.layout, VK_SHADER_STAGE_COMPUTE_BIT, 0,
        static_cast<uint32_t>(4 * dispatches[i].constants.size()),
        dispatches[i].constants.data());
    if (dispatch.gridAt)
      vkCmdDispatchIndirect(body, memory.buffer, *dispatch.gridAt);
    else
      vkCmdDispatch(body, dispatch.grid[0], dispatch.grid[1], dispatch.grid[2]);
    takeTime(static_cast<uint32_t>(i + 1));
  }
  return context.check(vkEndCommandBuffer(body), "record the dispatches");
}

//===----------------------------------------------------------------------===//
// Time
//===----------------------------------------------------------------------===//

pc_vk_status pc_vk_plan::makeClock() {
  if (!context.isMeasuring || dispatches.empty())
    return PC_VK_OK;
  if (context.timestampBits == 0) {
    context.remark = "the device has no clock: nothing is measured on it";
    return PC_VK_OK;
  }
  times.resize(plan.kernels.size());
  VkQueryPoolCreateInfo info = {VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO};
  info.queryType = VK_QUERY_TYPE_TIMESTAMP;
  info.queryCount = static_cast<uint32_t>(dispatches.size() + 1);
  return context.check(
      vkCreateQueryPool(context.device, &info, nullptr, &clock),
      "make a pool of times");
}

/// Once everything before has ended.
void pc_vk_plan::takeTime(uint32_t query) {
  if (clock)
    vkCmdWriteTimestamp(body, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, clock,
                        query);
}

pc_vk_status pc_vk_plan::addTimes() {
  if (!clock)
    return PC_VK_OK;
  std::vector<uint64_t> ends(dispatches.size() + 1);
  if (pc_vk_status status = context.check(
          vkGetQueryPoolResults(
              context.device, clock, 0, static_cast<uint32_t>(ends.size()),
              ends.size() * sizeof(uint64_t), ends.data(), sizeof(uint64_t),
              VK_QUERY_RESULT_64_BIT | VK_QUERY_RESULT_WAIT_BIT),
          "read the times"))
    return status;
  uint64_t mask = UINT64_MAX >> (64 - context.timestampBits);
  for (size_t i = 0; i != dispatches.size(); ++i) {
    KernelTime &time = times[plan.dispatches[i].kernel];
    time.nanoseconds += static_cast<double>((ends[i + 1] - ends[i]) & mask) *
                        context.getLimits().timestampPeriod;
    ++time.dispatches;
  }
  return PC_VK_OK;
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

pc_vk_status pc_vk_plan::submit(const std::vector<VkCommandBuffer> &commands) {
  if (context.isLost)
    return context.fail(PC_VK_DEVICE_LOST,
                        "the device was lost; make a new context");
  VkSubmitInfo info = {VK_STRUCTURE_TYPE_SUBMIT_INFO};
  info.commandBufferCount = static_cast<uint32_t>(commands.size());
  info.pCommandBuffers = commands.data();
  ++context.counters.submits;
  if (pc_vk_status status = context.check(
          vkQueueSubmit(context.queue, 1, &info, done), "submit the commands"))
    return status;
  if (pc_vk_status status = context.check(
          vkWaitForFences(context.device, 1, &done, VK_TRUE, UINT64_MAX),
          "wait for the device"))
    return status;
  return context.check(vkResetFences(context.device, 1, &done),
                       "reset a fence");
}

pc_vk_status pc_vk_plan::run() {
  submitted.clear();
  uint64_t uploadedBytes = 0, downloadedBytes = 0;
  for (size_t i = 0; i != arguments.size(); ++i)
    if (arguments[i].isDirty && arguments[i].upload) {
      submitted.push_back(arguments[i].upload);
      uploadedBytes += plan.arguments[i].range.bytes;
    }
  uint64_t uploads = submitted.size();
  submitted.push_back(body);
  for (size_t i = 0; i != results.size(); ++i)
    if (!plan.results[i].updates && results[i].download) {
      submitted.push_back(results[i].download);
      downloadedBytes += plan.results[i].range.bytes;
    }
  pc_vk_status status = submit(submitted);
  if (status != PC_VK_OK)
    return status;
  context.counters.uploads += uploads;
  context.counters.uploaded_bytes += uploadedBytes;
  context.counters.downloaded_bytes += downloadedBytes;
  context.counters.dispatches += dispatches.size();
  context.counters.barriers += numBarriers;
  for (LoadedPort &port : arguments) {
    port.isCurrent = !port.isWritten && (port.isDirty || port.isCurrent);
    port.isDirty = false;
  }
  for (size_t i = 0; i != results.size(); ++i)
    results[i].isCurrent = !plan.results[i].updates;
  return addTimes();
}

pc_vk_status pc_vk_plan::download(LoadedPort &port, uint64_t bytes) {
  if (port.isCurrent || !port.download)
    return PC_VK_OK;
  if (pc_vk_status status = submit({port.download}))
    return status;
  port.isCurrent = true;
  context.counters.downloaded_bytes += bytes;
  return PC_VK_OK;
}
