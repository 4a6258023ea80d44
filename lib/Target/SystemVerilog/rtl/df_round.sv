// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// y = sat(rne(a / 2^SHIFT)): to the nearest, ties to even, then to the range of
// WO bits. The one place where a bit may be lost.
module df_round #(
  parameter int WI = 36,
  parameter int SHIFT = 14,
  parameter int WO = 18
) (
  input  logic signed [WI-1:0] a,
  output logic signed [WO-1:0] y,
  output logic                 sat
);
  localparam int WQ = WI - SHIFT + 1;
  logic signed [WQ-1:0] q;
  logic up;

  if (SHIFT == 0) begin : g_exact
    assign up = 1'b0;
    assign q = {a[WI-1], a} + {{(WQ - 1) {1'b0}}, up};
  end else if (SHIFT == 1) begin : g_half
    assign up = a[0] & a[1];
    assign q = {a[WI-1], a[WI-1:1]} + {{(WQ - 1) {1'b0}}, up};
  end else begin : g_many
    assign up = a[SHIFT-1] & (a[SHIFT] | (|a[SHIFT-2:0]));
    assign q = {a[WI-1], a[WI-1:SHIFT]} + {{(WQ - 1) {1'b0}}, up};
  end

  if (WQ > WO) begin : g_clamp
    assign sat = ~((&q[WQ-1:WO-1]) | ~(|q[WQ-1:WO-1]));
    assign y = sat ? {q[WQ-1], {(WO - 1) {~q[WQ-1]}}} : q[WO-1:0];
  end else begin : g_fits
    assign sat = 1'b0;
    assign y = WO'(q);
  end
endmodule
