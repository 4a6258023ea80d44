// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Takes an image x (C x IH x IW words) and gives, channel by channel and position
// by position, the sum of the words under the window or, with MAX, the greatest;
// then, `rounds` times alike, takes as many words d and gives an image
//   g[n] = sat(sum of d[p] over all p under whose window n was),
// with MAX over those p for which n was the greatest, the first of several.
// With FLOAT words are IEEE binary32, and sums rounded word by word, by position.
// STRICT: x and y in each of the rounds, before d; no rounds are one. Frames: x,
// g, one for y and then d, and with MAX one of who was the greatest; all of them
// are read a cycle ahead, so that they can be block memories.
module df_pool #(
  parameter int C = 1,
  parameter int IH = 8,
  parameter int IW = 8,
  parameter int KH = 2,
  parameter int KW = 2,
  parameter int SH = 2,
  parameter int SW = 2,
  parameter int DH = 1,
  parameter int DW = 1,
  parameter int PT = 0,
  parameter int PL = 0,
  parameter int PB = 0,
  parameter int PR = 0,
  parameter int W = 18,
  parameter int MAX = 1,
  parameter int STRICT = 0,
  parameter int FLOAT = 0
) (
  input  logic         clk,
  input  logic         rst,
  input  logic [15:0]  rounds,
  input  logic [W-1:0] x_data,
  input  logic         x_valid,
  output logic         x_ready,
  output logic [W-1:0] y_data,
  output logic         y_valid,
  input  logic         y_ready,
  input  logic [W-1:0] d_data,
  input  logic         d_valid,
  output logic         d_ready,
  output logic [W-1:0] g_data,
  output logic         g_valid,
  input  logic         g_ready,
  output logic         sat
);
  localparam int OH = (IH + PT + PB - DH * (KH - 1) - 1) / SH + 1;
  localparam int OW = (IW + PL + PR - DW * (KW - 1) - 1) / SW + 1;
  localparam int N = C * IH * IW;
  localparam int P = OH * OW;
  localparam int M = C * P;
  localparam int NW = (N <= 1) ? 1 : $clog2(N);
  localparam int MW = (M <= 1) ? 1 : $clog2(M);
  localparam int TW = (FLOAT != 0) ? W : W + $clog2(KH * KW) + 1;

  localparam logic [2:0] LOAD = 3'd0, PREDICT = 3'd1, GIVE = 3'd2, TAKE = 3'd3, SCATTER = 3'd4, SEND = 3'd5;
  logic [2:0] state;
  logic [15:0] round;
  logic ends, busy, drained, pass_ends, n_moves, n_last, m_moves, m_last;
  logic [NW-1:0] n, next_n, addr, n1;
  logic [MW-1:0] m, next_m, m1, m2;  // also the window that is walked
  logic shows, tap_first, tap_last, tap_moves, done, valid1, shows1, first1, last1, done2;
  logic signed [W-1:0] word1, d1, result;  // d1: or the word of y that is given
  logic over_y, over_g, clips;

  assign x_ready = state == LOAD;
  assign y_valid = state == GIVE;
  assign d_ready = state == TAKE;
  assign g_valid = state == SEND;
  assign ends = (round + 1'b1 == rounds) | (rounds == '0);
  assign n_moves = (x_valid & x_ready) | (g_valid & g_ready);
  assign n_last = n_moves & (n == NW'(N - 1));
  assign m_moves = (y_valid & y_ready) | (d_valid & d_ready);
  assign m_last = m_moves & (m == MW'(M - 1));
  assign next_n = n_last ? '0 : n_moves ? n + 1'b1 : n;
  assign next_m = m_last ? '0 : m_moves ? m + 1'b1 : m;
  assign drained = ~(busy | valid1 | done2);
  assign pass_ends = g_valid & n_last;

  always_ff @(posedge clk) begin
    if (rst) begin
      state <= LOAD;
      round <= '0;
      busy <= 1'b0;
      n <= '0;
      m <= '0;
    end else begin
      n <= next_n;
      m <= ~(busy & tap_last) ? next_m : done ? '0 : tap_moves ? m - MW'(M - P - 1) : m + MW'(P);
      if (busy & done) busy <= 1'b0;
      case (state)
        LOAD: if (n_last) begin
          state <= PREDICT;
          busy <= 1'b1;
        end
        PREDICT: if (drained) state <= GIVE;
        GIVE: if (m_last) state <= (STRICT == 0 && rounds == '0) ? LOAD : TAKE;
        TAKE: if (m_last) begin
          state <= SCATTER;
          busy <= 1'b1;
        end
        SCATTER: if (drained) state <= SEND;
        default: if (pass_ends) begin
          round <= ends ? '0 : round + 1'b1;
          state <= (ends || STRICT != 0) ? LOAD : TAKE;
        end
      endcase
    end
  end

  logic _starts, _ends;
  df_window #(.C(1), .IH(IH), .IW(IW), .KH(KH), .KW(KW), .SH(SH), .SW(SW), .DH(DH), .DW(DW),
              .PT(PT), .PL(PL), .PB(PB), .PR(PR), .PLANES(C), .STRIDE(IH * IW), .AW(NW)) u_window (
    .clk, .rst, .step(busy), .addr, .shows, .first(tap_first), .last(tap_last), .moves(tap_moves),
    .starts(_starts), .ends(_ends), .done);

  logic [W-1:0] xs[0:N-1];
  logic [W-1:0] frame[0:M-1];
  always_ff @(posedge clk) begin
    if (x_valid & x_ready) xs[n] <= x_data;
    if (done2 | (d_valid & d_ready)) frame[done2 ? m2 : m] <= done2 ? result : d_data;
    word1 <= xs[addr];
    d1 <= frame[next_m];
    n1 <= addr;
    m1 <= m;
    m2 <= m1;
    shows1 <= shows;
    first1 <= tap_first;
    last1 <= tap_last;
    valid1 <= ~rst & busy;
    done2 <= ~rst & valid1 & last1 & (state == PREDICT);
  end
  assign y_data = d1;

  // What the window shows, tap by tap; and whose errors are whose.
  logic wins1;
  if (MAX != 0) begin : g_max
    logic [NW-1:0] winners[0:M-1];
    logic [NW-1:0] winner, winner1;
    logic signed [W-1:0] best;
    logic found, better, greater;
    if (FLOAT != 0) begin : g_float
      logic _equal, _unordered, _unused;
      f32_compare u_compare (.a(best), .b(word1), .less(greater), .equal(_equal), .unordered(_unordered));
      assign over_y = done2 & (&best[W-2-:8]);
      assign _unused = &{1'b0, _equal, _unordered};
    end else begin : g_fixed
      assign greater = word1 > best;
      assign over_y = 1'b0;
    end
    assign better = shows1 & (first1 | ~found | greater);
    always_ff @(posedge clk) begin
      winner1 <= winners[m];
      if (valid1) begin
        found <= shows1 | (found & ~first1);
        if (better) begin
          best <= word1;
          winner <= n1;
        end
      end
      if (done2) winners[m2] <= winner;
    end
    assign result = best;
    assign wins1 = n1 == winner1;
  end else begin : g_sum
    logic signed [TW-1:0] total, held, shown, next_total;
    logic over;
    assign held = first1 ? '0 : total;
    assign shown = shows1 ? TW'(word1) : '0;
    always_ff @(posedge clk) if (valid1) total <= next_total;
    if (FLOAT != 0) begin : g_float
      f32_add u_total (.a(held), .b(shown), .y(next_total));
      assign result = total;
      assign over = &total[W-2-:8];
    end else begin : g_fixed
      assign next_total = held + shown;
      df_round #(.WI(TW), .SHIFT(0), .WO(W)) u_sum (.a(total), .y(result), .sat(over));
    end
    assign over_y = done2 & over;
    assign wins1 = 1'b1;
  end

  // The sums of the message: emptied while x comes and while they are given. One
  // that is read right after it was added to is not written yet.
  logic signed [TW-1:0] sums[0:N-1];
  logic signed [TW-1:0] sum, read1, more, added, added1;
  logic adds, again1;
  assign adds = valid1 & shows1 & wins1 & (state == SCATTER);
  assign sum = again1 ? added1 : read1;
  assign added = n_moves ? '0 : more;
  always_ff @(posedge clk) begin
    if (adds | n_moves) sums[n_moves ? n : n1] <= added;
    read1 <= sums[busy ? addr : next_n];
    again1 <= busy & adds & (addr == n1);
    added1 <= added;
  end
  if (FLOAT != 0) begin : g_float
    f32_add u_more (.a(sum), .b(d1), .y(more));
    assign g_data = sum;
    assign clips = &sum[W-2-:8];
  end else begin : g_fixed
    assign more = sum + TW'(d1);
    df_round #(.WI(TW), .SHIFT(0), .WO(W)) u_message (.a(sum), .y(g_data), .sat(clips));
  end
  assign over_g = g_valid & clips;

  always_ff @(posedge clk) begin
    if (rst) sat <= 1'b0;
    else if (over_y | over_g) sat <= 1'b1;
  end
  logic _unused;
  assign _unused = &{1'b0, _starts, _ends};
endmodule
