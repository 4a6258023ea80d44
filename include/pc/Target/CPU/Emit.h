// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ahead of time: functions of the tensor level as files that a C program can
// use.

#ifndef PC_TARGET_CPU_EMIT_H
#define PC_TARGET_CPU_EMIT_H

#include "mlir/IR/BuiltinOps.h"
#include "pc/Runtime/Tensor.h"
#include "pc/Target/CPU/CPUOptions.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"
#include <optional>

namespace mlir::pc {

enum class EmitKind { Object, Header, Library, LLVM, MLIR };

/// "object", "header", "library", "llvm", "mlir".
std::optional<EmitKind> parseEmitKind(llvm::StringRef word);
/// ".o", ".h", ".so", ".ll", ".mlir".
llvm::StringRef getFileExtension(EmitKind kind);

/// What an argument of an entry starts with: a parameter or an optimiser's
/// state.
struct InitialValue {
  std::string entry;
  unsigned argument;
  Tensor value;
};

struct EmitFile {
  EmitKind kind;
  std::string path;
};

struct EmitRequest {
  /// The functions to compile. In C, `f` is called `<prefix>_f`; where it has
  /// initial values, `<prefix>_f_init` copies them into memory of the caller.
  llvm::SmallVector<std::string> entries;
  std::string prefix;
  std::vector<InitialValue> initialValues;
  llvm::SmallVector<EmitFile> files;
  CPUOptions cpu;
};

/// The bytes that a call of a function reads and writes. Results that update an
/// argument are written there.
struct EntryMemory {
  std::string entry;
  int64_t arguments = 0, results = 0, arena = 0;

  int64_t getPeak() const { return arguments + results + arena; }
};

/// `text` with everything that C does not allow in a name replaced by `_`.
std::string toCName(llvm::StringRef text);

/// Compiles and writes all files, each one whole or not at all. A shared
/// library needs a C compiler on PATH to link it. What is wrong with the
/// functions goes to the diagnostics of the module's context, and the error
/// says so. Returns what memory each of the functions takes.
llvm::Expected<std::vector<EntryMemory>> emitFiles(ModuleOp module,
                                                   const EmitRequest &request);

} // namespace mlir::pc

#endif // PC_TARGET_CPU_EMIT_H
