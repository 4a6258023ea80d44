// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Forests: every row of features ends in one leaf of each tree, which votes for
// targets.

#ifndef PC_LIB_TARGET_ONNX_OPERATORS_TREES_H
#define PC_LIB_TARGET_ONNX_OPERATORS_TREES_H

#include "Operators.h"

namespace mlir::pc {

/// Member: equal to one of several.
enum class TreeMode { LE, LT, GE, GT, EQ, NE, Member };
enum class Aggregate { Average, Sum, Minimum, Maximum };

/// A branch or a leaf.
struct TreePlace {
  int64_t index;
  bool isLeaf;
};

struct TreeBranch {
  TreeMode mode;
  int64_t feature;
  llvm::SmallVector<double, 1> splits; // one, or the members of a set
  bool takesMissing;                   // NaN goes where the test holds
  TreePlace onTrue, onFalse;
};

struct TreeVote {
  int64_t leaf, target;
  double weight;
};

struct Forest {
  std::vector<TreeBranch> branches;
  llvm::SmallVector<TreePlace> roots;
  int64_t numLeaves = 0, numTargets = 0;
  std::vector<TreeVote> votes;
  Aggregate aggregate = Aggregate::Sum;
  llvm::SmallVector<double> base; // none, or one for each target
};

/// The numbers of an attribute that is a tensor; none where it is missing.
FailureOr<llvm::SmallVector<double>> getTensorNumbers(NodeContext &node,
                                                      llvm::StringRef name);

/// The votes of the leaves that the rows of input 0 end in: [rows, targets].
/// Reports what makes the forest none, or more than is supported.
FailureOr<Value> emitForest(NodeContext &node, Emitter &b,
                            const Forest &forest);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_ONNX_OPERATORS_TREES_H
