// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a driver has compiled, in a file: one for each device and driver.

#ifndef PC_LIB_TARGET_VULKAN_RUNTIME_PIPELINECACHE_H
#define PC_LIB_TARGET_VULKAN_RUNTIME_PIPELINECACHE_H

#include <cstdint>
#include <string>
#include <vector>
#include <volk.h>

/// Where the cache for a device lies in `folder`.
std::string getCachePath(const std::string &folder,
                         const VkPhysicalDeviceProperties &device);

/// The contents of a file that `writeCache` has written. Nothing if there is no
/// file; one that is cut off, changed, or of another device is not given to a
/// driver, which need not look at it: `problem` then says why.
std::vector<uint8_t> readCache(const std::string &path,
                               const VkPhysicalDeviceProperties &device,
                               std::string &problem);

/// Writes a file aside and renames it, so that nobody ever finds a part of one.
/// A file that cannot be written is done without.
void writeCache(const std::string &path, const std::vector<uint8_t> &data);

#endif // PC_LIB_TARGET_VULKAN_RUNTIME_PIPELINECACHE_H
