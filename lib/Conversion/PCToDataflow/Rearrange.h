// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sums, copies and transposes of tensors, apart from what is elementwise.

#ifndef PC_LIB_CONVERSION_PCTODATAFLOW_REARRANGE_H
#define PC_LIB_CONVERSION_PCTODATAFLOW_REARRANGE_H

#include "pc/Dialect/PC/IR/PC.h"

namespace mlir::pc {

/// A loop of a rearrangement: how often it counts, and by how many words it
/// moves in what is read and in what is written.
struct WordLoop {
  int64_t size, from, to;
};

/// The words of one sample of `input` in another place, copied or summed.
struct RearrangeMatch {
  Value input;
  llvm::SmallVector<WordLoop> loops; // as pcflow.rearrange has them

  /// What it takes from an error to a message.
  llvm::SmallVector<WordLoop> getAdjoint() const;
};

/// The rearrangement that `root`, a value of a vertex, is. With a batch above 1
/// the leading dimension of what is written counts samples (or several rows of
/// each), and so does that of what is read, unless it is `isShared` by all.
std::optional<RearrangeMatch> matchRearrange(Value root, int64_t batch,
                                             bool isShared);

/// Writes the bodies of the vertices of `graph` so that what is elementwise
/// reads tensors in place alone: operands that are copied or transposed on the
/// way, and sums of expressions, become operations of their own. Products with
/// a parameter that have a unit stay as they are.
void separateRearrangements(GraphOp graph);

} // namespace mlir::pc

#endif // PC_LIB_CONVERSION_PCTODATAFLOW_REARRANGE_H
