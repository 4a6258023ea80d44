// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_DIALECT_PC_IR_PCDIALECT
#define PC_DIALECT_PC_IR_PCDIALECT

include "mlir/IR/OpBase.td"

def PC_Dialect : Dialect {
  let name = "pc";
  let cppNamespace = "::mlir::pc";
  let summary = "predictive coding over arbitrary computation graphs";
}

#endif // PC_DIALECT_PC_IR_PCDIALECT
