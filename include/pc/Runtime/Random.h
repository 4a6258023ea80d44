// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Random numbers that are the same on every machine for the same seed; the
// standard library leaves its distributions to the implementation.

#ifndef PC_RUNTIME_RANDOM_H
#define PC_RUNTIME_RANDOM_H

#include <cstdint>
#include <vector>

namespace mlir::pc {

/// SplitMix64 (Steele, Lea, Flood 2014).
class Random {
public:
  explicit Random(uint64_t seed) : state(seed) {}

  uint64_t next();
  /// Uniform in [0, 1).
  double uniform();
  double uniform(double low, double high);
  /// Standard normal, by Box and Muller.
  double normal();
  /// Uniform in 0 … bound - 1; `bound` is positive.
  uint64_t below(uint64_t bound);
  /// 0 … count - 1 in random order.
  std::vector<int64_t> permutation(int64_t count);

private:
  uint64_t state;
};

} // namespace mlir::pc

#endif // PC_RUNTIME_RANDOM_H
