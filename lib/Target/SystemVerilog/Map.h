// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Maps and tables as modules.

#ifndef PC_TARGET_SYSTEMVERILOG_MAP_H
#define PC_TARGET_SYSTEMVERILOG_MAP_H

#include "pc/Dialect/Dataflow/IR/Dataflow.h"
#include "pc/Target/SystemVerilog/Emit.h"
#include "llvm/Support/raw_ostream.h"

namespace mlir::pcflow {

/// Writes the module `name` of a map, and those of its tables, named after it,
/// as files. A stage of the pipeline ends behind each product and each table;
/// all of it in the format `format`. Reports operations without hardware.
LogicalResult emitMap(MapOp map, WordType format, llvm::StringRef name,
                      CircuitFiles &files, llvm::raw_ostream &os);

/// Writes the combinational module `name`, from `x` to `y`, of a table.
void emitTable(llvm::ArrayRef<int64_t> knots, int64_t range, WordType format,
               llvm::StringRef name, llvm::raw_ostream &os);

} // namespace mlir::pcflow

#endif // PC_TARGET_SYSTEMVERILOG_MAP_H
