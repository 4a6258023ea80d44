// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The time of the passes of one manager. A timer tells its children by
// address, and passes of a manager that has gone leave theirs to others, which
// would be counted under a wrong name: each manager needs a timer of its own
// between the report and its passes.

#ifndef PC_SUPPORT_PASSTIMER_H
#define PC_SUPPORT_PASSTIMER_H

#include "mlir/Support/Timing.h"

namespace mlir {
class PassManager;
} // namespace mlir

namespace mlir::pc {

/// Measures what `manager` runs while it lives, into `report` where there is
/// one; the report shows the passes alone.
class PassTimer {
public:
  PassTimer(PassManager &manager, TimingScope *report);
  PassTimer(const PassTimer &) = delete; // the manager knows where it is

private:
  TimingScope scope;
};

} // namespace mlir::pc

#endif // PC_SUPPORT_PASSTIMER_H
