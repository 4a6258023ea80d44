// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_TARGET_VULKAN_VULKANOPTIONS_H
#define PC_TARGET_VULKAN_VULKANOPTIONS_H

#include <cstdint>
#include <string>
#include <vector>

namespace mlir {
class TimingScope;
}

namespace mlir::pc {

/// What the dispatches of a kernel took on a device.
struct DeviceTime {
  std::string function, kernel;
  uint64_t dispatches = 0;
  double nanoseconds = 0;
};

struct VulkanOptions {
  /// Number or part of the name of a device; empty: the best one.
  std::string device;
  /// Where the driver's pipelines are kept for later runs; empty: they are not.
  std::string cache;
  /// What kernels are made for, one of `getDeviceProfiles`; empty: the device,
  /// or the default where there is none.
  std::string profile;
  /// Passes that are left out, among those of `getOptionalGPUPasses`.
  std::vector<std::string> without;
  /// What each pass takes goes there; null: nowhere.
  TimingScope *timing = nullptr;
  /// What each kernel took goes there when the executable goes; null:
  /// dispatches are not measured.
  std::vector<DeviceTime> *times = nullptr;
};

} // namespace mlir::pc

#endif // PC_TARGET_VULKAN_VULKANOPTIONS_H
