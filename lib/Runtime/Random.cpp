// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Runtime/Random.h"

#include <cmath>
#include <utility>

namespace mlir::pc {

uint64_t Random::next() {
  uint64_t z = (state += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

double Random::uniform() {
  return std::ldexp(static_cast<double>(next() >> 11), -53);
}

double Random::uniform(double low, double high) {
  return low + (high - low) * uniform();
}

double Random::normal() {
  double radius = std::sqrt(-2.0 * std::log1p(-uniform()));
  return radius * std::cos(2.0 * 3.14159265358979323846 * uniform());
}

uint64_t Random::below(uint64_t bound) {
  // The first multiple of `bound` that 2^64 does not hold makes the rest fair.
  uint64_t unfair = (0 - bound) % bound, draw = next();
  while (draw < unfair)
    draw = next();
  return draw % bound;
}

std::vector<int64_t> Random::permutation(int64_t count) {
  std::vector<int64_t> order(count);
  for (int64_t i = 0; i != count; ++i)
    order[i] = i;
  for (int64_t i = count; i > 1; --i)
    std::swap(order[i - 1], order[below(i)]);
  return order;
}

} // namespace mlir::pc
