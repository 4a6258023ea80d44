// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Chains of elementwise ops as one op.

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "pc/Target/CPU/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_FUSEELEMENTWISE
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;

/// A producer that is used once costs nothing more inside its consumer, unless
/// that one asks for an element many times, as a reduction does.
static bool pays(OpOperand *operand) {
  auto consumer = dyn_cast<linalg::LinalgOp>(operand->getOwner());
  auto producer = operand->get().getDefiningOp<linalg::LinalgOp>();
  if (!consumer || !producer || !producer->hasOneUse() ||
      consumer.getNumLoops() != consumer.getNumParallelLoops())
    return false;
  return consumer.getMatchingIndexingMap(operand).isPermutation() ||
         producer.getNumDpsInputs() == 0;
}

namespace {
struct FuseElementwise
    : public mlir::pc::impl::FuseElementwiseBase<FuseElementwise> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    linalg::populateElementwiseOpsFusionPatterns(patterns, pays);
    linalg::populateEraseUnusedOperandsAndResultsPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
