// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Terms follow the registers, adders, choices and memories of the units in
// lib/Target/SystemVerilog/rtl. Their coefficients are measured
// (benchmarks/dataflow/calibrate.py).

#include "CostUnits.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>
#include <set>

using namespace mlir;
using namespace mlir::pcflow;

namespace {

/// Coefficients of a kind of unit.
struct CostRow {
  llvm::StringRef kind;
  llvm::SmallVector<double> lut, ff;
};

} // namespace

Cost &Cost::operator+=(const Cost &other) {
  dsp += other.dsp;
  lut += other.lut;
  ff += other.ff;
  bram += other.bram;
  return *this;
}

//===----------------------------------------------------------------------===//
// Rules of the mapping
//===----------------------------------------------------------------------===//

/// A slice of `a` (25 bits at most, or parts of 17) and one of `b` (18 bits).
static int64_t countSlices(int64_t a, int64_t b) {
  if (a < 2 || b < 2)
    return 0;
  if (a > 25) {
    int64_t parts = (a - 25 + 16) / 17;
    return parts * countSlices(18, b) + countSlices(a - 17 * parts, b);
  }
  if (b > 18) {
    int64_t parts = (b - 18 + 16) / 17;
    return parts * countSlices(a, 18) + countSlices(a, b - 17 * parts);
  }
  return 1;
}

int64_t pcflow::countMultipliers(int64_t a, int64_t b) {
  return a + b < 9 ? 0 : countSlices(std::max(a, b), std::min(a, b));
}

/// The bits of a signed constant.
static int64_t getBits(int64_t value) {
  return 65 -
         llvm::countl_zero(static_cast<uint64_t>(value < 0 ? ~value : value));
}

int64_t pcflow::countMultipliers(int64_t width, APInt value) {
  int64_t constant = value.getSExtValue();
  if (constant == 0 || llvm::isPowerOf2_64(std::abs(constant)))
    return 0;
  return countMultipliers(width, getBits(constant));
}

int64_t pcflow::log2Ceil(int64_t value) {
  return value <= 1 ? 0 : llvm::Log2_64_Ceil(value);
}

namespace {

/// One way to build a memory, and its price in memory_libmap.
struct Mapping {
  double price;
  int64_t primitives, banks;
};

/// A primitive of `bits` in `words`. Its price is partly for the bits in use.
struct Primitive {
  int64_t bits, words;
  double price, pricePerUse;
  int64_t count; // of look-up tables, or of halves of a block
};

} // namespace

/// Two parts of a memory are chosen between, for reading and for writing.
static Mapping getMapping(int64_t width, int64_t depth, int64_t reads,
                          const Primitive &primitive) {
  int64_t banks = llvm::divideCeil(depth, primitive.words);
  int64_t columns = llvm::divideCeil(width, primitive.bits);
  double used = double(width) / primitive.bits;
  double price = reads * banks *
                 (primitive.price * columns + primitive.pricePerUse * used);
  if (banks > 1)
    price += 0.5 * (reads * width * (banks - 1) + banks);
  return {price, reads * banks * columns * primitive.count, banks};
}

static Mapping getCheapest(int64_t width, int64_t depth, int64_t reads,
                           ArrayRef<Primitive> primitives) {
  std::optional<Mapping> best;
  for (const Primitive &primitive : primitives) {
    Mapping mapping = getMapping(width, depth, reads, primitive);
    if (!best || mapping.price < best->price)
      best = mapping;
  }
  return *best;
}

