// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Conversions of floats of 4 and 8 bits, in integer arithmetic.

#ifndef PC_LIB_TARGET_CPU_TRANSFORMS_NARROWFLOATS_H
#define PC_LIB_TARGET_CPU_TRANSFORMS_NARROWFLOATS_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::pc {

/// The value, of the wide float type `to`, of the narrow float `type` that has
/// these bits.
Value decodeNarrow(ImplicitLocOpBuilder &b, Value bits, FloatType type,
                   FloatType to);

/// The bits of the narrow float `type` that is nearest to `value`, ties to
/// even. Beyond the largest there is an infinity, else NaN, else the largest;
/// where there is no NaN it is -0.
Value encodeNarrow(ImplicitLocOpBuilder &b, Value value, FloatType type);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_CPU_TRANSFORMS_NARROWFLOATS_H
