// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_DIALECT_PC_IR_PCOPS
#define PC_DIALECT_PC_IR_PCOPS

include "pc/Dialect/PC/IR/PCDialect.td"

class PC_Op<string mnemonic, list<Trait> traits = []>
    : Op<PC_Dialect, mnemonic, traits>;

#endif // PC_DIALECT_PC_IR_PCOPS
