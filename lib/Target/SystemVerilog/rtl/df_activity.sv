// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The activity of a hidden vertex whose predictions are recomputed: in every
// round gives v, then d = mu - v for the prediction that comes, then
//   v = sat(v + rne(step (d - g) / 2^16))
// for the message. In the first round v is the prediction itself and d zero;
// the message of the last round changes nothing. No rounds are one such round.
module df_activity #(
  parameter int W = 18,
  parameter int N = 8
) (
  input  logic         clk,
  input  logic         rst,
  input  logic [15:0]  rounds,
  input  logic [17:0]  step,  // unsigned, 16 fraction bits
  input  logic [W-1:0] mu_data,
  input  logic         mu_valid,
  output logic         mu_ready,
  input  logic [W-1:0] g_data,
  input  logic         g_valid,
  output logic         g_ready,
  output logic [W-1:0] v_data,
  output logic         v_valid,
  input  logic         v_ready,
  output logic [W-1:0] d_data,
  output logic         d_valid,
  input  logic         d_ready,
  output logic         sat
);
  localparam int CW = (N <= 1) ? 1 : $clog2(N);
  localparam int PW = W + 20;
  localparam logic [CW-1:0] LAST = CW'(N - 1);
  localparam logic [1:0] VALUE = 2'd0, ERROR = 2'd1, MESSAGE = 2'd2;

  logic [W-1:0] values[0:N-1];
  logic [W-1:0] errors[0:N-1];
  logic [1:0] phase;
  logic [CW-1:0] k;
  logic [15:0] r;
  logic begins, ends, moves;

  assign begins = r == '0;
  assign ends = (rounds == '0) | (r + 1'b1 == rounds);
  assign v_valid = (phase == VALUE) & (~begins | mu_valid);
  assign d_valid = (phase == ERROR) & (begins | mu_valid);
  assign g_ready = phase == MESSAGE;
  assign mu_ready = begins ? (phase == VALUE) & v_ready : (phase == ERROR) & d_ready;
  assign moves = (v_valid & v_ready) | (d_valid & d_ready) | (g_valid & g_ready);

  logic signed [W-1:0] v, d, change_from, next;
  logic signed [W:0] error, gap;
  logic signed [PW-1:0] scaled;
  logic signed [PW-16:0] change;
  logic signed [PW-15:0] total;
  logic over_d, over_v, unused;
  assign v = $signed(values[k]);
  assign change_from = $signed(errors[k]);
  assign error = (W + 1)'($signed(mu_data)) - (W + 1)'(v);
  df_round #(.WI(W + 1), .SHIFT(0), .WO(W)) u_error (.a(error), .y(d), .sat(over_d));
  assign gap = (W + 1)'(change_from) - (W + 1)'($signed(g_data));
  assign scaled = PW'(gap) * PW'($signed({1'b0, step}));
  df_round #(.WI(PW), .SHIFT(16), .WO(PW - 15)) u_step (.a(scaled), .y(change), .sat(unused));
  assign total = (PW - 14)'(v) + (PW - 14)'(change);
  df_round #(.WI(PW - 14), .SHIFT(0), .WO(W)) u_next (.a(total), .y(next), .sat(over_v));

  assign v_data = begins ? mu_data : v;
  assign d_data = begins ? '0 : d;

  always_ff @(posedge clk) begin
    if (moves & (phase == VALUE)) values[k] <= v_data;
    else if (moves & (phase == MESSAGE) & ~ends) values[k] <= next;
    if (moves & (phase == ERROR)) errors[k] <= d_data;
    if (rst) begin
      phase <= VALUE;
      k <= '0;
      r <= '0;
      sat <= 1'b0;
    end else if (moves) begin
      k <= (k == LAST) ? '0 : k + 1'b1;
      if (k == LAST) begin
        phase <= (phase == MESSAGE) ? VALUE : phase + 1'b1;
        if (phase == MESSAGE) r <= ends ? '0 : r + 1'b1;
      end
      if (((phase == ERROR) & ~begins & over_d) | ((phase == MESSAGE) & ~ends & over_v)) sat <= 1'b1;
    end
  end
  logic _unused;
  assign _unused = unused;
endmodule
