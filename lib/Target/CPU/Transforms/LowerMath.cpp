// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Math functions to LLVM intrinsics and calls of the C library.

#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MathToLibm/MathToLibm.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "pc/Target/CPU/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_LOWERMATH
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;

namespace {
struct LowerMath : public mlir::pc::impl::LowerMathBase<LowerMath> {
  void runOnOperation() override;
};
} // namespace

/// clampf(x, lo, hi) = min(max(x, lo), hi). Upstream's expansion exchanges the
/// two comparisons and returns a bound for every x between them.
static LogicalResult expandClamp(math::ClampFOp op, PatternRewriter &rewriter) {
  Value raised = arith::MaximumFOp::create(rewriter, op.getLoc(), op.getValue(),
                                           op.getMin());
  rewriter.replaceOpWithNewOp<arith::MinimumFOp>(op, raised, op.getMax());
  return success();
}

static LogicalResult expandClamps(ModuleOp module) {
  RewritePatternSet patterns(module.getContext());
  patterns.add(expandClamp);
  return applyPatternsGreedily(module, std::move(patterns));
}

/// Calls of the C library, for all that LLVM has no intrinsic for or one that
/// upstream lowers by a less accurate formula.
static LogicalResult convertToLibrary(ModuleOp module) {
  ConversionTarget target(*module.getContext());
  target.addLegalDialect<arith::ArithDialect, BuiltinDialect, func::FuncDialect,
                         LLVM::LLVMDialect, math::MathDialect,
                         vector::VectorDialect>();
  target.addIllegalOp<math::AcosOp, math::AcoshOp, math::AsinOp, math::AsinhOp,
                      math::AtanOp, math::Atan2Op, math::AtanhOp, math::CbrtOp,
                      math::CoshOp, math::ErfOp, math::ErfcOp, math::ExpM1Op,
                      math::Log1pOp, math::SinhOp, math::TanOp, math::TanhOp>();
  RewritePatternSet patterns(module.getContext());
  populateMathToLibmConversionPatterns(patterns);
  return applyPartialConversion(module, target, std::move(patterns));
}

static LogicalResult convertToIntrinsics(ModuleOp module) {
  LLVMConversionTarget target(*module.getContext());
  target.addIllegalDialect<math::MathDialect>();
  LLVMTypeConverter converter(module.getContext());
  RewritePatternSet patterns(module.getContext());
  populateMathToLLVMConversionPatterns(converter, patterns,
                                       /*approximateLog1p=*/false);
  return applyPartialConversion(module, target, std::move(patterns));
}

void LowerMath::runOnOperation() {
  if (failed(expandClamps(getOperation())) ||
      failed(convertToLibrary(getOperation())) ||
      failed(convertToIntrinsics(getOperation())))
    signalPassFailure();
}
