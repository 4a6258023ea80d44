// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Target/Vulkan/Transforms/DeviceProfile.h"

using namespace mlir::pc;

static constexpr DeviceProfile profiles[] = {
    {"lavapipe", 8, 16, 256, 64, 0},
    {"generic", 32, 64, 64, 128, 16384},
    {"h100", 32, 1056, 64, 256, 49152}};

llvm::ArrayRef<DeviceProfile> mlir::pc::getDeviceProfiles() { return profiles; }

const DeviceProfile *mlir::pc::findDeviceProfile(llvm::StringRef name) {
  if (name.empty())
    return &profiles[0];
  for (const DeviceProfile &profile : profiles)
    if (profile.name == name)
      return &profile;
  return nullptr;
}
