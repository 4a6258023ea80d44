// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Runtime/FiniteDifferences.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace mlir::pc {

/// From 1/16 these reach 5e-7, where rounding in f64 costs about 1e-10 of the
/// value; beyond that smaller steps only get worse.
static constexpr int numSteps = 18;
/// Higher orders of extrapolation amplify rounding more than they gain.
static constexpr int numOrders = 5;

/// A kink at 0 has a central difference, but no derivative. Half the jump of
/// the slope at 0: differences of second order over the step tend to it, and to
/// 0 where the function is smooth; their error of first order is extrapolated
/// away.
static double getJump(const std::function<double(double)> &f, double step) {
  double middle = f(0);
  auto measure = [&](double h) {
    return (f(h) - 2 * middle + f(-h)) / (2 * h);
  };
  double jump = std::fabs(2 * measure(step / 2) - measure(step));
  return std::isfinite(jump) ? jump : 0; // the estimate says that already
}

Derivative differentiate(const std::function<double(double)> &f,
                         double firstStep) {
  Derivative best{0, std::numeric_limits<double>::infinity()};
  std::array<double, numOrders> previous, current;
  int numPrevious = 0;
  double step = firstStep;
  for (int i = 0; i != numSteps; ++i, step /= 2) {
    current[0] = (f(step) - f(-step)) / (2 * step);
    if (!std::isfinite(current[0])) {
      numPrevious = 0;
      continue;
    }
    // The error of column j is of order step^(2 j + 2).
    double factor = 1;
    int count = std::min(numPrevious + 1, numOrders);
    for (int j = 1; j < count; ++j) {
      factor *= 4;
      current[j] = (current[j - 1] * factor - previous[j - 1]) / (factor - 1);
      double uncertainty = std::max(std::fabs(current[j] - current[j - 1]),
                                    std::fabs(current[j] - previous[j - 1]));
      if (uncertainty < best.uncertainty)
        best = {current[j], uncertainty};
    }
    previous = current;
    numPrevious = count;
  }
  // Small enough that no kink beside 0 is taken for one at 0.
  best.uncertainty =
      std::max(best.uncertainty, getJump(f, std::ldexp(firstStep, -12)));
  return best;
}

} // namespace mlir::pc
