// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a tensor takes in memory, for passes that weigh it against caches.

#ifndef PC_LIB_TARGET_CPU_TENSORBYTES_H
#define PC_LIB_TARGET_CPU_TENSORBYTES_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Value.h"
#include "llvm/Support/MathExtras.h"

namespace mlir::pc {

/// Bytes of an element in memory.
inline int64_t getElementBytes(Type element) {
  return element.isIndex()
             ? 8
             : llvm::divideCeil(element.getIntOrFloatBitWidth(), 8);
}

/// Bytes of a tensor of static shape, 0 for anything else.
inline int64_t getTensorBytes(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || !type.hasStaticShape() ||
      !type.getElementType().isIntOrIndexOrFloat())
    return 0;
  return type.getNumElements() * getElementBytes(type.getElementType());
}

} // namespace mlir::pc

#endif // PC_LIB_TARGET_CPU_TENSORBYTES_H
