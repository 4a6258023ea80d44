// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One way of a link: words, or as many zeros once the link is cut. `cut` changes
// only while nothing moves.
module df_gate #(
  parameter int W = 18
) (
  input  logic         cut,
  input  logic [W-1:0] in_data,
  input  logic         in_valid,
  output logic         in_ready,
  output logic [W-1:0] out_data,
  output logic         out_valid,
  input  logic         out_ready
);
  assign out_data = cut ? '0 : in_data;
  assign out_valid = in_valid;
  assign in_ready = out_ready;
endmodule
