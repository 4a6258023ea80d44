// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Learns by predictive coding to tell ten patterns apart, with the step that
// pc-compile made of examples/digits/digits.onnx. Prints how the loss falls.

#include "digits.h"
#include <stdio.h>
#include <stdlib.h>

static float hidden1_weight[128][64], hidden1_bias[128];
static float hidden2_weight[64][128], hidden2_bias[64];
static float classify_weight[10][64], classify_bias[10];

int main(void) {
  static float image[32][64], logits[32][10];
  int64_t target[32];
  float loss = 0, first = 0;
  void *arena =
      aligned_alloc(64, (DIGITS_MODEL_STEP_ARENA_BYTES + 63) / 64 * 64 + 64);
  digits_model_step_init(&hidden1_weight[0][0], hidden1_bias,
                         &hidden2_weight[0][0], hidden2_bias,
                         &classify_weight[0][0], classify_bias);
  for (int i = 0; i < 32; ++i) {
    target[i] = i % 10;
    for (int pixel = 0; pixel < 64; ++pixel)
      image[i][pixel] = (float)((pixel * (i % 10 + 3)) % 17) / 16;
  }
  for (int step = 0; step < 300; ++step) {
    digits_model_step(&image[0][0], &hidden1_weight[0][0], hidden1_bias,
                      &hidden2_weight[0][0], hidden2_bias,
                      &classify_weight[0][0], classify_bias, target,
                      &logits[0][0], &loss, arena);
    if (step == 0)
      first = loss;
  }
  free(arena);
  printf("loss %g -> %g\n", first, loss);
  return !(loss < first / 20);
}
