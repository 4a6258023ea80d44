// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// softmax(y) - onehot(t): takes N words y and the class t, and gives N words.
//   e[k] = exp(y[k] - max y),   b[k] = sat(rne(e[k] 2^F / sum e)) - (k == t)
// The table of exp stands outside: from table_x to table_y without a register.
// A sample takes N + 1 cycles to take, N + 1 for the powers, and F + 3 for each word.
// With FLOAT words are IEEE binary32: differences, sums in the order of k, quotients
// and the subtraction of one are rounded; F is 25, the bits of a quotient of fractions.
module df_softmax #(
  parameter int N = 10,
  parameter int W = 18,
  parameter int F = 14,
  parameter int FLOAT = 0
) (
  input  logic                clk,
  input  logic                rst,
  input  logic [W-1:0]        y_data,
  input  logic                y_valid,
  output logic                y_ready,
  input  logic [31:0]         t_data,
  input  logic                t_valid,
  output logic                t_ready,
  output logic [W-1:0]        b_data,
  output logic                b_valid,
  input  logic                b_ready,
  output logic signed [W-1:0] table_x,
  input  logic signed [W-1:0] table_y,
  input  logic                table_sat,
  output logic                sat
);
  localparam int KW = (N <= 1) ? 1 : $clog2(N);
  localparam int TW = (FLOAT != 0) ? 25 : W + $clog2(N) + 1;  // of a divisor, and twice a remainder
  localparam int SW = (FLOAT != 0) ? W : TW;  // of the sum
  localparam int BW = $clog2(F + 2);
  localparam logic [KW-1:0] LAST = KW'(N - 1);
  localparam logic [2:0] LOAD = 3'd0, LABEL = 3'd1, POWER = 3'd2, DRAIN = 3'd3, START = 3'd4,
                         DIVIDE = 3'd5, GIVE = 3'd6;

  logic [2:0] state;
  logic [KW-1:0] k, k1;
  logic signed [W-1:0] ys[0:N-1];
  logic signed [W-1:0] es[0:N-1];
  logic signed [W-1:0] top, gap, word;
  logic valid1, over_gap, over_share, over_word, greater;
  logic [31:0] label;
  logic [SW-1:0] total, next_total;
  logic [TW-1:0] dividend, divisor, rest;
  logic [TW-2:0] taken;
  logic [BW-1:0] step;
  logic [F:0] quotient;
  logic fits;

  assign y_ready = state == LOAD;
  assign t_ready = state == LABEL;
  assign b_valid = state == GIVE;

  // Restoring division: one bit of the quotient a cycle, the first is that of 1.
  assign fits = rest >= divisor;
  assign taken = (TW - 1)'(fits ? rest - divisor : rest);
  if (FLOAT != 0) begin : g_float
    logic [W-1:0] power, share, shifted, y_key, top_key;
    logic up, is_zero, is_nan;
    logic [F:0] normal;
    logic [24:0] rounded;
    logic signed [9:0] exponent;
    assign power = es[k];
    f32_add u_gap (.a(ys[k]), .b({~top[W-1], top[W-2:0]}), .y(gap));
    f32_add u_total (.a(total), .b(table_y), .y(next_total));
    assign y_key = {~y_data[W-1], y_data[W-1] ? ~y_data[W-2:0] : y_data[W-2:0]};
    assign top_key = {~top[W-1], top[W-1] ? ~top[W-2:0] : top[W-2:0]};
    assign greater = y_key > top_key;
    assign dividend = {2'b01, power[22:0]};
    assign divisor = {2'b01, total[22:0]};
    // Fractions of 1 to 2 have a quotient of 1/2 to 2.
    assign normal = quotient[F] ? quotient : {quotient[F-1:0], 1'b0};
    assign up = normal[1] & (normal[0] | (rest != '0) | normal[2]);
    assign rounded = {1'b0, normal[F:2]} + {24'd0, up};
    assign exponent = $signed({2'b00, power[30:23]}) - $signed({2'b00, total[30:23]}) + 10'sd126 +
                      $signed({9'd0, quotient[F]}) + $signed({9'd0, rounded[24]});
    assign is_nan = &total[30:23] | (&power[30:23]) | (total[30:23] == '0);
    assign is_zero = (power[30:23] == '0) | (exponent <= 10'sd0);
    assign share = is_nan ? 32'h7fc00000 : is_zero ? '0 : {1'b0, exponent[7:0], rounded[22:0]};
    f32_add u_word (.a(share), .b(32'hbf800000), .y(shifted));
    assign word = (label == 32'(k)) ? shifted : share;
    assign over_gap = &gap[W-2-:8];
    assign over_share = &share[W-2-:8];
    assign over_word = 1'b0;
    logic _unused;
    assign _unused = &{1'b0, power[W-1], rounded[23], exponent};
  end else begin : g_fixed
    localparam int QW = ((F + 2 > W) ? F + 2 : W) + 1;
    logic signed [W:0] exact;
    logic signed [W-1:0] share;
    logic signed [QW-1:0] nearest, shifted;
    logic up;
    assign exact = (W + 1)'(ys[k]) - (W + 1)'(top);
    df_round #(.WI(W + 1), .SHIFT(0), .WO(W)) u_gap (.a(exact), .y(gap), .sat(over_gap));
    assign greater = $signed(y_data) > top;
    assign next_total = total + SW'(table_y);
    assign dividend = TW'(es[k]);
    assign divisor = total;
    // `rest` is twice the remainder when all bits are there.
    assign up = (rest > total) | ((rest == total) & quotient[0]);
    assign nearest = QW'($signed({1'b0, quotient})) + QW'($signed({1'b0, up}));
    df_round #(.WI(QW), .SHIFT(0), .WO(W)) u_share (.a(nearest), .y(share), .sat(over_share));
    assign shifted = QW'(share) - ((label == 32'(k)) ? (QW'(1) <<< F) : '0);
    df_round #(.WI(QW), .SHIFT(0), .WO(W)) u_word (.a(shifted), .y(word), .sat(over_word));
  end
  assign b_data = word;

  always_ff @(posedge clk) begin
    if (y_valid & y_ready) begin
      ys[k] <= y_data;
      if (k == '0 || greater) top <= y_data;
    end
    if (t_valid & t_ready) label <= t_data;
    table_x <= gap;
    k1 <= k;
    if (valid1) es[k1] <= table_y;
    if (state == LABEL) total <= '0;
    else if (valid1) total <= next_total;
    if (state == START) begin
      rest <= dividend;
      quotient <= '0;
      step <= '0;
    end else if (state == DIVIDE) begin
      rest <= {taken, 1'b0};
      quotient <= {quotient[F-1:0], fits};
      step <= step + 1'b1;
    end
    if (rst) begin
      state <= LOAD;
      k <= '0;
      valid1 <= 1'b0;
      sat <= 1'b0;
    end else begin
      valid1 <= state == POWER;
      if ((state == POWER & over_gap) | (valid1 & table_sat) |
          (state == GIVE & (over_share | over_word)))
        sat <= 1'b1;
      case (state)
        LOAD:
        if (y_valid) begin
          k <= (k == LAST) ? '0 : k + 1'b1;
          if (k == LAST) state <= LABEL;
        end
        LABEL: if (t_valid) state <= POWER;
        POWER: begin
          k <= (k == LAST) ? '0 : k + 1'b1;
          if (k == LAST) state <= DRAIN;
        end
        DRAIN: state <= START;
        START: state <= DIVIDE;
        DIVIDE: if (step == BW'(F)) state <= GIVE;
        GIVE:
        if (b_ready) begin
          k <= (k == LAST) ? '0 : k + 1'b1;
          state <= (k == LAST) ? LOAD : START;
        end
        default: state <= LOAD;
      endcase
    end
  end
endmodule
