// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which elementwise ops end the tiles of a product: bias and activation, the
// derivative of an activation, the update of an error, of an activity, or of a
// weight.

#include "FindFill.h"
#include "NestEmitter.h"
#include "RootBuffer.h"
#include "TensorBytes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "pc/Target/CPU/Passes.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::pc {
#define GEN_PASS_DEF_FUSEEPILOGUES
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

namespace {
struct FuseEpilogues : public mlir::pc::impl::FuseEpiloguesBase<FuseEpilogues> {
  using FuseEpiloguesBase::FuseEpiloguesBase;
  void runOnOperation() override;
};

/// A product, and the op that reads its sums.
struct Pair {
  linalg::LinalgOp product, epilogue;
  OpOperand *sums = nullptr; // of the epilogue
};
} // namespace

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

static bool ownsMemory(linalg::LinalgOp op) {
  return llvm::all_of(op->getOperands(), [](Value value) {
    return !isa<MemRefType>(value.getType()) || isOwned(getRootBuffer(value));
  });
}

using Buffers = llvm::SmallDenseSet<Value>;

/// What `op`, with all that is inside of it, may read or write, and what of
/// that it may write.
static void addAccesses(Operation *op, Buffers &touched, Buffers &written) {
  op->walk([&](Operation *inner) {
    if (isa<ViewLikeOpInterface>(inner))
      return;
    auto structured = dyn_cast<linalg::LinalgOp>(inner);
    for (OpOperand &operand : inner->getOpOperands()) {
      if (!isa<MemRefType>(operand.get().getType()))
        continue;
      Value root = getRootBuffer(operand.get());
      touched.insert(root);
      if (!structured || structured.isDpsInit(&operand))
        written.insert(root);
    }
  });
}

static bool meet(const Buffers &some, const Buffers &others) {
  return llvm::any_of(some,
                      [&](Value buffer) { return others.contains(buffer); });
}

static Buffers getReads(linalg::LinalgOp op) {
  Buffers reads;
  for (OpOperand *operand : op.getDpsInputOperands())
    reads.insert(getRootBuffer(operand->get()));
  return reads;
}

static Buffers getWrites(linalg::LinalgOp op) {
  Buffers writes;
  for (Value output : op.getDpsInits())
    writes.insert(getRootBuffer(output));
  return writes;
}

//===----------------------------------------------------------------------===//
// What may be fused
//===----------------------------------------------------------------------===//

static bool isProduct(linalg::LinalgOp op) {
  return op.hasPureBufferSemantics() && op.getNumDpsInits() == 1 &&
         op.getNumReductionLoops() > 0 && hasVectorForm(op) &&
         !getCombiners(op).empty() && ownsMemory(op);
}

/// Elementwise bodies that are written out for the columns of a tile, or all of
/// its registers.
static bool isEpilogue(linalg::LinalgOp op) {
  constexpr unsigned most = 32;
  auto &body = op.getBlock()->getOperations();
  bool isShort = body.size() <= most && llvm::none_of(body, [](Operation &op) {
                   return isa<linalg::IndexOp>(op);
                 });
  return isShort && op.hasPureBufferSemantics() &&
         op.getNumParallelLoops() == op.getNumLoops() && hasVectorForm(op) &&
         ownsMemory(op);
}

/// Whether two parts of one buffer begin at the same element.
static bool beginTogether(Value some, Value other) {
  if (some == other)
    return true;
  SmallVector<int64_t> strides;
  int64_t offset, otherOffset;
  return succeeded(cast<MemRefType>(some.getType())
                       .getStridesAndOffset(strides, offset)) &&
         succeeded(cast<MemRefType>(other.getType())
                       .getStridesAndOffset(strides, otherOffset)) &&
         !ShapedType::isDynamic(offset) && offset == otherOffset;
}

/// The operand by which `op` reads the sums, if it reads them once, every sum
/// alone, and writes over none but the one that it has read.
static OpOperand *findSums(linalg::LinalgOp op, Value root) {
  OpOperand *sums = nullptr;
  for (OpOperand *input : op.getDpsInputOperands()) {
    if (getRootBuffer(input->get()) != root)
      continue;
    if (sums || !op.getMatchingIndexingMap(input).isPermutation())
      return nullptr;
    sums = input;
  }
  if (!sums)
    return nullptr;
  for (OpOperand &output : op.getDpsInitsMutable())
    if (getRootBuffer(output.get()) == root &&
        (output.get() != sums->get() ||
         op.getMatchingIndexingMap(&output) != op.getMatchingIndexingMap(sums)))
      return nullptr;
  return sums;
}

/// The first op behind `first`, in its block, that has to do with `memory` or
/// with a part of it.
static Operation *findNextUser(Value memory, Operation *first) {
  Operation *next = nullptr;
  for (Operation *user : memory.getUsers()) {
    Operation *here = isa<ViewLikeOpInterface>(user)
                          ? findNextUser(user->getResult(0), first)
                          : first->getBlock()->findAncestorOpInBlock(*user);
    if (here && first->isBeforeInBlock(here) &&
        (!next || here->isBeforeInBlock(next)))
      next = here;
  }
  return next;
}

