// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Memory.h"

#include <algorithm>

/// The first type of memory among `allowed` that is all of `wanted`.
static bool findMemoryType(const VkPhysicalDeviceMemoryProperties &memory,
                           uint32_t allowed, VkMemoryPropertyFlags wanted,
                           uint32_t &type) {
  for (type = 0; type != memory.memoryTypeCount; ++type)
    if ((allowed >> type & 1) &&
        (memory.memoryTypes[type].propertyFlags & wanted) == wanted)
      return true;
  return false;
}

pc_vk_status DeviceBuffer::create(pc_vk_context &context, VkDeviceSize bytes,
                                  bool isStaging) {
  VkBufferCreateInfo info = {VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO};
  info.size = std::max<VkDeviceSize>(bytes, 4);
  info.usage =
      VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT;
  bool hasAddress = !isStaging && context.features12.bufferDeviceAddress;
  if (!isStaging)
    info.usage |= VK_BUFFER_USAGE_STORAGE_BUFFER_BIT |
                  VK_BUFFER_USAGE_INDIRECT_BUFFER_BIT;
  if (hasAddress)
    info.usage |= VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT;
  if (pc_vk_status status =
          context.check(vkCreateBuffer(context.device, &info, nullptr, &buffer),
                        "make a buffer"))
    return status;
  VkMemoryRequirements needs;
  vkGetBufferMemoryRequirements(context.device, buffer, &needs);
  VkMemoryPropertyFlags wanted = isStaging
                                     ? VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT |
                                           VK_MEMORY_PROPERTY_HOST_COHERENT_BIT
                                     : VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
  VkMemoryAllocateInfo allocation = {VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO};
  allocation.allocationSize = needs.size;
  VkMemoryAllocateFlagsInfo flags = {
      VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO};
  flags.flags = VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT;
  if (hasAddress)
    allocation.pNext = &flags;
  if (!findMemoryType(context.memory, needs.memoryTypeBits, wanted,
                      allocation.memoryTypeIndex))
    return context.fail(PC_VK_MISSING_FEATURE,
                        "the device has no memory for such a buffer");
  ++context.counters.allocations;
  std::string what = "allocate " + std::to_string(needs.size) + " bytes";
  if (pc_vk_status status = context.check(
          vkAllocateMemory(context.device, &allocation, nullptr, &memory),
          what.c_str()))
    return status;
  if (pc_vk_status status =
          context.check(vkBindBufferMemory(context.device, buffer, memory, 0),
                        "bind a buffer"))
    return status;
  if (hasAddress) {
    VkBufferDeviceAddressInfo where = {
        VK_STRUCTURE_TYPE_BUFFER_DEVICE_ADDRESS_INFO};
    where.buffer = buffer;
    address = vkGetBufferDeviceAddress(context.device, &where);
  }
  if (!isStaging)
    return PC_VK_OK;
  void *data = nullptr;
  pc_vk_status status = context.check(
      vkMapMemory(context.device, memory, 0, VK_WHOLE_SIZE, 0, &data),
      "map a buffer");
  mapped = static_cast<uint8_t *>(data);
  return status;
}

void DeviceBuffer::destroy(pc_vk_context &context) {
  vkDestroyBuffer(context.device, buffer, nullptr);
  vkFreeMemory(context.device, memory, nullptr);
  *this = DeviceBuffer();
}
