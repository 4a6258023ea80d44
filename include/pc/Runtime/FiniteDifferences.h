// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Derivatives from values alone, as a witness that knows no rule.

#ifndef PC_RUNTIME_FINITEDIFFERENCES_H
#define PC_RUNTIME_FINITEDIFFERENCES_H

#include <functional>

namespace mlir::pc {

struct Derivative {
  double value = 0;
  /// What the estimate may be off by, judged from values alone; infinite where
  /// the function has no finite values around 0.
  double uncertainty = 0;
};

/// The derivative at 0 of `f`, by central differences at steps from `firstStep`
/// down by halves, extrapolated to step 0 (Ridders 1982). A kink near 0 shows
/// as a large uncertainty.
Derivative differentiate(const std::function<double(double)> &f,
                         double firstStep);

} // namespace mlir::pc

#endif // PC_RUNTIME_FINITEDIFFERENCES_H
