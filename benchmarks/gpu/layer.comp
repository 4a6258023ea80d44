// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Y = tanh(X W + b), an invocation for 4 rows of two vectors.
#version 450
layout(local_size_x = 8, local_size_y = 4) in;
layout(binding = 0) readonly buffer X { float x[]; };
layout(binding = 1) readonly buffer W { vec4 w[]; };
layout(binding = 2) readonly buffer B { vec4 b[]; };
layout(binding = 3) writeonly buffer Y { vec4 y[]; };
const uint V = N / 4, R = 4;

void main() {
  uint column = gl_WorkGroupID.x * 16 + gl_LocalInvocationID.x;
  uint row = (gl_WorkGroupID.y * 4 + gl_LocalInvocationID.y) * R;
  vec4 sum[R][2];
  for (int i = 0; i < R; ++i)
    sum[i][0] = sum[i][1] = vec4(0);
  for (uint k = 0; k < K; ++k) {
    vec4 left = w[k * V + column], right = w[k * V + column + 8];
    for (int i = 0; i < R; ++i) {
      float a = x[(row + i) * K + k];
      sum[i][0] += a * left;
      sum[i][1] += a * right;
    }
  }
  for (int i = 0; i < R; ++i) {
    y[(row + i) * V + column] = tanh(sum[i][0] + b[column]);
    y[(row + i) * V + column + 8] = tanh(sum[i][1] + b[column + 8]);
  }
}
