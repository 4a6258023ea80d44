// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Dialect/Dataflow/Analysis/Ranges.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "pc/Dialect/Dataflow/IR/Channels.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

using namespace mlir;
using namespace mlir::pcflow;

namespace {

struct Interval {
  double low = 0, high = 0;
};

class RangeAnalysis {
public:
  RangeAnalysis(GraphOp graph, double inputs)
      : graph(graph), inputs(inputs),
        format(cast<FixedType>(getWordType(graph))) {
    unit = std::ldexp(1.0, -int(format.getFraction()));
    facts.limit =
        std::ldexp(1.0, int(format.getWidth() - format.getFraction()) - 1);
  }

  RangeFacts run();

private:
  void runRound(int64_t round);
  bool visit(Operation *op, int64_t round);
  bool visitLearner(LearnerOpInterface op);
  bool visitPool(PoolOp op);
  bool visitActivity(ActivityOp op, int64_t round);
  Interval evaluate(MapOp op, ArrayRef<Interval> inputs);
  Interval lookup(LookupOp op, Interval x);
  void step();

  /// Whether the word is known by now, in this round.
  bool has(Value stream) { return known.count(getSource(stream)); }
  Interval get(Value stream) { return known.lookup(getSource(stream)); }
  /// Notes a result, which the unit saturates.
  bool set(Operation *op, Value result, Interval range, bool rounds);
  Interval settle(Operation *op, Interval range, bool rounds);
  double getNumber(int64_t word) const { return word * unit; }

  GraphOp graph;
  double inputs;
  FixedType format;
  double unit = 0;
  RangeFacts facts;
  // Looked up by source or unit, never iterated.
  llvm::DenseMap<Value, Interval> known;
  llvm::DenseMap<Operation *, Interval> states; // of this round
};

} // namespace

static Interval add(Interval a, Interval b) {
  return {a.low + b.low, a.high + b.high};
}
static Interval negate(Interval a) { return {-a.high, -a.low}; }

static Interval scale(double factor, Interval a) {
  return factor < 0 ? Interval{factor * a.high, factor * a.low}
                    : Interval{factor * a.low, factor * a.high};
}

static Interval multiply(Interval a, Interval b) {
  auto [low, high] = std::minmax(
      {a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high});
  return {low, high};
}

static Interval unite(Interval a, Interval b) {
  return {std::min(a.low, b.low), std::max(a.high, b.high)};
}

Interval RangeAnalysis::settle(Operation *op, Interval range, bool rounds) {
  if (rounds)
    range = add(range, {-unit / 2, unit / 2});
  facts.largest = std::max({facts.largest, -range.low, range.high});
  // What rounds to the greatest word is not saturated by that.
  double most = facts.limit - unit;
  if (range.low < -facts.limit - unit / 2 || range.high > most + unit / 2)
    facts.saturating.insert(op);
  return {std::max(range.low, -facts.limit), std::min(range.high, most)};
}

bool RangeAnalysis::set(Operation *op, Value result, Interval range,
                        bool rounds) {
  return known.try_emplace(result, settle(op, range, rounds)).second;
}

/// With pads, a window shows zeros as well.
static bool hasPads(WindowAttr window) {
  return llvm::any_of(window.getPads(), [](int64_t pad) { return pad != 0; });
}

bool RangeAnalysis::visitLearner(LearnerOpInterface op) {
  auto conv = dyn_cast<ConvOp>(*op);
  int64_t rows = op.getRows(), columns = op.getColumns();
  int64_t taps = conv ? conv.getWindow().getTaps() : 1;
  ArrayRef<int64_t> words = *op.getWeightsOp().getInitial();
  bool changed = false;
  if (has(op->getOperand(0)) && !known.count(op->getResult(0))) {
    Interval x = get(op->getOperand(0)), all;
    if (conv && hasPads(conv.getWindow()))
      x = unite(x, Interval());
    for (int64_t row = 0; row < rows; ++row) {
      Interval y;
      if (WeightsOp bias = op.getBiasOp()) {
        double start = getNumber((*bias.getInitial())[row]);
        y = {start, start};
      }
      for (int64_t column = 0; column < columns; ++column)
        y = add(y, scale(getNumber(words[row * columns + column]), x));
      all = row ? unite(all, y) : y;
    }
    changed |= set(op, op->getResult(0), all, /*rounds=*/true);
  }
  Value message = op.getMessage();
  if (!message || !has(op.getError()) || known.count(message))
    return changed;
  Interval d = get(op.getError()), all;
  if (conv) // a word may be under fewer taps than there are
    d = unite(d, Interval());
  int64_t channels = columns / taps;
  int64_t groupRows = conv ? conv.getGroupRows() : rows;
  for (int64_t first = 0; first < rows; first += groupRows)
    for (int64_t channel = 0; channel < channels; ++channel) {
      Interval g;
      for (int64_t row = first; row < first + groupRows; ++row)
        for (int64_t tap = 0; tap < taps; ++tap)
          g = add(
              g,
              scale(getNumber(words[row * columns + channel * taps + tap]), d));
      all = first || channel ? unite(all, g) : g;
    }
  return set(op, message, all, /*rounds=*/true) || changed;
}

