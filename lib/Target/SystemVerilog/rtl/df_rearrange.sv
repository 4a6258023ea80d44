// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Takes a vector of N words, then gives M words, each the sum of TERMS of them:
//   y[m] = sat(sum of x[a]),
// where the addresses a are those of LOOPS nested loops, the outermost first. The
// first RESULTS of them count m, the others the terms. A loop that counts moves
// the address by its JUMP, which takes the loops inside of it back to their starts.
// With FLOAT words are IEEE binary32, summed in that order, each sum rounded.
module df_rearrange #(
  parameter int N = 6,
  parameter int M = 2,
  parameter int LOOPS = 2,
  parameter int RESULTS = 1,
  parameter int TERMS = 3,
  parameter int LOOP_BITS = 2,
  parameter int AW = 3,  // bits of an address
  parameter int W = 18,
  parameter int FLOAT = 0,
  parameter logic [LOOPS*LOOP_BITS-1:0] ENDS = {2'd2, 2'd1},  // the last count of each
  parameter logic [LOOPS*AW-1:0] JUMPS = {3'd2, 3'd5}
) (
  input  logic         clk,
  input  logic         rst,
  input  logic [W-1:0] in_data,
  input  logic         in_valid,
  output logic         in_ready,
  output logic [W-1:0] out_data,
  output logic         out_valid,
  input  logic         out_ready,
  output logic         sat
);
  localparam int MW = (M <= 1) ? 1 : $clog2(M);
  localparam int SW = (FLOAT != 0) ? W : W + $clog2(TERMS);
  localparam logic [AW-1:0] LAST_IN = AW'(N - 1);
  localparam logic [MW-1:0] LAST_OUT = MW'(M - 1);

  logic [W-1:0] mem[0:N-1];
  logic [AW-1:0] taken, addr, jump;
  logic [MW-1:0] given;
  logic [LOOPS*LOOP_BITS-1:0] counts;
  logic [LOOPS-1:0] at_start, at_end, counts_now;
  logic walks, reads, moves, gives, begins, ends, carry;

  assign in_ready = ~walks;
  assign moves = ~out_valid | out_ready;
  assign gives = out_valid & out_ready;

  always_comb begin
    jump = '0;
    begins = 1'b1;
    ends = 1'b1;
    for (int k = 0; k < LOOPS; k++) begin
      at_start[k] = counts[k*LOOP_BITS+:LOOP_BITS] == '0;
      at_end[k] = counts[k*LOOP_BITS+:LOOP_BITS] == ENDS[k*LOOP_BITS+:LOOP_BITS];
      if (~at_end[k]) jump = JUMPS[k*AW+:AW];  // the innermost wins
      if (k >= RESULTS) begin
        begins &= at_start[k];
        ends &= at_end[k];
      end
    end
    carry = 1'b1;
    for (int k = LOOPS - 1; k >= 0; k--) begin
      counts_now[k] = carry;
      carry &= at_end[k];
    end
  end

  // The address, then the word, then the sum.
  logic valid1, begins1, ends1;
  logic signed [W-1:0] word1;
  logic signed [SW-1:0] held, total, sum;
  logic over;
  assign held = begins1 ? '0 : sum;
  always_ff @(posedge clk) begin
    if (in_valid & in_ready) mem[taken] <= in_data;
    if (moves) begin
      word1 <= mem[addr];
      begins1 <= begins;
      ends1 <= ends;
      if (valid1) sum <= total;
    end
    if (rst) begin
      walks <= 1'b0;
      reads <= 1'b0;
      taken <= '0;
      given <= '0;
      addr <= '0;
      counts <= '0;
      valid1 <= 1'b0;
      out_valid <= 1'b0;
      sat <= 1'b0;
    end else begin
      if (in_valid & in_ready) begin
        taken <= (taken == LAST_IN) ? '0 : taken + 1'b1;
        if (taken == LAST_IN) begin
          walks <= 1'b1;
          reads <= 1'b1;
        end
      end
      if (moves) begin
        valid1 <= reads;
        out_valid <= valid1 & ends1;
        if (reads) begin
          addr <= carry ? '0 : addr + jump;
          if (carry) reads <= 1'b0;
          for (int k = 0; k < LOOPS; k++)
            if (counts_now[k])
              counts[k*LOOP_BITS+:LOOP_BITS] <= at_end[k] ? '0 : counts[k*LOOP_BITS+:LOOP_BITS] + 1'b1;
        end
      end
      if (gives) begin
        given <= (given == LAST_OUT) ? '0 : given + 1'b1;
        if (given == LAST_OUT) walks <= 1'b0;
        if (over) sat <= 1'b1;
      end
    end
  end
  if (FLOAT != 0) begin : g_float
    f32_add u_sum (.a(held), .b(word1), .y(total));
    assign out_data = sum;
    assign over = &sum[W-2-:8];
  end else begin : g_fixed
    assign total = held + SW'(word1);
    df_round #(.WI(SW), .SHIFT(0), .WO(W)) u_round (.a(sum), .y(out_data), .sat(over));
  end
endmodule
