// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Floats in the place of quantised tensors.

#ifndef PC_LIB_TARGET_ONNX_STEPS_H
#define PC_LIB_TARGET_ONNX_STEPS_H

#include "NodeContext.h"

namespace mlir::pc {

struct OperatorHandler;

/// Where operands of a node that only moves elements are quantised tensors with
/// steps (ImportedValue::steps), moves the steps as well. The results are set.
LogicalResult copySteps(const OperatorHandler &handler, NodeContext &node);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_ONNX_STEPS_H
