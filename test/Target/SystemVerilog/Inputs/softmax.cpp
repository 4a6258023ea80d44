// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// df_softmax against integers with a true division, and against real numbers.
#include "Vsoftmax.h"
#include "bench.h"
#include <algorithm>
#include <cmath>

static int64_t knots[33];

static int64_t power(int64_t x) {
  int64_t u = x + (int64_t(8) << F), piece = int64_t(1) << (F - 1);
  if (u < 0)
    return knots[0];
  if (u / piece >= 32)
    return knots[32];
  int64_t i = u / piece;
  return knots[i] + nearest(Wide(knots[i + 1] - knots[i]) * (u % piece), F - 1);
}

/// a 2^F / b, the nearest, of two the even one.
static int64_t share(int64_t a, int64_t b) {
  int64_t down = (a << F) / b, rest = (a << F) % b;
  return down + (2 * rest > b || (2 * rest == b && down % 2 != 0));
}

int main(int argc, char **argv) {
  Verilated::commandArgs(argc, argv);
  Bench<Vsoftmax> bench(std::atoi(argv[1]));
  bench.pausePercent = std::atoi(argv[2]);
  Vsoftmax &top = bench.top;
  Stream y, t, b;
  INPUT(y, top, y, W);
  INPUT(t, top, t, 32);
  OUTPUT(b, top, b, W);
  bench.streams = {&y, &t, &b};
  bench.reset();
  for (int i = 0; i < 33; ++i) {
    double x = i * 0.5 - 8;
    knots[i] = std::llround(std::exp(std::min(x, 0.0)) * (1 << F));
    top.host_we = 1;
    top.host_addr = i;
    top.host_wdata = pack(knots[i], W);
    bench.tick();
  }
  top.host_we = 0;

  const int samples = 400;
  std::vector<int64_t> expected;
  double worst = 0;
  for (int s = 0; s < samples; ++s) {
    int64_t logits[N], powers[N], total = 0, most;
    int64_t label = bench.random() % N;
    // Now and then equal logits, whose shares are ties.
    int64_t reach = int64_t(1) << (s % 4 == 0 ? 1 : F + 1);
    double sum = 0;
    for (int64_t &logit : logits) {
      logit = static_cast<int64_t>(bench.random() % (2 * reach)) - reach;
      y.words.push_back(logit);
    }
    most = *std::max_element(logits, logits + N);
    for (int k = 0; k < N; ++k) {
      powers[k] = power(logits[k] - most);
      total += powers[k];
      sum += std::exp(std::ldexp(double(logits[k]), -F));
    }
    t.words.push_back(label);
    for (int k = 0; k < N; ++k) {
      int64_t one = k == label ? int64_t(1) << F : 0;
      expected.push_back(share(powers[k], total) - one);
      double real = std::exp(std::ldexp(double(logits[k]), -F)) / sum;
      worst = std::max(
          worst,
          std::fabs(std::ldexp(double(expected.back() + one), -F) - real));
    }
  }
  const double limit = 0.04 + std::ldexp(N, -F - 1);
  bench.run([&] { return b.words.size() == expected.size(); }, 1000000);
  for (size_t i = 0; i < expected.size(); ++i)
    expectEqual("softmax", b.words[i], expected[i], i);
  expectEqual("sat", top.sat, 0, 0);
  // Pieces of 1/2 lie at most 1/32 of exp above it; a share is a sum of
  // roundings.
  if (worst > limit)
    std::printf("far from softmax: %g\n", worst);
  else
    std::printf("softmax of %d: %d samples equal, %llu cycles a sample\n", N,
                samples,
                static_cast<unsigned long long>(bench.cycles / samples));
  return worst > limit;
}
