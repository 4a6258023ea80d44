// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One column of the tile memory of df_linear with its two products: w * v for
// the prediction or the vjp, and in the learning round the rank-1 update
//   G += x * d (exact, over the samples of a batch),
//   w  = sat(w - rne(rate * G / 2^(F + 16))).
// The word that `addr` names is there one cycle later; it is written five later.
module df_lane #(
  parameter int W = 18,
  parameter int F = 14,
  parameter int TILES = 8,
  parameter int LEARN = 1,
  parameter int BATCH = 1,
  parameter int AW = (TILES <= 1) ? 1 : $clog2(TILES)
) (
  input  logic                  clk,
  input  logic                  rst,
  input  logic [AW-1:0]         addr,
  input  logic                  host_we,
  input  logic [AW-1:0]         host_addr,
  input  logic [W-1:0]          host_wdata,
  output logic signed [W-1:0]   word,
  input  logic signed [W-1:0]   factor,     // with the word: x or d
  output logic signed [2*W-1:0] product,    // one cycle after the word
  input  logic                  learn,      // with the word
  input  logic signed [W-1:0]   x,
  input  logic signed [W-1:0]   d,
  input  logic                  first,      // of the batch
  input  logic                  last,
  input  logic [17:0]           rate,       // unsigned, 16 fraction bits
  output logic                  sat
);
  logic [W-1:0] mem[0:TILES-1];
  logic we;
  logic [AW-1:0] waddr;
  logic [W-1:0] wdata;

  always_ff @(posedge clk) begin
    word <= mem[addr];
    product <= word * factor;
    if (we) mem[waddr] <= wdata;
  end

  if (LEARN != 0) begin : g_learn
    localparam int GW = 2 * W + $clog2(BATCH);
    localparam int UW = GW + 19;
    localparam int QW = UW - F - 15;
    localparam int NW = ((QW > W) ? QW : W) + 1;
    logic [AW-1:0] addr1, addr2, addr3, addr4;
    logic learn2, learn3, learn4;
    logic signed [2*W-1:0] outer2;
    logic signed [W-1:0] word2, word3, word4, next;
    logic signed [GW-1:0] sum2, sum3;
    logic signed [UW-1:0] scaled4;
    logic signed [QW-1:0] change;
    logic signed [NW-1:0] total;
    logic over, unused;

    if (BATCH > 1) begin : g_batch
      logic signed [GW-1:0] acc[0:TILES-1];
      logic signed [GW-1:0] acc1, acc2;
      always_ff @(posedge clk) begin
        acc1 <= acc[addr];
        acc2 <= acc1;
        if (learn2) acc[addr2] <= sum2;
      end
      assign sum2 = (first ? '0 : acc2) + GW'(outer2);
    end else begin : g_one
      logic _unused;
      assign sum2 = outer2;
      assign _unused = first;
    end

    always_ff @(posedge clk) begin
      addr1 <= addr;
      addr2 <= addr1;
      addr3 <= addr2;
      addr4 <= addr3;
      outer2 <= x * d;
      word2 <= word;
      word3 <= word2;
      word4 <= word3;
      sum3 <= sum2;
      scaled4 <= UW'(sum3) * UW'($signed({1'b0, rate}));
      if (rst) begin
        learn2 <= 1'b0;
        learn3 <= 1'b0;
        learn4 <= 1'b0;
        sat <= 1'b0;
      end else begin
        learn2 <= learn;
        learn3 <= learn2 & last;
        learn4 <= learn3;
        if (learn4 & over) sat <= 1'b1;
      end
    end

    df_round #(.WI(UW), .SHIFT(F + 16), .WO(QW)) u_change (
      .a(scaled4), .y(change), .sat(unused));
    assign total = NW'(word4) - NW'(change);
    df_round #(.WI(NW), .SHIFT(0), .WO(W)) u_next (.a(total), .y(next), .sat(over));
    assign we = host_we | learn4;
    assign waddr = host_we ? host_addr : addr4;
    assign wdata = host_we ? host_wdata : next;
    logic _unused_sat;
    assign _unused_sat = unused;
  end else begin : g_fixed
    logic _unused;
    assign we = host_we;
    assign waddr = host_addr;
    assign wdata = host_wdata;
    assign sat = 1'b0;
    assign _unused = &{1'b0, rst, learn, x, d, first, last, rate};
  end
endmodule
