// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// e = 2 / (S O) ((m + d) W' + b - t): the error of the clamped output, an
// invocation for each element.
#version 450
layout(local_size_x = 64) in;
layout(binding = 0) readonly buffer M { vec4 m[]; };  // S x H, predictions
layout(binding = 1) readonly buffer D { vec4 d[]; };  // S x H, displacements
layout(binding = 2) readonly buffer W { vec4 w[]; };  // O x H
layout(binding = 3) readonly buffer B { float b[]; }; // O
layout(binding = 4) readonly buffer R { float t[]; }; // S x O
layout(binding = 5) writeonly buffer E { float e[]; };

void main() {
  uint id = gl_GlobalInvocationID.x, s = id / O, o = id % O;
  if (s >= S)
    return;
  vec4 sum = vec4(0);
  for (uint k = 0; k < H / 4; ++k)
    sum += (m[s * (H / 4) + k] + d[s * (H / 4) + k]) * w[o * (H / 4) + k];
  e[id] = 2.0 / (S * O) * (sum.x + sum.y + sum.z + sum.w + b[o] - t[id]);
}
