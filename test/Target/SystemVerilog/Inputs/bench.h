// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the benches of the hardware units share: integer arithmetic that is
// written apart from the units, streams that pause at random, and a clock.
#ifndef BENCH_H
#define BENCH_H

#include "verilated.h"
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <random>
#include <string>
#include <vector>

using Wide = __int128;

/// The nearest integer to a / 2^shift, the even one of two.
inline Wide nearest(Wide a, int shift) {
  Wide one = Wide(1) << shift, low = a / one;
  if (low * one > a)
    --low; // division truncates
  Wide twice = 2 * (a - low * one);
  if (twice > one || (twice == one && low % 2 != 0))
    ++low;
  return low;
}

inline int64_t clamp(Wide a, int width) {
  Wide most = (Wide(1) << (width - 1)) - 1;
  return static_cast<int64_t>(a > most ? most : a < -most - 1 ? -most - 1 : a);
}

inline int64_t extend(uint64_t bits, int width) {
  return static_cast<int64_t>(bits << (64 - width)) >> (64 - width);
}

/// A value as a port of `width` bits holds it.
inline uint64_t pack(int64_t value, int width) {
  return static_cast<uint64_t>(value) & (~uint64_t(0) >> (64 - width));
}

/// One end of a stream: words that go in, or the words that came out.
struct Stream {
  std::function<void(bool, int64_t)> drive; // valid or ready, and the word
  std::function<bool()> fires;              // the other side agrees
  std::function<int64_t()> read;            // empty for an input
  std::deque<int64_t> words;
  bool active = false;

  void before(std::mt19937 &random, int pausePercent) {
    bool pause = static_cast<int>(random() % 100) < pausePercent;
    // A valid word stays valid until it is taken; a ready may fall.
    bool keep = !read && active;
    active = keep || (!pause && (read || !words.empty()));
    drive(active, read || words.empty() ? 0 : words.front());
  }
  void after() {
    if (!active || !fires())
      return;
    if (read) {
      words.push_back(read());
      return;
    }
    words.pop_front();
    active = false;
  }
};

template <typename Top> struct Bench {
  Top top;
  std::vector<Stream *> streams;
  std::mt19937 random;
  int pausePercent = 0;
  uint64_t cycles = 0;

  explicit Bench(unsigned seed) : random(seed) {}

  void reset() {
    top.rst = 1;
    for (int i = 0; i < 3; ++i)
      tick();
    top.rst = 0;
  }
  void tick() {
    top.clk = 0;
    if (!top.rst)
      for (Stream *stream : streams)
        stream->before(random, pausePercent);
    top.eval();
    if (!top.rst)
      for (Stream *stream : streams)
        stream->after();
    top.clk = 1;
    top.eval();
    ++cycles;
  }
  /// Until `done`; a bench that waits for ever fails.
  void run(const std::function<bool()> &done, uint64_t limit = 100000) {
    for (uint64_t i = 0; !done(); ++i, tick())
      if (i == limit) {
        std::printf("no end after %llu cycles\n",
                    static_cast<unsigned long long>(limit));
        std::exit(1);
      }
  }
};

#define INPUT(stream, top, port, width)                                        \
  do {                                                                         \
    (stream).drive = [&](bool valid, int64_t word) {                           \
      (top).port##_valid = valid;                                              \
      (top).port##_data = pack(word, width);                                   \
    };                                                                         \
    (stream).fires = [&] { return (top).port##_ready != 0; };                  \
  } while (false)

#define OUTPUT(stream, top, port, width)                                       \
  do {                                                                         \
    (stream).drive = [&](bool ready, int64_t) { (top).port##_ready = ready; }; \
    (stream).fires = [&] { return (top).port##_valid != 0; };                  \
    (stream).read = [&] { return extend((top).port##_data, width); };          \
  } while (false)

inline void expectEqual(const char *what, int64_t got, int64_t expected,
                        long where) {
  if (got == expected)
    return;
  std::printf("%s %ld: expected %lld, but got %lld\n", what, where,
              static_cast<long long>(expected), static_cast<long long>(got));
  std::exit(1);
}

#endif // BENCH_H
