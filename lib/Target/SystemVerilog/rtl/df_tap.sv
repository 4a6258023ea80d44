// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A wire that can be watched: what passes, and when. It stores nothing and
// slows nothing.
module df_tap #(
  parameter int W = 18
) (
  input  logic [W-1:0] in_data,
  input  logic         in_valid,
  output logic         in_ready,
  output logic [W-1:0] out_data,
  output logic         out_valid,
  input  logic         out_ready,
  output logic         tap_fire,
  output logic [W-1:0] tap_data
);
  assign out_data = in_data;
  assign out_valid = in_valid;
  assign in_ready = out_ready;
  assign tap_fire = in_valid & out_ready;
  assign tap_data = in_data;
endmodule
