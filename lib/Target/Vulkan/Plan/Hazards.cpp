// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which dispatches have to wait for which, twice: once to make the barriers of
// a plan, once to hold a plan against what it has.

#include "pc/Target/Vulkan/Plan/Plan.h"

#include <algorithm>
#include <set>

using namespace mlir::pc;

namespace {
/// What has been accessed and not been waited for.
struct Pending {
  std::vector<PlanRange> reads, writes;
  std::vector<PlanRange> grids; // written, and not to be seen as grids yet
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
  if (dispatch.gridAt &&
      overlapsAny(getGridRange(*dispatch.gridAt), pending.grids))
    return Barrier::Grid;
  Barrier need = Barrier::None;
  for (const PlanOperand &operand : dispatch.operands) {
    if (overlapsAny(operand.range, pending.writes))
      return Barrier::Memory;
    if (operand.writes && overlapsAny(operand.range, pending.reads))
      need = Barrier::Execution;
  }
  return need;
}

/// Where grids are read from, each place once.
static std::vector<PlanRange> collectGrids(const Plan &plan) {
  std::set<uint64_t> places;
  for (const PlanDispatch &dispatch : plan.dispatches)
    if (dispatch.gridAt)
      places.insert(*dispatch.gridAt);
  std::vector<PlanRange> grids;
  for (uint64_t place : places)
    grids.push_back(getGridRange(place));
  return grids;
}

void mlir::pc::computeBarriers(Plan &plan) {
  std::vector<PlanRange> grids = collectGrids(plan);
  Pending pending;
  for (PlanDispatch &dispatch : plan.dispatches) {
    dispatch.barrier = getNeed(dispatch, pending);
    // Order alone does not let later ones see what was written.
    if (dispatch.barrier >= Barrier::Execution)
      pending.reads.clear();
    if (dispatch.barrier >= Barrier::Memory)
      pending.writes.clear();
    if (dispatch.barrier >= Barrier::Grid)
      pending.grids.clear();
    if (dispatch.gridAt)
      pending.reads.push_back(getGridRange(*dispatch.gridAt));
    for (const PlanOperand &operand : dispatch.operands) {
      if (operand.reads)
        pending.reads.push_back(operand.range);
      if (operand.writes)
        pending.writes.push_back(operand.range);
      if (operand.writes && overlapsAny(operand.range, grids))
        pending.grids.push_back(operand.range);
    }
  }
}

/// What `later` would do to `earlier` if they ran together; `ordered` says that
/// one ends before the other begins.
static const char *findConflict(const PlanDispatch &earlier,
                                const PlanDispatch &later, bool ordered) {
  if (earlier.gridAt && !ordered)
    for (const PlanOperand &b : later.operands)
      if (b.writes && b.range.overlaps(getGridRange(*earlier.gridAt)))
        return "overwrites what";
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

/// A dispatch that writes the grid of `later`, with no barrier in between that
/// lets it be seen as one; `later` itself where there is none.
static size_t findUnseenGrid(const Plan &plan, size_t later) {
  const PlanDispatch &dispatch = plan.dispatches[later];
  if (!dispatch.gridAt)
    return later;
  PlanRange grid = getGridRange(*dispatch.gridAt);
  for (size_t at = later; at > 0; --at) {
    if (plan.dispatches[at].barrier == Barrier::Grid)
      return later;
    for (const PlanOperand &operand : plan.dispatches[at - 1].operands)
      if (operand.writes && operand.range.overlaps(grid))
        return at - 1;
  }
  return later;
}

static std::string describeHazard(size_t later, const char *conflict,
                                  size_t earlier) {
  return "dispatch " + std::to_string(later) + " " + conflict + " dispatch " +
         std::to_string(earlier) + " accesses, and no barrier is between them";
}

std::string mlir::pc::findHazard(const Plan &plan) {
  for (size_t later = 0; later != plan.dispatches.size(); ++later) {
    if (size_t writer = findUnseenGrid(plan, later); writer != later)
      return describeHazard(later, "has the grid that", writer);
    Barrier strongest = plan.dispatches[later].barrier;
    for (size_t earlier = later; strongest < Barrier::Memory && earlier-- > 0;
         strongest = std::max(strongest, plan.dispatches[earlier].barrier)) {
      const char *conflict =
          findConflict(plan.dispatches[earlier], plan.dispatches[later],
                       strongest == Barrier::Execution);
      if (conflict)
        return describeHazard(later, conflict, earlier);
    }
  }
  return "";
}
