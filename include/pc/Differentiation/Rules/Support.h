// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the code generated from derivative tables calls.

#ifndef PC_DIFFERENTIATION_RULES_SUPPORT_H
#define PC_DIFFERENTIATION_RULES_SUPPORT_H

#include "mlir/IR/Builders.h"

namespace mlir::pc {

/// `value` as a scalar or splat of `type`.
Value createConstant(OpBuilder &builder, Location loc, Type type, double value);
Value createConstant(OpBuilder &builder, Location loc, Type type,
                     int64_t value);

/// An integer or index, or a tensor of them, as a float of `type`.
Value createIntToFloat(OpBuilder &builder, Location loc, Type type,
                       Value value);

} // namespace mlir::pc

#endif // PC_DIFFERENTIATION_RULES_SUPPORT_H
