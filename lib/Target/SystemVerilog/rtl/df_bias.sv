// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The biases of one row of every PE rows, and how they learn:
//   G += d (exact, over the samples of a batch),  b = sat(b - rne(rate * G / 2^16)),
// or with MOMENTUM  u = sat(rne(momentum * u + G)),  b = sat(b - rne(rate * u / 2^16)).
// With FLOAT words are IEEE binary32, and each product and sum is rounded. `row`
// is read in the same cycle.
module df_bias #(
  parameter int W = 18,
  parameter int ROWS = 8,
  parameter int LEARN = 1,
  parameter int BATCH = 1,
  parameter int MOMENTUM = 0,
  parameter int FLOAT = 0,
  parameter int FACTOR_BITS = (FLOAT != 0) ? 32 : 18,
  parameter int AW = (ROWS <= 1) ? 1 : $clog2(ROWS)
) (
  input  logic                clk,
  input  logic                rst,
  input  logic [AW-1:0]       row,
  input  logic                host_we,
  input  logic                host_velocity,
  input  logic [AW-1:0]       host_row,
  input  logic [W-1:0]        host_wdata,
  output logic signed [W-1:0] word,
  output logic signed [W-1:0] host_rdata,
  input  logic                learn,      // with the row
  input  logic signed [W-1:0] d,
  input  logic                first,      // of the batch
  input  logic                last,
  input  logic [FACTOR_BITS-1:0] rate,    // unsigned, 16 fraction bits; or a float
  input  logic [FACTOR_BITS-1:0] momentum,
  output logic                sat
);
  logic signed [W-1:0] mem[0:ROWS-1];
  logic we;
  logic [AW-1:0] waddr;
  logic [W-1:0] wdata;

  assign word = mem[row];
  always_ff @(posedge clk) if (we) mem[waddr] <= wdata;

  if (LEARN != 0) begin : g_learn
    localparam int GW = (FLOAT != 0) ? W : W + $clog2(BATCH);
    logic [AW-1:0] row2, row3, next_row;
    logic learn2, learn3, learned;
    logic signed [W-1:0] word2, word3, next;
    logic signed [GW-1:0] held, sum, sum2;
    logic over, unused;

    if (BATCH > 1) begin : g_batch
      logic signed [GW-1:0] acc[0:ROWS-1];
      assign held = first ? '0 : acc[row];
      always_ff @(posedge clk) if (learn) acc[row] <= sum;
    end else begin : g_one
      logic _unused;
      assign held = '0;
      assign _unused = first;
    end

    if (FLOAT != 0) begin : g_float
      f32_add u_sum (.a(held), .b(d), .y(sum));
    end else begin : g_fixed
      assign sum = held + GW'(d);
    end

    always_ff @(posedge clk) begin
      row2 <= row;
      row3 <= row2;
      word2 <= word;
      word3 <= word2;
      sum2 <= sum;
      if (rst) begin
        learn2 <= 1'b0;
        learn3 <= 1'b0;
        sat <= 1'b0;
      end else begin
        learn2 <= learn & last;
        learn3 <= learn2;
        if (over) sat <= 1'b1;
      end
    end

    if (MOMENTUM == 0) begin : g_plain
      logic clips;
      if (FLOAT != 0) begin : g_float
        logic [W-1:0] scaled, scaled3;
        f32_mul u_scale (.a(sum2), .b(rate), .y(scaled));
        always_ff @(posedge clk) scaled3 <= scaled;
        f32_add u_next (.a(word3), .b({~scaled3[W-1], scaled3[W-2:0]}), .y(next));
        assign clips = &next[W-2-:8];
        assign unused = 1'b0;
      end else begin : g_fixed
        localparam int UW = GW + 19;
        localparam int QW = UW - 15;
        localparam int NW = QW + 1;
        logic signed [UW-1:0] scaled3;
        logic signed [QW-1:0] change;
        logic signed [NW-1:0] total;
        always_ff @(posedge clk) scaled3 <= UW'(sum2) * UW'($signed({1'b0, rate}));
        df_round #(.WI(UW), .SHIFT(16), .WO(QW)) u_change (
          .a(scaled3), .y(change), .sat(unused));
        assign total = NW'(word3) - NW'(change);
        df_round #(.WI(NW), .SHIFT(0), .WO(W)) u_next (.a(total), .y(next), .sat(clips));
      end
      assign learned = learn3;
      assign next_row = row3;
      assign over = learn3 & clips;
      assign host_rdata = mem[host_row];
      logic _unused;
      assign _unused = &{1'b0, host_velocity, momentum};
    end else begin : g_momentum
      logic signed [W-1:0] velocities[0:ROWS-1];
      logic signed [W-1:0] velocity2, faster, word4;
      logic [AW-1:0] row4;
      logic learn4, clips, clips_velocity;
      assign host_rdata = host_velocity ? velocities[host_row] : mem[host_row];
      always_ff @(posedge clk) begin
        velocity2 <= velocities[row];
        word4 <= word3;
        row4 <= row3;
        learn4 <= rst ? 1'b0 : learn3;
        if ((host_we & host_velocity) | learn3)
          velocities[host_we ? host_row : row3] <= host_we ? host_wdata : faster;
      end
      if (FLOAT != 0) begin : g_float
        logic [W-1:0] kept, mixed, mixed3, scaled, scaled4;
        f32_mul u_kept (.a(velocity2), .b(momentum), .y(kept));
        f32_add u_mixed (.a(kept), .b(sum2), .y(mixed));
        f32_mul u_scale (.a(mixed3), .b(rate), .y(scaled));
        always_ff @(posedge clk) begin
          mixed3 <= mixed;
          scaled4 <= scaled;
        end
        f32_add u_next (.a(word4), .b({~scaled4[W-1], scaled4[W-2:0]}), .y(next));
        assign faster = mixed3;
        assign clips_velocity = &mixed3[W-2-:8];
        assign clips = &next[W-2-:8];
        assign unused = 1'b0;
      end else begin : g_fixed
        localparam int VW = ((W + 19 > GW + 16) ? W + 19 : GW + 16) + 1;
        localparam int NW = W + 6;
        logic signed [VW-1:0] mixed3;
        logic signed [W+18:0] scaled4;
        logic signed [W+3:0] change;
        logic signed [NW-1:0] total;
        always_ff @(posedge clk) begin
          mixed3 <= VW'(velocity2) * VW'($signed({1'b0, momentum})) + (VW'(sum2) <<< 16);
          scaled4 <= (W + 19)'(faster) * (W + 19)'($signed({1'b0, rate}));
        end
        df_round #(.WI(VW), .SHIFT(16), .WO(W)) u_velocity (
          .a(mixed3), .y(faster), .sat(clips_velocity));
        df_round #(.WI(W + 19), .SHIFT(16), .WO(W + 4)) u_change (
          .a(scaled4), .y(change), .sat(unused));
        assign total = NW'(word4) - NW'(change);
        df_round #(.WI(NW), .SHIFT(0), .WO(W)) u_next (.a(total), .y(next), .sat(clips));
      end
      assign learned = learn4;
      assign next_row = row4;
      assign over = (learn3 & clips_velocity) | (learn4 & clips);
    end
    assign we = (host_we & ~host_velocity) | learned;
    assign waddr = host_we ? host_row : next_row;
    assign wdata = host_we ? host_wdata : next;
    logic _unused_sat;
    assign _unused_sat = unused;
  end else begin : g_fixed
    logic _unused;
    assign we = host_we;
    assign waddr = host_row;
    assign wdata = host_wdata;
    assign sat = 1'b0;
    assign host_rdata = mem[host_row];
    assign _unused = &{1'b0, rst, host_velocity, learn, d, first, last, rate, momentum};
  end
endmodule
