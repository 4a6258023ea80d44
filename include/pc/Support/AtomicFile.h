// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Files that are either whole or not there.

#ifndef PC_SUPPORT_ATOMICFILE_H
#define PC_SUPPORT_ATOMICFILE_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

namespace mlir::pc {

/// Writes `path` through a temporary file beside it that is renamed when
/// `write` has run and everything reached the disk. On any error, a full disk
/// included, the old file (if any) is left as it was and the temporary is gone.
llvm::Error writeFileAtomically(
    llvm::StringRef path,
    llvm::function_ref<llvm::Error(llvm::raw_pwrite_stream &)> write);

} // namespace mlir::pc

#endif // PC_SUPPORT_ATOMICFILE_H
