// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tables are ROMs by `case`: a file that is missing in a simulation would leave
// them empty without a word.

#include "Map.h"
#include "pc/Dialect/Dataflow/IR/Single.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace mlir::pcflow;

/// A signed literal of `width` bits.
static std::string literal(int64_t value, unsigned width) {
  return llvm::formatv("{0}{1}'sd{2}", value < 0 ? "-" : "", width,
                       value < 0 ? -static_cast<uint64_t>(value)
                                 : static_cast<uint64_t>(value));
}

/// The functions of the two ends of each piece.
static void emitKnots(llvm::ArrayRef<int64_t> knots, unsigned bits,
                      unsigned width, llvm::raw_ostream &os) {
  unsigned pieces = knots.size() - 1;
  os << llvm::formatv("  always_comb begin\n    unique case (i)\n");
  for (unsigned i = 0; i < pieces; ++i) {
    if (i + 1 == pieces)
      os << "      default: begin\n";
    else
      os << llvm::formatv("      {0}'d{1}: begin\n", bits, i);
    os << llvm::formatv("        low = {0};\n        high = {1};\n      end\n",
                        literal(knots[i], width), literal(knots[i + 1], width));
  }
  os << "    endcase\n  end\n";
}

static std::string literal(Single value) {
  return "32'h" + llvm::utohexstr(static_cast<uint32_t>(value.toWord()));
}

/// `pcflow.lookup` of floats: the piece is that of x + 2^range, in 24 bits
/// behind the point of 2^(range + 1); places of knots have their sign changed.
static void emitSingleTable(llvm::ArrayRef<int64_t> knots, int64_t range,
                            llvm::StringRef name, llvm::raw_ostream &os) {
  size_t pieces = knots.size() - 1;
  unsigned bits = llvm::Log2_64(pieces), indexBits = std::max(bits, 1u);
  os << llvm::formatv(
      R"(// A function by {0} straight pieces over [-2^{1}, 2^{1}), constant beyond.
module {2} (
  input  logic signed [31:0] x,
  output logic signed [31:0] y,
  output logic sat
);
  logic [31:0] offset, low, slope, minus_place, distance, change, piece;
  logic [23:0] share;
  logic [{3}:0] i;
  logic below, above, is_nan;
  f32_add u_offset (.a(x), .b({4}), .y(offset));
  assign is_nan = offset[30:0] > 31'h7f800000;
  assign below = offset[31];
  assign above = offset[30:23] >= 8'd{5};
  assign share = {{1'b1, offset[22:0]} >> (8'd{6} - offset[30:23]);
)",
      pieces, range, name, indexBits - 1,
      literal(Single(std::ldexp(1.0, range))), range + 128, range + 127);
  os << (bits == 0
             ? std::string("  assign i = 1'b0;\n")
             : llvm::formatv("  assign i = share[23-:{0}];\n", bits).str());
  os << "  always_comb begin\n    unique case (i)\n";
  for (size_t i = 0; i < pieces; ++i)
    os << llvm::formatv(
        "      {0}: begin low = {1}; slope = {2}; minus_place = "
        "{3}; end\n",
        i + 1 == pieces ? std::string("default")
                        : llvm::formatv("{0}'d{1}", indexBits, i).str(),
        literal(Single::fromWord(knots[i])), literal(getSlope(knots, range, i)),
        literal(-getKnotPlace(knots, range, i)));
  os << llvm::formatv(
      R"(    endcase
  end
  f32_add u_distance (.a(x), .b(minus_place), .y(distance));
  f32_mul u_change (.a(slope), .b(distance), .y(change));
  f32_add u_piece (.a(low), .b(change), .y(piece));
  assign y = is_nan ? offset : below ? {0} : above ? {1} : piece;
  assign sat = 1'b0;
  logic _unused;
  assign _unused = &{{1'b0, share};
endmodule
)",
      literal(Single::fromWord(knots.front())),
      literal(Single::fromWord(knots.back())));
}

void pcflow::emitTable(llvm::ArrayRef<int64_t> knots, int64_t range,
                       WordType word, llvm::StringRef name,
                       llvm::raw_ostream &os) {
  if (word.isFloat())
    return emitSingleTable(knots, range, name, os);
  auto format = cast<FixedType>(word);
  unsigned w = format.getWidth();
  int64_t reach = range + format.getFraction(); // log2, in last places
  unsigned bits = llvm::Log2_64(knots.size() - 1);
  int64_t k = reach + 1 - bits; // a piece has 2^k words
  // The sum x + 2^reach, wide enough for both.
  unsigned uw = std::max<int64_t>(w, reach + 1) + 2;
  unsigned ib = std::max(bits, 1u);
  os << llvm::formatv(
      R"(// A function by {0} straight pieces over [-2^{1}, 2^{1}), constant beyond.
module {2} (
  input  logic signed [{3}:0] x,
  output logic signed [{3}:0] y,
  output logic sat
);
  logic signed [{4}:0] u;
  logic [{5}:0] i;
  logic signed [{3}:0] low, high, piece;
  logic below, above;
  assign u = {6}'(x) + {7};
  assign below = u[{4}];
  assign above = ~below & (u >= {8});
)",
      knots.size() - 1, range, name, w - 1, uw - 1, ib - 1, uw,
      literal(int64_t(1) << reach, uw), literal(int64_t(2) << reach, uw));
  if (bits == 0)
    os << "  assign i = 1'b0;\n";
  else
    os << llvm::formatv("  assign i = u[{0}:{1}];\n", reach, k);
  emitKnots(knots, ib, w, os);
  if (k == 0) {
    os << "  assign piece = low;\n  assign sat = 1'b0;\n";
  } else {
    unsigned sw = w + 1, pw = sw + k + 1;
    os << llvm::formatv(
        R"(  logic signed [{0}:0] slope;
  logic signed [{1}:0] product;
  logic signed [{2}:0] change;
  logic signed [{3}:0] total;
  logic unused, over;
  assign slope = {4}'(high) - {4}'(low);
  assign product = {5}'(slope) * {5}'($signed({{1'b0, u[{6}:0]}));
  df_round #(.WI({5}), .SHIFT({7}), .WO({8})) u_change (.a(product), .y(change), .sat(unused));
  assign total = {9}'(low) + {9}'(change);
  df_round #(.WI({9}), .SHIFT(0), .WO({10})) u_y (.a(total), .y(piece), .sat(over));
  assign sat = over & ~below & ~above;
  logic _unused_change;
  assign _unused_change = unused;
)",
        sw - 1, pw - 1, pw - k, pw - k + 1, sw, pw, k - 1, k, pw - k + 1,
        pw - k + 2, w);
  }
  os << llvm::formatv(
      R"(  assign y = below ? {0} : above ? {1} : piece;
  logic _unused;
  assign _unused = &{{1'b0, u, high};
endmodule
)",
      literal(knots.front(), w), literal(knots.back(), w));
}
