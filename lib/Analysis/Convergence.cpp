// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Analysis/Convergence.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>

using namespace mlir;

/// One update of the recurrence; entry 0 is constant.
static void advance(llvm::MutableArrayRef<double> parts, double step) {
  for (size_t k = parts.size(); k-- > 1;)
    parts[k] = (1.0 - step) * parts[k] + step * parts[k - 1];
}

static llvm::SmallVector<double> iterate(unsigned depth, int64_t iterations,
                                         double step, double first,
                                         double others) {
  llvm::SmallVector<double> parts(depth + 1, others);
  parts[0] = first;
  for (int64_t t = 0; t != iterations; ++t)
    advance(parts, step);
  return parts;
}

llvm::SmallVector<double> pc::getArrived(unsigned depth, int64_t iterations,
                                         double step) {
  return iterate(depth, iterations, step, 1.0, 0.0);
}

llvm::SmallVector<double> pc::getMissing(unsigned depth, int64_t iterations,
                                         double step) {
  return iterate(depth, iterations, step, 0.0, 1.0);
}

llvm::SmallVector<double> pc::getArrived(llvm::ArrayRef<double> steps,
                                         int64_t iterations) {
  llvm::SmallVector<double> parts(steps.size(), 0.0);
  parts[0] = 1.0;
  for (int64_t t = 0; t != iterations; ++t) {
    for (size_t k = parts.size(); k-- > 1;)
      parts[k] = (1.0 - steps[k]) * parts[k] + steps[k] * parts[k - 1];
    parts[0] *= 1.0 - steps[0];
  }
  return parts;
}

std::optional<int64_t> pc::getIterationsFor(unsigned depth, double step,
                                            double tolerance) {
  assert(tolerance > 0.0 && "no number of updates reaches 0");
  if (depth == 0)
    return 0;
  if (!(step > 0.0 && step < 2.0))
    return std::nullopt;
  constexpr int64_t limit = 10'000'000;
  // Below step 1 all q fall, and q_depth is the largest. Above, they swing with
  // an amplitude that may grow before it falls like |1 - step|^t t^depth: go on
  // until it is so small that it cannot come back.
  double settled = step <= 1.0 ? tolerance : tolerance * 1e-9;
  llvm::SmallVector<double> missing(depth + 1, 1.0);
  missing[0] = 0.0;
  int64_t needed = 0;
  for (int64_t t = 1; t <= limit; ++t) {
    advance(missing, step);
    double worst = 0.0;
    for (double part : missing)
      worst = std::max(worst, std::fabs(part));
    if (worst > tolerance)
      needed = t;
    if (worst <= settled && t >= depth)
      return needed + 1;
  }
  return std::nullopt;
}
