// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// IEEE binary32 sum, to the nearest, ties to even. Subnormals are zero, as
// operands and as results; there is one NaN, 7fc00000.
module f32_add (
  input  logic [31:0] a,
  input  logic [31:0] b,
  output logic [31:0] y
);
  logic swap, subtract, is_nan, big_zero, small_zero, up;
  logic [31:0] big, least;
  logic [7:0] distance;
  logic [26:0] big_m, small_m, shifted;  // with guard, round and sticky bit
  logic [27:0] total, normal;
  logic [4:0] zeros;
  logic [24:0] rounded;
  logic signed [9:0] exponent;

  assign swap = a[30:0] < b[30:0];
  assign big = swap ? b : a;
  assign least = swap ? a : b;
  assign subtract = a[31] ^ b[31];
  assign big_zero = big[30:23] == 8'd0;
  assign small_zero = least[30:23] == 8'd0;
  assign is_nan = (big[30:0] > 31'h7f800000) |
                  (subtract & (big[30:0] == 31'h7f800000) & (least[30:0] == 31'h7f800000));
  assign big_m = {1'b1, big[22:0], 3'b000};
  assign small_m = small_zero ? 27'd0 : {1'b1, least[22:0], 3'b000};
  assign distance = big[30:23] - least[30:23];

  always_comb begin
    shifted = small_m >> distance;
    // What falls off is remembered in one bit.
    if ((distance >= 8'd27) ? (small_m != '0) : ((shifted << distance) != small_m))
      shifted[0] = 1'b1;
    total = subtract ? {1'b0, big_m} - {1'b0, shifted} : {1'b0, big_m} + {1'b0, shifted};
    zeros = 5'd28;
    for (int i = 0; i < 28; i++) if (total[i]) zeros = 5'd27 - 5'(i);
    normal = total << zeros;
  end
  assign up = normal[3] & ((|normal[2:0]) | normal[4]);
  assign rounded = {1'b0, normal[27:4]} + {24'd0, up};
  assign exponent = $signed({2'b00, big[30:23]}) + 10'sd1 - $signed({5'd0, zeros}) +
                    $signed({9'd0, rounded[24]});

  always_comb begin
    if (is_nan) y = 32'h7fc00000;
    else if (big[30:23] == 8'hff) y = {big[31], 8'hff, 23'd0};
    else if (big_zero) y = {a[31] & b[31], 31'd0};
    else if (total == '0) y = 32'd0;
    else if (exponent <= 10'sd0) y = {big[31], 31'd0};
    else if (exponent >= 10'sd255) y = {big[31], 8'hff, 23'd0};
    else y = {big[31], exponent[7:0], rounded[22:0]};
  end

  logic _unused;
  assign _unused = &{1'b0, rounded[23], least[31]};
endmodule
