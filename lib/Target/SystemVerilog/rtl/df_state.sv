// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The error of a vertex, d(0) = 0, d(t+1) = d(t) + step (g(t) - d(t)): what is
// read is the old value, what comes is for the next round. Gives N zeros, then
// N words a round as the messages come, and drops those of the learning round.
// Without a step (step 1) it is a delay and keeps nothing. With FLOAT words are
// IEEE binary32, and the difference, the product and the sum are rounded.
module df_state #(
  parameter int W = 18,
  parameter int N = 8,
  parameter int HAS_STEP = 0,
  parameter int FLOAT = 0,
  parameter int FACTOR_BITS = (FLOAT != 0) ? 32 : 18
) (
  input  logic         clk,
  input  logic         rst,
  input  logic [15:0]  rounds,
  input  logic [FACTOR_BITS-1:0] step,  // unsigned, 16 fraction bits; or a float
  input  logic [W-1:0] in_data,
  input  logic         in_valid,
  output logic         in_ready,
  output logic [W-1:0] out_data,
  output logic         out_valid,
  input  logic         out_ready,
  output logic         sat
);
  localparam int CW = (N <= 1) ? 1 : $clog2(N);
  localparam logic [CW-1:0] LAST = CW'(N - 1);

  logic [CW-1:0] k;
  logic [15:0] r;  // 0: zeros; rounds: the messages to drop
  logic zeros, drops, moves;
  logic [W-1:0] next;

  assign zeros = r == '0;
  assign drops = ~zeros & (r == rounds);
  assign out_valid = (rounds != '0) & (zeros | (~drops & in_valid));
  assign in_ready = drops | (~zeros & out_ready);
  assign out_data = zeros ? '0 : next;
  assign moves = (out_valid & out_ready) | (drops & in_valid);

  always_ff @(posedge clk) begin
    if (rst) begin
      k <= '0;
      r <= '0;
    end else if (moves) begin
      k <= (k == LAST) ? '0 : k + 1'b1;
      if (k == LAST) r <= drops ? '0 : r + 1'b1;
    end
  end

  if (HAS_STEP != 0) begin : g_step
    logic [W-1:0] mem[0:N-1];
    logic over, unused;
    if (FLOAT != 0) begin : g_float
      logic [W-1:0] old, gap, change;
      assign old = mem[k];
      f32_add u_gap (.a(in_data), .b({~old[W-1], old[W-2:0]}), .y(gap));
      f32_mul u_step (.a(step), .b(gap), .y(change));
      f32_add u_next (.a(old), .b(change), .y(next));
      assign over = &next[W-2-:8];
      assign unused = 1'b0;
    end else begin : g_fixed
      localparam int PW = W + 20;
      logic signed [W:0] gap;
      logic signed [PW-1:0] scaled;
      logic signed [PW-16:0] change;
      logic signed [PW-15:0] total;
      assign gap = (W + 1)'($signed(in_data)) - (W + 1)'($signed(mem[k]));
      assign scaled = PW'(gap) * PW'($signed({1'b0, step}));
      df_round #(.WI(PW), .SHIFT(16), .WO(PW - 15)) u_step (.a(scaled), .y(change), .sat(unused));
      assign total = (PW - 14)'($signed(mem[k])) + (PW - 14)'(change);
      df_round #(.WI(PW - 14), .SHIFT(0), .WO(W)) u_next (.a(total), .y(next), .sat(over));
    end
    always_ff @(posedge clk) begin
      if (moves & ~drops) mem[k] <= out_data;
      if (rst) sat <= 1'b0;
      else if (moves & ~zeros & ~drops & over) sat <= 1'b1;
    end
    logic _unused;
    assign _unused = unused;
  end else begin : g_delay
    logic _unused;
    assign next = in_data;
    assign sat = 1'b0;
    assign _unused = &{1'b0, step};
  end
endmodule
