// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_DIALECT_DATAFLOW_IR_DATAFLOWINTERFACES
#define PC_DIALECT_DATAFLOW_IR_DATAFLOWINTERFACES

include "mlir/IR/OpBase.td"

def PCFlow_UnitOpInterface : OpInterface<"UnitOpInterface"> {
  let cppNamespace = "::mlir::pcflow";
  let description = [{
    A hardware unit: an actor with a cyclic list of phases.
  }];
  let methods = [
    InterfaceMethod<[{
        What the unit does in one sample, in order. Each firing of a run takes
        one word from each operand in `takes` and puts one to each result in
        `gives`.
      }], "::llvm::SmallVector<::mlir::pcflow::Run>", "getRuns",
      (ins "int64_t":$iterations)>,
    InterfaceMethod<[{
        Whether the unit fires as often as words come: the rate of one of its
        channels is that of all.
      }], "bool", "isRateless", (ins), "", "return false;">,
    InterfaceMethod<[{
        Whether words of result `result` depend on words of operand `operand`
        that came in the same round. State delays and initial tokens say no.
      }], "bool", "isImmediate", (ins "unsigned":$operand, "unsigned":$result),
      "", "return true;">
  ];
}

def PCFlow_LearnerOpInterface : OpInterface<"LearnerOpInterface"> {
  let cppNamespace = "::mlir::pcflow";
  let description = [{
    A unit with a memory of weights: takes `x` (operand 0) once, gives `y` (result
    0), then takes errors `d` of it (operand 1) and gives messages `g` (result 1,
    if it has one) in every round, and learns in the last.
  }];
  let methods = [
    InterfaceMethod<"Its matrix.", "::mlir::FlatSymbolRefAttr", "getWeightsAttr">,
    InterfaceMethod<"One for each row, or null.", "::mlir::FlatSymbolRefAttr", "getBiasAttr">,
    InterfaceMethod<"Of the matrix.", "int64_t", "getRows">,
    InterfaceMethod<"Of the matrix.", "int64_t", "getColumns">,
    InterfaceMethod<"How often each row is used for a vector.", "int64_t", "getPositions">,
    InterfaceMethod<"Rows that are worked on in a cycle.", "int64_t", "getPeRows">,
    InterfaceMethod<"Columns that are worked on in a cycle.", "int64_t", "getSimdColumns">,
    InterfaceMethod<"Null where weights are frozen.", "::mlir::FloatAttr", "getRateAttr">,
    InterfaceMethod<"Null without velocities.", "::mlir::FloatAttr", "getMomentumAttr">
  ];
  let extraClassDeclaration = [{
    /// Null where they are not in this vertex, or there is no bias.
    ::mlir::pcflow::WeightsOp getWeightsOp();
    ::mlir::pcflow::WeightsOp getBiasOp();
    ::mlir::Value getError() { return (*this)->getOperand(1); }
    /// Null where nobody is told.
    ::mlir::Value getMessage() {
      return (*this)->getNumResults() > 1 ? (*this)->getResult(1)
                                          : ::mlir::Value();
    }
  }];
}

#endif // PC_DIALECT_DATAFLOW_IR_DATAFLOWINTERFACES
