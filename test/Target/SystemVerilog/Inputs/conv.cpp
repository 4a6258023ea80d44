// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// df_conv against a convolution written out over a padded image: predictions,
// messages and every weight after every update, with pauses on all four
// streams. Parameters as -D; PB and PR are the pads at the bottom and on the
// right.
#include "Vdf_conv.h"
#include "bench.h"
#include <array>

#ifndef STRICT
#define STRICT 0
#endif
#ifndef MOMENTUM
#define MOMENTUM 0
#endif
static constexpr int OH = (IH + PT + PB - DH * (KH - 1) - 1) / SH + 1;
static constexpr int OW = (IW + PL + PR - DW * (KW - 1) - 1) / SW + 1;
static constexpr int N = C * IH * IW, M = O * OH * OW, K = C * KH * KW;
static constexpr uint32_t VELOCITY = 1u << 29;

static int bitsOf(int n) {
  int bits = 0;
  while ((1 << bits) < n)
    ++bits;
  return bits;
}
static uint32_t addressOf(int o, int k) {
  return (o / PE * K + k) << bitsOf(PE) | o % PE;
}
static uint32_t biasAddress(int o) {
  return 1u << 30 | o / PE << bitsOf(PE) | o % PE;
}

/// An image with its pads, and more of them.
template <typename T> struct Padded {
  static constexpr int ROWS = IH + PT + PB, COLS = IW + PL + PR;
  T words[C][ROWS][COLS] = {};
  T &at(int c, int row, int col) { return words[c][row + PT][col + PL]; }
  /// What the window shows at position (i, j) of its tap k.
  T &under(int i, int j, int k) {
    int c = k / (KH * KW), row = k / KW % KH, col = k % KW;
    return words[c][i * SH + row * DH][j * SW + col * DW];
  }
};

struct Model {
  int64_t w[O][K], b[O], vw[O][K] = {}, vb[O] = {};
  Wide dw[O][K], db[O];
  bool saturated = false;

  int64_t finish(Wide a) {
    int64_t word = clamp(a, W);
    saturated |= word != a;
    return word;
  }
  static Padded<int64_t> pad(const std::vector<int64_t> &x) {
    Padded<int64_t> image;
    for (int n = 0; n < N; ++n)
      image.at(n / (IH * IW), n / IW % IH, n % IW) = x[n];
    return image;
  }
  void predict(const std::vector<int64_t> &x, std::vector<int64_t> &y) {
    Padded<int64_t> image = pad(x);
    for (int o = 0; o < O; ++o)
      for (int i = 0; i < OH; ++i)
        for (int j = 0; j < OW; ++j) {
          Wide sum = HAS_BIAS ? Wide(b[o]) << F : 0;
          for (int k = 0; k < K; ++k)
            sum += Wide(w[o][k]) * image.under(i, j, k);
          y.push_back(finish(nearest(sum, F)));
        }
  }
  void vjp(const std::vector<int64_t> &d, std::vector<int64_t> &g) {
    Padded<Wide> image;
    for (int o = 0; o < O; ++o)
      for (int p = 0; p < OH * OW; ++p)
        for (int k = 0; k < K; ++k)
          image.under(p / OW, p % OW, k) += Wide(w[o][k]) * d[o * OH * OW + p];
    for (int n = 0; n < N; ++n)
      g.push_back(
          finish(nearest(image.at(n / (IH * IW), n / IW % IH, n % IW), F)));
  }
  void learn(const std::vector<int64_t> &x, const std::vector<int64_t> &d,
             bool first, bool last, int64_t rate, int64_t momentum) {
    auto step = [&](int64_t &word, int64_t &velocity, Wide sum) {
      Wide change = nearest(rate * sum, F + 16);
      if (MOMENTUM) {
        Wide kept = (Wide(momentum) * velocity) << F;
        velocity = finish(nearest(kept + (sum << 16), F + 16));
        change = nearest(Wide(rate) * velocity, 16);
      }
      word = finish(word - change);
    };
    Padded<int64_t> image = pad(x);
    for (int o = 0; o < O; ++o) {
      if (first)
        db[o] = 0;
      for (int p = 0; p < OH * OW; ++p)
        db[o] += d[o * OH * OW + p];
      if (last && HAS_BIAS)
        step(b[o], vb[o], db[o] << F);
      for (int k = 0; k < K; ++k) {
        if (first)
          dw[o][k] = 0;
        for (int p = 0; p < OH * OW; ++p)
          dw[o][k] += Wide(image.under(p / OW, p % OW, k)) * d[o * OH * OW + p];
        if (last)
          step(w[o][k], vw[o][k], dw[o][k]);
      }
    }
  }
};

