// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_PIPELINES_TOSA_H
#define PC_PIPELINES_TOSA_H

#include "mlir/IR/BuiltinOps.h"

namespace mlir::pc {

/// Whether a model is written in TOSA, as some front ends export it.
bool hasTosa(ModuleOp module);

/// Converts TOSA into what a forward function is made of, by the conversions
/// of MLIR itself. Fails after it has reported an operation that these do not
/// take. Every pass of MLIR must be registered.
LogicalResult lowerTosa(ModuleOp module);

} // namespace mlir::pc

#endif // PC_PIPELINES_TOSA_H
