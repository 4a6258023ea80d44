// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Elementwise arithmetic on tensors and scalars.

#ifndef PC_LIB_CONVERSION_PCTOLINALG_ELEMENTWISEMAP_H
#define PC_LIB_CONVERSION_PCTOLINALG_ELEMENTWISEMAP_H

#include "mlir/IR/Builders.h"

namespace mlir {
class RewritePatternSet;
}

namespace mlir::pc {

using ScalarBody =
    function_ref<llvm::SmallVector<Value>(OpBuilder &, Location, ValueRange)>;

/// Applies `body` to the elements of `inputs`, which have one shape; with
/// scalars, to the inputs themselves. Tensors of rank 0 among tensors of
/// another shape are broadcast.
llvm::SmallVector<Value> createMap(OpBuilder &builder, Location loc,
                                   TypeRange types, ValueRange inputs,
                                   ScalarBody body);

/// Scalars: a constant, `factor * x`, and the sum of `terms` from the first on.
Value createScalar(OpBuilder &builder, Location loc, Type type, double value);
Value createProduct(OpBuilder &builder, Location loc, double factor, Value x);
Value createTotal(OpBuilder &builder, Location loc, ValueRange terms);

void populateInferencePatterns(RewritePatternSet &patterns);
void populateLearningPatterns(RewritePatternSet &patterns);

} // namespace mlir::pc

#endif // PC_LIB_CONVERSION_PCTOLINALG_ELEMENTWISEMAP_H
