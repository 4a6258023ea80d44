// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// df_linear against sums of products: predictions, messages and every weight
// after every update, with pauses on all four streams. Parameters as -D.
#include "Vdf_linear.h"
#include "bench.h"

#ifndef STRICT
#define STRICT 0
#endif
#ifndef MOMENTUM
#define MOMENTUM 0
#endif
static constexpr int LANES = PE * SIMD;
static constexpr uint32_t VELOCITY = 1u << 29;
static int bitsOf(int n) {
  int bits = 0;
  while ((1 << bits) < n)
    ++bits;
  return bits;
}
static uint32_t addressOf(int m, int n) {
  uint32_t tile = (m / PE) * (N / SIMD) + n / SIMD;
  return tile << bitsOf(LANES) | ((m % PE) * SIMD + n % SIMD);
}
static uint32_t biasAddress(int m) {
  return 1u << 30 | (m / PE) << bitsOf(PE) | m % PE;
}

struct Model {
  int64_t w[M][N], b[M], vw[M][N], vb[M];
  Wide dw[M][N], db[M];
  bool saturated = false;

  int64_t finish(Wide a) {
    int64_t word = clamp(a, W);
    saturated |= word != a;
    return word;
  }
  void predict(const int64_t *x, std::vector<int64_t> &y) {
    for (int m = 0; m < M; ++m) {
      Wide sum = HAS_BIAS ? Wide(b[m]) << F : 0;
      for (int n = 0; n < N; ++n)
        sum += Wide(w[m][n]) * x[n];
      y.push_back(finish(nearest(sum, F)));
    }
  }
  void vjp(const int64_t *d, std::vector<int64_t> &g) {
    for (int n = 0; n < N; ++n) {
      Wide sum = 0;
      for (int m = 0; m < M; ++m)
        sum += Wide(w[m][n]) * d[m];
      g.push_back(finish(nearest(sum, F)));
    }
  }
  void learn(const int64_t *x, const int64_t *d, bool first, bool last,
             int64_t rate, int64_t momentum) {
    // From a sum of products, and with a velocity.
    auto step = [&](int64_t &word, int64_t &velocity, Wide sum) {
      Wide change = nearest(rate * sum, F + 16);
      if (MOMENTUM) {
        Wide kept = (Wide(momentum) * velocity) << F;
        velocity = finish(nearest(kept + (sum << 16), F + 16));
        change = nearest(Wide(rate) * velocity, 16);
      }
      word = finish(word - change);
    };
    for (int m = 0; m < M; ++m) {
      db[m] = (first ? 0 : db[m]) + d[m];
      if (last && HAS_BIAS)
        step(b[m], vb[m], db[m] << F);
      for (int n = 0; n < N; ++n) {
        dw[m][n] = (first ? 0 : dw[m][n]) + Wide(x[n]) * d[m];
        if (last)
          step(w[m][n], vw[m][n], dw[m][n]);
      }
    }
  }
};

