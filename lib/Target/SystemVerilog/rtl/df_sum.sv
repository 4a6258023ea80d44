// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The sum of the messages of all children: exact, saturated once. With FLOAT words
// are IEEE binary32, and the sum of the first two is rounded, and so on.
module df_sum #(
  parameter int W = 18,
  parameter int NIN = 2,
  parameter int FLOAT = 0
) (
  input  logic              clk,
  input  logic              rst,
  input  logic [NIN*W-1:0]  in_data,
  input  logic [NIN-1:0]    in_valid,
  output logic [NIN-1:0]    in_ready,
  output logic [W-1:0]      out_data,
  output logic              out_valid,
  input  logic              out_ready,
  output logic              sat
);
  logic over;
  if (FLOAT != 0) begin : g_float
    f32_chain #(.N(NIN)) u_sum (.start('0), .terms(in_data), .y(out_data));
    assign over = &out_data[W-2-:8];
  end else begin : g_fixed
    localparam int AW = W + $clog2(NIN) + 1;
    logic signed [AW-1:0] total;
    always_comb begin
      total = '0;
      for (int i = 0; i < NIN; i++) total += AW'($signed(in_data[i*W+:W]));
    end
    df_round #(.WI(AW), .SHIFT(0), .WO(W)) u_round (.a(total), .y(out_data), .sat(over));
  end

  assign out_valid = &in_valid;
  assign in_ready = {NIN{out_valid & out_ready}};

  always_ff @(posedge clk) begin
    if (rst) sat <= 1'b0;
    else if (out_valid & out_ready & over) sat <= 1'b1;
  end
endmodule
