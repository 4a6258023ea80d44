// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ((start + t[0]) + t[1]) + ...: each sum is rounded, so the order is part of
// the meaning. One combinational stretch.
module f32_chain #(
  parameter int N = 2
) (
  input  logic [31:0]     start,
  input  logic [N*32-1:0] terms,
  output logic [31:0]     y
);
  logic [(N+1)*32-1:0] sums;
  assign sums[31:0] = start;
  for (genvar i = 0; i < N; i++) begin : g_term
    f32_add u_add (.a(sums[i*32+:32]), .b(terms[i*32+:32]), .y(sums[(i+1)*32+:32]));
  end
  assign y = sums[N*32+:32];
endmodule
