// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_DIALECT_PC_IR_PCOPS
#define PC_DIALECT_PC_IR_PCOPS

include "pc/Dialect/PC/IR/PCGraphOps.td"
include "pc/Dialect/PC/IR/PCRelaxationOps.td"

#endif // PC_DIALECT_PC_IR_PCOPS
