// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions of f32 as arithmetic.

#include "ExponentialFormulas.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "pc/Target/CPU/MathFormulas.h"
#include "pc/Target/Vulkan/Transforms/Passes.h"
#include "llvm/ADT/StringSet.h"

namespace mlir::pc {
#define GEN_PASS_DEF_EXPANDMATH
#include "pc/Target/Vulkan/Transforms/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

/// clampf(x, lo, hi) = min(max(x, lo), hi).
static LogicalResult expandClamp(math::ClampFOp op, PatternRewriter &rewriter) {
  Value raised = arith::MaximumFOp::create(rewriter, op.getLoc(), op.getValue(),
                                           op.getMin());
  rewriter.replaceOpWithNewOp<arith::MinimumFOp>(op, raised, op.getMax());
  return success();
}

/// Whether a device that has f64 at all has the function for it.
static bool hasDouble(Operation *op) {
  return !op->getResult(0).getType().isF64() ||
         isa<math::AbsFOp, math::CeilOp, math::CopySignOp, math::FloorOp,
             math::FmaOp, math::RoundEvenOp, math::RsqrtOp, math::SqrtOp>(op);
}

namespace {
struct ExpandMath : public mlir::pc::impl::ExpandMathBase<ExpandMath> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add(expandClamp);
    populateExponentialFormulas(patterns);
    populateMathFormulas(patterns, FormulaTypes::ScalarsAndVectors);
    const llvm::StringSet<> approximated = {
        math::Atan2Op::getOperationName(), math::CbrtOp::getOperationName(),
        math::ErfcOp::getOperationName(), math::LogOp::getOperationName(),
        math::Log1pOp::getOperationName()};
    populateMathPolynomialApproximationPatterns(
        patterns, [&](StringRef name) { return approximated.contains(name); });
    math::populateExpansionPatterns(patterns, {"exp2", "fpowi", "powf"});
    getOperation().walk([&](Operation *op) {
      if (approximated.contains(op->getName().getStringRef()) ||
          isa<math::ErfOp, math::ExpOp, math::ExpM1Op, math::TanhOp>(op))
        getOperation()->setAttr(exactAttrName, UnitAttr::get(&getContext()));
    });
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      return signalPassFailure();
    bool failed = false;
    getOperation().walk([&](Operation *op) {
      if (!isa<math::MathDialect>(op->getDialect()) || hasDouble(op))
        return;
      op->emitOpError("of f64 is not supported by the Vulkan target");
      failed = true;
    });
    if (failed)
      signalPassFailure();
  }
};
} // namespace
