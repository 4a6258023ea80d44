// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operations that compute each element of their result for itself, as the
// linalg.generic that they stand for.

#ifndef PC_LIB_DIFFERENTIATION_EXTERNALMODELS_ASGENERIC_H
#define PC_LIB_DIFFERENTIATION_EXTERNALMODELS_ASGENERIC_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace mlir::pc {

/// A linalg.generic in front of the insertion point for as long as this object
/// lives; what has been made of it by then reads `result` instead.
class AsGeneric {
public:
  /// `element` computes the element of `result` at given indices.
  AsGeneric(OpBuilder &builder, Value result,
            function_ref<Value(OpBuilder &, ValueRange)> element);
  ~AsGeneric();
  AsGeneric(const AsGeneric &) = delete;

  linalg::LinalgOp get() { return generic; }

private:
  Value result;
  tensor::EmptyOp empty;
  linalg::GenericOp generic;
};

} // namespace mlir::pc

#endif // PC_LIB_DIFFERENTIATION_EXTERNALMODELS_ASGENERIC_H
