// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Chains of elementwise ops as one op.

#include "TensorBytes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "pc/Target/CPU/Passes.h"
#include "llvm/ADT/SmallBitVector.h"

namespace mlir::pc {
#define GEN_PASS_DEF_FUSEELEMENTWISE
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

/// Whether each element of `operand` is read by one iteration at most, as by a
/// pool whose windows do not overlap: every dimension is a loop, or windows of
/// one with the loop inside of them, `y * 2 + i` where i < 2.
static bool isReadOnce(OpOperand &operand, linalg::LinalgOp consumer) {
  SmallVector<int64_t> ranges = consumer.getStaticLoopRanges();
  llvm::SmallBitVector loops(consumer.getNumLoops());
  auto visit = [&](AffineExpr expr) {
    auto loop = dyn_cast<AffineDimExpr>(expr);
    if (!loop || loops.test(loop.getPosition()))
      return false;
    loops.set(loop.getPosition());
    return true;
  };
  for (AffineExpr expr :
       consumer.getMatchingIndexingMap(&operand).getResults()) {
    auto sum = dyn_cast<AffineBinaryOpExpr>(expr);
    if (!sum || sum.getKind() != AffineExprKind::Add) {
      if (!visit(expr))
        return false;
      continue;
    }
    auto window = dyn_cast<AffineBinaryOpExpr>(sum.getLHS());
    auto inside = dyn_cast<AffineDimExpr>(sum.getRHS());
    if (!window || window.getKind() != AffineExprKind::Mul || !inside)
      return false;
    auto stride = dyn_cast<AffineConstantExpr>(window.getRHS());
    int64_t size = ranges[inside.getPosition()];
    if (!stride || ShapedType::isDynamic(size) || size > stride.getValue() ||
        !visit(window.getLHS()) || !visit(inside))
      return false;
  }
  return loops.all();
}

/// Whether each element of `producer`, which `operand` reads, is needed once,
/// by one iteration of a consumer.
static bool isElementwiseUse(OpOperand &operand, linalg::LinalgOp producer) {
  auto consumer = dyn_cast<linalg::LinalgOp>(operand.getOwner());
  if (!consumer || !consumer.isDpsInput(&operand))
    return false;
  if (consumer.getNumLoops() != consumer.getNumParallelLoops())
    return isa<linalg::GenericOp>(*consumer) && isReadOnce(operand, consumer);
  return consumer.getMatchingIndexingMap(&operand).isPermutation() ||
         producer.getNumDpsInputs() == 0;
}

/// Bytes of a tensor that no cache keeps from the way there to the way back.
static constexpr int64_t manyBytes = 4 << 20;

/// Functions of f32 that `pc-cpu-approximate-math` makes some twenty
/// instructions of: as long as it takes to store a vector to memory and to load
/// it from there.
static bool isPolynomial(Operation &op) {
  return isa<math::ErfOp, math::ExpOp, math::LogOp, math::TanhOp>(op) &&
         op.getResult(0).getType().isF32();
}

/// Whether so much is computed before the last use of what `op` computes that
/// no cache keeps it: the gates of a recurrent network wait for the way back.
static bool isForLater(Operation *op) {
  llvm::SmallPtrSet<Operation *, 8> users(op->user_begin(), op->user_end());
  int64_t bytes = 0;
  for (Operation *next = op->getNextNode();
       next && bytes < manyBytes && !users.empty(); next = next->getNextNode())
    if (!users.erase(next) && isa<linalg::LinalgOp>(next))
      for (Value result : next->getResults())
        bytes += getTensorBytes(result);
  return !users.empty();
}

/// Whether to compute an element again costs less than to store and load it:
/// some instructions of one cycle, and where no cache keeps it one function,
/// from what is no more memory than the result.
static bool isCheap(linalg::LinalgOp op) {
  auto isShort = [](Operation &op) {
    return isa<arith::AddFOp, arith::CmpFOp, arith::CmpIOp, arith::ConstantOp,
               arith::DivFOp, arith::ExtFOp, arith::MaximumFOp,
               arith::MinimumFOp, arith::MulFOp, arith::NegFOp, arith::SelectOp,
               arith::SubFOp, linalg::YieldOp>(op);
  };
  auto isWhole = [&](OpOperand *input) {
    return op.getMatchingIndexingMap(input).isPermutation();
  };
  constexpr unsigned mostOps = 8;
  if (op->getNumResults() != 1 || !op.hasPureTensorSemantics() ||
      op.getBlock()->getOperations().size() > mostOps ||
      llvm::count_if(op.getDpsInputOperands(), isWhole) != 1)
    return false;
  bool isKept = getTensorBytes(op->getResult(0)) < manyBytes && !isForLater(op);
  unsigned functions = llvm::count_if(*op.getBlock(), isPolynomial);
  return functions <= (isKept ? 0 : 1) &&
         llvm::all_of(*op.getBlock(), [&](Operation &op) {
           return isShort(op) || isPolynomial(op);
         });
}

/// Whether nothing that `op` reads is computed in its block, as when a loop
/// repeats it with the same operands: it will leave the loop.
static bool isFrozen(Operation *op) {
  return !isa<func::FuncOp>(op->getParentOp()) &&
         llvm::none_of(op->getOperands(), [&](Value operand) {
           return operand.getParentBlock() == op->getBlock() &&
                  !operand.getDefiningOp<tensor::EmptyOp>();
         });
}

/// A producer that is used once costs nothing more inside its consumer, unless
/// that one asks for an element many times, as a reduction does. One that is
/// cheap goes into all of its consumers and is never stored: a step of learning
/// does not keep for its way back what it can compute from what it keeps.
static bool pays(OpOperand *operand) {
  auto producer = operand->get().getDefiningOp<linalg::LinalgOp>();
  if (!producer || !isElementwiseUse(*operand, producer))
    return false;
  if (producer->hasOneUse())
    return true;
  return isCheap(producer) && !isFrozen(producer) &&
         llvm::all_of(producer->getUses(), [&](OpOperand &use) {
           return use.getOwner()->getBlock() == producer->getBlock() &&
                  isElementwiseUse(use, producer);
         });
}

/// Whether `operand` is what an elementwise op computes in more dimensions, as
/// the gradient of a pool, of which each axis is two: its consumer is computed
/// in these too, and they become one. Vectors stay as long as they are where
/// the last dimension is the same in both.
static bool paysInMoreDimensions(OpOperand *operand) {
  auto collapse = operand->get().getDefiningOp<tensor::CollapseShapeOp>();
  if (!collapse || !collapse->hasOneUse() || !collapse.getSrc().hasOneUse() ||
      collapse.getReassociationIndices().back().size() != 1)
    return false;
  auto producer = collapse.getSrc().getDefiningOp<linalg::LinalgOp>();
  return producer && producer.getNumLoops() == producer.getNumParallelLoops() &&
         isElementwiseUse(*operand, producer);
}

namespace {
struct FuseElementwise
    : public mlir::pc::impl::FuseElementwiseBase<FuseElementwise> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    linalg::populateElementwiseOpsFusionPatterns(patterns, pays);
    linalg::populateFoldReshapeOpsByExpansionPatterns(patterns,
                                                      paysInMoreDimensions);
    linalg::populateEraseUnusedOperandsAndResultsPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
