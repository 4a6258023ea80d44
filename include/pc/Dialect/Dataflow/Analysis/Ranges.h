// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How large the words of a circuit can get.

#ifndef PC_DIALECT_DATAFLOW_ANALYSIS_RANGES_H
#define PC_DIALECT_DATAFLOW_ANALYSIS_RANGES_H

#include "pc/Dialect/Dataflow/IR/Dataflow.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::pcflow {

/// Where the words of a sample of a quantised graph can be, with inputs and
/// targets within `[-inputs, inputs]` and the parameters that memories begin
/// with.
struct RangeFacts {
  double largest = 0; // before saturation, of all words
  double limit = 0;   // of the format
  bool inputsFit;     // or the host saturates them
  /// Units of which a word may be saturated; no other's can. A memory whose
  /// first contents are at an end of the format is among them.
  llvm::SetVector<Operation *> saturating;
};

/// Carries intervals through all rounds. They are exact for one unit and forget
/// what words have to do with each other, so they may be too wide, never too
/// narrow. What parameters become while they learn is not in them.
RangeFacts analyzeRanges(GraphOp graph, double inputs);

} // namespace mlir::pcflow

#endif // PC_DIALECT_DATAFLOW_ANALYSIS_RANGES_H
