// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Support/PassTimer.h"

#include "mlir/Pass/PassManager.h"

#include <atomic>
#include <cstdint>

using namespace mlir;
using namespace mlir::pc;

PassTimer::PassTimer(PassManager &manager, TimingScope *report) {
  if (!report)
    return;
  // Small numbers are the address of nothing.
  static std::atomic<uintptr_t> count = 0;
  auto *identity = reinterpret_cast<const void *>(++count);
  scope = report->nest(identity, [] { return std::string("passes"); });
  scope.hide();
  manager.enableTiming(scope);
}
