// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What rounding does to the derivatives of an objective: quantised numbers have
// none, so that a path that leads through them ends there, and a
// straight-through estimator has another one than its values.

#ifndef PC_ANALYSIS_ROUNDING_H
#define PC_ANALYSIS_ROUNDING_H

#include "mlir/Interfaces/FunctionInterfaces.h"

namespace mlir::pc {

struct RoundingReport {
  /// Conversions to quantised numbers (`pc.quantizes`) between a wanted
  /// argument and the loss, in the order of the code.
  llvm::SmallVector<Operation *> ends;
  /// The wanted arguments that reach one of them, by number.
  llvm::SmallVector<unsigned> ended;
  /// The same for straight-through estimators (`pc.straight_through`): values
  /// of the objective say nothing of the gradients of these arguments.
  llvm::SmallVector<Operation *> estimators;
  llvm::SmallVector<unsigned> estimated;
};

/// Paths go through values of every type, by operation: what one operand of an
/// operation with a body reaches, all of its results do.
RoundingReport findRounding(FunctionOpInterface objective,
                            ArrayRef<unsigned> wanted, unsigned lossResult);

/// The first operation that makes floats from what `conversion` makes, on the
/// way to the loss; null if there is none.
Operation *findReturn(Operation *conversion, FunctionOpInterface objective,
                      unsigned lossResult);

} // namespace mlir::pc

#endif // PC_ANALYSIS_ROUNDING_H
