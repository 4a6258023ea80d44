// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the benches of units that learn share: parameters behind the bus of the
// host, how a word of them moves, and the run that holds every prediction,
// message and parameter after every update against a model.
#ifndef LEARNER_H
#define LEARNER_H

#include "bench.h"

#ifndef STRICT
#define STRICT 0
#endif
#ifndef MOMENTUM
#define MOMENTUM 0
#endif

using Words = std::vector<int64_t>;

/// Rows and columns of weights, a bias for each row, and their addresses: `PE`
/// rows and `simd` columns stand beside one another.
template <int ROWS, int COLUMNS> struct Parameters {
  static constexpr int rows = ROWS, columns = COLUMNS;
  static constexpr int64_t momentum = 58982; // 0.9
  int simd;
  int64_t rate;
  int64_t w[ROWS][COLUMNS], b[ROWS], vw[ROWS][COLUMNS] = {}, vb[ROWS] = {};
  Wide dw[ROWS][COLUMNS], db[ROWS]; // sums of a batch
  bool saturated = false;

  Parameters(int simd, int64_t rate) : simd(simd), rate(rate) {}

  static int bitsOf(int n) {
    int bits = 0;
    while ((1 << bits) < n)
      ++bits;
    return bits;
  }
  /// Calls `use` with the address, the word and the name of each of them.
  template <typename Use> void forEach(Use use) {
    const uint32_t velocity = 1u << 29, bias = 1u << 30;
    for (int m = 0; m < ROWS; ++m) {
      uint32_t row = bias | (m / PE) << bitsOf(PE) | m % PE;
      if (HAS_BIAS) {
        use(row, b[m], "bias");
        if (MOMENTUM)
          use(velocity | row, vb[m], "velocity of bias");
      }
      for (int n = 0; n < COLUMNS; ++n) {
        uint32_t tile = (m / PE) * (COLUMNS / simd) + n / simd;
        uint32_t at = tile << bitsOf(PE * simd) | (m % PE * simd + n % simd);
        use(at, w[m][n], "weight");
        if (MOMENTUM)
          use(velocity | at, vw[m][n], "velocity");
      }
    }
  }
  int64_t finish(Wide a) {
    int64_t word = clamp(a, W);
    saturated |= word != a;
    return word;
  }
  void forget() {
    for (int m = 0; m < ROWS; ++m) {
      db[m] = 0;
      for (Wide &sum : dw[m])
        sum = 0;
    }
  }
  /// After the last sample of a batch.
  void update() {
    for (int m = 0; m < ROWS; ++m) {
      if (HAS_BIAS)
        step(b[m], vb[m], db[m] << F);
      for (int n = 0; n < COLUMNS; ++n)
        step(w[m][n], vw[m][n], dw[m][n]);
    }
  }

private:
  /// From a sum of products, and with a velocity.
  void step(int64_t &word, int64_t &velocity, Wide sum) {
    Wide change = nearest(rate * sum, F + 16);
    if (MOMENTUM) {
      Wide kept = (Wide(momentum) * velocity) << F;
      velocity = finish(nearest(kept + (sum << 16), F + 16));
      change = nearest(Wide(rate) * velocity, 16);
    }
    word = finish(word - change);
  }
};

/// `Model` is a Parameters with `predict`, `vjp` and `accumulate`, which add
/// the words of a sample to a list or to `dw` and `db`. Words reach to `reach`,
/// or as far as they can if `saturate` is asked for.
template <typename Top, typename Model>
int runLearner(int argc, char **argv, const std::string &name, int64_t reach) {
  Verilated::commandArgs(argc, argv);
  Bench<Top> bench(argc > 1 ? std::atoi(argv[1]) : 1);
  bench.pausePercent = argc > 2 ? std::atoi(argv[2]) : 0;
  if (argc > 3 && std::string(argv[3]) == "saturate")
    reach = int64_t(1) << (W - 1);
  Top &top = bench.top;
  Stream x, d, y, g;
  INPUT(x, top, x, W);
  INPUT(d, top, d, W);
  OUTPUT(y, top, y, W);
  OUTPUT(g, top, g, W);
  bench.streams = {&x, &d, &y, &g};
  Model model;
  const int rounds = 3, updates = 4;
  top.rounds = rounds;
  top.rate = model.rate;
  top.momentum = model.momentum;
  bench.reset();

  auto word = [&] {
    return static_cast<int64_t>(bench.random() % (2 * reach)) - reach;
  };
  auto fill = [&](Words &words, Stream &stream) {
    for (int64_t &v : words)
      stream.words.push_back(v = word());
  };
  auto expectAll = [](const char *what, const Stream &stream,
                      const Words &expected) {
    expectEqual(what, stream.words.size(), expected.size(), -1);
    for (size_t i = 0; i < expected.size(); ++i)
      expectEqual(what, stream.words[i], expected[i], i);
  };
  model.forEach([&](uint32_t address, int64_t &value, const char *) {
    top.host_we = 1;
    top.host_addr = address;
    top.host_wdata = pack(value = word(), W);
    bench.tick();
    top.host_we = 0;
  });
  uint64_t busy = 0;
  for (int update = 0; update < updates; ++update) {
    Words expectedY, expectedG, xs(Model::inputs), ds(Model::outputs);
    model.forget();
    for (int sample = 0; sample < BATCH; ++sample) {
      for (int round = 0; round < rounds; ++round) {
        if (STRICT || !round) { // strictly, the activities of the round
          fill(xs, x);
          model.predict(xs, expectedY);
        }
        fill(ds, d);
        if (HAS_VJP)
          model.vjp(ds, expectedG);
      }
      model.accumulate(xs, ds);
    }
    if (LEARN)
      model.update();
    y.words.clear();
    g.words.clear();
    uint64_t start = bench.cycles;
    bench.run([&] {
      return d.words.empty() && y.words.size() == expectedY.size() &&
             g.words.size() == expectedG.size() && top.idle;
    });
    busy += bench.cycles - start;
    expectAll("y", y, expectedY);
    expectAll("g", g, expectedG);
    long where = 0;
    model.forEach([&](uint32_t address, int64_t value, const char *what) {
      top.host_addr = address;
      bench.tick();
      top.eval();
      expectEqual(what, extend(top.host_rdata, W), value, where++);
    });
  }
  // Without rounds it predicts, one sample after the other; strictly it takes
  // an error as well.
  top.rounds = 0;
  Words predicted;
  for (int sample = 0; sample < 3; ++sample) {
    Words xs(Model::inputs), ds(STRICT ? Model::outputs : 0);
    fill(xs, x);
    fill(ds, d);
    model.predict(xs, predicted);
  }
  y.words.clear();
  bench.run([&] { return y.words.size() == predicted.size(); });
  expectAll("prediction alone", y, predicted);
  expectEqual("sat", top.sat, model.saturated, 0);
  std::printf("%s: %d updates equal, %s, %llu cycles a sample\n", name.c_str(),
              updates, model.saturated ? "saturated" : "in range",
              static_cast<unsigned long long>(busy / (updates * BATCH)));
  return 0;
}

#endif // LEARNER_H
