// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From a file to a parsed model and what its header says.

#ifndef PC_LIB_TARGET_ONNX_MODELREADER_H
#define PC_LIB_TARGET_ONNX_MODELREADER_H

#include "Proto.h"
#include "llvm/ADT/StringMap.h"
#include <string>

namespace mlir::pc {

/// Operator set versions by domain; the default domain is "".
using Opsets = llvm::StringMap<int64_t>;

struct Model {
  std::string path;
  std::string folder; // of the file, where external data lies
  onnx::ModelProto proto;
  Opsets opsets;
};

/// "ai.onnx" is another spelling of the default domain "".
llvm::StringRef normalizeDomain(llvm::StringRef domain);

/// Reads the opset imports of a model or a function.
template <typename Imports> Opsets collectOpsets(const Imports &imports) {
  Opsets opsets;
  for (const onnx::OperatorSetIdProto &import : imports)
    opsets[normalizeDomain(import.domain())] = import.version();
  return opsets;
}

/// Maps and parses the model at `path`.
llvm::Error readModel(llvm::StringRef path, Model &model);
/// Parses a model that is in memory; external data is looked up relative to the
/// folder of its identifier.
llvm::Error readModel(llvm::MemoryBufferRef buffer, Model &model);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_ONNX_MODELREADER_H
