// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What operators with subgraphs have in common.

#ifndef PC_LIB_TARGET_ONNX_OPERATORS_SUBGRAPHS_H
#define PC_LIB_TARGET_ONNX_OPERATORS_SUBGRAPHS_H

#include "../Importer.h"
#include "Operators.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace mlir::pc {

using ImportedValues = llvm::SmallVector<ImportedValue>;

bool isPoisoned(ArrayRef<ImportedValue> values);
/// Sequences, and optional values without an element.
bool hasNonTensor(ArrayRef<ImportedValue> values);
/// Gives up on a node after what is wrong with it has been reported.
void poison(NodeContext &node);

/// What operand `i` is, also where it is an optional value without an element.
ImportedValue getOperand(NodeContext &node, unsigned i);

ImportedValue makeScalar(NodeContext &node, ElementKind kind, int64_t value);
ImportedValue makeValue(Value value);

/// The IR values of `values`, the elements of sequences one after the other.
llvm::SmallVector<Value> flatten(NodeContext &node,
                                 llvm::MutableArrayRef<ImportedValue> values,
                                 OpBuilder &builder);
/// `like` with other IR values, in the order of `flatten`.
ImportedValues unflatten(ArrayRef<ImportedValue> like, ValueRange values);
/// Whether types agree, and the lengths of sequences.
bool isSameForm(ArrayRef<ImportedValue> x, ArrayRef<ImportedValue> y);

/// Stacks the values of one output of all iterations along a new `axis`.
FailureOr<Value> stack(NodeContext &node, int64_t axis,
                       llvm::MutableArrayRef<ImportedValue> parts);

/// An output that collects a part of each iteration along a new axis.
struct CollectedOutput {
  int64_t axis = 0;
  bool isBackward = false; // the last iteration comes first
};

/// A loop whose body is emitted once, as scf.for.
struct RolledLoop {
  int64_t trips;
  /// Values of the first iteration.
  ImportedValues carried;
  /// Whether to begin at all: null for always.
  Value condition;
  /// Emits the body. It gets the number of the iteration (an index) and the
  /// values carried, and returns the ones carried on and after them the ones to
  /// collect. `goesOn` becomes the condition of the next iteration, null for
  /// always. Fails after a report, or with poisoned results.
  llvm::function_ref<LogicalResult(OpBuilder &, Value, ImportedValues,
                                   ImportedValues &, Value &goesOn)>
      emitBody;
  llvm::SmallVector<CollectedOutput> outputs;
};

/// What is carried out of the loop, and after it what is collected; poisoned
/// where the body is.
FailureOr<ImportedValues> emitRolledLoop(NodeContext &node, RolledLoop &loop);

/// Says on the loop how many iterations lie between two that it keeps for
/// reverse mode; nothing where it keeps all.
void setCheckpoint(scf::ForOp loop, std::optional<int64_t> interval);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_ONNX_OPERATORS_SUBGRAPHS_H
