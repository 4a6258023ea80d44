// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// df_pool against loops over an image: predictions and messages, with pauses on
// all four streams. Parameters as -D.
#include "Vdf_pool.h"
#include "bench.h"

static constexpr int OH = (IH + PT + PB - DH * (KH - 1) - 1) / SH + 1;
static constexpr int OW = (IW + PL + PR - DW * (KW - 1) - 1) / SW + 1;
static constexpr int N = C * IH * IW, M = C * OH * OW;

/// Calls `use` with the number of each word under the window of result `m`.
template <typename Use> static void forEachShown(int m, Use use) {
  int c = m / (OH * OW), i = m / OW % OH, j = m % OW;
  for (int row = i * SH - PT, a = 0; a < KH; ++a, row += DH)
    for (int col = j * SW - PL, b = 0; b < KW; ++b, col += DW)
      if (row >= 0 && row < IH && col >= 0 && col < IW)
        use((c * IH + row) * IW + col);
}

int main(int argc, char **argv) {
  Verilated::commandArgs(argc, argv);
  Bench<Vdf_pool> bench(argc > 1 ? std::atoi(argv[1]) : 1);
  bench.pausePercent = argc > 2 ? std::atoi(argv[2]) : 0;
  bool saturates = argc > 3 && std::string(argv[3]) == "saturate";
  // Few different words, so that some are equal; or very large ones.
  int64_t scale = saturates ? int64_t(1) << (W - 4) : 1;
  Vdf_pool &top = bench.top;
  Stream x, d, y, g;
  INPUT(x, top, x, W);
  INPUT(d, top, d, W);
  OUTPUT(y, top, y, W);
  OUTPUT(g, top, g, W);
  bench.streams = {&x, &d, &y, &g};
  const int rounds = 3, samples = 4;
  top.rounds = rounds;
  bench.reset();
  bool saturated = false;
  auto finish = [&](Wide a) {
    int64_t word = clamp(a, W);
    saturated |= word != a;
    return word;
  };
  auto fill = [&](std::vector<int64_t> &words, Stream &stream) {
    for (int64_t &v : words) {
      v = (static_cast<int64_t>(bench.random() % 15) - 7) * scale;
      stream.words.push_back(v);
    }
  };
  std::vector<int64_t> expectedY, expectedG, winners(M);
  auto predict = [&](const std::vector<int64_t> &xs) {
    for (int m = 0; m < M; ++m) {
      Wide sum = 0;
      int winner = -1;
      forEachShown(m, [&](int n) {
        sum += xs[n];
        if (winner < 0 || xs[n] > xs[winner])
          winner = n;
      });
      winners[m] = winner;
      expectedY.push_back(MAX ? xs[winner] : finish(sum));
    }
  };
  for (int sample = 0; sample < samples; ++sample) {
    std::vector<int64_t> xs(N), ds(M);
    for (int round = 0; round < rounds; ++round) {
      if (STRICT || !round) {
        fill(xs, x);
        predict(xs);
      }
      fill(ds, d);
      std::vector<Wide> sums(N, 0);
      for (int m = 0; m < M; ++m)
        forEachShown(m, [&](int n) {
          if (!MAX || n == winners[m])
            sums[n] += ds[m];
        });
      for (Wide sum : sums)
        expectedG.push_back(finish(sum));
    }
  }
  uint64_t start = bench.cycles;
  bench.run([&] {
    return y.words.size() == expectedY.size() &&
           g.words.size() == expectedG.size();
  });
  uint64_t cycles = (bench.cycles - start) / samples;
  for (size_t i = 0; i < expectedY.size(); ++i)
    expectEqual("y", y.words[i], expectedY[i], i);
  for (size_t i = 0; i < expectedG.size(); ++i)
    expectEqual("g", g.words[i], expectedG[i], i);
  // Without rounds it predicts; strictly it takes an error as well.
  top.rounds = 0;
  expectedY.clear();
  y.words.clear();
  for (int sample = 0; sample < 3; ++sample) {
    std::vector<int64_t> xs(N), ds(STRICT ? M : 0);
    fill(xs, x);
    fill(ds, d);
    predict(xs);
  }
  bench.run([&] { return y.words.size() == expectedY.size(); });
  for (size_t i = 0; i < expectedY.size(); ++i)
    expectEqual("prediction alone", y.words[i], expectedY[i], i);
  if (!STRICT) // else messages of the last samples are on their way
    expectEqual("sat", top.sat, saturated, 0);
  std::printf("pool %dx%dx%d to %dx%dx%d: %d samples equal, %s, %llu cycles a "
              "sample\n",
              C, IH, IW, C, OH, OW, samples,
              saturated ? "saturated" : "in range",
              static_cast<unsigned long long>(cycles));
  return 0;
}
