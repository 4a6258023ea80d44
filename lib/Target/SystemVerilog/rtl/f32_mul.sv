// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// IEEE binary32 product, to the nearest, ties to even. Subnormals are zero, as
// operands and as results; there is one NaN, 7fc00000.
module f32_mul (
  input  logic [31:0] a,
  input  logic [31:0] b,
  output logic [31:0] y
);
  logic sign, a_zero, b_zero, a_inf, b_inf, is_nan, up;
  logic [47:0] product, m;
  logic [24:0] rounded;
  logic signed [10:0] exponent;

  assign sign = a[31] ^ b[31];
  assign a_zero = a[30:23] == 8'd0;
  assign b_zero = b[30:23] == 8'd0;
  assign a_inf = a[30:0] == 31'h7f800000;
  assign b_inf = b[30:0] == 31'h7f800000;
  assign is_nan = (a[30:0] > 31'h7f800000) | (b[30:0] > 31'h7f800000) | (a_inf & b_zero) |
                  (b_inf & a_zero);
  assign product = {24'd0, 1'b1, a[22:0]} * {24'd0, 1'b1, b[22:0]};
  assign m = product[47] ? product : {product[46:0], 1'b0};
  assign up = m[23] & ((|m[22:0]) | m[24]);
  assign rounded = {1'b0, m[47:24]} + {24'd0, up};
  assign exponent = $signed({3'b000, a[30:23]}) + $signed({3'b000, b[30:23]}) - 11'sd127 +
                    $signed({10'd0, product[47]}) + $signed({10'd0, rounded[24]});

  always_comb begin
    if (is_nan) y = 32'h7fc00000;
    else if (a_inf | b_inf) y = {sign, 8'hff, 23'd0};
    else if (a_zero | b_zero | (exponent <= 11'sd0)) y = {sign, 31'd0};
    else if (exponent >= 11'sd255) y = {sign, 8'hff, 23'd0};
    // A carry out of the fraction leaves zeros behind.
    else y = {sign, exponent[7:0], rounded[22:0]};
  end

  logic _unused;
  assign _unused = rounded[23];  // always one, or carried out
endmodule
