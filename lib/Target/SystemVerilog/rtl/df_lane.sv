// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One column of the tile memory of df_linear with its two products: w * v for
// the prediction or the vjp, and in the learning round the rank-1 update
//   G += x * d (exact, over the samples of a batch),
//   w  = sat(w - rne(rate * G / 2^(F + 16))),
// or with MOMENTUM, where every word has a velocity,
//   u  = sat(rne((momentum * u + G) / 2^F)),  w = sat(w - rne(rate * u / 2^16)).
// With FLOAT (and F 0) words are IEEE binary32, and each product and sum is rounded.
// The word that `addr` names is there one cycle later; it is written five later,
// with MOMENTUM six.
module df_lane #(
  parameter int W = 18,
  parameter int F = 14,
  parameter int TILES = 8,
  parameter int LEARN = 1,
  parameter int BATCH = 1,
  parameter int MOMENTUM = 0,
  parameter int FLOAT = 0,
  parameter int FACTOR_BITS = (FLOAT != 0) ? 32 : 18,
  parameter int PW = (FLOAT != 0) ? W : 2 * W,  // bits of a product
  parameter int AW = (TILES <= 1) ? 1 : $clog2(TILES)
) (
  input  logic                  clk,
  input  logic                  rst,
  input  logic [AW-1:0]         addr,
  input  logic                  host_we,
  input  logic                  host_velocity,
  input  logic [AW-1:0]         host_addr,
  input  logic [W-1:0]          host_wdata,
  output logic signed [W-1:0]   word,
  output logic [W-1:0]          velocity,   // one cycle after host_addr
  input  logic signed [W-1:0]   factor,     // with the word: x or d
  output logic signed [PW-1:0]  product,    // one cycle after the word
  input  logic                  learn,      // with the word
  input  logic signed [W-1:0]   x,
  input  logic signed [W-1:0]   d,
  input  logic                  first,      // of the batch
  input  logic                  last,
  input  logic [FACTOR_BITS-1:0] rate,      // unsigned, 16 fraction bits; or a float
  input  logic [FACTOR_BITS-1:0] momentum,
  output logic                  sat
);
  logic [W-1:0] mem[0:TILES-1];
  logic we;
  logic [AW-1:0] waddr;
  logic [W-1:0] wdata;

  logic signed [PW-1:0] product_next;
  if (FLOAT != 0) begin : g_float
    f32_mul u_product (.a(word), .b(factor), .y(product_next));
  end else begin : g_fixed
    assign product_next = word * factor;
  end
  always_ff @(posedge clk) begin
    word <= mem[addr];
    product <= product_next;
    if (we) mem[waddr] <= wdata;
  end

  if (LEARN != 0) begin : g_learn
    localparam int GW = (FLOAT != 0) ? W : 2 * W + $clog2(BATCH);
    logic [AW-1:0] addr1, addr2, addr3, addr4, next_addr;
    logic learn2, learn3, learn4, learned;
    logic signed [PW-1:0] outer, outer2;
    logic signed [W-1:0] word2, word3, word4, next;
    logic signed [GW-1:0] held2, sum2, sum3;
    logic over, unused;

    if (BATCH > 1) begin : g_batch
      logic signed [GW-1:0] acc[0:TILES-1];
      logic signed [GW-1:0] acc1, acc2;
      always_ff @(posedge clk) begin
        acc1 <= acc[addr];
        acc2 <= acc1;
        if (learn2) acc[addr2] <= sum2;
      end
      assign held2 = first ? '0 : acc2;
    end else begin : g_one
      logic _unused;
      assign held2 = '0;
      assign _unused = first;
    end

    if (FLOAT != 0) begin : g_float
      f32_mul u_outer (.a(x), .b(d), .y(outer));
      f32_add u_sum (.a(held2), .b(outer2), .y(sum2));
    end else begin : g_fixed
      assign outer = x * d;
      assign sum2 = held2 + GW'(outer2);
    end

    always_ff @(posedge clk) begin
      addr1 <= addr;
      addr2 <= addr1;
      addr3 <= addr2;
      addr4 <= addr3;
      outer2 <= outer;
      word2 <= word;
      word3 <= word2;
      word4 <= word3;
      sum3 <= sum2;
      if (rst) begin
        learn2 <= 1'b0;
        learn3 <= 1'b0;
        learn4 <= 1'b0;
        sat <= 1'b0;
      end else begin
        learn2 <= learn;
        learn3 <= learn2 & last;
        learn4 <= learn3;
        if (over) sat <= 1'b1;
      end
    end

    if (MOMENTUM == 0) begin : g_plain
      logic clips;
      if (FLOAT != 0) begin : g_float
        logic [W-1:0] scaled, scaled4;
        f32_mul u_scale (.a(sum3), .b(rate), .y(scaled));
        always_ff @(posedge clk) scaled4 <= scaled;
        f32_add u_next (.a(word4), .b({~scaled4[W-1], scaled4[W-2:0]}), .y(next));
        assign clips = &next[W-2-:8];
        assign unused = 1'b0;
      end else begin : g_fixed
        localparam int UW = GW + 19;
        localparam int QW = UW - F - 15;
        localparam int NW = ((QW > W) ? QW : W) + 1;
        logic signed [UW-1:0] scaled4;
        logic signed [QW-1:0] change;
        logic signed [NW-1:0] total;
        always_ff @(posedge clk) scaled4 <= UW'(sum3) * UW'($signed({1'b0, rate}));
        df_round #(.WI(UW), .SHIFT(F + 16), .WO(QW)) u_change (
          .a(scaled4), .y(change), .sat(unused));
        assign total = NW'(word4) - NW'(change);
        df_round #(.WI(NW), .SHIFT(0), .WO(W)) u_next (.a(total), .y(next), .sat(clips));
      end
      assign learned = learn4;
      assign next_addr = addr4;
      assign over = learn4 & clips;
      assign velocity = '0;
      logic _unused;
      assign _unused = &{1'b0, host_velocity, momentum};
    end else begin : g_momentum
      logic [W-1:0] velocities[0:TILES-1];
      logic signed [W-1:0] velocity2, velocity3, faster;
      logic signed [W-1:0] word5;
      logic [AW-1:0] addr5, read_addr;
      logic learn5, clips, clips_velocity;
      assign read_addr = learn ? addr1 : host_addr;
      assign velocity = velocity2;
      always_ff @(posedge clk) begin
        velocity2 <= velocities[read_addr];
        velocity3 <= velocity2;
        word5 <= word4;
        addr5 <= addr4;
        learn5 <= rst ? 1'b0 : learn4;
        if ((host_we & host_velocity) | learn4)
          velocities[host_we ? host_addr : addr4] <= host_we ? host_wdata : faster;
      end
      if (FLOAT != 0) begin : g_float
        logic [W-1:0] kept, mixed, mixed4, scaled, scaled5;
        f32_mul u_kept (.a(velocity3), .b(momentum), .y(kept));
        f32_add u_mixed (.a(kept), .b(sum3), .y(mixed));
        f32_mul u_scale (.a(mixed4), .b(rate), .y(scaled));
        always_ff @(posedge clk) begin
          mixed4 <= mixed;
          scaled5 <= scaled;
        end
        f32_add u_next (.a(word5), .b({~scaled5[W-1], scaled5[W-2:0]}), .y(next));
        assign faster = mixed4;
        assign clips_velocity = &mixed4[W-2-:8];
        assign clips = &next[W-2-:8];
        assign unused = 1'b0;
      end else begin : g_fixed
        localparam int VU = W + F + 19;
        localparam int VW = ((VU > GW + 16) ? VU : GW + 16) + 1;
        localparam int NW = W + 6;
        logic signed [VW-1:0] mixed4;
        logic signed [W+18:0] scaled5;
        logic signed [W+3:0] change;
        logic signed [NW-1:0] total;
        always_ff @(posedge clk) begin
          mixed4 <= ((VW'(velocity3) * VW'($signed({1'b0, momentum}))) <<< F) + (VW'(sum3) <<< 16);
          scaled5 <= (W + 19)'(faster) * (W + 19)'($signed({1'b0, rate}));
        end
        df_round #(.WI(VW), .SHIFT(F + 16), .WO(W)) u_velocity (
          .a(mixed4), .y(faster), .sat(clips_velocity));
        df_round #(.WI(W + 19), .SHIFT(16), .WO(W + 4)) u_change (
          .a(scaled5), .y(change), .sat(unused));
        assign total = NW'(word5) - NW'(change);
        df_round #(.WI(NW), .SHIFT(0), .WO(W)) u_next (.a(total), .y(next), .sat(clips));
      end
      assign learned = learn5;
      assign next_addr = addr5;
      assign over = (learn4 & clips_velocity) | (learn5 & clips);
    end
    assign we = (host_we & ~host_velocity) | learned;
    assign waddr = host_we ? host_addr : next_addr;
    assign wdata = host_we ? host_wdata : next;
    logic _unused_sat;
    assign _unused_sat = unused;
  end else begin : g_fixed
    logic _unused;
    assign we = host_we;
    assign waddr = host_addr;
    assign wdata = host_wdata;
    assign sat = 1'b0;
    assign velocity = '0;
    assign _unused = &{1'b0, rst, host_velocity, learn, x, d, first, last, rate, momentum};
  end
endmodule
