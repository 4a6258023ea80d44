// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// C = A B for N x N matrices. An invocation computes 8 rows of two vectors of
// four columns, which are 8 vectors apart, so that neighbours load neighbours.
#version 450
layout(local_size_x = 8, local_size_y = 4) in;
layout(binding = 0) readonly buffer A { float a[]; };
layout(binding = 1) readonly buffer B { vec4 b[]; };
layout(binding = 2) writeonly buffer C { vec4 c[]; };
const uint V = N / 4;

void main() {
  uint column = gl_WorkGroupID.x * 16 + gl_LocalInvocationID.x;
  uint row = (gl_WorkGroupID.y * 4 + gl_LocalInvocationID.y) * 8;
  vec4 sum[8][2];
  for (int i = 0; i < 8; ++i)
    sum[i][0] = sum[i][1] = vec4(0);
  for (uint k = 0; k < N; k += UNROLL) {
    for (uint l = 0; l < UNROLL; ++l) {
      vec4 left = b[(k + l) * V + column], right = b[(k + l) * V + column + 8];
      for (int i = 0; i < 8; ++i) {
        float x = a[(row + i) * N + k + l];
        sum[i][0] += x * left;
        sum[i][1] += x * right;
      }
    }
  }
  for (int i = 0; i < 8; ++i) {
    c[(row + i) * V + column] = sum[i][0];
    c[(row + i) * V + column + 8] = sum[i][1];
  }
}
