// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The greater of two IEEE binary32 words, or with MIN the smaller; the zero with
// a sign is the smaller one. A NaN makes a NaN, or with NUM it counts for nothing.
module f32_extremum #(
  parameter int MIN = 0,
  parameter int NUM = 0
) (
  input  logic [31:0] a,
  input  logic [31:0] b,
  output logic [31:0] y
);
  logic [31:0] a_key, b_key;  // unsigned, in the order of the numbers
  logic a_nan, b_nan, takes_a;
  assign a_key = {~a[31], a[31] ? ~a[30:0] : a[30:0]};
  assign b_key = {~b[31], b[31] ? ~b[30:0] : b[30:0]};
  assign a_nan = a[30:0] > 31'h7f800000;
  assign b_nan = b[30:0] > 31'h7f800000;
  assign takes_a = (MIN != 0) ? (a_key < b_key) : (a_key > b_key);
  always_comb begin
    if (a_nan | b_nan) y = (NUM == 0) ? 32'h7fc00000 : a_nan ? b : a;
    else y = takes_a ? a : b;
  end
endmodule
