// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Arithmetic of bf16 as that of f32, its conversions as that of bits.

#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/DialectConversion.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "pc/Target/Vulkan/Transforms/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_EXPANDBFLOATS
#include "pc/Target/Vulkan/Transforms/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;

/// f64(x) = f64(f32(x)), bf16(x) = bf16(f32(x)): the second one rounds twice.
template <typename Op>
static LogicalResult convertTwice(Op op, PatternRewriter &rewriter) {
  Type from = op.getIn().getType(), to = op.getType();
  if (!(from.isBF16() && to.isF64()) && !(from.isF64() && to.isBF16()))
    return rewriter.notifyMatchFailure(op, "not between bf16 and f64");
  Value half =
      Op::create(rewriter, op.getLoc(), rewriter.getF32Type(), op.getIn());
  rewriter.replaceOpWithNewOp<Op>(op, to, half);
  return success();
}

/// f(x) = bf16(f(f32(x))).
static LogicalResult computeInF32(Operation *root) {
  MLIRContext *context = root->getContext();
  TypeConverter types;
  arith::populateEmulateUnsupportedFloatsConversions(
      types, BFloat16Type::get(context), Float32Type::get(context));
  RewritePatternSet patterns(context);
  arith::populateEmulateUnsupportedFloatsPatterns(patterns, types);
  ConversionTarget target(*context);
  arith::populateEmulateUnsupportedFloatsLegality(target, types);
  // Matrices of bf16 are those of a device that has them.
  target.addLegalOp<vector::ContractionOp>();
  return applyPartialConversion(root, target, std::move(patterns));
}

/// Nothing is rounded less often than it is written.
static void keepRounding(Operation *root) {
  root->walk([](Operation *op) {
    if (auto extension = dyn_cast<arith::ExtFOp>(op))
      extension.setFastmath(arith::FastMathFlags::none);
    else if (auto truncation = dyn_cast<arith::TruncFOp>(op))
      truncation.setFastmath(arith::FastMathFlags::none);
  });
}

namespace {
struct ExpandBfloats : public mlir::pc::impl::ExpandBfloatsBase<ExpandBfloats> {
  void runOnOperation() override {
    if (failed(computeInF32(getOperation())))
      return signalPassFailure();
    keepRounding(getOperation());
    RewritePatternSet patterns(&getContext());
    arith::populateExpandBFloat16Patterns(patterns);
    patterns.add(convertTwice<arith::ExtFOp>);
    patterns.add(convertTwice<arith::TruncFOp>);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
