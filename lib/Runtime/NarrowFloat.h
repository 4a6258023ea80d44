// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Floats of 4 and 8 bits.

#ifndef PC_LIB_RUNTIME_NARROWFLOAT_H
#define PC_LIB_RUNTIME_NARROWFLOAT_H

#include "pc/Runtime/Tensor.h"

namespace mlir::pc {

double decodeNarrow(ElementKind kind, uint8_t bits);

/// The nearest float, ties to even. Beyond the largest one it is an infinity,
/// else NaN, else the largest: whatever the kind has. Every kind has a table of
/// at most 256 values, and this searches it.
uint8_t encodeNarrow(ElementKind kind, double value);

} // namespace mlir::pc

#endif // PC_LIB_RUNTIME_NARROWFLOAT_H
