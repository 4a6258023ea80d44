// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions of f32 vectors as polynomials, where these are accurate.

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "pc/Target/CPU/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_APPROXIMATEMATH
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;

static bool isF32Vector(Type type) {
  auto vector = dyn_cast<VectorType>(type);
  return vector && vector.getElementType().isF32();
}

namespace {
/// tanh x = x + x^3 p(x^2) for |x| < 0.625, where the other form would cancel,
/// and sign(x) (1 - 2 / (exp(2 |x|) + 1)) elsewhere. The coefficients are those
/// of the Cephes library.
struct ApproximateTanh : public OpRewritePattern<math::TanhOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(math::TanhOp op,
                                PatternRewriter &rewriter) const override;
};

struct ApproximateMath
    : public mlir::pc::impl::ApproximateMathBase<ApproximateMath> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ApproximateTanh>(&getContext(), /*benefit=*/2);
    populateMathPolynomialApproximationPatterns(patterns, [](StringRef name) {
      return name == math::ExpOp::getOperationName() ||
             name == math::LogOp::getOperationName();
    });
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace

LogicalResult
ApproximateTanh::matchAndRewrite(math::TanhOp op,
                                 PatternRewriter &rewriter) const {
  Type type = op.getType();
  if (!isF32Vector(type))
    return rewriter.notifyMatchFailure(op, "not a vector of f32");
  ImplicitLocOpBuilder builder(op.getLoc(), rewriter);
  auto splat = [&](float value) -> Value {
    return arith::ConstantOp::create(
        builder, DenseElementsAttr::get(cast<ShapedType>(type), value));
  };
  Value x = op.getOperand();
  Value magnitude = math::AbsFOp::create(builder, x);
  Value square = arith::MulFOp::create(builder, x, x);
  Value sum = splat(-5.70498872745e-3f);
  for (float next : {2.06390887954e-2f, -5.37397155531e-2f, 1.33314422036e-1f,
                     -3.33332819422e-1f})
    sum = math::FmaOp::create(builder, sum, square, splat(next));
  Value cube = arith::MulFOp::create(builder, square, x);
  Value small = math::FmaOp::create(builder, sum, cube, x);
  Value power = math::ExpOp::create(
      builder, Value(arith::AddFOp::create(builder, magnitude, magnitude)));
  Value quotient = arith::DivFOp::create(
      builder, splat(2.0f),
      Value(arith::AddFOp::create(builder, power, splat(1.0f))));
  Value large = arith::SubFOp::create(builder, splat(1.0f), quotient);
  large = math::CopySignOp::create(builder, large, x);
  Value isSmall = arith::CmpFOp::create(builder, arith::CmpFPredicate::OLT,
                                        magnitude, splat(0.625f));
  rewriter.replaceOpWithNewOp<arith::SelectOp>(op, isSmall, small, large);
  return success();
}
