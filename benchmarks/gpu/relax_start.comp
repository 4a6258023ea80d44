// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Displacements begin as those of the argument.
#version 450
layout(local_size_x = 64) in;
layout(binding = 0) readonly buffer A { vec4 a[]; };
layout(binding = 1) writeonly buffer D { vec4 d[]; };

void main() { d[gl_GlobalInvocationID.x] = a[gl_GlobalInvocationID.x]; }
