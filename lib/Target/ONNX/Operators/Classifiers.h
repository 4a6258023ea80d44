// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What models of the machine-learning domain make of the scores of their
// targets or classes.

#ifndef PC_LIB_TARGET_ONNX_OPERATORS_CLASSIFIERS_H
#define PC_LIB_TARGET_ONNX_OPERATORS_CLASSIFIERS_H

#include "Operators.h"

namespace mlir::pc {

/// Labels, one for each class: integers, or the numbers of strings.
struct Classes {
  llvm::SmallVector<int64_t> labels;
  bool areStrings = false;
};

/// Reads one of classlabels_`integers` and classlabels_strings.
FailureOr<Classes> readClasses(NodeContext &node, llvm::StringRef integers);
/// Sets output 0 to the labels of the largest of `scores` [rows, classes], the
/// first one of equal ones.
void setLabels(NodeContext &node, Emitter &b, const Classes &classes,
               Value scores);

/// The attribute post_transform where it is supported.
FailureOr<std::string> readTransform(NodeContext &node);
Value transformScores(Emitter &b, Value scores, llvm::StringRef transform);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_ONNX_OPERATORS_CLASSIFIERS_H
