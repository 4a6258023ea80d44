// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tensors in files: one serialized ONNX TensorProto each.

#ifndef PC_TARGET_ONNX_TENSORFILE_H
#define PC_TARGET_ONNX_TENSORFILE_H

#include "pc/Runtime/Tensor.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <map>
#include <string>

namespace mlir::pc {

struct NamedTensor {
  std::string name;
  Tensor tensor;
};

/// Reads a TensorProto in either of its encodings. Fails with a text that names
/// the file, what was expected and what was found.
llvm::Expected<NamedTensor> readTensorFile(llvm::StringRef path);

/// Every `*.pb` of a folder, by the name inside.
llvm::Expected<std::map<std::string, Tensor>>
readTensorFolder(llvm::StringRef folder);

/// Writes a TensorProto with raw data; the file is whole or not there.
llvm::Error writeTensorFile(llvm::StringRef path, llvm::StringRef name,
                            const Tensor &tensor);

} // namespace mlir::pc

#endif // PC_TARGET_ONNX_TENSORFILE_H
