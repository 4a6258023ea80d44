// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// df_rearrange against loops over vectors, with pauses on both streams; the
// CASE of rearrange.sv as -D.
#include "Vrearrange.h"
#include "bench.h"

static constexpr int N = CASE == 0 ? 24 : CASE == 1 ? 6 : 5;
static constexpr int M = CASE == 0 ? 6 : CASE == 1 ? 24 : 1;

/// The exact sums.
static std::vector<Wide> rearrange(const std::vector<int64_t> &x) {
  std::vector<Wide> y(M, 0);
  if (CASE == 0) {
    for (int i = 0; i < 3; ++i)
      for (int j = 0; j < 4; ++j)
        for (int k = 0; k < 2; ++k)
          y[3 * k + i] += x[(i * 4 + j) * 2 + k];
  } else if (CASE == 1) {
    for (int m = 0; m < M; ++m)
      y[m] = x[m / 4];
  } else {
    y[0] = x[0];
  }
  return y;
}

int main(int argc, char **argv) {
  Verilated::commandArgs(argc, argv);
  Bench<Vrearrange> bench(argc > 1 ? std::atoi(argv[1]) : 1);
  bench.pausePercent = argc > 2 ? std::atoi(argv[2]) : 0;
  bool saturates = argc > 3 && std::string(argv[3]) == "saturate";
  int range = saturates ? 1 << (W - 1) : 1 << (W - 4);
  Vrearrange &top = bench.top;
  Stream in, out;
  INPUT(in, top, in, W);
  OUTPUT(out, top, out, W);
  bench.streams = {&in, &out};
  bench.reset();
  const int vectors = 6;
  bool saturated = false;
  std::vector<int64_t> expected;
  for (int vector = 0; vector < vectors; ++vector) {
    std::vector<int64_t> x(N);
    for (int64_t &word : x) {
      word = static_cast<int64_t>(bench.random() % (2 * range)) - range;
      in.words.push_back(word);
    }
    for (Wide sum : rearrange(x)) {
      expected.push_back(clamp(sum, W));
      saturated |= expected.back() != sum;
    }
  }
  uint64_t start = bench.cycles;
  bench.run([&] { return out.words.size() == expected.size(); });
  for (size_t i = 0; i < expected.size(); ++i)
    expectEqual("y", out.words[i], expected[i], i);
  expectEqual("sat", top.sat, saturated, 0);
  std::printf(
      "%d words to %d: %d vectors equal, %s, %llu cycles each\n", N, M, vectors,
      saturated ? "saturated" : "in range",
      static_cast<unsigned long long>((bench.cycles - start) / vectors));
  return 0;
}
