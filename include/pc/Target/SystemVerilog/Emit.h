// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A learning circuit as SystemVerilog, with a bench for Verilator.

#ifndef PC_TARGET_SYSTEMVERILOG_EMIT_H
#define PC_TARGET_SYSTEMVERILOG_EMIT_H

#include "pc/Dialect/Dataflow/IR/Dataflow.h"
#include "llvm/Support/Error.h"
#include <map>
#include <string>

namespace mlir::pcflow {

struct CircuitOptions {
  /// Gives each queue an input that withholds it: for simulation.
  bool stalls = false;
  /// What stands before the names in the lists of files.
  std::string folder = ".";
};

/// Names and contents of files.
using CircuitFiles = std::map<std::string, std::string>;

/// The design of a wired, quantised graph with a depth for each queue:
/// `top.sv`, a module for each vertex and each map, the units of the library
/// that they use, lists of them for Verilator (`files.f`) and Yosys
/// (`read.ys`), and the bench `tb.cpp`. Reports what has no hardware.
FailureOr<CircuitFiles> emitSystemVerilog(GraphOp graph,
                                          const CircuitOptions &options);

/// A program in C++17, in one file, that does what a quantised graph does, in
/// exact integers and without time; its main is that of the bench. Reports what
/// it has no code for.
FailureOr<std::string> emitModel(GraphOp graph);

/// Text for CIRCT: modules and instances in the dialects hw and comb, clocks of
/// seq. Units are external modules, those of emitSystemVerilog. Reports what it
/// has no text for.
FailureOr<std::string> emitCirct(GraphOp graph);

/// Writes the files into a folder beside `folder` that is then renamed; an
/// older `folder` is replaced.
llvm::Error writeCircuit(const CircuitFiles &files, llvm::StringRef folder);

} // namespace mlir::pcflow

#endif // PC_TARGET_SYSTEMVERILOG_EMIT_H
