// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How much of a gradient has arrived after T iterations of fixed-prediction
// inference. The error of a vertex is a sum over its paths to the loss, and a
// path of k edges has arrived to the part c_k(T) (Millidge, Tschantz and
// Buckley 2020 for the rule; start `clamped`):
//
//   c_0 = 1,  c_k(0) = 0,  c_k(t+1) = (1 - step) c_k(t) + step c_{k-1}(t)
//
// that is c_k(T) = P(Binomial(T, step) >= k) for step <= 1. The recurrence is
// used, not the sum, which cancels for step > 1; and so is that of the missing
// part q_k = 1 - c_k, which stays accurate far below the precision of 1 - c_k.

#ifndef PC_ANALYSIS_CONVERGENCE_H
#define PC_ANALYSIS_CONVERGENCE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>
#include <optional>

namespace mlir::pc {

/// `c_0 .. c_depth` after `iterations` updates.
llvm::SmallVector<double> getArrived(unsigned depth, int64_t iterations,
                                     double step);

/// The same where every vertex k of the path has a step of its own:
///
///   c_k(t+1) = (1 - step_k) c_k(t) + step_k c_{k-1}(t)
///
/// The source is a constant if `steps[0]` is 0, and otherwise an initial error,
/// which fades as (1 - step_0)^t.
llvm::SmallVector<double> getArrived(llvm::ArrayRef<double> steps,
                                     int64_t iterations);

/// `q_0 .. q_depth` after `iterations` updates.
llvm::SmallVector<double> getMissing(unsigned depth, int64_t iterations,
                                     double step);

/// The fewest updates from which on `|q_k| <= tolerance` for all k <= depth;
/// nothing when the step does not converge (0 < step < 2 does) or more than
/// ten million updates would be needed. Tolerance above 0.
std::optional<int64_t> getIterationsFor(unsigned depth, double step,
                                        double tolerance);

} // namespace mlir::pc

#endif // PC_ANALYSIS_CONVERGENCE_H
