// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How far one tensor is from another.

#ifndef PC_RUNTIME_COMPARE_H
#define PC_RUNTIME_COMPARE_H

#include "pc/Runtime/Tensor.h"

namespace mlir::pc {

struct Difference {
  double relativeL2 = 0; // |a - b| / |b|; 0 if both are 0, infinite if b is
  double maxAbs = 0;     // largest |a_i - b_i|
  double cosine = 1;     // 1 if both are 0, 0 if one of them is
  uint64_t maxULP = 0;   // floats between a_i and b_i in the type of a, largest
};

/// Compares `value` with `reference`, which have equally many elements. A NaN
/// on either side makes every distance infinite.
Difference compare(const Tensor &value, const Tensor &reference);

/// The sum of the products of the elements, in f64.
double dot(const Tensor &a, const Tensor &b);
double norm(const Tensor &tensor);

/// The first element that is NaN (or, when asked, infinite), or -1.
int64_t findNaN(const Tensor &tensor, bool orInfinite = false);

} // namespace mlir::pc

#endif // PC_RUNTIME_COMPARE_H
