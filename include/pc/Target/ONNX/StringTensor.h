// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tensors of strings. Compiled code never sees one: integers stand for strings
// there, where the importer has not done with them already.

#ifndef PC_TARGET_ONNX_STRINGTENSOR_H
#define PC_TARGET_ONNX_STRINGTENSOR_H

#include "pc/Runtime/Tensor.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace mlir::pc {

/// Row-major; every element is UTF-8.
struct StringTensor {
  std::vector<int64_t> shape;
  std::vector<std::string> elements;

  std::string describe() const; // "2x3xstring"
};

/// An error that says where `text` is not UTF-8.
llvm::Error checkUTF8(llvm::StringRef text);

/// The strings that integers stand for: element i is `table[i]`. Fails where
/// one stands for nothing.
llvm::Expected<StringTensor> lookupStrings(const Tensor &numbers,
                                           llvm::ArrayRef<std::string> table);

} // namespace mlir::pc

#endif // PC_TARGET_ONNX_STRINGTENSOR_H
