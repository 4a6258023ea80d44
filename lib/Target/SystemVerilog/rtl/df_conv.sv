// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A convolution on one tile memory, PE channels of the result a cycle. For each
// sample it takes an image x (C x IH x IW words) and gives, channel by channel,
//   y[o,p] = sat(rne(sum_k w[o,k] x[k at p] / 2^F + b[o])),
// and then, `rounds` times alike, takes as many words d and gives an image
//   g[n] = sat(rne(sum of w[o,k] d[o,p] over all o, p, k with k at p = n / 2^F)).
// STRICT: x and y in each of the rounds, before d; no rounds are one.
// With GROUPS each of as many parts of the channels of the result sees only such
// a part of those of the image, and the channels of a lane are of one group.
// The last round also learns (df_lane, df_bias), summed over positions and
// samples; g is still that of the old weights. One walk of the window, a tap a
// cycle and at each position by all channels, serves all three; windows of fewer
// than three taps pause, so that a sum is written before it is read again.
// Frames: x, g, and one for y and then d; all of them are read a cycle ahead, so
// that they can be block memories.
// With FLOAT (and F 0) words are IEEE binary32: sums begin with the bias, or with
// zero, and are rounded product by product, those of y by tap, those of g and of
// gradients by position and channel; what lies beyond the image is left out.
module df_conv #(
  parameter int O = 2,
  parameter int C = 1,
  parameter int IH = 8,
  parameter int IW = 8,
  parameter int KH = 3,
  parameter int KW = 3,
  parameter int SH = 1,
  parameter int SW = 1,
  parameter int DH = 1,
  parameter int DW = 1,
  parameter int PT = 0,
  parameter int PL = 0,
  parameter int PB = 0,
  parameter int PR = 0,
  parameter int GROUPS = 1,
  parameter int W = 18,
  parameter int F = 14,
  parameter int PE = 1,
  parameter int HAS_BIAS = 1,
  parameter int HAS_VJP = 1,
  parameter int LEARN = 1,
  parameter int BATCH = 1,
  parameter int STRICT = 0,
  parameter int MOMENTUM = 0,
  parameter int FLOAT = 0,
  parameter int FACTOR_BITS = (FLOAT != 0) ? 32 : 18
) (
  input  logic         clk,
  input  logic         rst,
  input  logic [15:0]  rounds,
  input  logic [FACTOR_BITS-1:0] rate,
  input  logic [FACTOR_BITS-1:0] momentum,
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
  input  logic         host_we,     // only while idle
  input  logic [31:0]  host_addr,   // as df_linear with SIMD 1
  input  logic [W-1:0] host_wdata,
  output logic [W-1:0] host_rdata,  // one cycle after host_addr
  output logic         sat,
  output logic         idle
);
  localparam int OH = (IH + PT + PB - DH * (KH - 1) - 1) / SH + 1;
  localparam int OW = (IW + PL + PR - DW * (KW - 1) - 1) / SW + 1;
  localparam int N = C * IH * IW;
  localparam int P = OH * OW;
  localparam int MB = O / PE;
  localparam int PLANE = C / GROUPS * IH * IW;  // words that a channel of the result sees
  localparam int TAPS = C / GROUPS * KH * KW;
  localparam int TILES = MB * TAPS;
  localparam int CELLS = MB * P;
  localparam int REST = (TAPS < 3) ? 3 - TAPS : 0;
  localparam int NW = (N <= 1) ? 1 : $clog2(N);
  localparam int QW = (P <= 1) ? 1 : $clog2(P);
  localparam int CW = (CELLS <= 1) ? 1 : $clog2(CELLS);
  localparam int TW = (TILES <= 1) ? 1 : $clog2(TILES);
  localparam int RW = (MB <= 1) ? 1 : $clog2(MB);
  localparam int PW = (PE <= 1) ? 1 : $clog2(PE);
  localparam int HP = $clog2(PE);
  localparam int PRODUCT = (FLOAT != 0) ? W : 2 * W;  // bits of a product
  localparam int YW = (FLOAT != 0) ? W : 2 * W + $clog2(TAPS + 1);
  localparam int GW = (FLOAT != 0) ? W : 2 * W + $clog2(O / GROUPS * KH * KW);

  localparam logic [2:0] LOAD = 3'd0, PREDICT = 3'd1, GIVE = 3'd2, TAKE = 3'd3, SCATTER = 3'd4, SEND = 3'd5;
  logic [2:0] state;
  logic [15:0] round;
  logic ends, learns, first, last, pass_ends, busy, step, drained;
  logic [1:0] pause;

  // Words of the image, and of the frame of results: by position, lane, block.
  logic [NW-1:0] n, next_n;
  logic [QW-1:0] position;
  logic [PW-1:0] lane;
  logic [CW-1:0] cell_at, next_cell;
  logic n_moves, n_last, m_moves, m_last, lane_last;

  // The tap that is read now, and what goes along with it.
  logic [NW-1:0] addr, n2;
  logic shows, tap_first, tap_last, tap_moves, starts, last_position, done;
  logic [TW-1:0] tile;
  logic [RW-1:0] block, block1;
  logic valid1, shows1, first1, last1, starts1, ends1;
  logic valid2, shows2, first2, last2, starts2, ends2, done3;
  logic learn1, learn2, learn3, learn4, learn5;
  logic [CW-1:0] cell1, cell2, cell3;
  logic [NW-1:0] n1;
  logic signed [W-1:0] word1, x1;
  logic [PE*W-1:0] d1;  // or the words of y that are given
  logic [PE*PRODUCT-1:0] products;

  assign x_ready = state == LOAD;
  assign y_valid = state == GIVE;
  assign d_ready = state == TAKE;
  assign g_valid = (HAS_VJP != 0) & (state == SEND);
  assign ends = (round + 1'b1 == rounds) | (rounds == '0);
  assign learns = (LEARN != 0) & (round + 1'b1 == rounds);
  assign n_moves = (x_valid & x_ready) | (g_valid & g_ready);
  assign n_last = n_moves & (n == NW'(N - 1));
  assign m_moves = (y_valid & y_ready) | (d_valid & d_ready);
  assign next_n = n_last ? '0 : n_moves ? n + 1'b1 : n;
  assign next_cell = m_last ? '0 : ~m_moves ? cell_at :
                     (lane_last & (lane != PW'(PE - 1))) ? cell_at - CW'(P - 1) : cell_at + 1'b1;
  assign lane_last = position == QW'(P - 1);
  assign m_last = m_moves & lane_last & (lane == PW'(PE - 1)) & (cell_at == CW'(CELLS - 1));
  assign step = busy & (pause == '0);
  assign drained = ~(busy | valid1 | valid2 | done3 | learn2 | learn3 | learn4 | learn5);
  assign pass_ends = (g_valid & n_last) | ((HAS_VJP == 0) & (((state == SCATTER) & drained) |
                     ((state == TAKE) & m_last & ~learns)));
  assign idle = x_ready & (round == '0) & (n == '0);

  always_ff @(posedge clk) begin
    if (rst) begin
      state <= LOAD;
      round <= '0;
      busy <= 1'b0;
      pause <= '0;
      n <= '0;
      position <= '0;
      lane <= '0;
      cell_at <= '0;
      tile <= '0;
      block <= '0;
    end else begin
      n <= next_n;
      cell_at <= next_cell;
      if (m_moves) begin
        position <= lane_last ? '0 : position + 1'b1;
        if (lane_last) lane <= (lane == PW'(PE - 1)) ? '0 : lane + 1'b1;
      end
      if (pause != '0) pause <= pause - 1'b1;
      if (step) begin
        tile <= tap_moves ? '0 : tile + 1'b1;
        if (tap_last) begin
          pause <= 2'(REST);
          cell_at <= done ? '0 : tap_moves ? cell_at - CW'((MB - 1) * P - 1) : cell_at + CW'(P);
          block <= tap_moves ? '0 : block + 1'b1;
        end
        if (done) busy <= 1'b0;
      end
      case (state)
        LOAD: if (n_last) begin
          state <= PREDICT;
          busy <= 1'b1;
        end
        PREDICT: if (drained) state <= GIVE;
        GIVE: if (m_last) state <= (STRICT == 0 && rounds == '0) ? LOAD : TAKE;
        TAKE: if (m_last & ~pass_ends) begin
          state <= SCATTER;
          busy <= 1'b1;
        end
        SCATTER: if (drained) state <= SEND;
        default: ;
      endcase
      if (pass_ends) begin
        round <= ends ? '0 : round + 1'b1;
        state <= (ends || STRICT != 0) ? LOAD : TAKE;
      end
    end
  end

  if (BATCH > 1) begin : g_batch
    localparam int BW = $clog2(BATCH);
    logic [BW-1:0] sample;
    assign first = sample == '0;
    assign last = sample == BW'(BATCH - 1);
    always_ff @(posedge clk) begin
      if (rst) sample <= '0;
      else if (pass_ends & (round + 1'b1 == rounds)) sample <= last ? '0 : sample + 1'b1;
    end
  end else begin : g_single
    assign first = 1'b1;
    assign last = 1'b1;
  end

  df_window #(.C(C / GROUPS), .IH(IH), .IW(IW), .KH(KH), .KW(KW), .SH(SH), .SW(SW), .DH(DH), .DW(DW),
              .PT(PT), .PL(PL), .PB(PB), .PR(PR), .REPEATS(MB / GROUPS), .PLANES(GROUPS),
              .STRIDE(PLANE), .AW(NW)) u_window (
    .clk, .rst, .step, .addr, .shows, .first(tap_first), .last(tap_last), .moves(tap_moves), .starts,
    .ends(last_position), .done);

  // Stages 1 to 3: the words are there, the product is there, the sum is there.
  logic [W-1:0] xs[0:N-1];
  always_ff @(posedge clk) begin
    if (x_valid & x_ready) xs[n] <= x_data;
    word1 <= xs[addr];
    shows1 <= shows;
    n1 <= addr;
    first1 <= tap_first;
    last1 <= tap_last;
    starts1 <= starts;
    ends1 <= last_position;
    cell1 <= cell_at;
    block1 <= block;
    shows2 <= shows1;
    n2 <= n1;
    first2 <= first1;
    last2 <= last1;
    starts2 <= starts1;
    ends2 <= ends1;
    cell2 <= cell1;
    cell3 <= cell2;
    if (rst) begin
      valid1 <= 1'b0;
      valid2 <= 1'b0;
      done3 <= 1'b0;
      learn2 <= 1'b0;
      learn3 <= 1'b0;
      learn4 <= 1'b0;
      learn5 <= 1'b0;
    end else begin
      valid1 <= step;
      valid2 <= valid1;
      done3 <= valid2 & last2 & (state == PREDICT);
      learn2 <= learn1;
      learn3 <= learn2;
      learn4 <= learn3;
      learn5 <= learn4;
    end
  end
  assign x1 = shows1 ? word1 : '0;
  assign learn1 = valid1 & (state == SCATTER) & learns;

  // The sums of the message: emptied while x comes and while they are given. The
  // last tap of a window can be the first of the next one: its sum is not written
  // yet when it is read.
  logic over_g;
  if (HAS_VJP != 0) begin : g_vjp
    logic signed [GW-1:0] sums[0:N-1];
    logic signed [GW-1:0] more, sum, read2, added, added2;
    logic clips, adds, again2;
    assign adds = valid2 & shows2 & (state == SCATTER);
    assign sum = again2 ? added2 : read2;
    assign added = n_moves ? '0 : more;
    always_ff @(posedge clk) begin
      if (adds | n_moves) sums[n_moves ? n : n2] <= added;
      read2 <= sums[valid1 ? n1 : next_n];
      again2 <= valid1 & adds & (n1 == n2);
      added2 <= added;
    end
    if (FLOAT != 0) begin : g_float
      f32_chain #(.N(PE)) u_column (.start(sum), .terms(products), .y(more));
      assign g_data = sum;
      assign clips = &sum[W-2-:8];
    end else begin : g_fixed
      logic signed [GW-1:0] column;
      always_comb begin
        column = '0;
        for (int p = 0; p < PE; p++) column += GW'($signed(products[p*PRODUCT+:PRODUCT]));
      end
      assign more = sum + column;
      df_round #(.WI(GW), .SHIFT(F), .WO(W)) u_round (.a(sum), .y(g_data), .sat(clips));
    end
    assign over_g = g_valid & clips;
  end else begin : g_data_only
    logic _unused_vjp;
    assign g_data = '0;
    assign over_g = 1'b0;
    assign _unused_vjp = &{1'b0, n2, shows2};
  end

  logic [PE*W-1:0] words, velocities, biases;
  logic [PE-1:0] over_y, over_lane, over_bias;
  for (genvar p = 0; p < PE; p++) begin : g_row
    logic [W-1:0] frame[0:CELLS-1];
    logic signed [YW-1:0] start, held, total, next_total;
    logic signed [W-1:0] rounded;
    logic clips;
    assign held = first2 ? start : total;
    if (FLOAT != 0) begin : g_float
      logic [W-1:0] longer;
      f32_add u_total (.a(held), .b(products[p*PRODUCT+:PRODUCT]), .y(longer));
      assign next_total = shows2 ? longer : held;
      assign rounded = total;
      assign clips = &total[W-2-:8];
    end else begin : g_fixed
      assign next_total = held + YW'($signed(products[p*PRODUCT+:PRODUCT]));
      df_round #(.WI(YW), .SHIFT(F), .WO(W)) u_round (.a(total), .y(rounded), .sat(clips));
    end
    assign over_y[p] = done3 & clips;
    always_ff @(posedge clk) begin
      total <= next_total;
      d1[p*W+:W] <= frame[next_cell];
      if (done3) frame[cell3] <= rounded;
      else if (d_valid & d_ready & (lane == PW'(p))) frame[cell_at] <= d_data;
    end
    if (HAS_BIAS != 0) begin : g_bias
      logic signed [W-1:0] bias, bias2;
      df_bias #(.W(W), .ROWS(MB), .LEARN(LEARN), .BATCH(BATCH * P), .MOMENTUM(MOMENTUM),
                .FLOAT(FLOAT)) u_bias (
        .clk, .rst, .row(block1), .host_we(host_we & host_addr[30] & (host_p == PW'(p))),
        .host_velocity(host_addr[29]), .host_row(host_addr[HP+:RW]), .host_wdata, .word(bias),
        .host_rdata(biases[p*W+:W]), .learn(learn1 & first1), .d(d1[p*W+:W]),
        .first(first & starts1), .last(last & ends1), .rate, .momentum, .sat(over_bias[p]));
      always_ff @(posedge clk) bias2 <= bias;
      assign start = YW'(bias2) <<< F;
    end else begin : g_plain
      assign start = '0;
      assign biases[p*W+:W] = '0;
      assign over_bias[p] = 1'b0;
    end
    df_lane #(.W(W), .F(F), .TILES(TILES), .LEARN(LEARN), .BATCH(BATCH * P), .MOMENTUM(MOMENTUM),
              .FLOAT(FLOAT)) u_lane (
      .clk, .rst, .addr(busy ? tile : host_addr[HP+:TW]),
      .host_we(host_we & ~host_addr[30] & (host_p == PW'(p))),
      .host_velocity(host_addr[29]), .host_addr(host_addr[HP+:TW]), .host_wdata,
      .word(words[p*W+:W]), .velocity(velocities[p*W+:W]),
      .factor((state == PREDICT) ? x1 : $signed(d1[p*W+:W])),
      .product(products[p*PRODUCT+:PRODUCT]), .learn(learn1), .x(x1),
      .d((FLOAT == 0 || shows1) ? $signed(d1[p*W+:W]) : $signed(W'(0))),
      .first(first & starts2), .last(last & ends2), .rate, .momentum, .sat(over_lane[p]));
  end
  assign y_data = d1[lane*W+:W];

  // The host reads and writes words while nothing is computed.
  logic [PW-1:0] host_p, host_p1;
  logic host_bias1, host_velocity1;
  logic [W-1:0] host_bias;
  assign host_p = (HP == 0) ? '0 : host_addr[PW-1:0];
  always_ff @(posedge clk) begin
    host_p1 <= host_p;
    host_bias1 <= host_addr[30];
    host_velocity1 <= host_addr[29];
    host_bias <= biases[host_p*W+:W];
  end
  assign host_rdata = host_bias1 ? host_bias :
                      host_velocity1 ? velocities[host_p1*W+:W] : words[host_p1*W+:W];

  logic seen;
  always_ff @(posedge clk) begin
    if (rst) seen <= 1'b0;
    else if (over_g | (|over_y)) seen <= 1'b1;
  end
  assign sat = seen | (|over_lane) | (|over_bias);
  logic _unused;
  assign _unused = &{1'b0, host_addr, g_ready, block1, starts1, ends1};
endmodule
