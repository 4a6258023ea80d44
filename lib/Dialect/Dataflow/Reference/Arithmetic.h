// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The arithmetic of words, exactly and in floating point.

#ifndef PC_LIB_DIALECT_DATAFLOW_REFERENCE_ARITHMETIC_H
#define PC_LIB_DIALECT_DATAFLOW_REFERENCE_ARITHMETIC_H

#include "pc/Dialect/Dataflow/IR/Dataflow.h"
#include <cmath>

namespace mlir::pcflow {

/// Bits behind the point of steps and rates.
inline constexpr unsigned factorBits = 16;

/// A step or rate in units of 2^-16.
int64_t toFactor(double value);

/// Integers as the hardware has them.
class FixedArithmetic {
public:
  using Word = int64_t;
  using Sum = __int128; // a product has twice the fraction bits of a word

  explicit FixedArithmetic(FixedType format)
      : width(format.getWidth()), fraction(format.getFraction()) {}

  Word fromWord(int64_t word) const { return word; }
  Word constant(double value);
  Sum widen(Sum sum) const { return sum << fraction; }
  Sum product(Word a, Word b) const { return Sum(a) * b; }
  /// A sum of products as a word.
  Word settleProduct(Sum sum) { return saturate(round(sum, fraction)); }
  /// A sum of words as a word.
  Word settle(Sum sum) { return saturate(sum); }
  /// `factor * sum`, rounded: of a sum of words, or of products.
  Sum scale(int64_t factor, Sum sum) const {
    return round(factor * sum, factorBits);
  }
  Sum scaleProduct(int64_t factor, Sum sum) const {
    return round(factor * sum, factorBits + fraction);
  }
  /// `factor * velocity + sum` of products, as a word.
  Word accelerate(int64_t factor, Word velocity, Sum sum) {
    return saturate(round(widen(Sum(factor) * velocity) + (sum << factorBits),
                          factorBits + fraction));
  }
  Word lookup(Word x, ArrayRef<int64_t> knots, int64_t range, double error);
  Word divide(Word a, Sum b); // a / b as a word, where 0 <= a <= b
  Word one() const { return Word(1) << fraction; }
  int64_t toIndex(Word word) const { return word; }
  double toNumber(Word word) const;
  double productToNumber(Sum sum) const;

  bool saturated = false;

private:
  static Sum round(Sum value, unsigned bits);
  Word saturate(Sum value);

  unsigned width, fraction;
};

/// Numbers, and places where the hardware rounds: at one of them, `disturbed`,
/// the largest error is made.
class RealArithmetic {
public:
  using Word = double;
  using Sum = double;

  explicit RealArithmetic(FixedType format)
      : format(format), fraction(format.getFraction()) {}

  Word fromWord(int64_t word) const;
  Word constant(double value);
  Sum widen(Sum sum) const { return sum; }
  Sum product(Word a, Word b) const { return a * b; }
  Word settleProduct(Sum sum) { return sum + disturb(getHalfUnit()); }
  Word settle(Sum sum) { return sum; }
  Sum scale(int64_t factor, Sum sum);
  Sum scaleProduct(int64_t factor, Sum sum) { return scale(factor, sum); }
  Word accelerate(int64_t factor, Word velocity, Sum sum) {
    return std::ldexp(double(factor), -int(factorBits)) * velocity + sum +
           disturb(getHalfUnit());
  }
  Word lookup(Word x, ArrayRef<int64_t> knots, int64_t range, double error);
  Word divide(Word a, Sum b) { return a / b + disturb(getHalfUnit()); }
  Word one() const { return 1.0; }
  int64_t toIndex(Word word) const { return word; }
  double toNumber(Word word) const { return word; }
  double productToNumber(Sum sum) const { return sum; }

  int64_t places = 0;     // so far
  int64_t disturbed = -1; // none

private:
  double getHalfUnit() const;
  double disturb(double size) { return places++ == disturbed ? size : 0.0; }

  FixedType format;
  unsigned fraction;
};

} // namespace mlir::pcflow

#endif // PC_LIB_DIALECT_DATAFLOW_REFERENCE_ARITHMETIC_H
