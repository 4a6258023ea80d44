// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// In front of model.h: words that are floats. Each product and sum is rounded
// by itself; what is too small for a normal number is zero, as an operand and
// as a result; there is one NaN.

#include <cfloat>
#include <cmath>
#include <cstdint>
#include <cstring>

static bool saturated = false; // a word was infinite or none at all

struct Word {
  Word(float value = 0.0f) : value(value) {}
  float value;
};
using Sum = Word;
using Factor = float;
static constexpr Factor whole = 1.0f;
static const Word one = 1.0f;

static Word fromBits(int64_t bits) {
  Word word;
  uint32_t low = static_cast<uint32_t>(bits);
  std::memcpy(&word.value, &low, sizeof(low));
  return word;
}
static int64_t toBits(Word word) {
  int32_t bits;
  std::memcpy(&bits, &word.value, sizeof(bits));
  return bits;
}

static float toOperand(Word word) {
  bool isTiny = std::fabs(word.value) < FLT_MIN;
  return isTiny ? std::copysign(0.0f, word.value) : word.value;
}
/// What is halfway to the least normal number becomes that.
static Word nearest(double exact) {
  if (std::isnan(exact))
    return fromBits(0x7fc00000);
  if (std::fabs(exact) < FLT_MIN * (1.0 - 0x1p-25))
    return std::copysign(0.0f, static_cast<float>(exact));
  return static_cast<float>(exact);
}

static Word operator+(Word a, Word b) {
  return nearest(double(toOperand(a)) + toOperand(b));
}
static Word operator-(Word a) { return fromBits(toBits(a) ^ 0x80000000); }
static Word &operator+=(Word &a, Word b) { return a = a + b; }
static bool operator>(Word a, Word b) { return a.value > b.value; }

static Word saturate(Word word) {
  saturated |= !std::isfinite(word.value);
  return word;
}
static Word product(Word a, Word b) {
  return nearest(double(toOperand(a)) * toOperand(b));
}
static Word widen(Word word) { return word; }
static Word settle(Word word) { return saturate(word); }
static Word subtract(Word a, Word b) { return saturate(a + -b); }

/// Zeros are ordered by their signs; a NaN makes a NaN, or counts for nothing.
static Word extremum(Word a, Word b, bool least, bool ignoresNaN) {
  bool isNaN = std::isnan(a.value);
  if (isNaN || std::isnan(b.value))
    return !ignoresNaN ? fromBits(0x7fc00000) : isNaN ? b : a;
  bool isBelow =
      a.value < b.value || (a.value == b.value && std::signbit(a.value));
  return isBelow == least ? a : b;
}
static Word greater(Word a, Word b) { return extremum(a, b, false, false); }

static Word advance(Word word, Factor by, Word a, Word b) {
  return saturate(word + product(by, a + -b));
}
static Word accelerate(Word velocity, Factor momentum, Word gradient) {
  return saturate(product(momentum, velocity) + gradient);
}
static Word descend(Word word, Factor rate, Word gradient) {
  return saturate(word + -product(rate, gradient));
}
static Word descendAlong(Word word, Factor rate, Word velocity) {
  return descend(word, rate, velocity);
}
static Word divide(Word word, Word total) {
  return saturate(nearest(double(toOperand(word)) / toOperand(total)));
}

/// A function by straight pieces between `count` knots over
/// [-2^range, 2^range]; x chooses the piece by its distance from the left end.
static Word lookup(Word x, const Word *knots, int count, int range) {
  double reach = std::ldexp(1.0, range), size = 2.0 * reach / (count - 1);
  Word distance = x + Word(static_cast<float>(reach));
  if (std::isnan(distance.value))
    return distance;
  if (distance.value < 0.0f)
    return knots[0];
  if (distance.value >= 2.0 * reach)
    return knots[count - 1];
  int piece = static_cast<int>(distance.value / size);
  double rise = double(knots[piece + 1].value) - knots[piece].value;
  Word place = static_cast<float>(piece * size - reach);
  return knots[piece] + product(nearest(rise / size), x + -place);
}
