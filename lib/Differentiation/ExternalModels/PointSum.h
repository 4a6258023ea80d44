// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The transpose of a read through an affine map: a sum over points, each of
// which adds to one element.

#ifndef PC_LIB_DIFFERENTIATION_EXTERNALMODELS_POINTSUM_H
#define PC_LIB_DIFFERENTIATION_EXTERNALMODELS_POINTSUM_H

#include "PointBody.h"

namespace mlir::pc {

/// `s[map(p)] += term(p)` over the points `p` of the body's domain, of the type
/// of a tensor or scalar. `cotangents` are reads of the body in which `term` is
/// linear. Uses the body up.
Value createPointSum(OpBuilder &builder, Location loc, PointBody &body,
                     Value term, ArrayRef<Value> cotangents, AffineMap map,
                     Type type);

/// `c_1 d_1 + ... + c_n d_n + constant` with dimensions longer than one.
struct LinearIndex {
  llvm::SmallVector<std::pair<unsigned, int64_t>> terms; // dimension, c > 0
  int64_t constant = 0;
};

/// Fails for anything that is not of this form.
FailureOr<LinearIndex> getLinearIndex(AffineExpr expr, unsigned numDims,
                                      ArrayRef<int64_t> extents);

/// Result `position` of `map` is a window `s o + sum c_k k` that slides along
/// an axis of `size` elements. If `term` depends on `o` through `cotangents`
/// alone, exchanges the dimension `o` for one that runs along the axis: then
/// each element gathers its sum, and the body is that of a convolution with
/// cotangents that are spread out by `s`, and everything else mirrored in `k`.
/// Returns the map of the new domain, or a null map if nothing was changed.
AffineMap gatherWindow(OpBuilder &builder, Location loc, PointBody &body,
                       Value term, ArrayRef<Value> cotangents, AffineMap map,
                       unsigned position, int64_t size);

} // namespace mlir::pc

#endif // PC_LIB_DIFFERENTIATION_EXTERNALMODELS_POINTSUM_H
