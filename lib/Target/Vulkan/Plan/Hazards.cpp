// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which dispatches have to wait for which, twice: once to make the barriers of
// a plan, once to hold a plan against what it has.

#include "pc/Target/Vulkan/Plan/Plan.h"

using namespace mlir::pc;

namespace {
/// What has been accessed and not been waited for.
struct Pending {
  std::vector<PlanRange> reads, writes;
};
} // namespace

static bool overlapsAny(const PlanRange &range,
                        const std::vector<PlanRange> &others) {
  for (const PlanRange &other : others)
    if (range.overlaps(other))
      return true;
  return false;
}

/// Read or write after write: memory. Write after read: order alone.
static Barrier getNeed(const PlanDispatch &dispatch, const Pending &pending) {
  Barrier need = Barrier::None;
  for (const PlanOperand &operand : dispatch.operands) {
    if (overlapsAny(operand.range, pending.writes))
      return Barrier::Memory;
    if (operand.writes && overlapsAny(operand.range, pending.reads))
      need = Barrier::Execution;
  }
  return need;
}

void mlir::pc::computeBarriers(Plan &plan) {
  Pending pending;
  for (PlanDispatch &dispatch : plan.dispatches) {
    dispatch.barrier = getNeed(dispatch, pending);
    // Order alone does not let later ones see what was written.
    if (dispatch.barrier != Barrier::None)
      pending.reads.clear();
    if (dispatch.barrier == Barrier::Memory)
      pending.writes.clear();
    for (const PlanOperand &operand : dispatch.operands) {
      if (operand.reads)
        pending.reads.push_back(operand.range);
      if (operand.writes)
        pending.writes.push_back(operand.range);
    }
  }
}

/// What `later` would do to `earlier` if they ran together; `ordered` says that
/// one ends before the other begins.
static const char *findConflict(const PlanDispatch &earlier,
                                const PlanDispatch &later, bool ordered) {
  for (const PlanOperand &a : earlier.operands)
    for (const PlanOperand &b : later.operands) {
      if (!a.range.overlaps(b.range))
        continue;
      if (a.writes && b.reads)
        return "reads what";
      if (a.writes && b.writes)
        return "writes what";
      if (a.reads && b.writes && !ordered)
        return "overwrites what";
    }
  return nullptr;
}

std::string mlir::pc::findHazard(const Plan &plan) {
  for (size_t later = 0; later != plan.dispatches.size(); ++later) {
    Barrier strongest = plan.dispatches[later].barrier;
    for (size_t earlier = later; strongest != Barrier::Memory && earlier-- > 0;
         strongest = std::max(strongest, plan.dispatches[earlier].barrier)) {
      const char *conflict =
          findConflict(plan.dispatches[earlier], plan.dispatches[later],
                       strongest == Barrier::Execution);
      if (conflict)
        return "dispatch " + std::to_string(later) + " " + conflict +
               " dispatch " + std::to_string(earlier) +
               " accesses, and no barrier is between them";
    }
  }
  return "";
}
