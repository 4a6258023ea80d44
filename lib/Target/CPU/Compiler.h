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

/// A copy of the functions `entries` of `module` and of what they refer to.
/// Every entry `f` is renamed to `prefix + f`, and `compiled` says what it
/// takes.
FailureOr<OwningOpRef<ModuleOp>>
extractEntries(ModuleOp module, ArrayRef<StringRef> entries, StringRef prefix,
               std::vector<CompiledEntry> &compiled);

/// Lowers what `extractEntries` has returned to the LLVM dialect, verified
/// after each pass if `options` say so. Fills in the sizes of arenas.
LogicalResult lowerToLLVMDialect(ModuleOp module, StringRef prefix,
                                 const VectorTarget &target,
                                 const CPUOptions &options,
                                 std::vector<CompiledEntry> &compiled);

/// Lowers what `extractEntries` has returned, translates and optimises it for
/// `machine`. `complete`, if given, may add to the module before it is
/// optimised.
FailureOr<CompiledModule>
compileToLLVM(OwningOpRef<ModuleOp> module, std::vector<CompiledEntry> entries,
              StringRef prefix, const CPUOptions &options,
              llvm::TargetMachine &machine,
              llvm::function_ref<void(CompiledModule &)> complete = {});

/// Machine code. The generator changes the module that it reads.
llvm::Error writeObject(llvm::Module &module, llvm::TargetMachine &machine,
                        const CPUOptions &options, llvm::raw_pwrite_stream &os);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_CPU_COMPILER_H
