// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the tools say what is wrong, and how they end.

#ifndef PC_PIPELINES_DIAGNOSTICS_H
#define PC_PIPELINES_DIAGNOSTICS_H

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

namespace mlir::pc {

/// Exit statuses of the tools.
enum class ExitStatus : int {
  Success = 0,
  Failure = 1,
  Unsupported = 2,
  Interrupted = 130 // as a shell reports SIGINT
};

/// Writes `tool: error: place: text` lines, for errors of the tool itself and
/// for the diagnostics of a context while it lives.
class Reporter {
public:
  Reporter(llvm::StringRef tool, MLIRContext *context,
           llvm::raw_ostream &os = llvm::errs());

  /// Prints the error; the status is the one of a failure.
  ExitStatus fail(llvm::Error error);
  ExitStatus fail(const llvm::Twine &message);
  void warn(const llvm::Twine &message);

private:
  void print(Diagnostic &diagnostic, llvm::StringRef indent = "");

  std::string tool;
  llvm::raw_ostream &os;
  ScopedDiagnosticHandler handler;
};

} // namespace mlir::pc

#endif // PC_PIPELINES_DIAGNOSTICS_H
