// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How two IEEE binary32 words are ordered: zeros of either sign are equal, a NaN
// is unordered.
module f32_compare (
  input  logic [31:0] a,
  input  logic [31:0] b,
  output logic        less,
  output logic        equal,
  output logic        unordered
);
  logic [31:0] a_key, b_key;  // unsigned, in the order of the numbers
  assign a_key = {~a[31], a[31] ? ~a[30:0] : a[30:0]};
  assign b_key = {~b[31], b[31] ? ~b[30:0] : b[30:0]};
  assign unordered = (a[30:0] > 31'h7f800000) | (b[30:0] > 31'h7f800000);
  assign equal = ~unordered & ((a == b) | ((a[30:0] == '0) & (b[30:0] == '0)));
  assign less = ~unordered & ~equal & (a_key < b_key);
endmodule
