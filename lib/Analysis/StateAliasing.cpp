// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Analysis/StateAliasing.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/Interfaces/LoopLikeInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace mlir::pc;

namespace {
/// What one operation of a loop body does to memory, with all inside of it.
struct Access {
  llvm::SmallSetVector<Value, 4> reads, writes; // roots
};

/// What has been seen of one piece of memory in this iteration.
struct History {
  Operation *firstWrite = nullptr;
  bool isState = false; // read before it was written
};
} // namespace

/// The memory that a view, a cast or a slice is of.
static Value getRoot(Value memory) {
  while (auto view = memory.getDefiningOp<ViewLikeOpInterface>())
    memory = view.getViewSource();
  return memory;
}

/// Effects on memory that is alive before and after `op`.
static Access getAccess(Operation *op) {
  Access access;
  std::optional<llvm::SmallVector<MemoryEffects::EffectInstance>> effects =
      getEffectsRecursively(op);
  if (!effects)
    return access;
  for (const MemoryEffects::EffectInstance &effect : *effects) {
    Value value = effect.getValue();
    if (!value || !isa<BaseMemRefType>(value.getType()))
      continue;
    Value root = getRoot(value);
    if (Operation *definition = root.getDefiningOp())
      if (op->isAncestor(definition))
        continue;
    if (isa<MemoryEffects::Read>(effect.getEffect()))
      access.reads.insert(root);
    if (isa<MemoryEffects::Write>(effect.getEffect()))
      access.writes.insert(root);
  }
  return access;
}

static void checkLoop(LoopLikeOpInterface loop,
                      llvm::SmallVector<EarlyWrite> &found) {
  for (Region *region : loop.getLoopRegions()) {
    llvm::MapVector<Value, History> memory;
    for (Operation &op : region->front().without_terminator()) {
      Access access = getAccess(&op);
      for (Value root : access.reads) {
        if (region->isAncestor(root.getParentRegion()))
          continue; // made anew in each iteration
        History &history = memory[root];
        history.isState |= !history.firstWrite;
        // What writes nothing else goes on with the state itself.
        bool isOwn = access.writes.size() == 1 && access.writes[0] == root;
        if (history.isState && history.firstWrite && !isOwn)
          found.push_back({history.firstWrite, &op});
      }
      for (Value root : access.writes)
        if (History &history = memory[root]; !history.firstWrite)
          history.firstWrite = &op;
    }
  }
}

llvm::SmallVector<EarlyWrite> pc::findEarlyWrites(Operation *root) {
  llvm::SmallVector<EarlyWrite> found;
  root->walk<WalkOrder::PreOrder>([&](LoopLikeOpInterface loop) {
    checkLoop(loop, found);
    return WalkResult::skip(); // a loop inside is one operation of this one
  });
  return found;
}
