// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What pc-run does: a model and tensors in, outputs and gradients out.

#ifndef PC_PIPELINES_RUN_H
#define PC_PIPELINES_RUN_H

#include "pc/Pipelines/CompileOptions.h"
#include "pc/Pipelines/Diagnostics.h"
#include "pc/Pipelines/MachineOptions.h"
#include <map>

namespace mlir::pc {

struct RunRequest {
  std::string model, dataFolder, outFolder;
  std::map<std::string, int64_t> dims;
  /// Also write grad_<j>.pb, of the sum of cotangents times outputs.
  bool gradients = false;
  CompileOptions compile;
  MachineOptions machine;
};

/// Writes what a machine says that counts what it does to `os`.
ExitStatus run(const RunRequest &request, MLIRContext *context,
               Reporter &reporter, llvm::raw_ostream &os);

} // namespace mlir::pc

#endif // PC_PIPELINES_RUN_H
