// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Elementwise results over a part of a buffer that is not read there again.

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "pc/Target/CPU/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_REUSEPARTS
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

namespace {
struct ReuseParts : public mlir::pc::impl::ReusePartsBase<ReuseParts> {
  void runOnOperation() override;
};
} // namespace

/// Whether `part` is a block of the buffer that it is a view of.
static bool isBlock(memref::SubViewOp part) {
  return !ShapedType::isDynamicShape(part.getStaticOffsets()) &&
         !ShapedType::isDynamicShape(part.getStaticSizes()) &&
         part.hasUnitStride() &&
         part.getType().getRank() == part.getSourceType().getRank();
}

static bool areDisjoint(memref::SubViewOp a, memref::SubViewOp b) {
  for (auto [first, size, otherFirst, otherSize] :
       llvm::zip(a.getStaticOffsets(), a.getStaticSizes(), b.getStaticOffsets(),
                 b.getStaticSizes()))
    if (first + size <= otherFirst || otherFirst + otherSize <= first)
      return true;
  return false;
}

/// Whether `user` ends before `op` begins.
static bool isBefore(Operation *user, Operation *op) {
  Operation *here = op->getBlock()->findAncestorOpInBlock(*user);
  return here && here->isBeforeInBlock(op);
}

/// Whether `user` reads or writes what it is given and gives it no other name,
/// as a loop does that carries it, and ends before `op` begins.
static bool isAccessBefore(Operation *user, Operation *op) {
  return isa<linalg::LinalgOp, memref::CopyOp, memref::LoadOp, memref::StoreOp>(
             user) &&
         isBefore(user, op);
}

/// Whether nothing but `op`, which reads it as `part`, needs what `part` holds
/// once `op` begins.
static bool isReadLast(memref::SubViewOp part, linalg::GenericOp op) {
  auto isOver = [&](memref::SubViewOp other) {
    return llvm::all_of(other->getUses(), [&](OpOperand &use) {
      return isAccessBefore(use.getOwner(), op) ||
             (use.getOwner() == op && other == part);
    });
  };
  return llvm::count(op->getOperands(), part.getResult()) == 1 &&
         llvm::all_of(part.getSource().getUsers(), [&](Operation *user) {
           auto other = dyn_cast<memref::SubViewOp>(user);
           if (!other)
             return isAccessBefore(user, op);
           return (isBlock(other) && areDisjoint(part, other)) || isOver(other);
         });
}

/// Whether `memory` may have any strides wherever it is used once `op` has
/// begun, and parts of it are used either before that or after.
static bool canMove(Value memory, Operation *op) {
  return llvm::all_of(memory.getUsers(), [&](Operation *user) {
    auto part = dyn_cast<memref::SubViewOp>(user);
    if (isAccessBefore(user, op))
      return true;
    if (part && isBefore(part, op))
      return llvm::all_of(part->getUsers(), [&](Operation *reader) {
        return isAccessBefore(reader, op);
      });
    if (part)
      return part.getType().getRank() == part.getSourceType().getRank() &&
             canMove(part, op);
    return !isBefore(user, op) && isa<linalg::LinalgOp, memref::CopyOp>(user);
  });
}

/// Uses `to` in the place of `from`, and its parts in the place of those, where
/// `op` writes and behind it.
static void move(OpBuilder &builder, Value from, Value to,
                 linalg::GenericOp op) {
  for (OpOperand &use : llvm::make_early_inc_range(from.getUses())) {
    auto part = dyn_cast<memref::SubViewOp>(use.getOwner());
    if (isBefore(use.getOwner(), op) ||
        (use.getOwner() == op && op.isDpsInput(&use)))
      continue;
    if (!part) {
      use.set(to);
      continue;
    }
    builder.setInsertionPoint(part);
    move(builder, part,
         memref::SubViewOp::create(builder, part.getLoc(), to,
                                   part.getMixedOffsets(), part.getMixedSizes(),
                                   part.getMixedStrides()),
         op);
    part.erase();
  }
}

/// The part that the result of `op` may be written over.
static memref::SubViewOp findPart(linalg::GenericOp op,
                                  memref::AllocOp result) {
  OpOperand *output = op.getDpsInitOperand(0);
  AffineMap map = op.getMatchingIndexingMap(output);
  if (!map.isPermutation() || !canMove(result, op) ||
      !op.getMatchingBlockArgument(output).use_empty())
    return {};
  for (OpOperand *input : op.getDpsInputOperands()) {
    auto part = input->get().getDefiningOp<memref::SubViewOp>();
    auto whole = part ? part.getSource().getDefiningOp<memref::AllocOp>()
                      : memref::AllocOp();
    if (!whole || whole->getBlock() != op->getBlock() ||
        part->getBlock() != op->getBlock() || !isBlock(part) ||
        part.getType().getShape() != result.getType().getShape() ||
        part.getType().getElementType() != result.getType().getElementType() ||
        op.getMatchingIndexingMap(input) != map)
      continue;
    if (isReadLast(part, op))
      return part;
  }
  return {};
}

void ReuseParts::runOnOperation() {
  SmallVector<linalg::GenericOp> ops;
  getOperation().walk([&](linalg::GenericOp op) {
    if (op.hasPureBufferSemantics() && op.getNumDpsInits() == 1 &&
        op.getNumLoops() == op.getNumParallelLoops())
      ops.push_back(op);
  });
  OpBuilder builder(&getContext());
  for (linalg::GenericOp op : ops) {
    auto result = op.getDpsInits().front().getDefiningOp<memref::AllocOp>();
    if (!result || result->getBlock() != op->getBlock())
      continue;
    memref::SubViewOp part = findPart(op, result);
    if (!part)
      continue;
    move(builder, result, part, op);
    if (result->use_empty())
      result.erase();
    ++reused;
  }
}
