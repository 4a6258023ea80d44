// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// All T iterations of a sample in one workgroup: displacements in registers,
// activities and errors in its memory.
#version 450
layout(local_size_x = 64) in;
layout(binding = 0) readonly buffer M { vec4 m[]; };  // S x H
layout(binding = 1) readonly buffer W { vec4 w[]; };  // O x H
layout(binding = 2) readonly buffer B { float b[]; }; // O
layout(binding = 3) readonly buffer R { float t[]; }; // S x O
layout(binding = 4) writeonly buffer D { vec4 d[]; }; // S x H
const uint V = H / 4, PARTS = 4;
shared vec4 v[V];
shared float part[O * PARTS], e[O];

void main() {
  uint s = gl_WorkGroupID.x, j = gl_LocalInvocationID.x;
  vec4 own = vec4(0), prediction = m[s * V + j];
  for (uint i = 0; i < T; ++i) {
    v[j] = prediction + own;
    barrier();
    if (j < O * PARTS) {
      uint o = j / PARTS, from = j % PARTS * (V / PARTS);
      vec4 sum = vec4(0);
      for (uint k = from; k < from + V / PARTS; ++k)
        sum += v[k] * w[o * V + k];
      part[j] = sum.x + sum.y + sum.z + sum.w;
    }
    barrier();
    if (j < O) {
      float sum = 0;
      for (uint p = 0; p < PARTS; ++p)
        sum += part[j * PARTS + p];
      e[j] = 2.0 / (S * O) * (sum + b[j] - t[s * O + j]);
    }
    barrier();
    vec4 message = vec4(0);
    for (uint o = 0; o < O; ++o)
      message += e[o] * w[o * V + j];
    own -= ETA * (own + message);
  }
  d[s * V + j] = own;
}
