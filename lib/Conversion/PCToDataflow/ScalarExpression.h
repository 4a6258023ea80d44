// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Elementwise computations on tensors, seen as one expression on scalars.

#ifndef PC_LIB_CONVERSION_PCTODATAFLOW_SCALAREXPRESSION_H
#define PC_LIB_CONVERSION_PCTODATAFLOW_SCALAREXPRESSION_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::pc {

/// Builds, where the builder stands, one element of a tensor from the elements
/// of others at the same place.
class ScalarExpression {
public:
  explicit ScalarExpression(OpBuilder &builder) : builder(builder) {}

  /// `scalar` stands for the elements of `tensor`.
  void setLeaf(Value tensor, Value scalar) { known[tensor] = scalar; }

  /// Null, and `getObstacle` tells why, where `tensor` is not elementwise.
  Value build(Value tensor);
  Operation *getObstacle() const { return obstacle; }

private:
  Value buildStructured(Operation *op, unsigned result);
  Value copyBody(Block &body, ArrayRef<Value> arguments, unsigned result);
  Value refuse(Operation *op);

  OpBuilder &builder;
  llvm::DenseMap<Value, Value> known; // never iterated
  Operation *obstacle = nullptr;
};

/// The operations that `root` is computed by elementwise, in order, down to
/// values for which `isLeaf`; these are added to `leaves`, in order of
/// appearance. Fails at an operation that is not elementwise, which it returns.
Operation *collectElementwise(Value root,
                              llvm::function_ref<bool(Value)> isLeaf,
                              llvm::SetVector<Operation *> &ops,
                              llvm::SetVector<Value> &leaves);

/// Whether every element of the result is computed from those at the same place
/// and from constants.
bool isElementwise(Operation *op);

} // namespace mlir::pc

#endif // PC_LIB_CONVERSION_PCTODATAFLOW_SCALAREXPRESSION_H
