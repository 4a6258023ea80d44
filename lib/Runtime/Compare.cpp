// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Runtime/Compare.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace mlir::pc {

/// Maps a float to an integer such that neighbours are neighbours, with both
/// zeros at 0.
template <typename Int, typename Float> static Int toLine(Float value) {
  Int bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits < 0 ? std::numeric_limits<Int>::min() - bits : bits;
}

template <typename Int, typename Float>
static uint64_t countBetween(Float a, Float b) {
  Int x = toLine<Int>(a), y = toLine<Int>(b);
  return x > y ? static_cast<uint64_t>(x) - static_cast<uint64_t>(y)
               : static_cast<uint64_t>(y) - static_cast<uint64_t>(x);
}

static uint64_t getULP(ElementKind kind, double a, double b) {
  if (kind == ElementKind::F64)
    return countBetween<int64_t>(a, b);
  return countBetween<int32_t>(static_cast<float>(a), static_cast<float>(b));
}

Difference compare(const Tensor &value, const Tensor &reference) {
  Difference result;
  double error = 0, squareA = 0, squareB = 0, product = 0;
  for (int64_t i = 0, e = value.getNumElements(); i != e; ++i) {
    double a = value.getAsDouble(i), b = reference.getAsDouble(i);
    if (std::isnan(a) || std::isnan(b)) {
      double inf = std::numeric_limits<double>::infinity();
      return {inf, inf, 0, std::numeric_limits<uint64_t>::max()};
    }
    double difference = a == b ? 0 : a - b; // equal infinities are equal
    error += difference * difference;
    squareA += a * a;
    squareB += b * b;
    product += a * b;
    result.maxAbs = std::max(result.maxAbs, std::fabs(difference));
    result.maxULP = std::max(result.maxULP, getULP(value.getKind(), a, b));
  }
  if (error != 0)
    result.relativeL2 = squareB == 0 ? std::numeric_limits<double>::infinity()
                                     : std::sqrt(error / squareB);
  if (squareA != 0 && squareB != 0)
    result.cosine = product / std::sqrt(squareA) / std::sqrt(squareB);
  else
    result.cosine = squareA == squareB ? 1 : 0;
  return result;
}

double dot(const Tensor &a, const Tensor &b) {
  double sum = 0;
  for (int64_t i = 0, e = a.getNumElements(); i != e; ++i)
    sum += a.getAsDouble(i) * b.getAsDouble(i);
  return sum;
}

double norm(const Tensor &tensor) { return std::sqrt(dot(tensor, tensor)); }

int64_t findNaN(const Tensor &tensor, bool orInfinite) {
  if (!isFloat(tensor.getKind()))
    return -1;
  for (int64_t i = 0, e = tensor.getNumElements(); i != e; ++i) {
    double value = tensor.getAsDouble(i);
    if (std::isnan(value) || (orInfinite && std::isinf(value)))
      return i;
  }
  return -1;
}

} // namespace mlir::pc
