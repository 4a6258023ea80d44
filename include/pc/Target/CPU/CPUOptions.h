// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_TARGET_CPU_CPUOPTIONS_H
#define PC_TARGET_CPU_CPUOPTIONS_H

#include <string>

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
};

} // namespace mlir::pc

#endif // PC_TARGET_CPU_CPUOPTIONS_H
