// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "NarrowFloat.h"

#include <cmath>

namespace mlir::pc {

namespace {
/// A sign, an exponent and a mantissa; `largest` is the last finite magnitude.
struct Format {
  int exponent, mantissa, bias;
  int largest;
  bool hasInfinity;
  bool nanIsMinusZero; // the only NaN, and there is no -0
};
} // namespace

static Format getFormat(ElementKind kind) {
  switch (kind) {
  case ElementKind::F4E2M1:
    return {2, 1, 1, 0x7, false, false};
  case ElementKind::F8E4M3FN:
    return {4, 3, 7, 0x7e, false, false};
  case ElementKind::F8E4M3FNUZ:
    return {4, 3, 8, 0x7f, false, true};
  case ElementKind::F8E5M2:
    return {5, 2, 15, 0x7b, true, false};
  default:
    return {5, 2, 16, 0x7f, false, true}; // F8E5M2FNUZ
  }
}

static double decodeMagnitude(const Format &format, int magnitude) {
  int exponent = magnitude >> format.mantissa;
  int mantissa = magnitude & ((1 << format.mantissa) - 1);
  int unit = 1 - format.bias - format.mantissa;
  if (exponent == 0)
    return std::ldexp(mantissa, unit);
  return std::ldexp(mantissa + (1 << format.mantissa), unit + exponent - 1);
}

double decodeNarrow(ElementKind kind, uint8_t bits) {
  if (kind == ElementKind::F8E8M0)
    return bits == 0xff ? NAN : std::ldexp(1.0, bits - 127);
  Format format = getFormat(kind);
  int signBit = 1 << (format.exponent + format.mantissa);
  int magnitude = bits & (signBit - 1);
  double sign = bits & signBit ? -1.0 : 1.0;
  if (format.nanIsMinusZero && bits == signBit)
    return NAN;
  if (magnitude > format.largest)
    return format.hasInfinity && magnitude == format.largest + 1
               ? sign * INFINITY
               : NAN;
  return sign * decodeMagnitude(format, magnitude);
}

/// The place of `value`, positive, among magnitudes 0 to `largest` + 1, the
/// last one of which stands for all beyond.
template <typename Decode>
static int findNearest(double value, int largest, Decode decode) {
  for (int at = 0; at <= largest; ++at) {
    double half = (decode(at) + decode(at + 1)) / 2;
    if (value < half || (value == half && at % 2 == 0))
      return at;
  }
  return largest + 1;
}

uint8_t encodeNarrow(ElementKind kind, double value) {
  if (kind == ElementKind::F8E8M0) {
    if (!(value >= 0) || std::isinf(value))
      return 0xff;
    return findNearest(value, 0xfe,
                       [](int at) { return std::ldexp(1.0, at - 127); });
  }
  Format format = getFormat(kind);
  int signBit = 1 << (format.exponent + format.mantissa);
  int sign = std::signbit(value) ? signBit : 0;
  if (std::isnan(value)) {
    if (kind == ElementKind::F4E2M1) // has none: -0, as ml_dtypes does
      return signBit;
    return format.nanIsMinusZero ? signBit : signBit - 1;
  }
  int magnitude = findNearest(std::fabs(value), format.largest, [&](int at) {
    return decodeMagnitude(format, at);
  });
  if (magnitude > format.largest && kind == ElementKind::F4E2M1)
    magnitude = format.largest;
  if (format.nanIsMinusZero && magnitude > format.largest)
    return signBit;
  if (format.nanIsMinusZero && magnitude == 0)
    return 0;
  return sign | magnitude;
}

} // namespace mlir::pc
