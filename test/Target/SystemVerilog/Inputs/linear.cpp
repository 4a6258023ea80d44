// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// df_linear against sums of products. Parameters as -D.
#include "Vdf_linear.h"
#include "learner.h"

struct Model : Parameters<M, N> {
  static constexpr int inputs = N, outputs = M;
  Model() : Parameters(SIMD, 6554) {} // 0.1

  void predict(const Words &x, Words &y) {
    for (int m = 0; m < M; ++m) {
      Wide sum = HAS_BIAS ? Wide(b[m]) << F : 0;
      for (int n = 0; n < N; ++n)
        sum += Wide(w[m][n]) * x[n];
      y.push_back(finish(nearest(sum, F)));
    }
  }
  void vjp(const Words &d, Words &g) {
    for (int n = 0; n < N; ++n) {
      Wide sum = 0;
      for (int m = 0; m < M; ++m)
        sum += Wide(w[m][n]) * d[m];
      g.push_back(finish(nearest(sum, F)));
    }
  }
  void accumulate(const Words &x, const Words &d) {
    for (int m = 0; m < M; ++m) {
      db[m] += d[m];
      for (int n = 0; n < N; ++n)
        dw[m][n] += Wide(x[n]) * d[m];
    }
  }
};

int main(int argc, char **argv) {
  return runLearner<Vdf_linear, Model>(
      argc, argv, "linear " + std::to_string(M) + "x" + std::to_string(N),
      int64_t(1) << F);
}
