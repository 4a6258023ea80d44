// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The biases of one row of every PE rows, and how they learn:
//   G += d (exact, over the samples of a batch),  b = sat(b - rne(rate * G / 2^16)).
// `row` is read in the same cycle.
module df_bias #(
  parameter int W = 18,
  parameter int ROWS = 8,
  parameter int LEARN = 1,
  parameter int BATCH = 1,
  parameter int AW = (ROWS <= 1) ? 1 : $clog2(ROWS)
) (
  input  logic                clk,
  input  logic                rst,
  input  logic [AW-1:0]       row,
  input  logic                host_we,
  input  logic [AW-1:0]       host_row,
  input  logic [W-1:0]        host_wdata,
  output logic signed [W-1:0] word,
  output logic signed [W-1:0] host_rdata,
  input  logic                learn,      // with the row
  input  logic signed [W-1:0] d,
  input  logic                first,      // of the batch
  input  logic                last,
  input  logic [17:0]         rate,       // unsigned, 16 fraction bits
  output logic                sat
);
  logic signed [W-1:0] mem[0:ROWS-1];
  logic we;
  logic [AW-1:0] waddr;
  logic [W-1:0] wdata;

  assign word = mem[row];
  assign host_rdata = mem[host_row];
  always_ff @(posedge clk) if (we) mem[waddr] <= wdata;

  if (LEARN != 0) begin : g_learn
    localparam int GW = W + $clog2(BATCH);
    localparam int UW = GW + 19;
    localparam int QW = UW - 15;
    localparam int NW = QW + 1;
    logic [AW-1:0] row2, row3;
    logic learn2, learn3;
    logic signed [W-1:0] word2, word3, next;
    logic signed [GW-1:0] sum, sum2;
    logic signed [UW-1:0] scaled3;
    logic signed [QW-1:0] change;
    logic signed [NW-1:0] total;
    logic over, unused;

    if (BATCH > 1) begin : g_batch
      logic signed [GW-1:0] acc[0:ROWS-1];
      assign sum = (first ? '0 : acc[row]) + GW'(d);
      always_ff @(posedge clk) if (learn) acc[row] <= sum;
    end else begin : g_one
      logic _unused;
      assign sum = d;
      assign _unused = first;
    end

    always_ff @(posedge clk) begin
      row2 <= row;
      row3 <= row2;
      word2 <= word;
      word3 <= word2;
      sum2 <= sum;
      scaled3 <= UW'(sum2) * UW'($signed({1'b0, rate}));
      if (rst) begin
        learn2 <= 1'b0;
        learn3 <= 1'b0;
        sat <= 1'b0;
      end else begin
        learn2 <= learn & last;
        learn3 <= learn2;
        if (learn3 & over) sat <= 1'b1;
      end
    end

    df_round #(.WI(UW), .SHIFT(16), .WO(QW)) u_change (
      .a(scaled3), .y(change), .sat(unused));
    assign total = NW'(word3) - NW'(change);
    df_round #(.WI(NW), .SHIFT(0), .WO(W)) u_next (.a(total), .y(next), .sat(over));
    assign we = host_we | learn3;
    assign waddr = host_we ? host_row : row3;
    assign wdata = host_we ? host_wdata : next;
    logic _unused_sat;
    assign _unused_sat = unused;
  end else begin : g_fixed
    logic _unused;
    assign we = host_we;
    assign waddr = host_row;
    assign wdata = host_wdata;
    assign sat = 1'b0;
    assign _unused = &{1'b0, rst, learn, d, first, last, rate};
  end
endmodule
