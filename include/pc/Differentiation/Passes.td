// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_DIFFERENTIATION_PASSES
#define PC_DIFFERENTIATION_PASSES

include "mlir/Pass/PassBase.td"

def WantedOption
    : Option<"wrt", "wrt", "::mlir::pc::Wanted",
             "::mlir::pc::Wanted::Parameters",
             "The arguments to differentiate with respect to.",
             [{::llvm::cl::values(
               clEnumValN(::mlir::pc::Wanted::Parameters, "parameters",
                          "float parameters that are not frozen"),
               clEnumValN(::mlir::pc::Wanted::All, "all",
                          "every float input and parameter"))}]>;

def ObjectiveOption
    : Option<"function", "function", "std::string", "\"model\"",
             "Name of the forward function; its objective is that name with "
             "_objective, or the function itself if it returns a loss.">;

def Autodiff : Pass<"pc-autodiff", "ModuleOp"> {
  let summary = "gradients of an objective by reverse mode over its operations";
  let description = [{
    Makes `@f_autodiff` from `@f_objective`: the same arguments; the same
    results, then one gradient for each wanted argument, in argument order. The
    objective is kept.

    This is the reference that predictive coding is compared with. It walks the
    operations of the objective backward from the loss and shares no code with
    the walks of the pc dialect, only the rules of single operations. Operations
    that no wanted argument reaches, or that do not reach the loss, need no
    rule; all others without one are reported together.

    Example: `test/Differentiation/ReverseMode/autodiff.mlir`.
  }];
  let options = [WantedOption, ObjectiveOption];
  let statistics = [
    Statistic<"numDifferentiated", "num-differentiated",
              "Operations whose VJP was built">,
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def JVP : Pass<"pc-jvp", "ModuleOp"> {
  let summary = "directional derivative of an objective by forward mode";
  let description = [{
    Makes `@f_jvp` from `@f_objective`: the same arguments, then one tangent for
    each wanted argument, in argument order; the same results, then the tangent
    of the loss. The objective is kept. Forward rules are written apart from the
    reverse ones, so that `<gradient, tangents>` is a witness against
    `pc-autodiff`.

    Example: `test/Differentiation/ForwardMode/jvp.mlir`.
  }];
  let options = [WantedOption, ObjectiveOption];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def LowerVJP : Pass<"pc-lower-vjp", "ModuleOp"> {
  let summary = "predictions and VJPs of vertices as upstream operations";
  let description = [{
    Replaces each `pc.predict` by the body of its vertex, and each `pc.vjp` by
    that body and the VJPs of its operations, in reverse order; what the wanted
    cotangents do not need is left out. The forward part is written again beside
    every VJP: where it reads frozen values, `cse` and
    `loop-invariant-code-motion` make it one.

    Operations without a rule are reported, all of them, each once. Does nothing
    to functions without these two operations.

    Example: `test/Differentiation/LowerVJP/lower-vjp.mlir`.
  }];
  let statistics = [
    Statistic<"numPredictions", "num-predictions", "Predictions written out">,
    Statistic<"numVJPs", "num-vjps", "VJPs written out">,
    Statistic<"numTemplates", "num-templates", "VJPs differentiated">,
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::tensor::TensorDialect"];
}

#endif // PC_DIFFERENTIATION_PASSES
