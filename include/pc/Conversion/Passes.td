// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_CONVERSION_PASSES
#define PC_CONVERSION_PASSES

include "mlir/Pass/PassBase.td"

def ConvertPCToLinalg : Pass<"convert-pc-to-linalg", "ModuleOp"> {
  let summary = "relaxation and learning as structured operations and loops";
  let description = [{
    Replaces `pc.relax` by `scf.for` (one iteration by its body), and updates,
    errors, activities, sums and learning steps by elementwise `linalg.generic`,
    one for each operation; scalars by `arith`. Graphs are erased. What
    pc-lower-vjp left behind is reported as illegal.

    Example: test/Conversion/PCToLinalg/convert-pc-to-linalg.mlir.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::tensor::TensorDialect"];
}

#endif // PC_CONVERSION_PASSES
