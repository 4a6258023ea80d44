// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Relaxations with the samples of a batch side by side.

#include "LoopBatch.h"
#include "OperandOrder.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "pc/Target/CPU/Passes.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::pc {
#define GEN_PASS_DEF_PUTBATCHLAST
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

namespace {
struct PutBatchLast : public mlir::pc::impl::PutBatchLastBase<PutBatchLast> {
  using PutBatchLastBase::PutBatchLastBase;
  void runOnOperation() override;

private:
  void process(scf::ForOp loop);
  double getCost(scf::ForOp loop) const;
};
} // namespace

/// The part of the time that has to be left for the way to be worth it.
static constexpr double leastGain = 0.95;

/// What the contractions of one iteration take.
double PutBatchLast::getCost(scf::ForOp loop) const {
  double cost = 0;
  for (auto op : loop.getBody()->getOps<linalg::LinalgOp>())
    if (op.getNumReductionLoops() > 0)
      if (std::optional<VectorLoop> lanes =
              chooseVectorLoop(op, VectorTarget{vectorBits, registers}))
        cost += lanes->cost;
  return cost;
}

static Value transpose(OpBuilder &builder, Value value,
                       ArrayRef<int64_t> order) {
  auto type = cast<RankedTensorType>(value.getType());
  Value empty = tensor::EmptyOp::create(
      builder, value.getLoc(), applyPermutation(type.getShape(), order),
      type.getElementType());
  return linalg::TransposeOp::create(builder, value.getLoc(), value, empty,
                                     order)
      ->getResult(0);
}

/// Loops in the order of the result, reductions inside. Elementwise ops that
/// read and write in the order of memory may write over what they read.
static void putLoopsInOrder(IRRewriter &rewriter, linalg::GenericOp op) {
  AffineMap result = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (!result.isProjectedPermutation())
    return;
  llvm::SetVector<unsigned> order;
  for (AffineExpr place : result.getResults())
    order.insert(cast<AffineDimExpr>(place).getPosition());
  for (unsigned loop = 0; loop < op.getNumLoops(); ++loop)
    order.insert(loop);
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPoint(op);
  (void)linalg::interchangeGenericOp(rewriter, op, order.getArrayRef());
}

void PutBatchLast::process(scf::ForOp loop) {
  FailureOr<LoopBatch> batch = findBatch(loop);
  if (failed(batch))
    return;
  BatchForm form{batch->samples, /*isLast=*/true};
  IRRewriter builder(loop);
  scf::ForOp made =
      rebuild(builder, loop, *batch, form, [&](Value value, unsigned dim) {
        auto type = cast<RankedTensorType>(value.getType());
        return isBlank(value)
                   ? createBlank(builder, value, form.convert(type, dim))
                   : transpose(builder, value,
                               getOrderWithLast(type.getRank(), dim));
      });
  for (auto op :
       llvm::make_early_inc_range(made.getBody()->getOps<linalg::GenericOp>()))
    putLoopsInOrder(builder, op);
  // What was made for a loop that goes away again is dead.
  if (getCost(made) > leastGain * getCost(loop))
    return builder.eraseOp(made);
  ++moved;
  for (auto [old, result] : llvm::zip(loop.getResults(), made.getResults())) {
    auto type = cast<RankedTensorType>(old.getType());
    SmallVector<int64_t> order = getOrderWithLast(type.getRank(), /*dim=*/0);
    builder.replaceAllUsesWith(
        old, transpose(builder, result, invertPermutationVector(order)));
  }
  builder.eraseOp(loop);
}

void PutBatchLast::runOnOperation() {
  SmallVector<scf::ForOp> loops;
  getOperation().walk([&](scf::ForOp loop) { loops.push_back(loop); });
  for (scf::ForOp loop : loops)
    process(loop);
}
