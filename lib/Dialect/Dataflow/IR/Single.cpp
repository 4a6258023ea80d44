// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Products of two floats are exact in f64, and what f64 rounds of a sum is
// below any rounding to f32: the only one that is seen is that of
// `Single(double)`.

#include "pc/Dialect/Dataflow/IR/Single.h"
#include "llvm/Support/MathExtras.h"
#include <cfloat>
#include <cstring>

using namespace mlir;
using namespace mlir::pcflow;

Single::Single(double value) {
  // Small ones are rounded as if exponents had no end: what is then below the
  // least normal number is zero.
  float rounded = static_cast<float>(value);
  if (std::abs(value) < 2.0 * FLT_MIN) {
    rounded = static_cast<float>(std::ldexp(value, 64));
    bool isTiny = std::abs(rounded) < std::ldexp(FLT_MIN, 64);
    rounded = isTiny ? std::copysign(0.0f, rounded) : std::ldexp(rounded, -64);
  }
  std::memcpy(&bits, &rounded, sizeof(bits));
  if (isNaN())
    bits = 0x7fc00000;
}

double Single::toNumber() const {
  float value;
  std::memcpy(&value, &bits, sizeof(bits));
  return value;
}

double Single::getOperand() const {
  double value = toNumber();
  return std::abs(value) < FLT_MIN ? std::copysign(0.0, value) : value;
}

Single Single::getExtremum(Single a, Single b, bool least, bool ignoresNaN) {
  if (a.isNaN() || b.isNaN())
    return !ignoresNaN ? Single(std::nan("")) : a.isNaN() ? b : a;
  auto key = [](Single x) { // in the order of the numbers
    return x.bits >> 31 ? ~x.bits : x.bits | 0x80000000;
  };
  return least == (key(a) < key(b)) ? a : b;
}

Single pcflow::getKnotPlace(llvm::ArrayRef<int64_t> knots, int64_t range,
                            int64_t index) {
  double pieces = double(knots.size() - 1);
  return Single(std::ldexp(2.0 * double(index) / pieces - 1.0, int(range)));
}

Single pcflow::getSlope(llvm::ArrayRef<int64_t> knots, int64_t range,
                        int64_t index) {
  double rise = Single::fromWord(knots[index + 1]).toNumber() -
                Single::fromWord(knots[index]).toNumber();
  int logPieces = int(llvm::Log2_64(knots.size() - 1));
  return Single(std::ldexp(rise, logPieces - int(range) - 1));
}

Single pcflow::lookup(Single x, llvm::ArrayRef<int64_t> knots, int64_t range) {
  double reach = std::ldexp(1.0, int(range));
  Single offset = x + Single(reach);
  if (offset.isNaN())
    return offset;
  double place = offset.toNumber();
  if (place < 0.0)
    return Single::fromWord(knots.front());
  if (place >= 2.0 * reach)
    return Single::fromWord(knots.back());
  double pieces = double(knots.size() - 1);
  auto index = static_cast<int64_t>(place / (2.0 * reach) * pieces);
  return Single::fromWord(knots[index]) +
         getSlope(knots, range, index) *
             (x - getKnotPlace(knots, range, index));
}
