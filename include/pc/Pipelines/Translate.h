// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What pc-translate does: an ONNX model to MLIR and back.

#ifndef PC_PIPELINES_TRANSLATE_H
#define PC_PIPELINES_TRANSLATE_H

#include "pc/Pipelines/CompileOptions.h"
#include "pc/Pipelines/Diagnostics.h"
#include <map>

namespace mlir::pc {

struct TranslateRequest {
  std::string model, out;
  std::map<std::string, int64_t> dims;
  /// Inputs that sizes follow from; empty: none do.
  std::string dataFolder;
  CompileOptions options;
};

/// Writes the forward function of the model as MLIR. What is wrong with the
/// model goes to the diagnostics of `context` and into `status`.
llvm::Error importModel(const TranslateRequest &request, MLIRContext *context,
                        ExitStatus &status);

/// Writes the model with the values of parameters that `folder` has.
llvm::Error exportModel(const TranslateRequest &request,
                        llvm::StringRef folder);

} // namespace mlir::pc

#endif // PC_PIPELINES_TRANSLATE_H
