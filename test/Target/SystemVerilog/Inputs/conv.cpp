// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// df_conv against a convolution written out over a padded image. Parameters as
// -D; PB and PR are the pads at the bottom and on the right.
#include "Vdf_conv.h"
#include "learner.h"

#ifndef GROUPS
#define GROUPS 1
#endif

static constexpr int OH = (IH + PT + PB - DH * (KH - 1) - 1) / SH + 1;
static constexpr int OW = (IW + PL + PR - DW * (KW - 1) - 1) / SW + 1;
static constexpr int DEPTH = C / GROUPS; // channels that one of the result sees
static constexpr int N = C * IH * IW, P = OH * OW, K = DEPTH * KH * KW;

/// An image with its pads, and more of them.
template <typename T> struct Padded {
  static constexpr int ROWS = IH + PT + PB, COLS = IW + PL + PR;
  T words[C][ROWS][COLS] = {};
  T &at(int n) { return words[n / (IH * IW)][n / IW % IH + PT][n % IW + PL]; }
  /// What the window shows channel `o` at position `p` of its tap `k`.
  T &under(int o, int p, int k) {
    int c = o / (O / GROUPS) * DEPTH + k / (KH * KW);
    int row = k / KW % KH, col = k % KW;
    return words[c][p / OW * SH + row * DH][p % OW * SW + col * DW];
  }
};

struct Model : Parameters<O, K> {
  static constexpr int inputs = N, outputs = O * P;
  Model() : Parameters(1, 1638) {} // 0.025

  static Padded<int64_t> pad(const Words &x) {
    Padded<int64_t> image;
    for (int n = 0; n < N; ++n)
      image.at(n) = x[n];
    return image;
  }
  void predict(const Words &x, Words &y) {
    Padded<int64_t> image = pad(x);
    for (int o = 0; o < O; ++o)
      for (int p = 0; p < P; ++p) {
        Wide sum = HAS_BIAS ? Wide(b[o]) << F : 0;
        for (int k = 0; k < K; ++k)
          sum += Wide(w[o][k]) * image.under(o, p, k);
        y.push_back(finish(nearest(sum, F)));
      }
  }
  void vjp(const Words &d, Words &g) {
    Padded<Wide> image;
    for (int o = 0; o < O; ++o)
      for (int p = 0; p < P; ++p)
        for (int k = 0; k < K; ++k)
          image.under(o, p, k) += Wide(w[o][k]) * d[o * P + p];
    for (int n = 0; n < N; ++n)
      g.push_back(finish(nearest(image.at(n), F)));
  }
  void accumulate(const Words &x, const Words &d) {
    Padded<int64_t> image = pad(x);
    for (int o = 0; o < O; ++o)
      for (int p = 0; p < P; ++p) {
        db[o] += d[o * P + p];
        for (int k = 0; k < K; ++k)
          dw[o][k] += Wide(image.under(o, p, k)) * d[o * P + p];
      }
  }
};

int main(int argc, char **argv) {
  char name[99];
  std::snprintf(name, sizeof(name), "conv %dx%dx%d to %dx%dx%d", C, IH, IW, O,
                OH, OW);
  return runLearner<Vdf_conv, Model>(argc, argv, name, int64_t(1) << (F - 1));
}
