// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The shape of what a loop carries.

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "pc/Target/CPU/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_RESHAPELOOPSTATE
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;

/// `value` before, or after, a `reshape`.
static Value reshape(OpBuilder &builder, Operation *reshape, Value value,
                     bool isBefore) {
  auto collapse = dyn_cast<tensor::CollapseShapeOp>(reshape);
  auto groups =
      collapse ? collapse.getReassociationIndices()
               : cast<tensor::ExpandShapeOp>(reshape).getReassociationIndices();
  Type type = isBefore ? reshape->getOperand(0).getType()
                       : reshape->getResult(0).getType();
  if (isBefore == bool(collapse))
    return tensor::ExpandShapeOp::create(builder, reshape->getLoc(), type,
                                         value, groups);
  return tensor::CollapseShapeOp::create(builder, reshape->getLoc(), type,
                                         value, groups);
}

/// The reshape of what an op in `loop` has computed, if `value` is that.
static Operation *getReshape(Value value, scf::ForOp loop) {
  Operation *op = value.getDefiningOp();
  if (!isa_and_nonnull<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(op) ||
      op->getBlock() != loop.getBody())
    return nullptr;
  Value source = op->getOperand(0);
  auto producer = source.getDefiningOp<DestinationStyleOpInterface>();
  return producer && producer->getBlock() == loop.getBody() &&
                 cast<RankedTensorType>(source.getType()).hasStaticShape()
             ? op
             : nullptr;
}

namespace {
struct ReshapeLoopState
    : public mlir::pc::impl::ReshapeLoopStateBase<ReshapeLoopState> {
  using ReshapeLoopStateBase::ReshapeLoopStateBase;
  void runOnOperation() override;

private:
  void process(scf::ForOp loop);
};
} // namespace

void ReshapeLoopState::process(scf::ForOp loop) {
  IRRewriter rewriter(loop);
  SmallVector<unsigned> numbers;
  SmallVector<Operation *> reshapes;
  SmallVector<Value> starts, next;
  for (auto [number, value] : llvm::enumerate(loop.getYieldedValues())) {
    Operation *op = getReshape(value, loop);
    if (!op)
      continue;
    numbers.push_back(number);
    reshapes.push_back(op);
    starts.push_back(
        reshape(rewriter, op, loop.getInitArgs()[number], /*isBefore=*/true));
    next.push_back(op->getOperand(0));
  }
  if (reshapes.empty())
    return;
  NewYieldValuesFn yield = [&](OpBuilder &, Location, ArrayRef<BlockArgument>) {
    return next;
  };
  auto made = cast<scf::ForOp>(**loop.replaceWithAdditionalYields(
      rewriter, starts, /*replaceInitOperandUsesInLoop=*/false, yield));
  unsigned first = made.getNumResults() - reshapes.size();
  // What was carried before is read nowhere any more, and goes away.
  for (auto [i, number, op] : llvm::enumerate(numbers, reshapes)) {
    rewriter.setInsertionPointToStart(made.getBody());
    rewriter.replaceAllUsesWith(
        made.getRegionIterArg(number),
        reshape(rewriter, op, made.getRegionIterArg(first + i), false));
    rewriter.setInsertionPointAfter(made);
    rewriter.replaceAllUsesWith(
        made.getResult(number),
        reshape(rewriter, op, made.getResult(first + i), false));
    ++reshaped;
  }
}

void ReshapeLoopState::runOnOperation() {
  SmallVector<scf::ForOp> loops;
  getOperation().walk([&](scf::ForOp loop) { loops.push_back(loop); });
  for (scf::ForOp loop : loops)
    process(loop);
}
