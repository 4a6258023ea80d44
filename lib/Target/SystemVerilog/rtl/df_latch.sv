// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a sample leaves frozen: takes N words, then gives them `rounds` times,
// the first time as they come. With no rounds it only takes; in a strict circuit
// no rounds are one.
module df_latch #(
  parameter int W = 18,
  parameter int N = 8,
  parameter int STRICT = 0
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
  localparam int CW = $clog2(N + 1);
  localparam int AW = (N <= 1) ? 1 : $clog2(N);
  localparam logic [CW-1:0] FULL = CW'(N);
  localparam logic [CW-1:0] LAST = CW'(N - 1);

  logic [W-1:0] mem[0:N-1];
  logic [CW-1:0] taken, given;
  logic [15:0] r, times;

  assign times = (STRICT != 0 && rounds == '0) ? 16'd1 : rounds;
  assign in_ready = taken != FULL;
  assign out_valid = (times != '0) & (given < taken);
  assign out_data = mem[given[AW-1:0]];

  always_ff @(posedge clk) begin
    if (in_valid & in_ready) mem[taken[AW-1:0]] <= in_data;
    if (rst) begin
      taken <= '0;
      given <= '0;
      r <= '0;
    end else begin
      if (in_valid & in_ready) taken <= (times == '0 && taken == LAST) ? '0 : taken + 1'b1;
      if (out_valid & out_ready) begin
        given <= (given == LAST) ? '0 : given + 1'b1;
        if (given == LAST) begin
          r <= (r + 1'b1 == times) ? '0 : r + 1'b1;
          if (r + 1'b1 == times) taken <= '0;
        end
      end
    end
  end
endmodule
