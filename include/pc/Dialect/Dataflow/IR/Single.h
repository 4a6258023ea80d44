// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Words of `!pcflow.single`, to the bit as f32_add, f32_mul and the units made
// of them compute: one rounding to the nearest each, no fused operation,
// subnormals zero as operands and as results, one NaN.

#ifndef PC_DIALECT_DATAFLOW_IR_SINGLE_H
#define PC_DIALECT_DATAFLOW_IR_SINGLE_H

#include "llvm/ADT/ArrayRef.h"
#include <cmath>
#include <cstdint>

namespace mlir::pcflow {

class Single {
public:
  Single() = default;
  /// The nearest; subnormals are zero.
  explicit Single(double value);

  /// As streams and memories carry it, the sign extended.
  static Single fromWord(int64_t word) {
    Single result;
    result.bits = static_cast<uint32_t>(word);
    return result;
  }
  int64_t toWord() const { return static_cast<int32_t>(bits); }
  double toNumber() const;

  bool isNaN() const { return (bits & 0x7fffffff) > 0x7f800000; }
  bool isFinite() const { return (bits & 0x7f800000) != 0x7f800000; }

  friend Single operator+(Single a, Single b) {
    return Single(a.getOperand() + b.getOperand());
  }
  friend Single operator*(Single a, Single b) {
    return Single(a.getOperand() * b.getOperand());
  }
  friend Single operator/(Single a, Single b) {
    return Single(a.getOperand() / b.getOperand());
  }
  Single operator-() const { return fromWord(bits ^ 0x80000000); }
  friend Single operator-(Single a, Single b) { return a + -b; }
  Single &operator+=(Single other) { return *this = *this + other; }
  /// Of bits.
  friend bool operator==(Single a, Single b) { return a.bits == b.bits; }

  /// As f32_extremum.
  static Single getExtremum(Single a, Single b, bool least, bool ignoresNaN);

private:
  double getOperand() const;

  uint32_t bits = 0;
};

/// Bits behind the point that df_softmax finds of a quotient of two fractions,
/// one a cycle: those of a float below 1, and one more to round by.
inline constexpr unsigned quotientBits = 25;

/// `pcflow.lookup`.
Single lookup(Single x, llvm::ArrayRef<int64_t> knots, int64_t range);

/// Of the piece behind knot `index`, of a table over [-2^range, 2^range]: where
/// it begins, and its slope.
Single getKnotPlace(llvm::ArrayRef<int64_t> knots, int64_t range,
                    int64_t index);
Single getSlope(llvm::ArrayRef<int64_t> knots, int64_t range, int64_t index);

} // namespace mlir::pcflow

#endif // PC_DIALECT_DATAFLOW_IR_SINGLE_H
