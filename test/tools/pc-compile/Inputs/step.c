// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A C program that learns with a compiled step: y = x w + b from samples of
// y = 2 x0 - x1 + 0.5. Checks that the loss falls to nothing, that the parameters
// come out right, and that the step is all there is: no allocation, no library.

#include "regression.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
  float x[16][2], target[16][1], w[2][1], b[1], prediction[16][1], loss[1];
  void *arena =
      aligned_alloc(64, (REGRESSION_STEP_ARENA_BYTES + 63) / 64 * 64 + 64);
  regression_step_init(&w[0][0], b);
  if (w[0][0] != 0.25f || w[1][0] != -0.75f || b[0] != 0.0f) {
    printf("wrong initial values %g %g %g\n", w[0][0], w[1][0], b[0]);
    return 1;
  }
  for (int i = 0; i < 16; ++i) {
    x[i][0] = (float)(i % 4) / 4;
    x[i][1] = (float)(i / 4) / 4;
    target[i][0] = 2 * x[i][0] - x[i][1] + 0.5f;
  }
  float first = 0;
  for (int step = 0; step < 400; ++step) {
    regression_step(&x[0][0], &target[0][0], &w[0][0], b, &prediction[0][0],
                    loss, arena);
    if (step == 0)
      first = loss[0];
  }
  free(arena);
  printf("loss %g -> %g, w %.3f %.3f, b %.3f\n", first, loss[0], w[0][0],
         w[1][0], b[0]);
  return !(first > 0.1f && loss[0] < 1e-6f && fabsf(w[0][0] - 2) < 1e-2f &&
           fabsf(w[1][0] + 1) < 1e-2f && fabsf(b[0] - 0.5f) < 1e-2f);
}
