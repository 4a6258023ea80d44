// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_DIALECT_DATAFLOW_IR_DATAFLOWDIALECT
#define PC_DIALECT_DATAFLOW_IR_DATAFLOWDIALECT

include "mlir/IR/OpBase.td"

def PCFlow_Dialect : Dialect {
  let name = "pcflow";
  let cppNamespace = "::mlir::pcflow";
  let summary = "learning circuits: one process for each vertex, bounded channels";
  let description = [{
    A deterministic process network with rates known from the shapes. SSA values
    are channels; every operation that has any is a hardware unit, so that a
    design is read off the IR. A sample is one prediction and `T + 1` rounds of
    messages, where `T` is the number of iterations of the graph: after the last
    of them every unit is where it began.
  }];
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let extraClassDeclaration = [{
    void registerTypes();
    void registerAttributes();
  }];
}

class PCFlow_Op<string mnemonic, list<Trait> traits = []>
    : Op<PCFlow_Dialect, mnemonic, traits>;

#endif // PC_DIALECT_DATAFLOW_IR_DATAFLOWDIALECT
