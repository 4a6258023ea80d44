// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Target/Vulkan/Transforms/DeviceProfile.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir::pc;

llvm::ArrayRef<DeviceProfile> mlir::pc::getDeviceProfiles() {
  static const std::vector<MatrixShape> halves = {{16, 16, 16, false},
                                                  {16, 16, 16, true}};
  static const DeviceProfile profiles[] = {
      // Bindings, but where a buffer is larger than they may be.
      {"lavapipe", 8, 16, 256, 64, 0, (int64_t(128) << 20) - 15},
      {"generic", 32, 64, 64, 128, 16384},
      {"h100", 32, 1056, 64, 256, 49152, 0, halves},
      {"emulated", 32, 16, 64, 256, 32768, std::nullopt, halves, true},
      {"addressed", 8, 16, 256, 64, 0, 0}};
  return profiles;
}

const DeviceProfile *mlir::pc::findDeviceProfile(llvm::StringRef name) {
  llvm::ArrayRef<DeviceProfile> profiles = getDeviceProfiles();
  if (name.empty())
    return profiles.begin();
  const DeviceProfile *found =
      llvm::find_if(profiles, [&](const DeviceProfile &profile) {
        return profile.name == name;
      });
  return found == profiles.end() ? nullptr : found;
}