int main(int argc, char **argv) {
  Verilated::commandArgs(argc, argv);
  Bench<Vdf_linear> bench(argc > 1 ? std::atoi(argv[1]) : 1);
  bench.pausePercent = argc > 2 ? std::atoi(argv[2]) : 0;
  // Words so large that sums saturate, when asked for.
  int64_t reach = argc > 3 && std::string(argv[3]) == "saturate"
                      ? int64_t(1) << (W - 1)
                      : int64_t(1) << F;
  Vdf_linear &top = bench.top;
  Stream x, d, y, g;
  INPUT(x, top, x, W);
  INPUT(d, top, d, W);
  OUTPUT(y, top, y, W);
  OUTPUT(g, top, g, W);
  bench.streams = {&x, &d, &y, &g};
  auto word = [&] {
    return static_cast<int64_t>(bench.random() % (2 * reach)) - reach;
  };
  const int rounds = 3, updates = 4;
  const int64_t rate = 6554, momentum = 58982; // 0.1, 0.9
  top.rounds = rounds;
  top.rate = rate;
  top.momentum = momentum;
  bench.reset();

  Model model;
  auto write = [&](uint32_t address, int64_t value) {
    top.host_we = 1;
    top.host_addr = address;
    top.host_wdata = pack(value, W);
    bench.tick();
    top.host_we = 0;
  };
  auto read = [&](uint32_t address) {
    top.host_addr = address;
    bench.tick();
    top.eval();
    return extend(top.host_rdata, W);
  };
  for (int m = 0; m < M; ++m) {
    write(biasAddress(m), model.b[m] = word());
    if (MOMENTUM)
      write(VELOCITY | biasAddress(m), model.vb[m] = word());
    for (int n = 0; n < N; ++n) {
      write(addressOf(m, n), model.w[m][n] = word());
      if (MOMENTUM)
        write(VELOCITY | addressOf(m, n), model.vw[m][n] = word());
    }
  }
  uint64_t busy = 0;
  for (int update = 0; update < updates; ++update) {
    std::vector<int64_t> expectedY, expectedG;
    for (int sample = 0; sample < BATCH; ++sample) {
      int64_t xs[N], ds[M];
      for (int64_t &v : xs)
        v = word();
      for (int round = 0; round < rounds; ++round) {
        if (STRICT) // the activities of the round
          for (int64_t &v : xs)
            v = word();
        if (STRICT || !round) {
          x.words.insert(x.words.end(), xs, xs + N);
          model.predict(xs, expectedY);
        }
        for (int64_t &v : ds)
          d.words.push_back(v = word());
        if (HAS_VJP)
          model.vjp(ds, expectedG);
      }
      if (LEARN)
        model.learn(xs, ds, sample == 0, sample == BATCH - 1, rate, momentum);
    }
    y.words.clear();
    g.words.clear();
    uint64_t start = bench.cycles;
    bench.run([&] {
      return d.words.empty() && y.words.size() == expectedY.size() &&
             g.words.size() == expectedG.size();
    });
    busy += bench.cycles - start;
    for (int i = 0; i < 20 + N; ++i)
      bench.tick(); // what is in the pipeline is written
    for (size_t i = 0; i < expectedY.size(); ++i)
      expectEqual("y", y.words[i], expectedY[i], i);
    expectEqual("count of g", g.words.size(), expectedG.size(), update);
    for (size_t i = 0; i < expectedG.size(); ++i)
      expectEqual("g", g.words[i], expectedG[i], i);
    for (int m = 0; m < M; ++m) {
      if (HAS_BIAS)
        expectEqual("bias", read(biasAddress(m)), model.b[m], m);
      if (HAS_BIAS && MOMENTUM)
        expectEqual("velocity of bias", read(VELOCITY | biasAddress(m)),
                    model.vb[m], m);
      for (int n = 0; n < N; ++n) {
        expectEqual("weight", read(addressOf(m, n)), model.w[m][n], m * N + n);
        if (MOMENTUM)
          expectEqual("velocity", read(VELOCITY | addressOf(m, n)),
                      model.vw[m][n], m * N + n);
      }
    }
  }
  // Without rounds it predicts, one sample after the other; strictly it takes
  // an error as well.
  top.rounds = 0;
  std::vector<int64_t> predicted;
  for (int sample = 0; sample < 3; ++sample) {
    int64_t xs[N];
    for (int64_t &v : xs)
      x.words.push_back(v = word());
    model.predict(xs, predicted);
    for (int m = 0; m < (STRICT ? M : 0); ++m)
      d.words.push_back(word());
  }
  y.words.clear();
  bench.run([&] { return y.words.size() == predicted.size(); });
  for (size_t i = 0; i < predicted.size(); ++i)
    expectEqual("prediction alone", y.words[i], predicted[i], i);
  expectEqual("sat", top.sat, model.saturated, 0);
  std::printf("linear %dx%d: %d updates equal, %s, %llu cycles a sample\n", M,
              N, updates, model.saturated ? "saturated" : "in range",
              static_cast<unsigned long long>(busy / (updates * BATCH)));
  return 0;
}
