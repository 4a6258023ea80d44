// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_DIALECT_PC_TRANSFORMS_PASSES
#define PC_DIALECT_PC_TRANSFORMS_PASSES

include "mlir/Pass/PassBase.td"

def AttachLoss : Pass<"pc-attach-loss", "ModuleOp"> {
  let summary = "give a forward function a loss, as its objective";
  let description = [{
    Makes `@f_objective` from `@f`: the same arguments, then the targets that
    the loss reads; the same results, then the loss, a float tensor of rank 0.
    `@f` is kept. Every operation of the loss has the location `"loss"`.
    Arguments and results of the objective without a role become inputs and
    outputs.

    - `model`: the loss is an output that has one element; no target.
    - `mse`: the sum or mean over all elements of `(output - target)^2`.
    - `cross-entropy`: the sum or mean over all label positions of
      `-log softmax(logits)[label]`, computed as
      `log sum exp(z) - z[label]` with `z = logits - max(logits)`. Logits are
      `[N, C, ...]`, labels are `i64` of shape `[N, ...]`. A label outside
      `[0, C)` reads nothing and makes the loss NaN.
    - `cotangent`: the sum over all float outputs of `<cotangent_k, output_k>`,
      where k is the number of the output among all results; the gradient of
      this loss is the vector-Jacobian product of the model.

    `model` and `cotangent` have no terms to average, so `reduction` says
    nothing about them. Example: `test/Dialect/PC/Transforms/attach-loss.mlir`.
  }];
  let options = [
    Option<"loss", "loss", "::mlir::pc::LossKind",
           "::mlir::pc::LossKind::Model",
           "Where the scalar that is differentiated comes from.",
           [{::llvm::cl::values(
             clEnumValN(::mlir::pc::LossKind::Model, "model",
                        "a scalar output of the model"),
             clEnumValN(::mlir::pc::LossKind::MeanSquaredError, "mse",
                        "squared error"),
             clEnumValN(::mlir::pc::LossKind::CrossEntropy, "cross-entropy",
                        "log softmax at integer labels, class axis 1"),
             clEnumValN(::mlir::pc::LossKind::Cotangent, "cotangent",
                        "inner product of all float outputs with cotangents"))}]>,
    Option<"reduction", "reduction", "::mlir::pc::Reduction",
           "::mlir::pc::Reduction::Mean",
           "How the terms of the loss become one number.",
           [{::llvm::cl::values(
             clEnumValN(::mlir::pc::Reduction::Mean, "mean",
                        "their sum over their number"),
             clEnumValN(::mlir::pc::Reduction::Sum, "sum", "their sum"))}]>,
    Option<"output", "output", "std::string", "\"\"",
           "Name or number of the output that the loss reads; may be left out "
           "where only one output fits.">,
    Option<"function", "function", "std::string", "\"model\"",
           "Name of the forward function.">,
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::tensor::TensorDialect"];
}

def CheckLocality : Pass<"pc-check-locality", "ModuleOp"> {
  let summary = "check that every update reads its neighbours alone";
  let description = [{
    Holds the functions of the relaxation level (and those named `_gradient`)
    against the rules of locality and names each edge that breaks one:

    - **L1** the next error of a vertex reads its own old error and those of its
      children; where predictions are recomputed, its Markov blanket.
    - **L2** within an iteration no new value of one vertex makes the new value
      of another. A gradient without any relaxation breaks this rule.
    - **L3** what crosses from vertex to vertex is an activity, or a VJP of a
      child with the child's own error.
    - **L4** the change of a parameter reads inputs, error and optimiser state of
      the vertices that learn it.
    - **L5** nothing joins the values of several vertices, but a monitor (a state
      that the loss owns), and nothing reads a monitor.

    Reported with `print`, never failed:

    - **L6** parameters of several vertices, loops inside a vertex, samples of a
      batch that a vertex couples.
    - **L7** the number of iterations, and the memory of what they hold fixed.
    - **L8** edges whose messages go through transposed weights.

    Changes nothing. Example: test/Dialect/PC/Transforms/check-locality.mlir.
  }];
  let options = [
    Option<"function", "function", "std::string", "\"\"",
           "The one function to check.">,
    Option<"print", "print", "bool", "false",
           "Print what was found to the standard output.">,
    Option<"gate", "gate", "bool", "true",
           "Fail where a rule from L1 to L5 is broken.">,
  ];
  let statistics = [
    Statistic<"numViolations", "num-violations", "Number of broken rules">,
  ];
}

#endif // PC_DIALECT_PC_TRANSFORMS_PASSES
