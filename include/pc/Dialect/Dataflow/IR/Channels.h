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

/// Words in a sample of every source. Reports a stream whose ends disagree
/// (D2).
FailureOr<llvm::MapVector<Value, int64_t>> inferRates(GraphOp graph);

} // namespace mlir::pcflow

#endif // PC_DIALECT_DATAFLOW_IR_CHANNELS_H
