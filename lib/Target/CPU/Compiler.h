// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From the tensor level to an optimised LLVM module, for the just-in-time and
// the ahead-of-time road alike.

#ifndef PC_LIB_TARGET_CPU_COMPILER_H
#define PC_LIB_TARGET_CPU_COMPILER_H

#include "pc/Target/CPU/CPUOptions.h"
#include "pc/Target/CPU/Executable.h"
#include "pc/Target/CPU/VectorTarget.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Target/TargetMachine.h"

namespace mlir::pc {

/// What compiled code calls where it runs on more than one thread.
inline constexpr llvm::StringLiteral threadsLibrary = "libomp.so.5";

struct CompiledEntry {
  std::string name;
  Signature signature;
  int64_t arenaBytes = 0;
};

struct CompiledModule {
  std::unique_ptr<llvm::LLVMContext> context;
  std::unique_ptr<llvm::Module> module;
  std::vector<CompiledEntry> entries;
};

/// The machine that `options` ask for.
llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
createTargetMachine(const CPUOptions &options);

VectorTarget getVectorTarget(llvm::TargetMachine &machine);

/// A copy of the functions `entries` and of what they refer to, lowered to the
/// LLVM dialect, and verified after each pass if `options` say so. Every entry
/// `f` is renamed to `prefix + f`. Fills `compiled.entries`.
FailureOr<OwningOpRef<ModuleOp>>
lowerToLLVMDialect(ModuleOp module, ArrayRef<StringRef> entries,
                   StringRef prefix, const VectorTarget &target,
                   const CPUOptions &options,
                   std::vector<CompiledEntry> &compiled);

/// Lowers, translates and optimises for `machine`. `complete`, if given, may
/// add to the module before it is optimised.
FailureOr<CompiledModule>
compileToLLVM(ModuleOp module, ArrayRef<StringRef> entries, StringRef prefix,
              const CPUOptions &options, llvm::TargetMachine &machine,
              llvm::function_ref<void(CompiledModule &)> complete = {});

} // namespace mlir::pc

#endif // PC_LIB_TARGET_CPU_COMPILER_H
