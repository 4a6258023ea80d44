// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Objects that outlive the process that compiled them.

#ifndef PC_LIB_TARGET_CPU_OBJECTCACHE_H
#define PC_LIB_TARGET_CPU_OBJECTCACHE_H

#include "Compiler.h"
#include "llvm/Support/MemoryBuffer.h"

namespace mlir::pc {

/// What decides on the object of `module`, a module of functions at the tensor
/// level: its content, the machine, the options, and the running program, so
/// that another build of the compiler finds nothing of this one.
llvm::Expected<std::string> getObjectKey(ModuleOp module,
                                         const CPUOptions &options,
                                         llvm::TargetMachine &machine);

/// The object that is kept in the folder under `key`; null if there is none.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> findObject(StringRef folder,
                                                               StringRef key);

/// Keeps an object, whole or not at all. Those that nobody has asked for in a
/// week go, and the oldest where they all take more than a GiB.
llvm::Error keepObject(StringRef folder, StringRef key,
                       llvm::MemoryBufferRef object);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_CPU_OBJECTCACHE_H
