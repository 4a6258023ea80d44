// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a model wants to be fed, before its shapes are known.

#ifndef PC_TARGET_ONNX_INPUTS_H
#define PC_TARGET_ONNX_INPUTS_H

#include "pc/Support/ValueGroups.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mlir::pc {

struct ONNXInput {
  /// A size, or the name that --dim gives a size to; neither if it is open.
  struct Dimension {
    std::optional<int64_t> size;
    std::string name;
  };
  std::string name;
  ValueKind kind = ValueKind::Tensor;
  bool isFloat = false;
  /// Made of tensors of elements that pc knows, or of strings.
  bool isSupported = false;
  std::vector<Dimension> shape; // of each of its tensors
};

/// The graph inputs without an initializer, in order.
llvm::Expected<std::vector<ONNXInput>> readONNXInputs(llvm::StringRef path);

} // namespace mlir::pc

#endif // PC_TARGET_ONNX_INPUTS_H
