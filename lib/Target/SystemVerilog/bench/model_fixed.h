// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// In front of model.h: words with a fixed point, in exact integers.

#include <algorithm>
#include <cstdint>

using Word = int64_t;
using Sum = __int128;   // of products of words
using Factor = int64_t; // steps, rates, momenta: 16 bits behind the point
static constexpr Factor whole = 1 << 16;
static constexpr Word one = Word(1) << fraction;

static bool saturated = false; // a word was, since the beginning

static Word fromBits(int64_t bits) { return bits; }
static int64_t toBits(Word word) { return word; }

static Word saturate(Sum sum) {
  constexpr Sum least = -(Sum(1) << (width - 1)), most = -least - 1;
  saturated |= sum < least || sum > most;
  return static_cast<Word>(sum < least ? least : sum > most ? most : sum);
}

/// The nearest multiple of 2^bits, of two the even one, divided by 2^bits.
static Sum nearest(Sum sum, int bits) {
  if (bits == 0)
    return sum;
  Sum isOdd = sum >> bits & 1;
  return (sum + (Sum(1) << (bits - 1)) - 1 + isOdd) >> bits;
}

/// Sums of products, and of words; what such a sum is as a word.
static Sum product(Word a, Word b) { return Sum(a) * b; }
static Sum widen(Word word) { return Sum(word) << fraction; }
static Word settle(Sum products) {
  return saturate(nearest(products, fraction));
}
static Word subtract(Word a, Word b) { return saturate(Sum(a) - b); }
static Word greater(Word a, Word b) { return std::max(a, b); }

/// word + by (a - b).
static Word advance(Word word, Factor by, Word a, Word b) {
  return saturate(word + nearest((Sum(a) - b) * by, 16));
}
/// momentum velocity + gradient, and word - rate gradient, of sums of products;
/// word - rate velocity.
static Word accelerate(Word velocity, Factor momentum, Sum gradient) {
  return saturate(
      nearest((Sum(velocity) * momentum << fraction) + (gradient << 16),
              16 + fraction));
}
static Word descend(Word word, Factor rate, Sum gradient) {
  return saturate(word - nearest(gradient * rate, 16 + fraction));
}
static Word descendAlong(Word word, Factor rate, Word velocity) {
  return saturate(word - nearest(Sum(velocity) * rate, 16));
}

/// word / total, of words that are not negative.
static Word divide(Word word, Sum total) {
  Sum twice = (Sum(word) << fraction) * 2, quotient = twice / (2 * total);
  Sum rest = twice - quotient * 2 * total;
  bool isUp = rest > total || (rest == total && quotient % 2 == 1);
  return saturate(quotient + isUp);
}

/// A function by straight pieces between `count` knots over
/// [-2^range, 2^range].
static Word lookup(Word x, const Word *knots, int count, int range) {
  Sum pieces = count - 1, place = x + (Sum(1) << (range + fraction));
  Sum reach = Sum(1) << (range + fraction + 1), size = reach / pieces;
  if (place < 0)
    return knots[0];
  if (place >= reach)
    return knots[count - 1];
  const Word *piece = knots + static_cast<int>(place / size);
  int bits = 0;
  while (Sum(1) << bits < size)
    ++bits;
  return saturate(piece[0] +
                  nearest((piece[1] - piece[0]) * (place % size), bits));
}
