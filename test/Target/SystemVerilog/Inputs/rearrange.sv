// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Three rearrangements: rows of 3 x 4 x 2 summed over the middle in another order;
// 6 words copied, each 4 times; one word of 5.
module rearrange #(parameter int CASE = 0, parameter int W = 12) (
  input  logic         clk,
  input  logic         rst,
  input  logic [W-1:0] in_data,
  input  logic         in_valid,
  output logic         in_ready,
  output logic [W-1:0] out_data,
  output logic         out_valid,
  input  logic         out_ready,
  output logic         sat
);
  if (CASE == 0) begin : g_sum
    // y[3 k + i] over k < 2, i < 3 is the sum over j < 4 of x[8 i + 2 j + k].
    df_rearrange #(.N(24), .M(6), .LOOPS(3), .RESULTS(2), .TERMS(4), .LOOP_BITS(2), .AW(5),
                   .ENDS({2'd3, 2'd2, 2'd1}), .JUMPS({5'd2, 5'd2, 5'd11}), .W(W)) u_unit (.*);
  end else if (CASE == 1) begin : g_copy
    df_rearrange #(.N(6), .M(24), .LOOPS(2), .RESULTS(2), .TERMS(1), .LOOP_BITS(3), .AW(3),
                   .ENDS({3'd3, 3'd5}), .JUMPS({3'd0, 3'd1}), .W(W)) u_unit (.*);
  end else begin : g_one
    df_rearrange #(.N(5), .M(1), .LOOPS(1), .RESULTS(1), .TERMS(1), .LOOP_BITS(1), .AW(3),
                   .ENDS(1'd0), .JUMPS(3'd1), .W(W)) u_unit (.*);
  end
endmodule
