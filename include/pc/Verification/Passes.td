// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_VERIFICATION_PASSES
#define PC_VERIFICATION_PASSES

include "mlir/Pass/PassBase.td"

def ProveEquivalence : Pass<"pc-prove-equivalence", "ModuleOp"> {
  let summary = "compare the terms of a schedule with those of reverse mode";
  let description = [{
    Interprets `@f_gradient` symbolically: every iteration of every `pc.relax`,
    over linear combinations of vector-Jacobian products of vertices. Compares
    each gradient with that of reverse mode, built from `pc.graph @f_graph`, and
    sets `pc.verdict` on the result:

    - `proved`: equal terms, so equal for all inputs and parameters.
    - `bounded`: all terms are there, each with the coefficient that fixed
      prediction gives to its path. The largest missing part is the bound: the
      relative error where all paths have one length, else relative to the sum
      of the norms of the paths.
    - `measured`: neither.

    `require` makes the pass fail where a verdict is weaker. Changes nothing
    else. Example: test/Verification/prove-equivalence.mlir.
  }];
  let options = [
    Option<"function", "function", "std::string", "\"model\"",
           "Name of the forward function.">,
    Option<"print", "print", "bool", "false",
           "Print the verdicts to the standard output.">,
    Option<"require", "require", "::mlir::pc::Equivalence",
           "::mlir::pc::Equivalence::Measured", "The weakest verdict allowed.",
           [{::llvm::cl::values(
             clEnumValN(::mlir::pc::Equivalence::Proved, "proved", "equal terms"),
             clEnumValN(::mlir::pc::Equivalence::Bounded, "bounded",
                        "a known part of each term"),
             clEnumValN(::mlir::pc::Equivalence::Measured, "measured",
                        "anything"))}]>,
  ];
  let statistics = [
    Statistic<"numProved", "num-proved", "Number of gradients proved">,
    Statistic<"numBounded", "num-bounded", "Number of gradients bounded">,
  ];
}

#endif // PC_VERIFICATION_PASSES
