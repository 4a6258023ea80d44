// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A linear map on one tile memory, a tile of PE rows and SIMD columns a cycle.
// For each sample it takes N words x and gives M words
//   y[m] = sat(rne(sum_n w[m,n] x[n] / 2^F + b[m])),
// and then, `rounds` times alike, takes M words d and gives N words
//   g[n] = sat(rne(sum_m w[m,n] d[m] / 2^F)).
// STRICT: x and y in each of the rounds, before d; no rounds are one.
// The last round also learns (df_lane, df_bias); g is still that of the old
// weights. The sums are exact, so PE and SIMD cannot change a bit. FLOAT: words
// are IEEE binary32, and the sums are taken in the order of n and of m, each
// product and each sum rounded, which PE and SIMD do not change either.
module df_linear #(
  parameter int M = 8,
  parameter int N = 4,
  parameter int W = 18,
  parameter int F = 14,
  parameter int PE = 1,
  parameter int SIMD = 4,
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
  input  logic [31:0]  host_addr,   // tile, lane; or bit 30, row, PE row; bit 29: velocities
  input  logic [W-1:0] host_wdata,
  output logic [W-1:0] host_rdata,  // one cycle after host_addr
  output logic         sat,
  output logic         idle         // between samples, and all is learned
);
  localparam int NS = N / SIMD;
  localparam int MB = M / PE;
  localparam int TILES = NS * MB;
  localparam int LANES = PE * SIMD;
  localparam int TW = (TILES <= 1) ? 1 : $clog2(TILES);
  localparam int SW = (NS <= 1) ? 1 : $clog2(NS);
  localparam int LW = (SIMD <= 1) ? 1 : $clog2(SIMD);
  localparam int RW = (MB <= 1) ? 1 : $clog2(MB);
  localparam int PW = (PE <= 1) ? 1 : $clog2(PE);
  localparam int HL = $clog2(LANES);  // address bits of a lane
  localparam int HP = $clog2(PE);
  localparam int PRW = (FLOAT != 0) ? W : 2 * W;  // bits of a product, and of sums
  localparam int YW = (FLOAT != 0) ? W : 2 * W + $clog2(N + 1);
  localparam int GW = (FLOAT != 0) ? W : 2 * W + $clog2(M);
  localparam logic [SW-1:0] NS_LAST = SW'(NS - 1);
  localparam logic [LW-1:0] SIMD_LAST = LW'(SIMD - 1);
  localparam logic [RW-1:0] MB_LAST = RW'(MB - 1);
  localparam logic [PW:0] PE_FULL = (PW + 1)'(PE);
  localparam logic [PW-1:0] PE_LAST = PW'(PE - 1);

  localparam logic [1:0] LOAD = 2'd0, PREDICT = 2'd1, ROUND = 2'd2;
  logic [1:0] state;
  logic [15:0] round;
  logic learns, first, last;  // this round; this sample of the batch
  logic ends;                 // the sample, with this round

  // Words come in one by one: x fills a vector, d a group of PE rows.
  logic [SW-1:0] load_tile;
  logic [LW-1:0] load_lane;
  logic [PE*W-1:0] group_in, group;
  logic [PW:0] filled;
  logic [RW:0] rows;  // groups handed over in this pass
  logic all_rows, hand_over, skips;

  // The tile that is read now, and what goes along with it one stage later.
  logic busy;
  logic [SW-1:0] tile;
  logic [RW-1:0] row;
  logic [TW-1:0] addr;
  logic valid1, predicts1, learn1, start1, end1, top1, bottom1;
  logic [SW-1:0] tile1, tile2;
  logic [RW-1:0] row1, row2, row3;
  logic [PE*W-1:0] group1;
  logic [SIMD*W-1:0] x1;
  logic valid2, predicts2, start2, end2, top2, bottom2, done3, learn2, learn3, learn4, learn5;
  logic [LANES*PRW-1:0] products;

  // What is finished but not given yet.
  logic [RW:0] y_done, y_row;
  logic [PW-1:0] y_pe;
  logic [SW:0] g_done, g_tile;
  logic [LW-1:0] g_lane;
  logic y_last, g_last, g_none, pass_ends, over_y, over_g, over_w;

  assign x_ready = state == LOAD;
  assign ends = (round + 1'b1 == rounds) | (rounds == '0);
  assign idle = x_ready & (round == '0) & (load_tile == '0) & (load_lane == '0) &
                ~(busy | valid1 | valid2 | learn1 | learn2 | learn3 | learn4 | learn5);
  assign all_rows = rows == (RW + 1)'(MB);
  assign hand_over = ~all_rows & (~busy | (tile == NS_LAST)) &
                     ((state == PREDICT) | ((state == ROUND) & (filled == PE_FULL)));
  // Without a vjp the rounds before the last have nothing to compute.
  assign skips = (state == ROUND) & (HAS_VJP == 0) & ~learns;
  assign d_ready = (state == ROUND) & ((filled != PE_FULL) | (hand_over & (rows != (RW + 1)'(MB - 1)))) &
                   ~all_rows;
  assign learns = (LEARN != 0) & (round + 1'b1 == rounds);
  assign y_last = (y_row == (RW + 1)'(MB - 1)) & (y_pe == PE_LAST);
  assign g_last = (g_tile == (SW + 1)'(NS - 1)) & (g_lane == SIMD_LAST);
  assign g_none = (HAS_VJP == 0) & all_rows & ~busy &
                  ~(valid1 | valid2 | learn2 | learn3 | learn4);
  assign pass_ends = (g_valid & g_ready & g_last) | ((state == ROUND) & g_none);

  always_ff @(posedge clk) begin
    if (rst) begin
      state <= LOAD;
      round <= '0;
      load_tile <= '0;
      load_lane <= '0;
      filled <= '0;
      rows <= '0;
      busy <= 1'b0;
      y_row <= '0;
      y_pe <= '0;
      g_tile <= '0;
      g_lane <= '0;
    end else begin
      if (x_valid & x_ready) begin
        load_lane <= (load_lane == SIMD_LAST) ? '0 : load_lane + 1'b1;
        if (load_lane == SIMD_LAST) begin
          load_tile <= (load_tile == NS_LAST) ? '0 : load_tile + 1'b1;
          if (load_tile == NS_LAST) state <= PREDICT;
        end
      end
      if (d_valid & d_ready) filled <= hand_over ? (PW + 1)'(1) : filled + 1'b1;
      else if (hand_over & (state == ROUND)) filled <= '0;
      if (hand_over) rows <= rows + 1'b1;
      if (hand_over & ~skips) busy <= 1'b1;
      else if (tile == NS_LAST) busy <= 1'b0;
      if (y_valid & y_ready) begin
        y_pe <= (y_pe == PE_LAST) ? '0 : y_pe + 1'b1;
        if (y_pe == PE_LAST) y_row <= y_row + 1'b1;
        if (y_last) begin
          y_row <= '0;
          rows <= '0;
          state <= (STRICT == 0 && rounds == '0) ? LOAD : ROUND;
        end
      end
      if (g_valid & g_ready) begin
        g_lane <= (g_lane == SIMD_LAST) ? '0 : g_lane + 1'b1;
        if (g_lane == SIMD_LAST) g_tile <= g_tile + 1'b1;
      end
      if (pass_ends) begin
        g_tile <= '0;
        rows <= '0;
        round <= ends ? '0 : round + 1'b1;
        if (ends || STRICT != 0) state <= LOAD;
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

  // Stage 0: the address of a tile.
  always_ff @(posedge clk) begin
    if (hand_over) group <= group_in;
    for (int p = 0; p < PE; p++)
      if (d_valid & d_ready & (hand_over ? (p == 0) : (filled == (PW + 1)'(p))))
        group_in[p*W+:W] <= d_data;
    if (rst) begin
      tile <= '0;
      row <= '0;
      addr <= '0;
    end else if (busy) begin
      tile <= (tile == NS_LAST) ? '0 : tile + 1'b1;
      addr <= (addr == TW'(TILES - 1)) ? '0 : addr + 1'b1;
      if (tile == NS_LAST) row <= (row == MB_LAST) ? '0 : row + 1'b1;
    end
  end

  // Stages 1 to 3: the word is there, the product is there, the sum is there.
  always_ff @(posedge clk) begin
    predicts1 <= state == PREDICT;
    start1 <= tile == '0;
    end1 <= tile == NS_LAST;
    top1 <= row == '0;
    bottom1 <= row == MB_LAST;
    tile1 <= tile;
    row1 <= row;
    group1 <= group;
    predicts2 <= predicts1;
    start2 <= start1;
    end2 <= end1;
    top2 <= top1;
    bottom2 <= bottom1;
    tile2 <= tile1;
    row2 <= row1;
    row3 <= row2;
    if (rst) begin
      valid1 <= 1'b0;
      learn1 <= 1'b0;
      valid2 <= 1'b0;
      done3 <= 1'b0;
      learn2 <= 1'b0;
      learn3 <= 1'b0;
      learn4 <= 1'b0;
      learn5 <= 1'b0;
      y_done <= '0;
      g_done <= '0;
    end else begin
      valid1 <= busy;
      learn1 <= busy & (state == ROUND) & learns;
      valid2 <= valid1;
      done3 <= valid2 & predicts2 & end2;
      learn2 <= learn1;
      learn3 <= learn2;
      learn4 <= learn3;
      learn5 <= learn4;
      if (y_valid & y_ready & y_last) y_done <= '0;
      else if (done3) y_done <= y_done + 1'b1;
      if (pass_ends) g_done <= '0;
      else if (valid2 & ~predicts2 & bottom2) g_done <= g_done + 1'b1;
    end
  end

  // One small memory a lane holds x, another the sums of the vjp.
  logic [SIMD*W-1:0] g_words;
  logic [SIMD-1:0] g_over;
  for (genvar l = 0; l < SIMD; l++) begin : g_column
    logic [W-1:0] xs[0:NS-1];
    always_ff @(posedge clk) begin
      if (x_valid & x_ready & (load_lane == LW'(l))) xs[load_tile] <= x_data;
      x1[l*W+:W] <= xs[tile];
    end
    if (HAS_VJP != 0) begin : g_vjp
      logic signed [GW-1:0] sums[0:NS-1];
      logic signed [GW-1:0] total;
      always_ff @(posedge clk)
        if (valid2 & ~predicts2) sums[tile2] <= total;
      if (FLOAT != 0) begin : g_float
        logic [PE*W-1:0] terms;
        for (genvar p = 0; p < PE; p++) begin : g_term
          assign terms[p*W+:W] = products[(p*SIMD+l)*W+:W];
        end
        f32_chain #(.N(PE)) u_sum (.start(top2 ? '0 : sums[tile2]), .terms, .y(total));
        assign g_words[l*W+:W] = sums[g_tile[SW-1:0]];
        assign g_over[l] = &g_words[l*W+W-9+:8];
      end else begin : g_fixed
        logic signed [GW-1:0] column;
        always_comb begin
          column = '0;
          for (int p = 0; p < PE; p++)
            column += GW'($signed(products[(p*SIMD+l)*PRW+:PRW]));
        end
        assign total = (top2 ? '0 : sums[tile2]) + column;
        df_round #(.WI(GW), .SHIFT(F), .WO(W)) u_round (
          .a(sums[g_tile[SW-1:0]]), .y(g_words[l*W+:W]), .sat(g_over[l]));
      end
    end else begin : g_data
      assign g_words[l*W+:W] = '0;
      assign g_over[l] = 1'b0;
    end
  end
  assign g_valid = (HAS_VJP != 0) & (state == ROUND) & (g_tile != g_done);
  assign g_data = g_words[g_lane*W+:W];
  assign over_g = g_valid & g_over[g_lane];

  logic [PE*W-1:0] y_words;
  logic [PE-1:0] y_over;
  logic [PE*W-1:0] bias_rdata;
  logic [PE-1:0] bias_over;
  for (genvar p = 0; p < PE; p++) begin : g_row
    logic [W-1:0] ys[0:MB-1];
    logic signed [YW-1:0] start, next, total;
    logic signed [W-1:0] rounded;
    logic over;
    if (FLOAT != 0) begin : g_float
      f32_chain #(.N(SIMD)) u_sum (
        .start(start2 ? start : total), .terms(products[p*SIMD*W+:SIMD*W]), .y(next));
      assign rounded = total;
      assign over = &rounded[W-2-:8];
    end else begin : g_fixed
      logic signed [YW-1:0] dot;
      always_comb begin
        dot = '0;
        for (int l = 0; l < SIMD; l++)
          dot += YW'($signed(products[(p*SIMD+l)*PRW+:PRW]));
      end
      assign next = (start2 ? start : total) + dot;
      df_round #(.WI(YW), .SHIFT(F), .WO(W)) u_round (.a(total), .y(rounded), .sat(over));
    end
    assign y_over[p] = done3 & over;
    assign y_words[p*W+:W] = ys[y_row[RW-1:0]];
    always_ff @(posedge clk) begin
      total <= next;
      if (done3) ys[row3] <= rounded;
    end
    if (HAS_BIAS != 0) begin : g_bias
      logic signed [W-1:0] bias, bias2;
      df_bias #(.W(W), .ROWS(MB), .LEARN(LEARN), .BATCH(BATCH), .MOMENTUM(MOMENTUM), .FLOAT(FLOAT)) u_bias (
        .clk, .rst, .row(row1), .host_we(host_we & host_addr[30] & (host_p == PW'(p))),
        .host_velocity(host_addr[29]), .host_row(host_addr[HP+:RW]), .host_wdata, .word(bias), .host_rdata(bias_rdata[p*W+:W]),
        .learn(learn1 & start1), .d(group1[p*W+:W]), .first, .last, .rate, .momentum,
        .sat(bias_over[p]));
      always_ff @(posedge clk) bias2 <= bias;
      assign start = YW'(bias2) <<< F;
    end else begin : g_plain
      assign start = '0;
      assign bias_rdata[p*W+:W] = '0;
      assign bias_over[p] = 1'b0;
    end
  end
  assign y_valid = y_row != y_done;
  assign y_data = y_words[y_pe*W+:W];
  assign over_y = |y_over;

  // The host reads and writes words while nothing is computed.
  localparam int HLW = (HL == 0) ? 1 : HL;
  logic [HLW-1:0] host_lane, host_lane1;
  logic [PW-1:0] host_p;
  logic host_bias1;
  logic [W-1:0] host_bias;
  assign host_lane = (HL == 0) ? '0 : host_addr[HLW-1:0];
  assign host_p = (HP == 0) ? '0 : host_addr[PW-1:0];
  always_ff @(posedge clk) begin
    host_lane1 <= host_lane;
    host_bias1 <= host_addr[30];
    host_bias <= bias_rdata[host_p*W+:W];
  end

  logic [LANES*W-1:0] words, velocities;
  logic host_velocity1;
  always_ff @(posedge clk) host_velocity1 <= host_addr[29];
  logic [LANES-1:0] lane_over;
  for (genvar i = 0; i < LANES; i++) begin : g_lane_of
    df_lane #(.W(W), .F(F), .TILES(TILES), .LEARN(LEARN), .BATCH(BATCH), .MOMENTUM(MOMENTUM),
              .FLOAT(FLOAT)) u_lane (
      .clk, .rst, .addr(busy ? addr : host_addr[HL+:TW]),
      .host_we(host_we & ~host_addr[30] & (host_lane == HLW'(i))),
      .host_velocity(host_addr[29]), .host_addr(host_addr[HL+:TW]), .host_wdata,
      .word(words[i*W+:W]), .velocity(velocities[i*W+:W]),
      .factor(predicts1 ? x1[(i%SIMD)*W+:W] : group1[(i/SIMD)*W+:W]),
      .product(products[i*PRW+:PRW]), .learn(learn1), .x(x1[(i%SIMD)*W+:W]),
      .d(group1[(i/SIMD)*W+:W]), .first, .last, .rate, .momentum, .sat(lane_over[i]));
  end
  assign host_rdata = host_bias1 ? host_bias :
                      host_velocity1 ? velocities[host_lane1*W+:W] : words[host_lane1*W+:W];
  assign over_w = (|lane_over) | (|bias_over);

  logic seen;
  always_ff @(posedge clk) begin
    if (rst) seen <= 1'b0;
    else if (over_y | over_g) seen <= 1'b1;
  end
  assign sat = seen | over_w;
  logic _unused;
  assign _unused = &{1'b0, host_addr, tile2, top2, bottom2};
endmodule