void Memories::add(int64_t width, int64_t depth, Read read, int64_t reads,
                   int64_t unused) {
  static const Primitive tablePrimitives[] = {{6, 32, 1, 7, 4},
                                              {3, 64, 1, 7, 4}};
  static const Primitive blockPrimitives[] = {
      {36, 512, 129, 0, 1}, {18, 1024, 129, 0, 1}, {9, 2048, 129, 0, 1},
      {4, 4096, 129, 0, 1}, {2, 8192, 129, 0, 1},  {1, 16384, 129, 0, 1},
      {72, 512, 257, 0, 2}, {36, 1024, 257, 0, 2}, {18, 2048, 257, 0, 2},
      {9, 4096, 257, 0, 2}, {4, 8192, 257, 0, 2},  {2, 16384, 257, 0, 2},
      {1, 32768, 257, 0, 2}};
  Mapping tables = getCheapest(width, depth, reads, tablePrimitives);
  Mapping blocks = getCheapest(width, depth, reads, blockPrimitives);
  // What stands around a memory has a price as well.
  double around = 2.0 * reads * (read == Read::Forwarded ? 4 : 1);
  double share = double(reads - unused) / reads;
  double bits = width * (reads - unused);
  if (read != Read::Within && blocks.price < tables.price &&
      blocks.price + around < width * depth) {
    terms.certain.bram += std::llround(share * blocks.primitives);
    slices += bits * (blocks.banks - 1);
  } else if (width * depth <= tables.price + around) {
    registers += width * depth;
    return;
  } else {
    terms.certain.lut += std::llround(share * tables.primitives);
    slices += bits * (tables.banks - 1);
    outputs += bits;
  }
  if (read == Read::Forwarded)
    forwarded += bits;
}

//===----------------------------------------------------------------------===//
// Units
//===----------------------------------------------------------------------===//

FixedType pcflow::getFormat(Value stream) {
  return dyn_cast<FixedType>(cast<StreamType>(stream.getType()).getElement());
}

int64_t pcflow::getWidth(Value stream) {
  Type element = cast<StreamType>(stream.getType()).getElement();
  if (auto word = dyn_cast<WordType>(element))
    return word.getWidth();
  return element.getIntOrFloatBitWidth();
}

int64_t pcflow::getSize(Value stream) {
  return cast<StreamType>(stream.getType()).getSize();
}

APInt pcflow::getScale(double value) {
  return APInt(64, static_cast<int64_t>(std::nearbyint(std::ldexp(value, 16))));
}

double pcflow::countChanges(ArrayRef<int64_t> knots, int64_t width) {
  std::set<std::vector<bool>> functions;
  double changes = 0;
  for (int64_t bit = 0; bit < width; ++bit) {
    std::vector<bool> function;
    for (int64_t knot : knots)
      function.push_back(knot >> bit & 1);
    if (!functions.insert(function).second)
      continue;
    for (size_t i = 1; i < function.size(); ++i)
      changes += function[i] != function[i - 1];
  }
  return changes;
}

namespace {

/// What a table needs: a product and the logic of its knots.
struct TableCost {
  int64_t dsp = 0;
  double changes = 0, bits = 0;
};

} // namespace

static TableCost getTableCost(ArrayRef<int64_t> knots, int64_t range,
                              FixedType format) {
  int64_t w = format.getWidth();
  int64_t k =
      range + format.getFraction() + 1 - llvm::Log2_64(knots.size() - 1);
  TableCost cost;
  cost.changes = countChanges(knots, w);
  cost.bits = w;
  if (k > 0)
    cost.dsp = countMultipliers(w + 1, k + 1);
  return cost;
}

/// The constant word that `value` is, if it is one.
static std::optional<int64_t> getWord(Value value, FixedType format) {
  FloatAttr constant;
  if (!matchPattern(value, m_Constant(&constant)))
    return std::nullopt;
  double limit = std::ldexp(1.0, format.getWidth() - 1);
  double word = std::nearbyint(
      std::ldexp(constant.getValueAsDouble(), format.getFraction()));
  return static_cast<int64_t>(std::min(std::max(word, -limit), limit - 1));
}

/// The bits that `value` needs: fewer if it is one of two constants.
static int64_t getBits(Value value, FixedType format) {
  if (auto select = value.getDefiningOp<arith::SelectOp>()) {
    std::optional<int64_t> yes = getWord(select.getTrueValue(), format),
                           no = getWord(select.getFalseValue(), format);
    if (yes && no)
      return std::max(getBits(*yes), getBits(*no));
  }
  return format.getWidth();
}

