// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_TARGET_CPU_CPUOPTIONS_H
#define PC_TARGET_CPU_CPUOPTIONS_H

#include <string>
#include <vector>

namespace mlir {
class TimingScope;
}

namespace mlir::pc {

struct CPUOptions {
  /// 0 to 3, as compilers of C count.
  unsigned optLevel = 3;
  /// `native`, or a name that LLVM knows, such as `x86-64-v3`.
  std::string cpu = "native";
  /// Threads that share a loop where that pays; results do not depend on it.
  unsigned threads = 1;
  /// Verify the IR after every pass, a third of the time of a compilation of
  /// many small functions.
  bool verifyPasses = true;
  /// Where objects are kept for later runs; empty: they are not.
  std::string cache;
  /// Passes that are left out, among those of `getOptionalCPUPasses`.
  std::vector<std::string> without;
  /// What each pass takes goes there; null: nowhere.
  TimingScope *timing = nullptr;
};

/// Of the environment's PC_CACHE, where `none` stands for no folder, or `pc` in
/// the user's folder of caches; empty where there is none.
std::string getDefaultCacheFolder();

} // namespace mlir::pc

#endif // PC_TARGET_CPU_CPUOPTIONS_H
