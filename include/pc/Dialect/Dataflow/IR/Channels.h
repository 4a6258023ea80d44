// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Streams across the borders of vertices, and how many words they carry.

#ifndef PC_DIALECT_DATAFLOW_IR_CHANNELS_H
#define PC_DIALECT_DATAFLOW_IR_CHANNELS_H

#include "pc/Dialect/Dataflow/IR/Dataflow.h"
#include "llvm/ADT/MapVector.h"

namespace mlir::pcflow {

/// What really gives the words of `value`: the result of a unit or an argument
/// of the graph. Null where a border has no other side.
Value getSource(Value value);

/// The operands of units that take the words of `source`, across borders.
llvm::SmallVector<OpOperand *> getConsumers(Value source);

/// The units of a graph, those of its vertices included, in order.
llvm::SmallVector<UnitOpInterface> getUnits(GraphOp graph);

/// Names of units and streams that reports, instances and certificates share.
class UnitNames {
public:
  explicit UnitNames(GraphOp graph);

  /// "vertex/linear", "vertex/map1": numbered from 0 where there are several.
  std::string getUnit(Operation *unit) const { return names.lookup(unit); }
  /// The name of what gives it, with `.y` or `.g` behind a unit that gives both
  /// predictions and messages and the number of the copy behind a fork; or the
  /// name of the argument of the graph.
  std::string getStream(Value source) const;

private:
  ArrayAttr inputs;
  llvm::DenseMap<Operation *, std::string> names; // never iterated
};

/// Words in a sample of every source. Reports a stream whose ends disagree
/// (D2). `iterations` are those of the graph where nothing is said.
FailureOr<llvm::MapVector<Value, int64_t>>
inferRates(GraphOp graph, std::optional<int64_t> iterations = std::nullopt);

} // namespace mlir::pcflow

#endif // PC_DIALECT_DATAFLOW_IR_CHANNELS_H
