// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whose memory a value is.

#ifndef PC_LIB_TARGET_CPU_ROOTBUFFER_H
#define PC_LIB_TARGET_CPU_ROOTBUFFER_H

#include "mlir/IR/Value.h"

namespace mlir::pc {

/// The whole buffer that `memory` is, or is a part of.
Value getRootBuffer(Value memory);

/// Whether no other name stands for the memory of `root`: an argument of a
/// function, or a buffer of its own.
bool isOwned(Value root);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_CPU_ROOTBUFFER_H
