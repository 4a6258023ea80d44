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

#endif // PC_DIALECT_DATAFLOW_IR_DATAFLOWINTERFACES
