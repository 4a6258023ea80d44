// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Images read at places that are data: what grids, regions and deformed
// kernels share.

#ifndef PC_LIB_TARGET_ONNX_OPERATORS_SAMPLES_H
#define PC_LIB_TARGET_ONNX_OPERATORS_SAMPLES_H

#include "Operators.h"

namespace mlir::pc {

/// The share of a pixel in a sample, by the way from one to the other.
enum class Sampling { Nearest, Linear, Cubic };

/// The share that the pixel at loop `dim` has in a sample at `place`, along one
/// dimension. At a pixel the derivative is the one to the right, as where the
/// neighbours are found by rounding down.
Value emitShare(ImplicitLocOpBuilder &b, Value place, unsigned dim,
                Sampling how);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_ONNX_OPERATORS_SAMPLES_H
