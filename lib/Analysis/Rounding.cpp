// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Analysis/Rounding.h"
#include "pc/Support/Names.h"

using namespace mlir;

using Values = llvm::DenseSet<Value>; // looked up, never iterated

/// Visits what follows in one step; what a terminator reads, its parent returns
/// or, as a loop, gives to the next iteration.
static void forEachNext(Value value, function_ref<void(Value)> visit) {
  for (Operation *user : value.getUsers()) {
    if (user->hasTrait<OpTrait::IsTerminator>()) {
      Operation *parent = user->getParentOp();
      if (isa<FunctionOpInterface>(parent))
        continue;
      user = parent;
    }
    llvm::for_each(user->getResults(), visit);
    for (Region &region : user->getRegions())
      llvm::for_each(region.getArguments(), visit);
  }
}

/// Visits what stands in front, in one step.
static void forEachPrevious(Value value, function_ref<void(Value)> visit) {
  Operation *op = value.getDefiningOp();
  if (!op)
    op = value.getParentRegion()->getParentOp();
  if (isa<FunctionOpInterface>(op))
    return;
  llvm::for_each(op->getOperands(), visit);
  for (Region &region : op->getRegions())
    if (!region.empty())
      llvm::for_each(region.back().getTerminator()->getOperands(), visit);
}

static Values
close(ValueRange from,
      function_ref<void(Value, function_ref<void(Value)>)> forEachNeighbour) {
  Values closed(from.begin(), from.end());
  llvm::SmallVector<Value> worklist(from);
  while (!worklist.empty())
    forEachNeighbour(worklist.pop_back_val(), [&](Value value) {
      if (closed.insert(value).second)
        worklist.push_back(value);
    });
  return closed;
}

static Value getLoss(FunctionOpInterface objective, unsigned lossResult) {
  return objective.getFunctionBody().front().getTerminator()->getOperand(
      lossResult);
}

static bool readsOneOf(Operation *op, const Values &values) {
  return llvm::any_of(op->getOperands(),
                      [&](Value v) { return values.contains(v); });
}

static bool writesOneOf(Operation *op, const Values &values) {
  return llvm::any_of(op->getResults(),
                      [&](Value v) { return values.contains(v); });
}

pc::RoundingReport pc::findRounding(FunctionOpInterface objective,
                                    ArrayRef<unsigned> wanted,
                                    unsigned lossResult) {
  RoundingReport report;
  auto arguments = llvm::map_to_vector(
      wanted, [&](unsigned i) -> Value { return objective.getArgument(i); });
  Values varied = close(arguments, forEachNext);
  Values relevant = close(getLoss(objective, lossResult), forEachPrevious);
  objective->walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (!readsOneOf(op, varied) || !writesOneOf(op, relevant))
      return;
    if (op->hasAttr(quantizesAttrName))
      report.ends.push_back(op);
    if (op->hasAttr(straightThroughAttrName))
      report.estimators.push_back(op);
  });
  auto findArguments = [&](ArrayRef<Operation *> ops) {
    llvm::SmallVector<Value> read;
    for (Operation *op : ops)
      llvm::append_range(read, op->getOperands());
    Values before = close(read, forEachPrevious);
    return llvm::filter_to_vector(wanted, [&](unsigned i) {
      return before.contains(objective.getArgument(i));
    });
  };
  report.ended = findArguments(report.ends);
  report.estimated = findArguments(report.estimators);
  return report;
}

/// A scalar or tensor of integers.
static bool isInteger(Value value) {
  return isa<IntegerType>(getElementTypeOrSelf(value.getType()));
}

Operation *pc::findReturn(Operation *conversion, FunctionOpInterface objective,
                          unsigned lossResult) {
  Values relevant = close(getLoss(objective, lossResult), forEachPrevious);
  Values after = close(conversion->getResults(), forEachNext);
  Operation *found = nullptr;
  objective->walk<WalkOrder::PreOrder>([&](Operation *op) {
    bool readsIntegers = llvm::any_of(op->getOperands(), [&](Value v) {
      return after.contains(v) && isInteger(v);
    });
    if (!readsIntegers || !writesOneOf(op, relevant) ||
        llvm::all_of(op->getResults(), isInteger))
      return WalkResult::advance();
    found = op;
    return WalkResult::interrupt();
  });
  return found;
}
