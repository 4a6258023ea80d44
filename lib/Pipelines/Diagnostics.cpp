// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Pipelines/Diagnostics.h"
#include "pc/Support/Names.h"

using namespace mlir;
using namespace mlir::pc;

/// The first position in a file that `loc` knows of.
static FileLineColLoc findFile(Location loc) {
  FileLineColLoc found;
  loc->walk([&](Location part) {
    found = dyn_cast<FileLineColLoc>(part);
    return found ? WalkResult::interrupt() : WalkResult::advance();
  });
  return found;
}

/// "model.mlir:3:4: node `fc1`: ", as much of it as is known.
static std::string describe(Location loc) {
  std::string text;
  llvm::raw_string_ostream os(text);
  if (FileLineColLoc file = findFile(loc)) {
    os << file.getFilename().getValue() << ":";
    if (file.getLine() != 0) // a whole ONNX model has no lines
      os << file.getLine() << ":" << file.getColumn() << ":";
    os << " ";
  }
  if (std::optional<llvm::StringRef> node = getNodeName(loc))
    os << "node `" << *node << "`: ";
  return text;
}

static llvm::StringRef getWord(DiagnosticSeverity severity) {
  switch (severity) {
  case DiagnosticSeverity::Error:
    return "error";
  case DiagnosticSeverity::Warning:
    return "warning";
  case DiagnosticSeverity::Note:
    return "note";
  case DiagnosticSeverity::Remark:
    return "remark";
  }
  llvm_unreachable("unknown severity");
}

Reporter::Reporter(llvm::StringRef tool, MLIRContext *context,
                   llvm::raw_ostream &os)
    : tool(tool), os(os),
      handler(context, [this](Diagnostic &diagnostic) { print(diagnostic); }) {
  context->printOpOnDiagnostic(false); // a module can be long
}

void Reporter::print(Diagnostic &diagnostic, llvm::StringRef indent) {
  os << indent << tool << ": " << getWord(diagnostic.getSeverity()) << ": "
     << describe(diagnostic.getLocation()) << diagnostic.str() << "\n";
  for (Diagnostic &note : diagnostic.getNotes())
    print(note, "  ");
}

ExitStatus Reporter::fail(llvm::Error error) {
  return fail(llvm::toString(std::move(error)));
}

ExitStatus Reporter::fail(const llvm::Twine &message) {
  os << tool << ": error: " << message << "\n";
  return ExitStatus::Failure;
}

void Reporter::warn(const llvm::Twine &message) {
  os << tool << ": warning: " << message << "\n";
}
