// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Derivatives of a straight line of operations: what models of operations with
// regions do with a body, and what pc-lower-vjp does with a vertex. Reverse
// mode of whole functions (ReverseMode/) is written apart from this.

#ifndef PC_DIFFERENTIATION_BLOCKVJP_H
#define PC_DIFFERENTIATION_BLOCKVJP_H

#include "pc/Interfaces/DifferentiableOpInterface.h"
#include "llvm/ADT/DenseSet.h"

namespace mlir::pc {

/// The operands of `op` and the values from outside that its regions read.
llvm::SmallVector<Value> getReadValues(Operation *op);

/// The differentiable values that depend on `wanted` through `ops`, which are
/// in order; `wanted` is part of the answer.
llvm::DenseSet<Value> getDependentValues(ArrayRef<Operation *> ops,
                                         ValueRange wanted);

/// The operations of `block` in order, without the terminator.
llvm::SmallVector<Operation *> getBody(Block &block);

/// Walks `ops` backward, from cotangents that `cotangents` already holds to
/// those of the values that the operations read. The operations stay in place;
/// the builder stands where their results dominate. Only values for which
/// `dependsOnWanted` (see getDependentValues) receive a cotangent, and
/// operations off the path from there to the given cotangents are skipped.
/// Fails after it has reported every operation on the path without a rule.
LogicalResult buildBlockVJP(OpBuilder &builder, ArrayRef<Operation *> ops,
                            CotangentMap &cotangents,
                            function_ref<bool(Value)> dependsOnWanted);

/// The same as a function: `seeds` are cotangents of `outputs`, null for zero,
/// and the answer has the cotangents of `wanted`, null for zero. A value may
/// stand several times among the outputs; its cotangents add up.
FailureOr<llvm::SmallVector<Value>>
buildBlockVJP(OpBuilder &builder, ArrayRef<Operation *> ops, ValueRange outputs,
              ArrayRef<Value> seeds, ValueRange wanted);

/// Walks `ops` forward. `tangents` holds tangents of values that the operations
/// read, absent or null for zero, and receives those of their results. Fails
/// after it has reported every operation on the path without a rule.
LogicalResult buildBlockJVP(OpBuilder &builder, ArrayRef<Operation *> ops,
                            llvm::DenseMap<Value, Value> &tangents);

} // namespace mlir::pc

#endif // PC_DIFFERENTIATION_BLOCKVJP_H
