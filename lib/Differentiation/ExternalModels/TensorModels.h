// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The families of tensor operations, and what they share.

#ifndef PC_LIB_DIFFERENTIATION_EXTERNALMODELS_TENSORMODELS_H
#define PC_LIB_DIFFERENTIATION_EXTERNALMODELS_TENSORMODELS_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"

namespace mlir::pc {

void attachTensorReshapes(MLIRContext &context);
void attachTensorSlices(MLIRContext &context);
void attachTensorPad(MLIRContext &context);
void attachTensorElements(MLIRContext &context);
void attachTensorGenerate(MLIRContext &context);

/// A tensor of zeros in destination style.
Value createZeroTensor(OpBuilder &builder, Location loc, RankedTensorType type);

/// Zero of a scalar or tensor type; a tensor in destination style.
Value createZeroOf(OpBuilder &builder, Location loc, Type type);

/// The sum of all elements of a tensor, as a scalar.
Value createTotal(OpBuilder &builder, Location loc, Value tensor);

} // namespace mlir::pc

#endif // PC_LIB_DIFFERENTIATION_EXTERNALMODELS_TENSORMODELS_H
