// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Losses as linalg on tensors.

#ifndef PC_LIB_DIALECT_PC_TRANSFORMS_LOSSBUILDER_H
#define PC_LIB_DIALECT_PC_TRANSFORMS_LOSSBUILDER_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "pc/Dialect/PC/Transforms/AttachLoss.h"

namespace mlir::pc {

/// The one element of `value`, as a tensor of rank 0.
Value buildModelLoss(OpBuilder &builder, Location loc, Value value);

/// Sum or mean of `(output - target)^2`.
Value buildSquaredError(OpBuilder &builder, Location loc, Value output,
                        Value target, Reduction reduction);

/// Sum or mean of `-log softmax(logits)[label]` over the label positions.
Value buildCrossEntropy(OpBuilder &builder, Location loc, Value logits,
                        Value labels, Reduction reduction);

/// `sum_k <cotangents_k, outputs_k>`, as a tensor of `element`, which is at
/// least as wide as the elements of all of them.
Value buildInnerProduct(OpBuilder &builder, Location loc, ValueRange outputs,
                        ValueRange cotangents, FloatType element);

/// The type of the labels that belong to `logits`, of rank 2 or more.
RankedTensorType getLabelType(RankedTensorType logits);

} // namespace mlir::pc

#endif // PC_LIB_DIALECT_PC_TRANSFORMS_LOSSBUILDER_H
