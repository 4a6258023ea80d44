// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_TARGET_CPU_VECTORTARGET_H
#define PC_TARGET_CPU_VECTORTARGET_H

namespace mlir::pc {

/// What the vectoriser has to know about the machine.
struct VectorTarget {
  unsigned bits = 128;
  unsigned registers = 16;
  /// A multiply-add of one rounding is one instruction.
  bool fma = false;
  /// Of the second cache, which one core has for itself.
  unsigned l2Bytes = 256 << 10;
};

} // namespace mlir::pc

#endif // PC_TARGET_CPU_VECTORTARGET_H
