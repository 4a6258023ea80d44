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
};

} // namespace mlir::pc

#endif // PC_TARGET_CPU_VECTORTARGET_H
