// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which operators the importer has handlers for.

#ifndef PC_TARGET_ONNX_OPERATORLIST_H
#define PC_TARGET_ONNX_OPERATORLIST_H

#include <cstdint>
#include <string>
#include <vector>

namespace mlir::pc {

struct ONNXOperator {
  std::string name;           // with its domain, as in `ai.onnx.ml.Binarizer`
  std::vector<int64_t> since; // operator sets at which its meaning changes
  /// Never an operation: its result follows from types, or from constants.
  bool isFolded = false;
};

/// All of them, by name.
std::vector<ONNXOperator> listONNXOperators();

} // namespace mlir::pc

#endif // PC_TARGET_ONNX_OPERATORLIST_H