bool RangeAnalysis::visitPool(PoolOp op) {
  double taps = op.getWindow().getTaps();
  bool changed = false;
  if (has(op.getInput()) && !known.count(op.getPrediction())) {
    Interval x = get(op.getInput());
    if (!op.getMax())
      x = scale(taps, hasPads(op.getWindow()) ? unite(x, Interval()) : x);
    changed |= set(op, op.getPrediction(), x, /*rounds=*/false);
  }
  if (has(op.getError()) && !known.count(op.getMessage()))
    changed |=
        set(op, op.getMessage(), scale(taps, unite(get(op.getError()), {})),
            /*rounds=*/false);
  return changed;
}

bool RangeAnalysis::visitActivity(ActivityOp op, int64_t round) {
  if (!has(op.getPrediction()) || known.count(op.getError()))
    return false;
  Interval mu = get(op.getPrediction());
  Interval v = round ? states[op] : mu;
  set(op, op.getValue(), v, /*rounds=*/false);
  return set(op, op.getError(), round ? add(mu, negate(v)) : Interval(),
             /*rounds=*/false);
}

Interval RangeAnalysis::lookup(LookupOp op, Interval x) {
  ArrayRef<int64_t> knots = op.getKnots();
  double segments = knots.size() - 1;
  auto placeOf = [&](double word) {
    double place =
        (std::ldexp(word, -int(op.getRange())) + 1.0) * (segments / 2.0);
    return std::min(std::max(place, 0.0), segments);
  };
  auto valueAt = [&](double place) {
    auto index = static_cast<int64_t>(std::min(place, segments - 1));
    double left = getNumber(knots[index]), right = getNumber(knots[index + 1]);
    return left + (right - left) * (place - index);
  };
  double first = placeOf(x.low), last = placeOf(x.high);
  Interval y{valueAt(first), valueAt(first)};
  y = unite(y, {valueAt(last), valueAt(last)});
  for (auto knot = static_cast<int64_t>(std::ceil(first)); knot <= last; ++knot)
    y = unite(y, {getNumber(knots[knot]), getNumber(knots[knot])});
  return y;
}

Interval RangeAnalysis::evaluate(MapOp op, ArrayRef<Interval> words) {
  llvm::DenseMap<Value, Interval> ranges;
  Block &block = op.getBody().front();
  for (auto [argument, range] : llvm::zip_equal(block.getArguments(), words))
    ranges[argument] = range;
  for (Operation &inside : block.without_terminator()) {
    auto x = [&](unsigned index) { return ranges[inside.getOperand(index)]; };
    auto exact = [&](Interval range) { return settle(op, range, false); };
    auto rounded = [&](Interval range) { return settle(op, range, true); };
    ranges[inside.getResult(0)] =
        llvm::TypeSwitch<Operation *, Interval>(&inside)
            .Case([&](arith::ConstantOp constant) {
              auto number = dyn_cast<FloatAttr>(constant.getValue());
              double value = number ? number.getValueAsDouble() : 0.0;
              return rounded({value, value});
            })
            .Case([&](arith::AddFOp) { return exact(add(x(0), x(1))); })
            .Case([&](arith::SubFOp) { return exact(add(x(0), negate(x(1)))); })
            .Case([&](arith::NegFOp) { return exact(negate(x(0))); })
            .Case([&](arith::MulFOp) { return rounded(multiply(x(0), x(1))); })
            .template Case<arith::MaximumFOp, arith::MaxNumFOp>([&](auto) {
              return Interval{std::max(x(0).low, x(1).low),
                              std::max(x(0).high, x(1).high)};
            })
            .template Case<arith::MinimumFOp, arith::MinNumFOp>([&](auto) {
              return Interval{std::min(x(0).low, x(1).low),
                              std::min(x(0).high, x(1).high)};
            })
            .Case([&](arith::SelectOp) { return unite(x(1), x(2)); })
            .Case([&](LookupOp table) { return rounded(lookup(table, x(0))); })
            .Default([](Operation *) { return Interval(); }); // a truth value
  }
  return ranges[block.getTerminator()->getOperand(0)];
}

