// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The small units against what they are to do with whole sequences of words,
// and the rounding of every 24-bit integer.
#include "Vsmall_units.h"
#include "bench.h"

static constexpr int N = 5, samples = 40;
static const int64_t step = 45875; // 0.7

static void expectWords(const char *what, const Stream &got,
                        const std::vector<int64_t> &expected) {
  for (size_t i = 0; i < expected.size() && i < got.words.size(); ++i)
    expectEqual(what, got.words[i], expected[i], i);
  expectEqual(what, got.words.size(), expected.size(), -1);
}

static void checkRounding(Vsmall_units &top) {
  for (int64_t a = -(1 << 23); a < (1 << 23); ++a) {
    top.wide = pack(a, 24);
    top.eval();
    const int shifts[] = {7, 1, 0};
    const uint32_t words[] = {top.rounded, top.halved, top.clamped};
    for (int i = 0; i < 3; ++i) {
      Wide exact = nearest(a, shifts[i]);
      int64_t expected = clamp(exact, 12);
      expectEqual("round", extend(words[i], 12), expected, a);
      expectEqual("saturation", top.round_sat >> i & 1, exact != expected, a);
    }
  }
}

int main(int argc, char **argv) {
  Verilated::commandArgs(argc, argv);
  Bench<Vsmall_units> bench(std::atoi(argv[1]));
  bench.pausePercent = std::atoi(argv[2]);
  const int rounds = std::atoi(argv[3]);
  Vsmall_units &top = bench.top;
  Stream narrow, narrowOut, deep, deepOut, fork, left, right, a, b, c, sum,
      latch, latchOut, delay, delayOut, state, stateOut;
  INPUT(narrow, top, narrow, 16);
  OUTPUT(narrowOut, top, narrow_out, 16);
  INPUT(deep, top, deep, 16);
  OUTPUT(deepOut, top, deep_out, 16);
  INPUT(fork, top, fork, 16);
  OUTPUT(left, top, left, 16);
  OUTPUT(right, top, right, 16);
  INPUT(a, top, a, 16);
  INPUT(b, top, b, 16);
  INPUT(c, top, c, 16);
  OUTPUT(sum, top, sum, 16);
  INPUT(latch, top, latch, 16);
  OUTPUT(latchOut, top, latch_out, 16);
  INPUT(delay, top, delay, 16);
  OUTPUT(delayOut, top, delay_out, 16);
  INPUT(state, top, state, 16);
  OUTPUT(stateOut, top, state_out, 16);
  bench.streams = {&narrow,   &narrowOut, &deep,     &deepOut, &fork,    &left,
                   &right,    &a,         &b,        &c,       &sum,     &latch,
                   &latchOut, &delay,     &delayOut, &state,   &stateOut};
  top.rounds = rounds;
  top.step = step;
  bench.reset();
  auto word = [&] { return extend(bench.random(), 16); };

  std::vector<int64_t> plain, sums, latched, delayed, states;
  bool sumSaturates = false, stateSaturates = false;
  for (int i = 0; i < samples * N; ++i) {
    plain.push_back(word());
    for (Stream *stream : {&narrow, &deep, &fork})
      stream->words.push_back(plain.back());
    Wide total = 0;
    for (Stream *stream : {&a, &b, &c}) {
      stream->words.push_back(word());
      total += stream->words.back();
    }
    sums.push_back(clamp(total, 16));
    sumSaturates |= total != sums.back();
  }
  for (int s = 0; s < samples; ++s) {
    std::vector<int64_t> sample, d(N, 0);
    for (int k = 0; k < N; ++k) {
      sample.push_back(word());
      latch.words.push_back(sample.back());
    }
    for (int r = 0; r < rounds; ++r) {
      latched.insert(latched.end(), sample.begin(), sample.end());
      states.insert(states.end(), d.begin(), d.end());
      for (int k = 0; k < N; ++k) {
        int64_t g = word();
        delay.words.push_back(g);
        state.words.push_back(g);
        delayed.push_back(r == 0 ? 0 : *(delay.words.end() - 1 - N));
        Wide next = d[k] + nearest(Wide(step) * (g - d[k]), 16);
        d[k] = clamp(next, 16);
        stateSaturates |= r + 1 < rounds && next != d[k];
      }
    }
  }
  // Before the next sample a state gives its first zeros.
  delayed.insert(delayed.end(), rounds ? N : 0, 0);
  states.insert(states.end(), rounds ? N : 0, 0);
  bench.run([&] {
    return narrowOut.words.size() == plain.size() &&
           deepOut.words.size() == plain.size() &&
           left.words.size() == plain.size() &&
           right.words.size() == plain.size() &&
           sum.words.size() == sums.size() &&
           latchOut.words.size() == latched.size() && latch.words.empty() &&
           delay.words.empty() && state.words.empty() &&
           delayOut.words.size() == delayed.size() &&
           stateOut.words.size() == states.size();
  });
  for (int i = 0; i < 50; ++i)
    bench.tick(); // nothing more comes
  expectWords("fifo of 1", narrowOut, plain);
  expectWords("fifo of 5", deepOut, plain);
  expectWords("fork, left", left, plain);
  expectWords("fork, right", right, plain);
  expectWords("sum", sum, sums);
  expectWords("latch", latchOut, latched);
  expectWords("delay", delayOut, delayed);
  expectWords("state", stateOut, states);
  expectEqual("saturation of the sum", top.sum_sat, sumSaturates, 0);
  expectEqual("saturation of the state", top.state_sat, stateSaturates, 0);
  checkRounding(top);
  std::printf("small units: %zu words equal, 16777216 roundings equal\n",
              8 * plain.size());
  return 0;
}