/// The op that comes to the sums of `product` next, if it is an epilogue.
static std::optional<Pair> findPair(linalg::LinalgOp product) {
  Value root = getRootBuffer(product.getDpsInits().front());
  auto op = dyn_cast_or_null<linalg::LinalgOp>(findNextUser(root, product));
  if (!op || isa<linalg::FillOp>(op) || op->hasAttr(epilogueAttrName) ||
      !isEpilogue(op))
    return std::nullopt;
  OpOperand *sums = findSums(op, root);
  if (!sums || !beginTogether(sums->get(), product.getDpsInits().front()) ||
      meet(getWrites(op), getReads(product)))
    return std::nullopt;
  return Pair{product, op, sums};
}

static bool isUsedByOthers(Value memory, const Pair &pair, Operation *fill) {
  return llvm::any_of(memory.getUsers(), [&](Operation *user) {
    if (auto view = dyn_cast<ViewLikeOpInterface>(user))
      return isUsedByOthers(view->getResult(0), pair, fill);
    return user != pair.product && user != pair.epilogue && user != fill &&
           !isa<memref::DeallocOp>(user);
  });
}

/// Whether nothing needs the sums once the epilogue has read them.
static bool isLastUse(Pair pair) {
  if (llvm::is_contained(pair.epilogue.getDpsInits(), pair.sums->get()))
    return true; // written over
  linalg::LinalgOp product = pair.product;
  Operation *fill = findFill(product, product.getDpsInitsMutable()[0]);
  Value root = getRootBuffer(pair.sums->get());
  return fill && root.getDefiningOp<memref::AllocOp>() &&
         !isUsedByOthers(root, pair, fill);
}

static int64_t countBytes(Value memory) {
  auto type = cast<MemRefType>(getRootBuffer(memory).getType());
  return type.getNumElements() * getElementBytes(type.getElementType());
}

static bool hasMoreSumsThanFactors(Pair pair) {
  int64_t factors = 0;
  for (Value factor : pair.product.getDpsInputs())
    factors += isa<MemRefType>(factor.getType()) ? countBytes(factor) : 0;
  return countBytes(pair.sums->get()) > factors;
}

/// Whether `op` computes on buffers, so that moving something past it changes
/// how much is alive.
static bool isCompute(Operation &op) {
  return !isMemoryEffectFree(&op) && !isa<memref::AllocOp, linalg::FillOp>(op);
}

/// Moves `op` right behind `target`, with the buffers and views that it is
/// given. False, and nothing has changed, where one is not there yet.
static bool raise(Operation *op, Operation *target) {
  llvm::SetVector<Operation *> moved;
  SmallVector<Operation *> pending{op};
  while (!pending.empty()) {
    Operation *next = pending.pop_back_val();
    if (next->getBlock() != target->getBlock() ||
        next->isBeforeInBlock(target) || !moved.insert(next))
      continue;
    if (next != op &&
        !isa<memref::AllocOp, ViewLikeOpInterface, arith::ConstantOp>(next))
      return false;
    for (Value operand : next->getOperands())
      if (Operation *def = operand.getDefiningOp())
        pending.push_back(def);
  }
  SmallVector<Operation *> ordered(moved.begin(), moved.end());
  llvm::sort(ordered,
             [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  for (Operation *next : ordered) {
    next->moveAfter(target);
    target = next;
  }
  return true;
}

/// Puts both next to each other, where that changes nothing that they read. The
/// elementwise op goes up to the product rather than the product down to it:
/// then no operand of the product is alive, and in the caches, for longer. Only
/// where these are smaller than the sums, which need no memory then, as those
/// of the gradient of a weight are, the product goes down.
static bool bringTogether(const Pair &pair) {
  Operation *first = pair.product, *last = pair.epilogue;
  Buffers touched, written;
  bool computes = false;
  for (Operation *between = first->getNextNode(); between != last;
       between = between->getNextNode()) {
    addAccesses(between, touched, written);
    computes |= isCompute(*between);
  }
  // What a loop or a branch results in may be any buffer.
  if (!llvm::all_of(touched, isOwned))
    return false;
  Buffers reads = getReads(pair.epilogue);
  reads.erase(getRootBuffer(pair.sums->get()));
  bool canGoUp =
      !meet(written, reads) && !meet(touched, getWrites(pair.epilogue));
  bool canGoDown = !meet(written, getReads(pair.product));
  bool isCloser = canGoDown && !computes;
  if (!isCloser && canGoUp && raise(last, first))
    return true;
  if (!isCloser &&
      !(canGoDown && isLastUse(pair) && hasMoreSumsThanFactors(pair)))
    return false;
  first->moveBefore(last);
  return true;
}

void FuseEpilogues::runOnOperation() {
  SmallVector<linalg::LinalgOp> products;
  getOperation().walk([&](linalg::LinalgOp op) {
    if (isProduct(op))
      products.push_back(op);
  });
  OpBuilder builder(&getContext());
  for (linalg::LinalgOp product : products) {
    std::optional<Pair> pair = findPair(product);
    if (!pair || !bringTogether(*pair))
      continue;
    pair->epilogue->setAttr(epilogueAttrName,
                            builder.getBoolAttr(isLastUse(*pair)));
    ++fused;
  }
}
