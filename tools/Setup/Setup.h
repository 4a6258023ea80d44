// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the tools have in common and no library may include.

#ifndef PC_TOOLS_SETUP_SETUP_H
#define PC_TOOLS_SETUP_SETUP_H

#include "mlir/IR/DialectRegistry.h"

namespace mlir::pc {

/// Every dialect and extension; registers every pass as well.
DialectRegistry makeToolRegistry();

} // namespace mlir::pc

#endif // PC_TOOLS_SETUP_SETUP_H
