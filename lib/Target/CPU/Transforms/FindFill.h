// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fills that may become the start of an accumulation.

#ifndef PC_LIB_TARGET_CPU_FINDFILL_H
#define PC_LIB_TARGET_CPU_FINDFILL_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace mlir::pc {

/// The fill that gives `output` its contents, if nothing else uses `output` in
/// between, and if it is known by no other name.
linalg::FillOp findFill(linalg::LinalgOp op, OpOperand &output);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_CPU_FINDFILL_H
