// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where the sign of an integer is: in its type while handlers work, in the
// operations on it afterwards.

#ifndef PC_LIB_TARGET_ONNX_SIGNS_H
#define PC_LIB_TARGET_ONNX_SIGNS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlir::pc {

/// Handlers write operations on signed integers. Here those that have unsigned
/// operands become the unsigned ones, and then all types lose their sign:
/// upstream's arithmetic has none. Arguments and results of `function` keep
/// theirs, behind a `tensor.bitcast`.
void resolveSigns(func::FuncOp function);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_ONNX_SIGNS_H
