// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Both operations on floats side by side.
module floats (
  input  logic [31:0] a,
  input  logic [31:0] b,
  output logic [31:0] product,
  output logic [31:0] sum
);
  f32_mul u_mul (.a, .b, .y(product));
  f32_add u_add (.a, .b, .y(sum));
endmodule
