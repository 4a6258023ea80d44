// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Folds: the same value, cheaper, and no new operation.

#include "pc/Dialect/PC/IR/PC.h"

using namespace mlir;
using namespace mlir::pc;

/// The sum of one term is the term.
OpFoldResult AccumulateOp::fold(FoldAdaptor) {
  return getTerms().size() == 1 ? getTerms().front() : Value();
}

/// 1 * x = x
OpFoldResult ScaleOp::fold(FoldAdaptor) {
  return getFactor().isExactlyValue(1.0) ? getOperand() : Value();
}

/// No iterations, or no states: the initial states are final.
LogicalResult RelaxOp::fold(FoldAdaptor,
                            SmallVectorImpl<OpFoldResult> &results) {
  if (getIterations() != 0 || getNumResults() == 0)
    return failure();
  llvm::append_range(results, getInit());
  return success();
}
