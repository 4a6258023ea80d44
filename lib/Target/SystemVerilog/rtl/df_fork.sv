// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Gives each token to every consumer, to each as soon as it is ready: one done
// bit a consumer. (A fork that waits for all of them deadlocks earlier.)
module df_fork #(
  parameter int W = 32,
  parameter int NOUT = 2
) (
  input  logic            clk,
  input  logic            rst,
  input  logic [W-1:0]    in_data,
  input  logic            in_valid,
  output logic            in_ready,
  output logic [W-1:0]    out_data,
  output logic [NOUT-1:0] out_valid,
  input  logic [NOUT-1:0] out_ready
);
  logic [NOUT-1:0] done;

  assign out_data = in_data;
  assign out_valid = {NOUT{in_valid}} & ~done;
  assign in_ready = &(done | out_ready);

  always_ff @(posedge clk) begin
    if (rst) done <= '0;
    else if (in_valid) done <= in_ready ? '0 : (done | out_ready);
  end

`ifdef FORMAL
  // Every consumer has had as many tokens as were taken, and the present one if
  // its bit says so; a token that waits stays as it is.
  logic [3:0] taken;
  logic [NOUT-1:0] waited;
  logic held;
  logic [W-1:0] waiting;
  initial assume (rst);
  initial held = 1'b0;
  always_ff @(posedge clk) begin
    held <= ~rst & in_valid & ~in_ready;
    waited <= out_valid & ~out_ready;
    waiting <= in_data;
    if (rst) taken <= '0;
    else if (in_valid & in_ready) taken <= taken + 1'b1;
  end
  always_comb if (~rst & held) begin
    assume (in_valid);
    assume (in_data == waiting);
  end
  always_comb if (~rst) begin
    if (held) assert ((waited & ~out_valid) == '0);
    if (~held) assert (done == '0);
    if (held) assert (done != {NOUT{1'b1}});
  end
  for (genvar i = 0; i < NOUT; i++) begin : g_count
    logic [3:0] given;
    always_ff @(posedge clk) begin
      if (rst) given <= '0;
      else if (out_valid[i] & out_ready[i]) given <= given + 1'b1;
    end
    always_comb if (~rst) assert (given == taken + {3'b000, done[i]});
  end
`endif
endmodule
