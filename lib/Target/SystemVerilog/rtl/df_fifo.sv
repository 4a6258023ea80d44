// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A bounded channel. Both handshake outputs are functions of registers alone,
// so any composition through it is free of combinational loops.
module df_fifo #(
  parameter int W = 32,
  parameter int DEPTH = 2
) (
  input  logic         clk,
  input  logic         rst,
  input  logic [W-1:0] in_data,
  input  logic         in_valid,
  output logic         in_ready,
  output logic [W-1:0] out_data,
  output logic         out_valid,
  input  logic         out_ready
);
  localparam int AW = (DEPTH <= 1) ? 1 : $clog2(DEPTH);
  localparam logic [AW-1:0] LAST = AW'(DEPTH - 1);

  logic [W-1:0] mem[0:DEPTH-1];
  logic [AW-1:0] rp, wp;
  logic [AW:0] cnt;
  logic push, pop;

  assign in_ready = cnt != (AW + 1)'(DEPTH);
  assign out_valid = cnt != '0;
  assign out_data = mem[rp];
  assign push = in_valid & in_ready;
  assign pop = out_valid & out_ready;

  always_ff @(posedge clk) begin
    if (push) mem[wp] <= in_data;
    if (rst) begin
      rp  <= '0;
      wp  <= '0;
      cnt <= '0;
    end else begin
      if (push) wp <= (wp == LAST) ? '0 : wp + 1'b1;
      if (pop) rp <= (rp == LAST) ? '0 : rp + 1'b1;
      if (push & ~pop) cnt <= cnt + 1'b1;
      else if (pop & ~push) cnt <= cnt - 1'b1;
    end
  end

`ifdef FORMAL
  // One token, chosen freely, is followed from push to pop: it comes out as it
  // went in, after those before it. The first assertions make it inductive.
  (* anyconst *) logic [W-1:0] value;
  (* anyseq *) logic pick;
  logic watched, waited;
  logic [AW:0] ahead;
  logic [AW-1:0] slot;
  logic [W-1:0] waiting;
  logic [AW+1:0] used, place;
  assign used = {2'b00, rp} + {1'b0, cnt};
  assign place = {2'b00, rp} + {1'b0, ahead};
  initial assume (rst);
  always_ff @(posedge clk) begin
    waited  <= ~rst & out_valid & ~out_ready;
    waiting <= out_data;
    if (rst) watched <= 1'b0;
    else if (~watched & pick & push & (in_data == value)) begin
      watched <= 1'b1;
      ahead <= pop ? cnt - 1'b1 : cnt;
      slot <= wp;
    end else if (watched & pop) begin
      watched <= ahead != '0;
      ahead <= ahead - 1'b1;
    end
  end
  initial begin
    watched = 1'b0;
    waited  = 1'b0;
  end
  always_comb if (~rst) begin
    assert (cnt <= (AW + 1)'(DEPTH));
    assert (rp <= LAST);
    assert (wp <= LAST);
    assert ({2'b00, wp} == ((used >= (AW + 2)'(DEPTH)) ? used - (AW + 2)'(DEPTH) : used));
    if (watched) begin
      assert (ahead < cnt);
      assert ({2'b00, slot} == ((place >= (AW + 2)'(DEPTH)) ? place - (AW + 2)'(DEPTH) : place));
      assert (mem[slot] == value);
      if (ahead == '0) assert (out_data == value);
    end
    if (waited) begin
      assert (out_valid);
      assert (out_data == waiting);
    end
  end
`endif
endmodule
