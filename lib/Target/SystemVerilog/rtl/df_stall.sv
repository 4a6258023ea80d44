// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Only in simulation: withholds a channel while `stall` is set. Stands before
// a df_fifo, which does not mind a valid that falls.
module df_stall #(
  parameter int W = 18
) (
  input  logic         stall,
  input  logic [W-1:0] in_data,
  input  logic         in_valid,
  output logic         in_ready,
  output logic [W-1:0] out_data,
  output logic         out_valid,
  input  logic         out_ready
);
  assign out_data = in_data;
  assign out_valid = in_valid & ~stall;
  assign in_ready = out_ready & ~stall;
endmodule
