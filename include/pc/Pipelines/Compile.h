// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What pc-compile does: a model in, files for a C program out.

#ifndef PC_PIPELINES_COMPILE_H
#define PC_PIPELINES_COMPILE_H

#include "pc/Pipelines/CompileOptions.h"
#include "pc/Pipelines/Diagnostics.h"
#include "pc/Pipelines/MachineOptions.h"
#include "pc/Pipelines/Phases.h"
#include "pc/Target/CPU/Emit.h"
#include <map>

namespace mlir::pc {

struct CompileRequest {
  std::string model;
  /// A folder, made if absent; or a file, when there is one kind and the name
  /// has its extension.
  std::string out;
  /// Of the names in C; empty: the name of the model's file.
  std::string prefix;
  llvm::SmallVector<EmitKind> kinds;
  std::map<std::string, int64_t> dims;
  /// Inputs that sizes follow from; empty: none do.
  std::string dataFolder;
  /// `Import`: a model. `Tensor`: MLIR whose public functions are compiled as
  /// they are.
  Phase from = Phase::Import;
  /// With `forwardOnly`, @model alone; else also its gradient; with `learn`,
  /// also the learning step.
  CompileOptions compile;
  MachineOptions machine;
  /// Whether to print the bytes that a call of each function takes, or of a
  /// circuit the report.
  bool printsStats = false;
  /// Where the report of a circuit goes as JSON; empty: nowhere.
  std::string json;

  /// From the words of --emit and --compile-from.
  llvm::Error setKinds(llvm::ArrayRef<std::string> words);
  llvm::Error setFrom(llvm::StringRef word);
  /// Checks what can be checked without a model. `namesKinds`: --emit was
  /// given.
  llvm::Error validate(bool namesKinds) const;
};

ExitStatus compile(const CompileRequest &request, MLIRContext *context,
                   Reporter &reporter, llvm::raw_ostream &os);

} // namespace mlir::pc

#endif // PC_PIPELINES_COMPILE_H