double pcflow::countStageBits(MapOp map, int64_t width) {
  llvm::DenseMap<Value, int64_t> stages, last;
  auto getStage = [&](Operation &op) {
    int64_t stage = 0;
    for (Value operand : op.getOperands())
      stage = std::max(stage, stages.lookup(operand));
    return stage;
  };
  double bits = 0;
  Block &block = map.getBody().front();
  for (Operation &op : block) {
    int64_t stage = isa<YieldOp>(op) ? map.getLatency() : getStage(op);
    for (Value operand : op.getOperands())
      last[operand] = std::max(last.lookup(operand), stage);
    bool ends = isa<arith::MulFOp, LookupOp>(op);
    for (Value result : op.getResults())
      stages[result] = stage + ends;
    bits += ends ? width : 0;
  }
  for (auto [value, stage] : last)
    if (!matchPattern(value, m_Constant()))
      bits += double(stage - stages.lookup(value)) *
              (value.getType().isInteger(1) ? 1 : width);
  return bits;
}

static void addMap(MapOp map, CostTerms &terms) {
  FixedType format = getFormat(map.getResult());
  double w = format.getWidth(), f = format.getFraction();
  double sums = 0, choices = 0, products = 0, slices = 0, changes = 0,
         tables = 0, shifts = 0;
  for (Operation &op : map.getBody().front()) {
    if (auto lookup = dyn_cast<LookupOp>(op)) {
      TableCost cost =
          getTableCost(lookup.getKnots(), lookup.getRange(), format);
      terms.certain.dsp += cost.dsp;
      changes += cost.changes;
      tables += w;
    } else if (isa<arith::MulFOp>(op)) {
      std::optional<int64_t> left = getWord(op.getOperand(0), format),
                             right = getWord(op.getOperand(1), format);
      int64_t multipliers =
          left    ? countMultipliers(w, APInt(64, *left, true))
          : right ? countMultipliers(w, APInt(64, *right, true))
                  : countMultipliers(getBits(op.getOperand(0), format),
                                     getBits(op.getOperand(1), format));
      terms.certain.dsp += multipliers;
      slices += std::max<int64_t>(multipliers - 1, 0) * w;
      (multipliers ? products : shifts) += 2 * w - f;
    } else if (isa<arith::AddFOp, arith::SubFOp, arith::NegFOp>(op)) {
      sums += w;
    } else if (!isa<arith::ConstantOp, YieldOp>(op)) {
      choices += w;
    }
  }
  terms.lut = {1,        double(map.getLatency()),
               sums,     choices,
               products, shifts,
               slices,   changes,
               tables};
  terms.ff = {1, double(map.getLatency()), countStageBits(map, w), slices};
}

static void addSoftmax(SoftmaxErrorOp op, CostTerms &terms) {
  FixedType format = getFormat(op.getLogits());
  int64_t w = format.getWidth(), size = getSize(op.getLogits());
  Memories memories{terms};
  memories.add(w, size, Read::Forwarded);
  memories.add(w, size, Read::Forwarded);
  double changes = 0;
  if (op.getKnots()) {
    TableCost table = getTableCost(*op.getKnots(), *op.getRange(), format);
    terms.certain.dsp += table.dsp;
    changes = table.changes;
  }
  terms.lut = {1,
               double(w),
               double(format.getFraction()),
               double(log2Ceil(size)),
               changes,
               memories.registers};
  terms.ff = {1, double(w), double(format.getFraction()),
              double(log2Ceil(size)), memories.registers};
}

/// A unit that moves an error or an activity by `step`.
static void addSteps(int64_t width, int64_t size, int64_t words, double step,
                     bool isDelay, CostTerms &terms) {
  Memories memories{terms};
  if (!isDelay) {
    for (int64_t word = 0; word < words; ++word)
      memories.add(width, size, Read::Forwarded);
    terms.certain.dsp += countMultipliers(width + 1, getScale(step));
  }
  double moves = isDelay ? 0 : width;
  terms.lut = {1, double(log2Ceil(size)), double(width), moves,
               memories.registers};
  terms.ff = {1, double(log2Ceil(size)), moves, memories.registers};
}

