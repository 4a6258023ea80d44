// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_DIALECT_PC_IR_PC_H
#define PC_DIALECT_PC_IR_PC_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"

#include "pc/Dialect/PC/IR/PCDialect.h.inc"

#define GET_OP_CLASSES
#include "pc/Dialect/PC/IR/PCOps.h.inc"

#endif // PC_DIALECT_PC_IR_PC_H
