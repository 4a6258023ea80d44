// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The strings of a model and of its data, numbered.

#ifndef PC_LIB_TARGET_ONNX_STRINGTABLE_H
#define PC_LIB_TARGET_ONNX_STRINGTABLE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringMap.h"
#include <optional>
#include <vector>

namespace mlir::pc {

/// Gives each string one number, so that tensors of strings are tensors of
/// integers, whose elements are equal where the strings are. Number 0 is the
/// empty string, the zero of its type.
class StringTable {
public:
  StringTable() { intern(""); }

  /// None once there is no room left.
  std::optional<int64_t> intern(llvm::StringRef text);
  llvm::ArrayRef<llvm::StringRef> getStrings() const { return strings; }

  /// What all strings may have together.
  static constexpr size_t maxBytes = size_t(1) << 28;
  static constexpr llvm::StringLiteral fullText =
      "expected at most 256 MiB of different strings";

private:
  llvm::StringMap<int64_t> numbers; // owns the strings
  std::vector<llvm::StringRef> strings;
  size_t bytes = 0;
};

} // namespace mlir::pc

#endif // PC_LIB_TARGET_ONNX_STRINGTABLE_H