CostTerms pcflow::getCostTerms(Operation *unit) {
  CostTerms terms;
  auto state = dyn_cast<StateOp>(unit);
  bool isDelay = state && state.getStep().convertToDouble() == 1.0;
  if (!isDelay && computesFloats(unit) &&
      isa<MapOp, SoftmaxErrorOp, StateOp, ActivityOp, SumOp>(unit)) {
    addFloats(unit, terms);
    return terms;
  }
  auto addMemory = [&](Value stream, int64_t depth) {
    Memories memories{terms};
    memories.add(getWidth(stream), depth, Read::Forwarded);
    terms.lut = {1, double(log2Ceil(depth)), memories.registers,
                 memories.slices, memories.forwarded};
    terms.ff = {1, double(log2Ceil(depth)), memories.registers,
                memories.outputs, memories.forwarded};
  };
  llvm::TypeSwitch<Operation *>(unit)
      .Case([&](LinearOp op) {
        terms.kind = "linear";
        addLinear(op, terms);
      })
      .Case([&](ConvOp op) {
        terms.kind = "conv";
        addConv(op, terms);
      })
      .Case([&](PoolOp op) {
        terms.kind = "pool";
        addPool(op, terms);
      })
      .Case([&](RearrangeOp op) {
        terms.kind = "rearrange";
        addRearrange(op, terms);
      })
      .Case([&](MapOp op) {
        terms.kind = "map";
        addMap(op, terms);
      })
      .Case([&](SoftmaxErrorOp op) {
        terms.kind = "softmax";
        addSoftmax(op, terms);
      })
      .Case([&](StateOp op) {
        terms.kind = "state";
        double step = op.getStep().convertToDouble();
        addSteps(getWidth(op.getError()), getSize(op.getError()), 1, step,
                 step == 1.0, terms);
      })
      .Case([&](ActivityOp op) {
        terms.kind = "activity";
        addSteps(getWidth(op.getError()), getSize(op.getError()), 2,
                 op.getStep().convertToDouble(), false, terms);
      })
      .Case([&](LatchOp op) {
        terms.kind = "latch";
        addMemory(op.getInput(), getSize(op.getInput()));
      })
      .Case([&](BufferOp op) {
        terms.kind = "fifo";
        addMemory(op.getInput(), *op.getDepth());
      })
      .Case([&](FirstOp op) {
        terms.kind = "first";
        terms.lut = terms.ff = {1, double(log2Ceil(getSize(op.getInput())))};
      })
      .Case([&](ForkOp op) { // a bit for each reader
        int64_t copies = op.getCopies().size();
        terms.certain.lut += copies + 1;
        terms.certain.ff += copies;
      })
      .Case([&](SumOp op) {
        terms.kind = "sum";
        double width = getWidth(op.getSum());
        terms.lut = {1, width, width * double(op.getTerms().size() - 1)};
        terms.ff = {1};
      })
      .Case<TapOp, GateOp, SinkOp, OutputOp>([](auto) {}) // wires
      .Default([](Operation *) { llvm_unreachable("a unit without terms"); });
  return terms;
}

Cost pcflow::estimateCost(const CostTerms &terms) {
  static const std::vector<CostRow> table = {
#include "CostTable.inc"
  };
  Cost cost = terms.certain;
  auto row = llvm::find_if(
      table, [&](const CostRow &row) { return row.kind == terms.kind; });
  if (row == table.end())
    return cost;
  auto sum = [](ArrayRef<double> coefficients, ArrayRef<double> values) {
    assert(coefficients.size() == values.size() && "a table of other terms");
    double total = 0;
    for (auto [coefficient, value] : llvm::zip_equal(coefficients, values))
      total += coefficient * value;
    return std::llround(std::max(total, 0.0));
  };
  cost.lut += sum(row->lut, terms.lut);
  cost.ff += sum(row->ff, terms.ff);
  return cost;
}
