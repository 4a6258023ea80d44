// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the compiler asks about a device before it chooses the form of kernels.

#ifndef PC_TARGET_VULKAN_TRANSFORMS_DEVICEPROFILE_H
#define PC_TARGET_VULKAN_TRANSFORMS_DEVICEPROFILE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <optional>
#include <vector>

namespace mlir::pc {

/// A product that the invocations of a subgroup compute together: m x k times
/// k x n, of f16 or bf16, summed up in f32.
struct MatrixShape {
  int64_t m = 0, n = 0, k = 0;
  bool isBrain = false; // bf16
};

struct DeviceProfile {
  llvm::StringRef name;
  int64_t lanes;       // invocations that run in step
  int64_t subgroups;   // that keep the device busy
  int64_t registers;   // accumulators of an invocation, at most
  int64_t invocations; // of a workgroup, at most
  int64_t sharedBytes; // of its memory; 0: sharing does not pay
  /// Kernels with a buffer of so many bytes reach buffers by their addresses;
  /// none: the device has no addresses.
  std::optional<int64_t> addressedBytes = {};
  std::vector<MatrixShape> matrices = {}; // cooperative ones
  bool emulatesMatrices = false;          // by single invocations, for tests
};

/// All that have a name, the default first: "lavapipe", a device in software,
/// where each barrier is a change of context; "generic", what every device in
/// hardware has to allow; "h100", by its data sheet; "emulated", the same
/// kernels for devices without cooperative matrices; "addressed", lavapipe with
/// addresses of buffers in all kernels.
llvm::ArrayRef<DeviceProfile> getDeviceProfiles();

/// The one of that name, the default for an empty one; null if there is none.
const DeviceProfile *findDeviceProfile(llvm::StringRef name);

} // namespace mlir::pc

#endif // PC_TARGET_VULKAN_TRANSFORMS_DEVICEPROFILE_H
