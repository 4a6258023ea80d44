// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One of each small unit side by side, so that one simulation checks them all.
module small_units (
  input  logic        clk,
  input  logic        rst,
  input  logic [15:0] rounds,
  input  logic [17:0] step,
  input  logic [15:0] narrow_data, input  logic narrow_valid, output logic narrow_ready,
  output logic [15:0] narrow_out_data, output logic narrow_out_valid, input logic narrow_out_ready,
  input  logic [15:0] deep_data, input  logic deep_valid, output logic deep_ready,
  output logic [15:0] deep_out_data, output logic deep_out_valid, input logic deep_out_ready,
  input  logic [15:0] fork_data, input  logic fork_valid, output logic fork_ready,
  output logic [15:0] left_data, output logic left_valid, input logic left_ready,
  output logic [15:0] right_data, output logic right_valid, input logic right_ready,
  input  logic [15:0] a_data, input  logic a_valid, output logic a_ready,
  input  logic [15:0] b_data, input  logic b_valid, output logic b_ready,
  input  logic [15:0] c_data, input  logic c_valid, output logic c_ready,
  output logic [15:0] sum_data, output logic sum_valid, input logic sum_ready, output logic sum_sat,
  input  logic [15:0] latch_data, input  logic latch_valid, output logic latch_ready,
  output logic [15:0] latch_out_data, output logic latch_out_valid, input logic latch_out_ready,
  input  logic [15:0] delay_data, input  logic delay_valid, output logic delay_ready,
  output logic [15:0] delay_out_data, output logic delay_out_valid, input logic delay_out_ready,
  input  logic [15:0] state_data, input  logic state_valid, output logic state_ready,
  output logic [15:0] state_out_data, output logic state_out_valid, input logic state_out_ready,
  output logic        state_sat,
  input  logic signed [23:0] wide,
  output logic signed [11:0] rounded,
  output logic signed [11:0] halved,
  output logic signed [11:0] clamped,
  output logic [2:0]  round_sat
);
  logic unused;
  df_fifo #(.W(16), .DEPTH(1)) u_narrow (.clk, .rst, .in_data(narrow_data), .in_valid(narrow_valid),
    .in_ready(narrow_ready), .out_data(narrow_out_data), .out_valid(narrow_out_valid),
    .out_ready(narrow_out_ready));
  df_fifo #(.W(16), .DEPTH(5)) u_deep (.clk, .rst, .in_data(deep_data), .in_valid(deep_valid),
    .in_ready(deep_ready), .out_data(deep_out_data), .out_valid(deep_out_valid),
    .out_ready(deep_out_ready));
  df_fork #(.W(16), .NOUT(2)) u_fork (.clk, .rst, .in_data(fork_data), .in_valid(fork_valid),
    .in_ready(fork_ready), .out_data(left_data), .out_valid({right_valid, left_valid}),
    .out_ready({right_ready, left_ready}));
  assign right_data = left_data;
  df_sum #(.W(16), .NIN(3)) u_sum (.clk, .rst, .in_data({c_data, b_data, a_data}),
    .in_valid({c_valid, b_valid, a_valid}), .in_ready({c_ready, b_ready, a_ready}),
    .out_data(sum_data), .out_valid(sum_valid), .out_ready(sum_ready), .sat(sum_sat));
  df_latch #(.W(16), .N(5)) u_latch (.clk, .rst, .rounds, .in_data(latch_data),
    .in_valid(latch_valid), .in_ready(latch_ready), .out_data(latch_out_data),
    .out_valid(latch_out_valid), .out_ready(latch_out_ready));
  df_state #(.W(16), .N(5)) u_delay (.clk, .rst, .rounds, .step, .in_data(delay_data),
    .in_valid(delay_valid), .in_ready(delay_ready), .out_data(delay_out_data),
    .out_valid(delay_out_valid), .out_ready(delay_out_ready), .sat(unused));
  df_state #(.W(16), .N(5), .HAS_STEP(1)) u_state (.clk, .rst, .rounds, .step, .in_data(state_data),
    .in_valid(state_valid), .in_ready(state_ready), .out_data(state_out_data),
    .out_valid(state_out_valid), .out_ready(state_out_ready), .sat(state_sat));
  df_round #(.WI(24), .SHIFT(7), .WO(12)) u_round (.a(wide), .y(rounded), .sat(round_sat[0]));
  df_round #(.WI(24), .SHIFT(1), .WO(12)) u_half (.a(wide), .y(halved), .sat(round_sat[1]));
  df_round #(.WI(24), .SHIFT(0), .WO(12)) u_clamp (.a(wide), .y(clamped), .sat(round_sat[2]));
  logic _unused;
  assign _unused = unused;
endmodule
