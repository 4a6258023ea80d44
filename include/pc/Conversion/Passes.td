// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_CONVERSION_PASSES
#define PC_CONVERSION_PASSES

include "mlir/Pass/PassBase.td"

def ConvertPCToDataflow : Pass<"convert-pc-to-dataflow", "ModuleOp"> {
  let summary = "relaxation and learning as a network of processes";
  let description = [{
    Reads the function that learns (pc-learn with sgd or momentum), or else the one
    that has gradients, and its graph, and writes a `pcflow.graph`: a `pcflow.vertex`
    for each vertex and for the loss. Products with a parameter become
    `pcflow.linear`, elementwise expressions and their derivatives `pcflow.map`,
    errors of hidden vertices `pcflow.state`, or `pcflow.activity` where predictions
    are recomputed. Functions of the relaxation level and the graph are erased.
    Elements are still floats.

    For the schedules fixed-exact, fixed and strict. What has no circuit is
    reported by name: other schedules and optimizers, code that is not local,
    shared parameters, other operations.

    Example: test/Conversion/PCToDataflow/convert-pc-to-dataflow.mlir.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
                           "::mlir::pcflow::PCFlowDialect"];
  let statistics = [Statistic<"numVertices", "vertices", "processes of vertices and losses">];
}

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
