// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_SUPPORT_NARROWFLOATS_H
#define PC_SUPPORT_NARROWFLOATS_H

#include "mlir/IR/BuiltinTypes.h"

namespace mlir::pc {

/// Floats of 8 bits and less. They are stored, cast and quantised to, on
/// purpose: nothing computes with them, they stay what they are when a model is
/// computed in another type, and as steps they have no derivative.
inline bool isNarrowFloat(Type type) {
  auto narrow = dyn_cast<FloatType>(type);
  return narrow && narrow.getWidth() <= 8;
}

} // namespace mlir::pc

#endif // PC_SUPPORT_NARROWFLOATS_H
