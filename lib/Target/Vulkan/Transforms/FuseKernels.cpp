// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which structured ops share a kernel.

#include "KernelDomain.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "pc/Target/Vulkan/Transforms/Passes.h"
#include <deque>

namespace mlir::pc {
#define GEN_PASS_DEF_FUSEKERNELS
#include "pc/Target/Vulkan/Transforms/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

/// Buffers of one kernel; devices allow more, but not many more.
static constexpr unsigned mostBuffers = 24;

namespace {
/// Ops that are to share a kernel, in their order.
struct Group {
  SmallVector<linalg::LinalgOp> ops;
  SmallVector<int64_t> sizes; // of the elements that they share out
  bool reduces = false;
};

struct FuseKernels : public mlir::pc::impl::FuseKernelsBase<FuseKernels> {
  void runOnOperation() override;

private:
  void fuse(Block &block);
  void wrap(Group &group);
  void keepInside(Group &group, scf::ExecuteRegionOp region);
};
} // namespace

//===----------------------------------------------------------------------===//
// Who touches what
//===----------------------------------------------------------------------===//

/// How an op accesses memory: which part, whether element by element.
namespace {
struct Access {
  Value memory, root;
  bool writes = false;
  bool isLocal = false;
};
} // namespace

static SmallVector<Access> getAccesses(linalg::LinalgOp op) {
  SmallVector<Access> accesses;
  auto add = [&](Value memory, bool writes, bool isLocal) {
    if (isa<MemRefType>(memory.getType()))
      accesses.push_back({memory, getRoot(memory), writes, isLocal});
  };
  for (OpOperand *input : op.getDpsInputOperands())
    add(input->get(), false, isElementLocal(op, *input));
  for (OpOperand &init : op.getDpsInitsMutable())
    add(init.get(), true, isElementLocal(op, init));
  for (Value captured : collectCaptured(op))
    add(captured, true, false);
  return accesses;
}

/// Whether an op with `accesses` has to stay behind `op`. What is not
/// structured may write all that it is given; views access nothing.
static bool holdsBack(Operation *op, ArrayRef<Access> accesses) {
  if (isa<ViewLikeOpInterface, memref::AllocOp, memref::GetGlobalOp>(op))
    return false;
  auto conflicts = [&](Value root, bool writes) {
    return llvm::any_of(accesses, [&](const Access &access) {
      return access.root == root && (writes || access.writes);
    });
  };
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
    return llvm::any_of(getAccesses(linalgOp), [&](const Access &access) {
      return conflicts(access.root, access.writes);
    });
  bool found = false;
  op->walk([&](Operation *nested) {
    for (Value operand : nested->getOperands())
      if (isa<MemRefType>(operand.getType()))
        found |= conflicts(getRoot(operand), true);
  });
  return found;
}

//===----------------------------------------------------------------------===//
// Decisions
//===----------------------------------------------------------------------===//

/// Two accesses of one kernel, whose invocations are not ordered: of memory
/// that one of them writes, each invocation has to stay with its own elements.
static bool agree(const Access &a, const Access &b) {
  if (a.root != b.root || (!a.writes && !b.writes))
    return true;
  return a.memory == b.memory && a.isLocal && b.isLocal;
}

static unsigned countBuffers(const Group &group, linalg::LinalgOp added) {
  llvm::SmallPtrSet<Value, 16> buffers;
  auto count = [&](linalg::LinalgOp op) {
    for (const Access &access : getAccesses(op))
      buffers.insert(access.memory);
  };
  llvm::for_each(group.ops, count);
  count(added);
  return buffers.size();
}

/// Whether `op` has something to gain from `group` and may be part of it.
static bool fits(const Group &group, linalg::LinalgOp op,
                 const KernelDomain &domain) {
  bool reduces = !domain.reductions.empty();
  if (domain.sizes != group.sizes || (reduces && group.reduces))
    return false;
  bool isRelated = false;
  SmallVector<Access> accesses = getAccesses(op);
  for (linalg::LinalgOp earlier : group.ops)
    for (const Access &a : getAccesses(earlier))
      for (const Access &b : accesses) {
        if (!agree(a, b))
          return false;
        isRelated |= a.writes && a.memory == b.memory;
      }
  return isRelated && countBuffers(group, op) <= mostBuffers;
}

/// What `op` uses that is defined behind `place`, outermost definition first;
/// nothing where some of it cannot move there.
static std::optional<SmallVector<Operation *>> collectLate(linalg::LinalgOp op,
                                                           Operation *place) {
  llvm::SetVector<Operation *> late;
  SmallVector<Value> open = collectOperands(op);
  while (!open.empty()) {
    Operation *definition = open.pop_back_val().getDefiningOp();
    if (!definition || definition->getBlock() != place->getBlock() ||
        definition->isBeforeInBlock(place) || late.contains(definition))
      continue;
    if (!isa<memref::AllocOp, memref::GetGlobalOp, ViewLikeOpInterface>(
            definition) &&
        !isPure(definition))
      return std::nullopt;
    late.insert(definition);
    llvm::append_range(open, definition->getOperands());
  }
  SmallVector<Operation *> sorted = late.takeVector();
  llvm::sort(sorted,
             [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  return sorted;
}

/// The nearest group that `op` can join: it passes what is in between.
static Group *findGroup(const llvm::DenseMap<Operation *, Group *> &ends,
                        linalg::LinalgOp op) {
  std::optional<KernelDomain> domain = getDomain(op);
  if (!domain)
    return nullptr;
  SmallVector<Access> accesses = getAccesses(op);
  constexpr unsigned farthest = 64; // operations
  unsigned distance = 0;
  for (Operation *before = op->getPrevNode(); before && distance != farthest;
       before = before->getPrevNode(), ++distance) {
    Group *group = ends.lookup(before);
    if (group && fits(*group, op, *domain) && collectLate(op, before))
      return group;
    if (holdsBack(before, accesses))
      return nullptr;
  }
  return nullptr;
}

//===----------------------------------------------------------------------===//
// Rewriting
//===----------------------------------------------------------------------===//

void FuseKernels::fuse(Block &block) {
  SmallVector<linalg::LinalgOp> ops;
  llvm::append_range(ops, block.getOps<linalg::LinalgOp>());
  std::deque<Group> groups;
  llvm::DenseMap<Operation *, Group *> ends; // by their last op
  for (linalg::LinalgOp op : ops) {
    std::optional<KernelDomain> domain = getDomain(op);
    if (!domain || !op.hasPureBufferSemantics())
      continue;
    bool reduces = !domain->reductions.empty();
    Group *group = findGroup(ends, op);
    if (group) {
      Operation *last = group->ops.back();
      std::optional<SmallVector<Operation *>> late = collectLate(op, last);
      for (Operation *definition : *late)
        definition->moveBefore(last);
      op->moveAfter(last);
      ends.erase(last);
      ++fused;
    } else {
      group = &groups.emplace_back();
      group->sizes = domain->sizes;
    }
    group->ops.push_back(op);
    group->reduces |= reduces;
    ends[op] = group;
  }
  for (Group &group : groups)
    if (group.ops.size() > 1)
      wrap(group);
}

/// The ops in a region of their own, which says that they are one kernel. What
/// lies between them are definitions that they use.
void FuseKernels::wrap(Group &group) {
  OpBuilder builder(group.ops.back());
  auto region = scf::ExecuteRegionOp::create(builder, group.ops.back().getLoc(),
                                             TypeRange(), /*no_inline=*/true);
  builder.createBlock(&region.getRegion());
  auto yield = scf::YieldOp::create(builder, region.getLoc());
  for (linalg::LinalgOp op : group.ops)
    op->moveBefore(yield);
  keepInside(group, region);
}

/// What only these ops use, and set before they read it, needs no memory.
void FuseKernels::keepInside(Group &group, scf::ExecuteRegionOp region) {
  llvm::SetVector<Value> written;
  for (linalg::LinalgOp op : group.ops)
    for (Value init : op.getDpsInits())
      written.insert(init);
  for (Value buffer : written) {
    auto alloc = buffer.getDefiningOp<memref::AllocOp>();
    auto isInside = [&](Operation *user) {
      return region->isProperAncestor(user);
    };
    if (!alloc || !llvm::all_of(buffer.getUsers(), isInside))
      continue;
    auto *first = llvm::find_if(group.ops, [&](linalg::LinalgOp op) {
      return llvm::is_contained(op->getOperands(), buffer);
    });
    auto sets = [&](OpOperand &init) {
      return init.get() == buffer && isElementLocal(*first, init) &&
             overwrites(*first, init);
    };
    bool isRead = llvm::is_contained(first->getDpsInputs(), buffer);
    if (isRead || !llvm::any_of(first->getDpsInitsMutable(), sets))
      continue;
    OpBuilder builder = OpBuilder::atBlockBegin(&region.getRegion().front());
    auto inside =
        memref::AllocaOp::create(builder, alloc.getLoc(), alloc.getType());
    alloc.replaceAllUsesWith(inside.getResult());
    alloc.erase();
    ++kept;
  }
}

void FuseKernels::runOnOperation() {
  SmallVector<Block *> blocks;
  getOperation().walk([&](Block *block) {
    if (!isa<linalg::LinalgOp>(block->getParentOp()) &&
        !block->getParentOp()->getParentOfType<linalg::LinalgOp>())
      blocks.push_back(block);
  });
  for (Block *block : blocks)
    fuse(*block);
}
