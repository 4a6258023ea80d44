// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the modules of a design and its bench have in common.

#ifndef PC_TARGET_SYSTEMVERILOG_DESIGN_H
#define PC_TARGET_SYSTEMVERILOG_DESIGN_H

#include "Names.h"
#include "pc/Dialect/Dataflow/IR/Channels.h"
#include "pc/Target/SystemVerilog/Emit.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::pcflow {

/// A stream between the host and the circuit.
struct HostStream {
  std::string label, port;
  unsigned width;
  int64_t size; // words in a sample
};

/// A point that is watched.
struct TapPoint {
  std::string label, port;
  unsigned width;
  int64_t size; // words in a round
};

/// The memories of one unit that learns, which the host selects by number.
struct Memory {
  std::string weights, bias; // names of the parameters; bias may be empty
  LearnerOpInterface unit;
};

/// A queue and the units at its ends.
struct Channel {
  std::string giver, taker;
};

struct Design {
  GraphOp graph;
  WordType format;
  CircuitOptions options;
  CircuitFiles files;
  llvm::SetVector<llvm::StringRef> units; // of the library
  Names modules;
  std::vector<HostStream> inputs, outputs;
  std::vector<TapPoint> taps;
  std::vector<Memory> memories;
  std::vector<Channel> channels;
  std::vector<std::string> links; // that can be cut, by number
  std::string deadlock;           // its certificate, or nothing
};

/// Adds the module of a vertex, or `top` for the graph itself.
LogicalResult emitModules(Design &design);

/// The text of circuit.h, which the bench includes.
std::string emitBench(Design &design);

/// The parameters of a unit that learns, and of one that does not.
std::string getLearnerParameters(LearnerOpInterface op, WordType format);
std::string getPoolParameters(PoolOp op, WordType format);
std::string getRearrangeParameters(RearrangeOp op, WordType format);
std::string getStateParameters(StateOp op, WordType format);
std::string getActivityParameters(ActivityOp op, WordType format);
std::string getSumParameters(SumOp op, WordType format);
std::string getSoftmaxParameters(SoftmaxErrorOp op, WordType format);

/// What a step, rate or momentum is in hardware: 18 bits, 16 of them behind the
/// point, or a word of floats.
unsigned getFactorWidth(WordType format);

/// The format of the words of a quantised circuit that is wired.
FailureOr<WordType> getCircuitFormat(GraphOp graph);

/// The bits of a word of `stream`.
unsigned getWordWidth(Value stream);

/// The source of a unit of the library, or of what all benches share.
llvm::StringRef getLibraryFile(llvm::StringRef name);

} // namespace mlir::pcflow

#endif // PC_TARGET_SYSTEMVERILOG_DESIGN_H
