// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Derivatives of structured operations, from their maps and their bodies.

#ifndef PC_LIB_DIFFERENTIATION_EXTERNALMODELS_STRUCTURED_H
#define PC_LIB_DIFFERENTIATION_EXTERNALMODELS_STRUCTURED_H

#include "PointBody.h"
#include "pc/Interfaces/DifferentiableOpInterface.h"

namespace mlir::pc {

LogicalResult buildStructuredVJP(linalg::LinalgOp op, OpBuilder &builder,
                                 ArrayRef<Value> cotangents,
                                 CotangentSink &sink);

FailureOr<llvm::SmallVector<Value>>
buildStructuredJVP(linalg::LinalgOp op, OpBuilder &builder,
                   function_ref<Value(Value)> tangents);

/// The map of result `number`.
AffineMap getResultMap(linalg::LinalgOp op, unsigned number);

/// Whether several points write the same element of result `number`, so that
/// the body sees a running value of it.
bool isRunning(linalg::LinalgOp op, unsigned number);

/// What the VJP of a structured operation has to reach.
struct StructuredTargets {
  llvm::SmallVector<OpOperand *> inputs;
  llvm::SmallVector<Value> captured;
  bool inits = true;
};

/// The general case: replays the operation point by point, keeps the running
/// values of each point, and goes back over the points in reverse order. For
/// any body, any maps, and tensors that the body reads where it likes.
LogicalResult buildSequentialVJP(linalg::LinalgOp op, OpBuilder &builder,
                                 ArrayRef<Value> cotangents,
                                 const StructuredTargets &targets,
                                 CotangentSink &sink);

/// Result `number` as the largest or smallest value of all points: the
/// operation of the body that compares the running value, its first operand,
/// with that of the point, the second one. Null if it is anything else.
Operation *getExtremum(PointBody &body, linalg::LinalgOp op, unsigned number);

/// Where result `number` attains its extremum: the first such point of each
/// reduction by its number, or -1 where the initial value is one.
Value createArgExtremum(OpBuilder &builder, Location loc, linalg::LinalgOp op,
                        unsigned number);

/// The part of `cotangent` where the initial value is the extremum.
Value createInitialPart(OpBuilder &builder, Location loc, Value cotangent,
                        Value positions);

/// The number of a point among those that `map` sends to one element.
Value createPointNumber(PointBody &body, Location loc, AffineMap map);

} // namespace mlir::pc

#endif // PC_LIB_DIFFERENTIATION_EXTERNALMODELS_STRUCTURED_H
