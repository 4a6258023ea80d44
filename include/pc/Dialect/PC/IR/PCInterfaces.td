// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_DIALECT_PC_IR_PCINTERFACES
#define PC_DIALECT_PC_IR_PCINTERFACES

include "mlir/IR/OpBase.td"

def PC_VertexOpInterface : OpInterface<"VertexOpInterface"> {
  let cppNamespace = "::mlir::pc";
  let description = [{
    What `pc.vertex` and `pc.loss` have in common: a prediction made by a body
    from parents and parameters. Operands are the parents, then the parameters;
    the body has one argument for each.
  }];
  let methods = [
    InterfaceMethod<"The name, unique in the graph.", "::llvm::StringRef", "getSymName">,
    InterfaceMethod<"The name, unique in the graph.", "::mlir::StringAttr", "getSymNameAttr">,
    InterfaceMethod<"What the prediction is made from.",
                    "::mlir::Operation::operand_range", "getParents">,
    InterfaceMethod<"What the vertex learns.",
                    "::mlir::Operation::operand_range", "getParameters">,
    InterfaceMethod<"The region that makes the prediction.",
                    "::mlir::Region &", "getBody">,
    InterfaceMethod<"The predictions, one for each result.",
                    "::mlir::Operation::operand_range", "getPredictions", (ins), [{
      return $_op.getBody().front().getTerminator()->getOperands();
    }]>,
  ];
}

#endif // PC_DIALECT_PC_IR_PCINTERFACES
