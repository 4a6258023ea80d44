// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writes the modules of a circuit in hw and comb.

#ifndef PC_TARGET_SYSTEMVERILOG_CIRCTMODULE_H
#define PC_TARGET_SYSTEMVERILOG_CIRCTMODULE_H

#include "ModuleWriter.h"
#include <map>

namespace mlir::pcflow {

/// What the modules have in common.
struct CirctDesign {
  GraphOp graph;
  WordType format;
  Names modules, externs;
  unsigned numMemories = 0;
  std::vector<std::string> links;             // that can be cut, by number
  std::map<std::string, std::string> symbols; // of external modules
  std::string declarations, text;

  /// The symbol of an external module of these parameters and ports.
  std::string declare(llvm::StringRef verilogName, const std::string &rest);
};

class CirctModule {
public:
  CirctModule(CirctDesign &design, Block &block, std::string moduleName)
      : design(design), block(block), moduleName(std::move(moduleName)),
        units(design.graph) {
    reserveCommonNames(names);
  }

  LogicalResult write();

private:
  /// A port, and the value that is connected to it. No width: a clock.
  struct Connection {
    std::string port, value;
    unsigned width;
    bool isInput;
  };
  /// The label and the three values of a stream.
  struct Wire {
    std::string stem, data, valid, ready;
    unsigned width = 0;
  };

  LogicalResult writeUnit(Operation &op);
  LogicalResult writeVertex(VertexOp vertex);
  LogicalResult writeLearner(LearnerOpInterface op);
  LogicalResult writeState(StateOp op);
  LogicalResult writeActivity(ActivityOp op);
  void writeMap(MapOp op);
  void writePool(PoolOp op);
  void writeRearrange(RearrangeOp op);
  void writeFork(ForkOp op);
  void writeSum(SumOp op);
  void writeSoftmax(SoftmaxErrorOp op);
  void writeBuffer(BufferOp op);
  void writeOnce(Operation *op, llvm::StringRef unit, llvm::StringRef more);
  void writeTap(TapOp op);
  void writeGate(GateOp op);

  void addCommonPorts();
  void declareStreams();
  void declare(Value stream, const std::string &stem);
  void addPort(bool isInput, const std::string &port, unsigned width,
               const std::string &value);
  void addStream(bool isInput, const std::string &port, const Wire &wire);
  void give(std::vector<Connection> &ends, llvm::StringRef port, Value stream);
  void take(std::vector<Connection> &ends, llvm::StringRef port, Value stream);
  /// A bit of a unit that goes into the output of that name.
  void flag(std::vector<Connection> &ends, llvm::StringRef port,
            std::vector<std::string> &flags, const std::string &label);
  std::vector<Connection> begin(bool hasRounds);
  /// The same of a unit that moves its state by `step` of a gradient.
  FailureOr<std::vector<Connection>> beginStep(Operation *op,
                                               llvm::APFloat step);
  /// Of a module of ours or, with a name in SystemVerilog, an external one.
  void instance(llvm::StringRef module, llvm::StringRef settings,
                llvm::StringRef label, llvm::ArrayRef<Connection> ends,
                llvm::StringRef verilogName);
  std::string name(llvm::StringRef label);
  std::string constant(int64_t value, unsigned width);
  std::string combine(llvm::StringRef op, unsigned width,
                      llvm::ArrayRef<std::string> values,
                      llvm::StringRef label);
  std::string concatenate(llvm::ArrayRef<std::string> values, unsigned width,
                          llvm::StringRef label);
  void extract(llvm::StringRef result, llvm::StringRef value, unsigned bit,
               unsigned width);
  /// Ports of streams, in the order of operands and results.
  std::vector<std::string> getStreams() const {
    std::vector<std::string> all = arguments;
    all.insert(all.end(), results.begin(), results.end());
    return all;
  }

  CirctDesign &design;
  Block &block;
  std::string moduleName;
  UnitNames units;
  Names names;
  llvm::DenseMap<Value, Wire> wires; // never iterated
  std::vector<std::string> arguments, results, sats, idles, reads;
  std::vector<std::pair<std::string, unsigned>> cuts;
  std::vector<Connection> ports;
  llvm::StringSet<> constants;
  std::string body;
};

} // namespace mlir::pcflow

#endif // PC_TARGET_SYSTEMVERILOG_CIRCTMODULE_H
