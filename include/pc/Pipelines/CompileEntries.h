// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From a module at some phase to functions that can be called.

#ifndef PC_PIPELINES_COMPILEENTRIES_H
#define PC_PIPELINES_COMPILEENTRIES_H

#include "pc/Pipelines/Diagnostics.h"
#include "pc/Pipelines/MachineOptions.h"
#include "pc/Pipelines/Phases.h"
#include "pc/Target/CPU/Executable.h"

namespace mlir::pc {

/// How a tool ends that could go no further.
ExitStatus toExitStatus(PhaseStatus status);

/// Takes `module` from a phase to the tensor level and compiles its functions
/// `entries`. Null when that is not possible: what is wrong went to the
/// diagnostics of the context, and `status` says what kind it is.
std::unique_ptr<Executable>
compileEntries(ModuleOp module, Phase from, const CompileOptions &options,
               llvm::ArrayRef<llvm::StringRef> entries,
               const MachineOptions &machine, ExitStatus &status);

} // namespace mlir::pc

#endif // PC_PIPELINES_COMPILEENTRIES_H
