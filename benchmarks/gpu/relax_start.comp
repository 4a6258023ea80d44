// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Displacements begin as those of the argument.
#version 450
layout(local_size_x = 64) in;
#ifdef ADDRESSES
#extension GL_EXT_buffer_reference : require
layout(buffer_reference, std430) readonly buffer A { vec4 a[]; };
layout(buffer_reference, std430) writeonly buffer D { vec4 d[]; };
layout(push_constant) uniform Addresses { A from; D to; };

void main() { to.d[gl_GlobalInvocationID.x] = from.a[gl_GlobalInvocationID.x]; }
#else
layout(binding = 0) readonly buffer A { vec4 a[]; };
layout(binding = 1) writeonly buffer D { vec4 d[]; };

void main() { d[gl_GlobalInvocationID.x] = a[gl_GlobalInvocationID.x]; }
#endif
