// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which activities of a graph have an error to relax, and how far they are from
// the loss. Lengths count edges to a clamped output (start `clamped`): a vertex
// that the loss reads has a path of length 0.

#ifndef PC_ANALYSIS_ERRORPATHS_H
#define PC_ANALYSIS_ERRORPATHS_H

#include "pc/Dialect/PC/IR/PC.h"
#include "pc/Support/Signature.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/raw_ostream.h"

namespace mlir::pc {

class ErrorPaths {
public:
  /// With `wanted` only activities that lie between a wanted argument and the
  /// loss carry an error; without, all that reach the loss.
  ErrorPaths(GraphOp graph, std::optional<Wanted> wanted);

  /// The activities that carry an error, in the order of the graph.
  ArrayRef<OpResult> getActivities() const { return activities; }
  bool carriesError(Value activity) const { return lengths.contains(activity); }

  /// Bit `k` is set when a path of `k` edges leads to a clamped output.
  const llvm::BitVector &getLengths(Value activity) const;
  unsigned getShortest(Value activity) const;
  unsigned getLongest(Value activity) const;
  /// The only length, when there is only one.
  std::optional<unsigned> getOnlyLength(Value activity) const;

  /// True when the loss is all that reads the activity: it is clamped.
  bool isClamped(Value activity) const { return getLongest(activity) == 0; }
  /// True when the loss reads the activity.
  bool isReadByLoss(Value activity) const {
    return getLengths(activity).test(0);
  }

  /// D, the longest path of all.
  unsigned getDepth() const { return depth; }

  void print(llvm::raw_ostream &os) const;

private:
  llvm::SmallVector<OpResult> activities;
  llvm::MapVector<Value, llvm::BitVector> lengths;
  unsigned depth = 0;
};

} // namespace mlir::pc

#endif // PC_ANALYSIS_ERRORPATHS_H
