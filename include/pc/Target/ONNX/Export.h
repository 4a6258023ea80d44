// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Trained parameters back into the model that they came from.

#ifndef PC_TARGET_ONNX_EXPORT_H
#define PC_TARGET_ONNX_EXPORT_H

#include "pc/Runtime/Tensor.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <map>
#include <string>

namespace mlir::pc {

/// Writes a copy of the model at `source` to `destination` in which the
/// parameters (initializers or Constant nodes, by name) have new values. The
/// rest of the model is untouched. The file is whole or not there.
llvm::Error exportONNX(llvm::StringRef source, llvm::StringRef destination,
                       const std::map<std::string, const Tensor *> &parameters);

} // namespace mlir::pc

#endif // PC_TARGET_ONNX_EXPORT_H