/// Whether it added what was not known of this round.
bool RangeAnalysis::visit(Operation *op, int64_t round) {
  if (auto learner = dyn_cast<LearnerOpInterface>(op))
    return visitLearner(learner);
  if (auto pool = dyn_cast<PoolOp>(op))
    return visitPool(pool);
  if (auto activity = dyn_cast<ActivityOp>(op))
    return visitActivity(activity, round);
  if (auto state = dyn_cast<StateOp>(op))
    return set(op, state.getError(), states[op], /*rounds=*/false);
  if (!op->getNumResults() || known.count(op->getResult(0)) ||
      !llvm::all_of(op->getOperands(), [&](Value x) { return has(x); }))
    return false;
  Interval range =
      llvm::TypeSwitch<Operation *, Interval>(op)
          .Case([&](MapOp map) {
            return evaluate(
                map, llvm::map_to_vector(map.getInputs(),
                                         [&](Value x) { return get(x); }));
          })
          .Case([&](SumOp sum) {
            Interval total;
            for (Value term : sum.getTerms())
              total = add(total, get(term));
            return total;
          })
          .Case([&](RearrangeOp rearrange) {
            return scale(rearrange.getTerms(), get(rearrange.getInput()));
          })
          .Case([](SoftmaxErrorOp) { return Interval{-1, 1}; })
          .Case([&](GateOp gate) {
            return unite(get(gate.getInput()), Interval()); // where it is cut
          })
          .Default([&](Operation *) { return get(op->getOperand(0)); });
  for (Value result : op->getResults())
    set(op, result, range, /*rounds=*/false);
  return true;
}

void RangeAnalysis::runRound(int64_t round) {
  known.clear();
  double most = std::min(inputs, facts.limit);
  for (Value argument : graph.getBody().getArguments())
    known[argument] = {-most, std::min(most, facts.limit - unit)};
  // States and activities of the round are given, so this comes to an end.
  for (bool changed = true; changed;) {
    changed = false;
    for (UnitOpInterface op : getUnits(graph))
      changed |= visit(op, round);
  }
}

/// What states and activities are in the next round.
void RangeAnalysis::step() {
  llvm::DenseMap<Operation *, Interval> next;
  graph.walk([&](Operation *op) {
    if (auto state = dyn_cast<StateOp>(op)) {
      double factor = state.getStep().convertToDouble();
      Interval moved = add(scale(1 - factor, states[op]),
                           scale(factor, get(state.getMessage())));
      next[op] = settle(op, moved, /*rounds=*/factor != 1);
    } else if (auto activity = dyn_cast<ActivityOp>(op)) {
      double factor = activity.getStep().convertToDouble();
      Interval change = add(known.lookup(activity.getError()),
                            negate(get(activity.getMessage())));
      next[op] = settle(
          op, add(known.lookup(activity.getValue()), scale(factor, change)),
          /*rounds=*/true);
    }
  });
  states = std::move(next);
}

RangeFacts RangeAnalysis::run() {
  facts.inputsFit = inputs <= facts.limit - unit;
  for (int64_t round = 0, last = graph.getIterations(); round <= last;
       ++round) {
    runRound(round);
    if (round != last)
      step();
  }
  int64_t most = int64_t(1) << (format.getWidth() - 1);
  graph.walk([&](LearnerOpInterface op) {
    for (WeightsOp memory : {op.getWeightsOp(), op.getBiasOp()})
      if (memory && llvm::any_of(*memory.getInitial(), [&](int64_t word) {
            return word == -most || word == most - 1;
          }))
        facts.saturating.insert(op);
  });
  return std::move(facts);
}

RangeFacts pcflow::analyzeRanges(GraphOp graph, double inputs) {
  return RangeAnalysis(graph, inputs).run();
}