int main(int argc, char **argv) {
  Verilated::commandArgs(argc, argv);
  Bench<Vdf_conv> bench(argc > 1 ? std::atoi(argv[1]) : 1);
  bench.pausePercent = argc > 2 ? std::atoi(argv[2]) : 0;
  // Words so large that sums saturate, when asked for.
  int64_t reach = argc > 3 && std::string(argv[3]) == "saturate"
                      ? int64_t(1) << (W - 1)
                      : int64_t(1) << (F - 1);
  Vdf_conv &top = bench.top;
  Stream x, d, y, g;
  INPUT(x, top, x, W);
  INPUT(d, top, d, W);
  OUTPUT(y, top, y, W);
  OUTPUT(g, top, g, W);
  bench.streams = {&x, &d, &y, &g};
  auto word = [&] {
    return static_cast<int64_t>(bench.random() % (2 * reach)) - reach;
  };
  auto fill = [&](std::vector<int64_t> &words, Stream &stream) {
    for (int64_t &v : words)
      stream.words.push_back(v = word());
  };
  const int rounds = 3, updates = 3;
  const int64_t rate = 1638, momentum = 58982; // 0.025, 0.9
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
  for (int o = 0; o < O; ++o) {
    write(biasAddress(o), model.b[o] = word());
    if (MOMENTUM)
      write(VELOCITY | biasAddress(o), model.vb[o] = word());
    for (int k = 0; k < K; ++k) {
      write(addressOf(o, k), model.w[o][k] = word());
      if (MOMENTUM)
        write(VELOCITY | addressOf(o, k), model.vw[o][k] = word());
    }
  }
  uint64_t busy = 0;
  for (int update = 0; update < updates; ++update) {
    std::vector<int64_t> expectedY, expectedG;
    for (int sample = 0; sample < BATCH; ++sample) {
      std::vector<int64_t> xs(N), ds(M);
      for (int round = 0; round < rounds; ++round) {
        if (STRICT || !round) {
          fill(xs, x);
          model.predict(xs, expectedY);
        }
        fill(ds, d);
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
             g.words.size() == expectedG.size() && top.idle;
    });
    busy += bench.cycles - start;
    for (size_t i = 0; i < expectedY.size(); ++i)
      expectEqual("y", y.words[i], expectedY[i], i);
    for (size_t i = 0; i < expectedG.size(); ++i)
      expectEqual("g", g.words[i], expectedG[i], i);
    for (int o = 0; o < O; ++o) {
      if (HAS_BIAS)
        expectEqual("bias", read(biasAddress(o)), model.b[o], o);
      if (HAS_BIAS && MOMENTUM)
        expectEqual("velocity of bias", read(VELOCITY | biasAddress(o)),
                    model.vb[o], o);
      for (int k = 0; k < K; ++k) {
        expectEqual("weight", read(addressOf(o, k)), model.w[o][k], o * K + k);
        if (MOMENTUM)
          expectEqual("velocity", read(VELOCITY | addressOf(o, k)),
                      model.vw[o][k], o * K + k);
      }
    }
  }
  // Without rounds it predicts, one sample after the other; strictly it takes
  // an error as well.
  top.rounds = 0;
  std::vector<int64_t> predicted;
  for (int sample = 0; sample < 3; ++sample) {
    std::vector<int64_t> xs(N), ds(STRICT ? M : 0);
    fill(xs, x);
    fill(ds, d);
    model.predict(xs, predicted);
  }
  y.words.clear();
  bench.run([&] { return y.words.size() == predicted.size(); });
  for (size_t i = 0; i < predicted.size(); ++i)
    expectEqual("prediction alone", y.words[i], predicted[i], i);
  expectEqual("sat", top.sat, model.saturated, 0);
  std::printf("conv %dx%dx%d to %dx%dx%d: %d updates equal, %s, %llu cycles a "
              "sample\n",
              C, IH, IW, O, OH, OW, updates,
              model.saturated ? "saturated" : "in range",
              static_cast<unsigned long long>(busy / (updates * BATCH)));
  return 0;
}
