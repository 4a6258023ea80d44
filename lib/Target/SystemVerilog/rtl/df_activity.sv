// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The activity of a hidden vertex whose predictions are recomputed: in every
// round gives v, then d = mu - v for the prediction that comes, then
//   v = sat(v + rne(step (d - g) / 2^16))
// for the message. In the first round v is the prediction itself and d zero;
// the message of the last round changes nothing. No rounds are one such round.
// With FLOAT words are IEEE binary32; differences, product and sum are rounded.
module df_activity #(
  parameter int W = 18,
  parameter int N = 8,
  parameter int FLOAT = 0,
  parameter int FACTOR_BITS = (FLOAT != 0) ? 32 : 18
) (
  input  logic         clk,
  input  logic         rst,
  input  logic [15:0]  rounds,
  input  logic [FACTOR_BITS-1:0] step,  // unsigned, 16 fraction bits; or a float
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
  logic over_d, over_v, unused;
  assign v = $signed(values[k]);
  assign change_from = $signed(errors[k]);
  if (FLOAT != 0) begin : g_float
    logic [W-1:0] gap, change;
    f32_add u_error (.a(mu_data), .b({~v[W-1], v[W-2:0]}), .y(d));
    f32_add u_gap (.a(change_from), .b({~g_data[W-1], g_data[W-2:0]}), .y(gap));
    f32_mul u_step (.a(step), .b(gap), .y(change));
    f32_add u_next (.a(v), .b(change), .y(next));
    assign over_d = &d[W-2-:8];
    assign over_v = &next[W-2-:8];
    assign unused = 1'b0;
  end else begin : g_fixed
    localparam int PW = W + 20;
    logic signed [W:0] error, gap;
    logic signed [PW-1:0] scaled;
    logic signed [PW-16:0] change;
    logic signed [PW-15:0] total;
    assign error = (W + 1)'($signed(mu_data)) - (W + 1)'(v);
    df_round #(.WI(W + 1), .SHIFT(0), .WO(W)) u_error (.a(error), .y(d), .sat(over_d));
    assign gap = (W + 1)'(change_from) - (W + 1)'($signed(g_data));
    assign scaled = PW'(gap) * PW'($signed({1'b0, step}));
    df_round #(.WI(PW), .SHIFT(16), .WO(PW - 15)) u_step (.a(scaled), .y(change), .sat(unused));
    assign total = (PW - 14)'(v) + (PW - 14)'(change);
    df_round #(.WI(PW - 14), .SHIFT(0), .WO(W)) u_next (.a(total), .y(next), .sat(over_v));
  end

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
