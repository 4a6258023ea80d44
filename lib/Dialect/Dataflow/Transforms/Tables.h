// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions of one word as straight pieces.

#ifndef PC_LIB_DIALECT_DATAFLOW_TRANSFORMS_TABLES_H
#define PC_LIB_DIALECT_DATAFLOW_TRANSFORMS_TABLES_H

#include "pc/Dialect/Dataflow/IR/Dataflow.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace mlir::pcflow {

struct Table {
  llvm::SmallVector<int64_t> knots; // words
  int64_t range = 0;                // over [-2^range, 2^range]
  double error = 0;                 // largest, over all words that were tried
};

/// `value` as a word: rounded to even, of fixed-point formats saturated.
int64_t toWord(double value, WordType format);

/// The table of `segments` pieces (a power of 2) with the least error for all
/// words of `format`, beyond its ends as well. Fails where the function has no
/// value; of floats also where that error is above `largestSingleError`.
FailureOr<Table> makeTable(llvm::function_ref<double(double)> function,
                           WordType format, int64_t segments);

/// Functions that go on changing far from zero have no table of all floats.
inline constexpr double largestSingleError = 1.0 / 64;

/// The number that `value`, of a region of scalar operations, has where `word`
/// is `x`. Fails at operations that have no meaning here, and gives that one.
Operation *evaluate(Value value, Value word, double x, double &result);

} // namespace mlir::pcflow

#endif // PC_LIB_DIALECT_DATAFLOW_TRANSFORMS_TABLES_H
