// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The arithmetic of words, as the hardware has it and in f64.

#ifndef PC_LIB_DIALECT_DATAFLOW_REFERENCE_ARITHMETIC_H
#define PC_LIB_DIALECT_DATAFLOW_REFERENCE_ARITHMETIC_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "pc/Dialect/Dataflow/IR/Dataflow.h"
#include "pc/Dialect/Dataflow/IR/Single.h"
#include <cmath>

namespace mlir::pcflow {

/// Bits behind the point of steps and rates.
inline constexpr unsigned factorBits = 16;

/// A step or rate in units of 2^-16.
int64_t toFactor(double value);

/// Whether the comparison holds of two numbers.
bool compareNumbers(arith::CmpFPredicate predicate, double a, double b);

/// Integers as the hardware has them.
class FixedArithmetic {
public:
  using Word = int64_t;
  using Sum = __int128; // a product has twice the fraction bits of a word
  using Factor = int64_t;

  explicit FixedArithmetic(FixedType format)
      : width(format.getWidth()), fraction(format.getFraction()) {}

  Word fromWord(int64_t word) const { return word; }
  int64_t toWord(Word word) const { return word; }
  Factor factor(double value) const { return toFactor(value); }
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
  Word extremum(Word a, Word b, bool least, bool) const {
    return least ? std::min(a, b) : std::max(a, b);
  }
  bool compare(arith::CmpFPredicate predicate, Word a, Word b) const {
    return compareNumbers(predicate, a, b);
  }
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
  using Factor = int64_t;

  explicit RealArithmetic(FixedType format)
      : format(format), fraction(format.getFraction()) {}

  Word fromWord(int64_t word) const;
  Factor factor(double value) const { return toFactor(value); }
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
  Word extremum(Word a, Word b, bool least, bool) const {
    return least ? std::min(a, b) : std::max(a, b);
  }
  bool compare(arith::CmpFPredicate predicate, Word a, Word b) const {
    return compareNumbers(predicate, a, b);
  }
  int64_t toIndex(Word word) const { return word; }
  double productToNumber(Sum sum) const { return sum; }

  int64_t places = 0;     // so far
  int64_t disturbed = -1; // none

private:
  double getHalfUnit() const;
  double disturb(double size) { return places++ == disturbed ? size : 0.0; }

  FixedType format;
  unsigned fraction;
};

/// Floats as the hardware has them: each product and sum is rounded, in the
/// order in which the units take them.
class SingleArithmetic {
public:
  using Word = Single;
  using Sum = Single;
  using Factor = Single;

  explicit SingleArithmetic(SingleType) {}

  Word fromWord(int64_t word) const { return Single::fromWord(word); }
  int64_t toWord(Word word) const { return word.toWord(); }
  Factor factor(double value) const { return Single(value); }
  Word constant(double value) const { return Single(value); }
  Sum widen(Sum sum) const { return sum; }
  Sum product(Word a, Word b) const { return a * b; }
  Word settleProduct(Sum sum) { return settle(sum); }
  Word settle(Sum sum) {
    saturated |= !sum.isFinite();
    return sum;
  }
  Sum scale(Factor factor, Sum sum) const { return factor * sum; }
  Sum scaleProduct(Factor factor, Sum sum) const { return factor * sum; }
  Word accelerate(Factor factor, Word velocity, Sum sum) {
    return settle(factor * velocity + sum);
  }
  Word lookup(Word x, ArrayRef<int64_t> knots, int64_t range, double) const {
    return pcflow::lookup(x, knots, range);
  }
  Word extremum(Word a, Word b, bool least, bool ignoresNaN) const {
    return Single::getExtremum(a, b, least, ignoresNaN);
  }
  bool compare(arith::CmpFPredicate predicate, Word a, Word b) const {
    return compareNumbers(predicate, a.toNumber(), b.toNumber());
  }
  Word divide(Word a, Sum b) { return settle(a / b); }
  Word one() const { return Single(1.0); }
  int64_t toIndex(Word word) const { return word.toWord(); }
  double productToNumber(Sum sum) const { return sum.toNumber(); }

  bool saturated = false; // a word is infinite, or none at all
};

/// A number, and how far the roundings of its sum can have moved it.
struct Estimate {
  Estimate(double value = 0.0, double error = 0.0)
      : value(value), error(error) {}
  /// What rounds to a float.
  static Estimate round(double value, double error) {
    return {value, error + std::abs(value) * 0x1p-24 + 0x1p-126};
  }
  Estimate operator-() const { return {-value, error}; }
  friend Estimate operator+(Estimate a, Estimate b) {
    double error = a.error + b.error;
    bool isExact = a.value == 0.0 || b.value == 0.0;
    return isExact ? Estimate(a.value + b.value, error)
                   : round(a.value + b.value, error);
  }
  friend Estimate operator-(Estimate a, Estimate b) { return a + -b; }
  Estimate &operator+=(Estimate other) { return *this = *this + other; }

  double value, error;
};

/// Numbers, and places where a word of floats is finished: at one of them,
/// `disturbed`, it is moved as far as the roundings that made it can.
class RealSingleArithmetic {
public:
  using Word = double;
  using Sum = Estimate;
  using Factor = double;

  explicit RealSingleArithmetic(SingleType) {}

  Word fromWord(int64_t word) const {
    return Single::fromWord(word).toNumber();
  }
  Factor factor(double value) const { return Single(value).toNumber(); }
  Word constant(double value) {
    return settle({value, std::abs(value - Single(value).toNumber())});
  }
  Sum widen(Sum sum) const { return sum; }
  Sum product(Word a, Word b) const { return Estimate::round(a * b, 0.0); }
  Word settleProduct(Sum sum) { return settle(sum); }
  Word settle(Sum sum) { return sum.value + disturb(sum.error); }
  Sum scale(Factor factor, Sum sum) const {
    double value = factor * sum.value, error = std::abs(factor) * sum.error;
    return factor == 1.0 ? Estimate(value, error)
                         : Estimate::round(value, error);
  }
  Sum scaleProduct(Factor factor, Sum sum) const { return scale(factor, sum); }
  Word accelerate(Factor factor, Word velocity, Sum sum) {
    return settle(scale(factor, velocity) + sum);
  }
  Word lookup(Word x, ArrayRef<int64_t> knots, int64_t range, double error);
  Word extremum(Word a, Word b, bool least, bool) const {
    return least ? std::min(a, b) : std::max(a, b);
  }
  bool compare(arith::CmpFPredicate predicate, Word a, Word b) const {
    return compareNumbers(predicate, a, b);
  }
  Word divide(Word a, Sum b) {
    double value = a / b.value;
    return settle(Estimate::round(value, std::abs(value) * b.error / b.value));
  }
  Word one() const { return 1.0; }
  int64_t toIndex(Word word) const { return word; }
  double productToNumber(Sum sum) { return settle(sum); }

  int64_t places = 0;     // so far
  int64_t disturbed = -1; // none

private:
  double disturb(double size) { return places++ == disturbed ? size : 0.0; }
};

} // namespace mlir::pcflow

#endif // PC_LIB_DIALECT_DATAFLOW_REFERENCE_ARITHMETIC_H
