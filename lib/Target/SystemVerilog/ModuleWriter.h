// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writes one module of a design. Modules.cpp has its border and what it puts
// inside, Units.cpp an instance for each unit.

#ifndef PC_TARGET_SYSTEMVERILOG_MODULEWRITER_H
#define PC_TARGET_SYSTEMVERILOG_MODULEWRITER_H

#include "Design.h"

namespace mlir::pcflow {

/// Labels of streams and units in a module, and of ports of a vertex.
std::string getStreamLabel(OpResult result, const UnitNames &units);
std::string getUnitLabel(Operation *op, const UnitNames &units);
std::string getPortLabel(VertexOp vertex, BlockArgument argument);
std::string getPortLabel(VertexOp vertex, OpResult result);
/// Ports that every module has.
void reserveCommonNames(Names &names);

/// `value` as steps and rates are (getFactorWidth); none is 0.
FailureOr<int64_t> getRate(Operation *op, WordType format, double value,
                           const char *what);
FailureOr<int64_t> getFactor(Operation *op, WordType format, FloatAttr value,
                             const char *what);

/// What the border of a vertex has beside its streams.
struct Border {
  std::vector<std::string> streams; // names in the order of operands, results
  std::vector<TapPoint> taps;
  unsigned numStalls = 0;
};

class ModuleWriter {
public:
  ModuleWriter(Design &design, Block &block, std::string name)
      : design(design), block(block), name(std::move(name)),
        units(design.graph) {
    reserveCommonNames(names);
  }

  LogicalResult write(Border &border);

private:
  LogicalResult writeUnit(Operation &op);
  LogicalResult writeVertex(VertexOp vertex);
  LogicalResult writeLearner(LearnerOpInterface op);
  void writePool(PoolOp op);
  void writeRearrange(RearrangeOp op);
  LogicalResult writeMap(MapOp op);
  void writeFork(ForkOp op);
  LogicalResult writeBuffer(BufferOp op);
  LogicalResult writeState(StateOp op);
  LogicalResult writeActivity(ActivityOp op);
  LogicalResult writeSoftmax(SoftmaxErrorOp op);
  void writeLatch(LatchOp op);
  void writeFirst(FirstOp op);
  void writeSum(SumOp op);
  void writeSink(SinkOp op);
  void writeOutput(OutputOp op);
  void writeYield(YieldOp op);
  void writeTap(TapOp op);
  void writeGate(GateOp op);

  /// Names the stream and declares its wires.
  std::string declare(Value stream, llvm::StringRef label);
  void declarePort(Value stream, llvm::StringRef port, bool isInput);
  void join(llvm::StringRef from, llvm::StringRef to);
  /// ".<port>_data(<stream>_data), ..." for one end of a unit.
  std::string connect(llvm::StringRef port, Value stream);
  /// Begins an instance of `unit` and names it.
  std::string instance(llvm::StringRef unit, llvm::StringRef parameters,
                       llvm::StringRef label);
  /// A bit that is or-ed into the output of that name.
  std::string flag(std::vector<std::string> &flags, llvm::StringRef of);
  /// A step or a rate as a literal.
  std::string literal(int64_t factor);
  /// The units that round what others compute.
  void useArithmetic();
  bool isTop() { return isa<GraphOp>(block.getParentOp()); }

  Design &design;
  Block &block;
  std::string name;
  UnitNames units;
  Names names;
  llvm::DenseMap<Value, std::string> streams; // never iterated
  std::vector<std::string> ports, sats, idles, reads;
  std::string wires, body;
  Border mine;
};

/// Words of a sample, or of a round.
inline int64_t getSize(Value stream) {
  return cast<StreamType>(stream.getType()).getSize();
}

inline constexpr llvm::StringLiteral licence =
    "// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception\n";

} // namespace mlir::pcflow

#endif // PC_TARGET_SYSTEMVERILOG_MODULEWRITER_H
