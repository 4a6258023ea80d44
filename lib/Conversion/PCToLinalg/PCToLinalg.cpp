// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The arithmetic of relaxation and learning as structured operations. One
// pattern for each operation, in the two files beside this one.

#include "ElementwiseMap.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/DialectConversion.h"
#include "pc/Conversion/Passes.h"
#include "pc/Dialect/PC/IR/PC.h"

namespace mlir::pc {
#define GEN_PASS_DEF_CONVERTPCTOLINALG
#include "pc/Conversion/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

namespace {

struct ConvertPCToLinalg : pc::impl::ConvertPCToLinalgBase<ConvertPCToLinalg> {
  void runOnOperation() override {
    ConversionTarget target(getContext());
    target.addLegalDialect<arith::ArithDialect, linalg::LinalgDialect,
                           math::MathDialect, scf::SCFDialect,
                           tensor::TensorDialect>();
    target.addIllegalDialect<PCDialect>();
    target.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
    RewritePatternSet patterns(&getContext());
    populatePCToLinalgPatterns(patterns);
    for (auto graph :
         llvm::make_early_inc_range(getOperation().getOps<GraphOp>()))
      graph.erase();
    if (failed(applyPartialConversion(getOperation(), target,
                                      std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace

void pc::populatePCToLinalgPatterns(RewritePatternSet &patterns) {
  populateInferencePatterns(patterns);
  populateLearningPatterns(patterns);
}
