// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// d -= ETA (d + e W): an invocation for four elements.
#version 450
layout(local_size_x = 64) in;
layout(binding = 0) readonly buffer E { float e[]; }; // S x O
layout(binding = 1) readonly buffer W { vec4 w[]; };  // O x H
layout(binding = 2) buffer D { vec4 d[]; };           // S x H

void main() {
  uint id = gl_GlobalInvocationID.x, s = id / (H / 4), j = id % (H / 4);
  vec4 message = vec4(0);
  for (uint o = 0; o < O; ++o)
    message += e[s * O + o] * w[o * (H / 4) + j];
  d[id] -= ETA * (d[id] + message);
}
