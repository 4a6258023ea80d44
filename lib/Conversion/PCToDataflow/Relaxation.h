// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A function of the relaxation level, under a schedule with frozen or with
// recomputed predictions, as who sends what to whom.

#ifndef PC_LIB_CONVERSION_PCTODATAFLOW_RELAXATION_H
#define PC_LIB_CONVERSION_PCTODATAFLOW_RELAXATION_H

#include "pc/Dialect/PC/IR/PC.h"
#include "llvm/ADT/MapVector.h"

namespace mlir::pc {

/// What parent operand `parent` of `child` (a vertex, or the loss) is told.
struct Message {
  VertexOpInterface child;
  int64_t parent;
};

struct VertexRole {
  /// What the error is made of.
  llvm::SmallVector<Message> messages;
  /// The step of a hidden vertex. A clamped output has the error of the loss.
  std::optional<double> step;
};

/// How a parameter moves: sgd, with momentum or without.
struct Learning {
  double rate;
  std::optional<double> momentum;

  bool operator==(const Learning &other) const {
    return rate == other.rate && momentum == other.momentum;
  }
};

struct Relaxation {
  GraphOp graph;
  FunctionOpInterface function;
  int64_t iterations = 0;
  bool strict = false;                            // predictions are recomputed
  llvm::MapVector<Operation *, VertexRole> roles; // of each vertex
  /// Of learned parameters, arguments of the graph.
  llvm::DenseMap<Value, Learning> learning;
};

/// Reads `function`. Reports what this target has no circuit for.
FailureOr<Relaxation> readRelaxation(FunctionOpInterface function);

} // namespace mlir::pc

#endif // PC_LIB_CONVERSION_PCTODATAFLOW_RELAXATION_H
