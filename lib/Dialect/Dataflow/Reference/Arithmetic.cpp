// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Arithmetic.h"
#include <cmath>

using namespace mlir;
using namespace mlir::pcflow;

int64_t pcflow::toFactor(double value) {
  return std::nearbyint(std::ldexp(value, factorBits));
}

bool pcflow::compareNumbers(arith::CmpFPredicate predicate, double a,
                            double b) {
  using P = arith::CmpFPredicate;
  bool isUnordered = std::isnan(a) || std::isnan(b);
  switch (predicate) {
  case P::OEQ:
    return a == b;
  case P::UEQ:
    return a == b || isUnordered;
  case P::OGT:
    return a > b;
  case P::UGT:
    return a > b || isUnordered;
  case P::OGE:
    return a >= b;
  case P::UGE:
    return a >= b || isUnordered;
  case P::OLT:
    return a < b;
  case P::ULT:
    return a < b || isUnordered;
  case P::OLE:
    return a <= b;
  case P::ULE:
    return a <= b || isUnordered;
  case P::ONE:
    return a != b && !isUnordered;
  case P::UNE:
    return a != b;
  case P::ORD:
    return !isUnordered;
  case P::UNO:
    return isUnordered;
  case P::AlwaysTrue:
    return true;
  case P::AlwaysFalse:
    return false;
  }
  llvm_unreachable("unknown predicate");
}

//===----------------------------------------------------------------------===//
// Integers
//===----------------------------------------------------------------------===//

/// To the nearest multiple of 2^bits, ties to the even one, divided by 2^bits.
FixedArithmetic::Sum FixedArithmetic::round(Sum value, unsigned bits) {
  if (!bits)
    return value;
  Sum down = value >> bits; // towards minus infinity
  Sum rest = value - (down << bits), half = Sum(1) << (bits - 1);
  return rest > half || (rest == half && (down & 1)) ? down + 1 : down;
}

FixedArithmetic::Word FixedArithmetic::saturate(Sum value) {
  Sum limit = Sum(1) << (width - 1);
  Sum kept = std::min(std::max(value, -limit), limit - 1);
  saturated |= kept != value;
  return kept;
}

FixedArithmetic::Word FixedArithmetic::constant(double value) {
  double limit = std::ldexp(1.0, width - 1);
  double scaled = std::nearbyint(std::ldexp(value, fraction));
  return std::min(std::max(scaled, -limit), limit - 1);
}

FixedArithmetic::Word FixedArithmetic::lookup(Word x, ArrayRef<int64_t> knots,
                                              int64_t range, double) {
  int64_t segments = knots.size() - 1;
  int64_t bits = range + 1 + fraction - llvm::Log2_64(segments);
  int64_t offset = x + (int64_t(1) << (range + fraction));
  if (offset < 0)
    return knots.front();
  if (offset >> bits >= segments)
    return knots.back();
  int64_t index = offset >> bits, rest = offset - (index << bits);
  Sum slope = Sum(knots[index + 1]) - knots[index];
  return saturate(knots[index] + round(slope * rest, bits));
}

FixedArithmetic::Word FixedArithmetic::divide(Word a, Sum b) {
  Sum numerator = Sum(a) << fraction;
  Sum down = numerator / b, rest = numerator % b;
  return saturate(2 * rest > b || (2 * rest == b && (down & 1)) ? down + 1
                                                                : down);
}

double FixedArithmetic::toNumber(Word word) const {
  return std::ldexp(double(word), -int(fraction));
}

double FixedArithmetic::productToNumber(Sum sum) const {
  return std::ldexp(double(sum), -2 * int(fraction));
}

//===----------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------===//

double RealArithmetic::getHalfUnit() const {
  return std::ldexp(0.5, -int(fraction));
}

double RealArithmetic::fromWord(int64_t word) const {
  return std::ldexp(double(word), -int(fraction));
}

double RealArithmetic::constant(double value) {
  FixedArithmetic words(format);
  return value +
         disturb(std::abs(value - words.toNumber(words.constant(value))));
}

double RealArithmetic::scale(int64_t factor, double sum) {
  double value = std::ldexp(double(factor), -int(factorBits)) * sum;
  bool isExact = factor == int64_t(1) << factorBits;
  return isExact ? value : value + disturb(getHalfUnit());
}

double RealArithmetic::lookup(double x, ArrayRef<int64_t> knots, int64_t range,
                              double error) {
  double segments = knots.size() - 1;
  double position = (std::ldexp(x, -int(range)) + 1.0) * (segments / 2.0);
  double clamped = std::min(std::max(position, 0.0), segments);
  int64_t index = std::min(clamped, segments - 1);
  double left = fromWord(knots[index]), right = fromWord(knots[index + 1]);
  return left + (right - left) * (clamped - index) +
         disturb(error + getHalfUnit());
}

double RealSingleArithmetic::lookup(double x, ArrayRef<int64_t> knots,
                                    int64_t range, double error) {
  double pieces = double(knots.size() - 1), reach = std::ldexp(1.0, int(range));
  double position = (x / reach + 1.0) * (pieces / 2.0);
  double clamped = std::min(std::max(position, 0.0), pieces);
  auto index = static_cast<int64_t>(std::min(clamped, pieces - 1.0));
  double left = fromWord(knots[index]), right = fromWord(knots[index + 1]);
  double rise = (right - left) * (clamped - double(index));
  // The slope, the distance to the knot and the product are rounded, then the
  // sum.
  Estimate y = Estimate(left) + Estimate(rise, 3 * std::abs(rise) * 0x1p-24);
  return settle({y.value, y.error + error});
}
