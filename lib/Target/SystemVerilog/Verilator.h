// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_LIB_TARGET_SYSTEMVERILOG_VERILATOR_H
#define PC_LIB_TARGET_SYSTEMVERILOG_VERILATOR_H

#include "pc/Dialect/Dataflow/IR/Dataflow.h"
#include "llvm/ADT/FunctionExtras.h"
#include "llvm/Support/Error.h"

namespace mlir::pcflow {

/// Makes the simulation of a circuit as a shared library (bench/library.cpp)
/// and calls `use` with its path, where it stays only as long as `cache` keeps
/// it; empty: for the call. A program that is missing is named, with the
/// package that has it.
llvm::Error withSimulation(GraphOp graph, StringRef cache,
                           llvm::unique_function<llvm::Error(StringRef)> use);

} // namespace mlir::pcflow

#endif // PC_LIB_TARGET_SYSTEMVERILOG_VERILATOR_H
