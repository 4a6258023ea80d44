// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A window slides over an image: where the word is that it shows. Every `step`
// goes to the next tap, by column, row and channel of the window; REPEATS times
// so, and that for PLANES planes, each STRIDE words further on; then by column and
// row of its position. Addresses are sums, without products, and mean nothing
// beyond the image.
module df_window #(
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
  parameter int REPEATS = 1,
  parameter int PLANES = 1,
  parameter int STRIDE = 0,
  parameter int AW = 6
) (
  input  logic          clk,
  input  logic          rst,
  input  logic          step,
  output logic [AW-1:0] addr,
  output logic          shows,   // a word of the image
  output logic          first,   // tap of the window
  output logic          last,
  output logic          moves,   // the last tap at a position
  output logic          starts,  // first position
  output logic          ends,
  output logic          done     // the last tap of all
);
  localparam int OH = (IH + PT + PB - DH * (KH - 1) - 1) / SH + 1;
  localparam int OW = (IW + PL + PR - DW * (KW - 1) - 1) / SW + 1;
  localparam int XW = (KW <= 1) ? 1 : $clog2(KW);
  localparam int YW = (KH <= 1) ? 1 : $clog2(KH);
  localparam int CW = (C <= 1) ? 1 : $clog2(C);
  localparam int UW = (OW <= 1) ? 1 : $clog2(OW);
  localparam int VW = (OH <= 1) ? 1 : $clog2(OH);
  localparam int TW = (REPEATS <= 1) ? 1 : $clog2(REPEATS);
  localparam int NW = (PLANES <= 1) ? 1 : $clog2(PLANES);
  // How far a window reaches, and with all planes; and all of its positions.
  localparam int KX = (KW - 1) * DW, KY = (KH - 1) * DH;
  localparam int OX = (OW - 1) * SW, OY = (OH - 1) * SH;
  localparam int SPAN = (C - 1) * IH * IW + KY * IW + KX;
  localparam int BACK = SPAN + (PLANES - 1) * STRIDE;
  localparam int RW = $clog2(OY + KY + IH + PT + 1) + 2;
  localparam int LW = $clog2(OX + KX + IW + PL + 1) + 2;
  localparam int START = -PT * IW - PL;

  logic [XW-1:0] kx;
  logic [YW-1:0] ky;
  logic [CW-1:0] c;
  logic [UW-1:0] ox;
  logic [VW-1:0] oy;
  logic [TW-1:0] repeats;
  logic [NW-1:0] plane;
  logic signed [RW-1:0] row, down;
  logic signed [LW-1:0] col, right;
  logic [AW-1:0] ahead;
  logic end_x, end_y, end_r, end_u, end_v;

  assign end_x = kx == XW'(KW - 1);
  assign end_y = end_x & (ky == YW'(KH - 1));
  assign last = end_y & (c == CW'(C - 1));
  assign end_r = last & (repeats == TW'(REPEATS - 1));
  assign moves = end_r & (plane == NW'(PLANES - 1));
  assign end_u = ox == UW'(OW - 1);
  assign end_v = end_u & (oy == VW'(OH - 1));
  assign first = (kx == '0) & (ky == '0) & (c == '0);
  assign starts = (ox == '0) & (oy == '0);
  assign ends = end_v;
  assign done = moves & end_v;
  assign shows = (row >= RW'(0)) & (row < RW'(IH)) & (col >= LW'(0)) & (col < LW'(IW));

  always_comb begin
    ahead = AW'(DW);
    right = LW'(DW);
    down = RW'(0);
    if (moves) begin
      ahead = end_u ? AW'(SH * IW - OX - BACK) : AW'(SW - BACK);
      right = end_u ? LW'(-KX - OX) : LW'(SW - KX);
      down = end_v ? RW'(-KY - OY) : end_u ? RW'(SH - KY) : RW'(-KY);
    end else if (last) begin
      ahead = end_r ? AW'(STRIDE - SPAN) : AW'(-SPAN);
      right = LW'(-KX);
      down = RW'(-KY);
    end else if (end_x) begin
      ahead = end_y ? AW'(IH * IW - KY * IW - KX) : AW'(DH * IW - KX);
      right = LW'(-KX);
      down = end_y ? RW'(-KY) : RW'(DH);
    end
  end

  always_ff @(posedge clk) begin
    if (rst) begin
      kx <= '0;
      ky <= '0;
      c <= '0;
      ox <= '0;
      oy <= '0;
      repeats <= '0;
      plane <= '0;
      row <= RW'(-PT);
      col <= LW'(-PL);
      addr <= AW'(START);
    end else if (step) begin
      kx <= end_x ? '0 : kx + 1'b1;
      if (end_x) ky <= end_y ? '0 : ky + 1'b1;
      if (end_y) c <= last ? '0 : c + 1'b1;
      if (last) repeats <= end_r ? '0 : repeats + 1'b1;
      if (end_r) plane <= moves ? '0 : plane + 1'b1;
      if (moves) ox <= end_u ? '0 : ox + 1'b1;
      if (moves & end_u) oy <= end_v ? '0 : oy + 1'b1;
      row <= row + down;
      col <= col + right;
      addr <= done ? AW'(START) : addr + ahead;
    end
  end
endmodule
