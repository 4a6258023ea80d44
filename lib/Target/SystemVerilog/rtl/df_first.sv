// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The N words of the first round; those of the others are taken and dropped. No
// rounds are one.
module df_first #(
  parameter int W = 18,
  parameter int N = 8
) (
  input  logic         clk,
  input  logic         rst,
  input  logic [15:0]  rounds,
  input  logic [W-1:0] in_data,
  input  logic         in_valid,
  output logic         in_ready,
  output logic [W-1:0] out_data,
  output logic         out_valid,
  input  logic         out_ready
);
  localparam int CW = (N <= 1) ? 1 : $clog2(N);
  localparam logic [CW-1:0] LAST = CW'(N - 1);
  logic [CW-1:0] k;
  logic [15:0] r;
  logic passes;

  assign passes = r == '0;
  assign out_data = in_data;
  assign out_valid = passes & in_valid;
  assign in_ready = ~passes | out_ready;

  always_ff @(posedge clk) begin
    if (rst) begin
      k <= '0;
      r <= '0;
    end else if (in_valid & in_ready) begin
      k <= (k == LAST) ? '0 : k + 1'b1;
      if (k == LAST) r <= ((rounds == '0) | (r + 1'b1 == rounds)) ? '0 : r + 1'b1;
    end
  end
endmodule
