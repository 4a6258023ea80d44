// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Integers whose sign is in their type, and those whose sign is in the
// operations on them.

#ifndef PC_SUPPORT_SIGNS_H
#define PC_SUPPORT_SIGNS_H

#include "mlir/IR/Operation.h"

namespace mlir::pc {

/// Puts integers without a sign in the place of signed and unsigned ones: in
/// all types and constants of `op` and of what it contains. Casts between types
/// that become the same are left to the caller.
void eraseSigns(Operation *op);

/// The same for one type.
Type eraseSigns(Type type);

} // namespace mlir::pc

#endif // PC_SUPPORT_SIGNS_H
