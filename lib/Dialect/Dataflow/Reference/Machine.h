// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All units of a circuit, fired until nothing moves. Streams carry whole
// vectors here: only their order matters.

#ifndef PC_LIB_DIALECT_DATAFLOW_REFERENCE_MACHINE_H
#define PC_LIB_DIALECT_DATAFLOW_REFERENCE_MACHINE_H

#include "Arithmetic.h"
#include "pc/Dialect/Dataflow/IR/Channels.h"
#include "llvm/ADT/TypeSwitch.h"
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace mlir::pcflow {

template <class Arithmetic> class Machine {
public:
  using Word = typename Arithmetic::Word;
  using Sum = typename Arithmetic::Sum;
  using Vector = std::vector<Word>;

  /// Without rounds nothing is learned: a strict graph does one so, others only
  /// predict.
  Machine(GraphOp graph, Arithmetic arithmetic, int64_t rounds)
      : arithmetic(arithmetic), graph(graph),
        rounds(graph.getStrict() ? std::max<int64_t>(rounds, 1) : rounds),
        learns(rounds != 0), units(getUnits(graph)) {
    for (UnitOpInterface unit : units)
      queues[unit].resize(unit->getNumOperands());
    for (UnitOpInterface unit : units)
      for (Value result : unit->getResults())
        readers[result] = getConsumers(result);
    for (Value argument : graph.getBody().getArguments())
      readers[argument] = getConsumers(argument);
  }

  void setWeights(const std::string &name, Vector words) {
    weights[name] = std::move(words);
  }
  const std::map<std::string, Vector> &getWeights() const { return weights; }

  void beginBatch() {
    gradients.clear();
    taps.clear();
    outputs.clear();
    sample = 0;
  }

  /// One sample; the last of a batch updates the weights.
  void run(const std::vector<Vector> &inputs) {
    for (UnitOpInterface unit : units)
      phases[unit] = 0;
    for (auto [argument, words] :
         llvm::zip_equal(graph.getBody().getArguments(), inputs))
      give(argument, words);
    for (bool moved = true; moved;) {
      moved = false;
      for (UnitOpInterface unit : units)
        while (fire(unit))
          moved = true;
    }
    ++sample;
  }

  Arithmetic arithmetic;
  std::set<std::string> cuts;                               // links
  std::map<std::string, std::vector<Vector>> taps, outputs; // of the batch
  std::map<std::string, std::vector<double>> gradients;     // before the update

private:
  void give(Value source, const Vector &words) {
    for (OpOperand *reader : readers[source])
      queues[reader->getOwner()][reader->getOperandNumber()].push_back(words);
  }
  bool has(Operation *unit, unsigned operand) {
    return !queues[unit][operand].empty();
  }
  Vector take(Operation *unit, unsigned operand) {
    Vector words = std::move(queues[unit][operand].front());
    queues[unit][operand].pop_front();
    return words;
  }

  bool fire(Operation *unit) {
    if (auto learner = dyn_cast<LearnerOpInterface>(unit))
      return fireLearner(learner);
    if (auto pool = dyn_cast<PoolOp>(unit))
      return firePool(pool);
    if (auto state = dyn_cast<StateOp>(unit))
      return fireState(state);
    if (auto activity = dyn_cast<ActivityOp>(unit))
      return fireActivity(activity);
    for (unsigned operand : llvm::seq(unit->getNumOperands()))
      if (!has(unit, operand))
        return false;
    std::vector<Vector> inputs;
    for (unsigned operand : llvm::seq(unit->getNumOperands()))
      inputs.push_back(take(unit, operand));
    llvm::TypeSwitch<Operation *>(unit)
        .Case([&](MapOp op) { give(op.getResult(), apply(op, inputs)); })
        .Case([&](SumOp op) { give(op.getSum(), add(inputs)); })
        .Case([&](RearrangeOp op) {
          give(op.getResult(), rearrange(op, inputs[0]));
        })
        .Case([&](LatchOp op) {
          for (int64_t round = 0; round < rounds; ++round)
            give(op.getResult(), inputs[0]);
        })
        .Case([&](FirstOp op) {
          if (phases[op]++ == 0)
            give(op.getResult(), inputs[0]);
        })
        .Case([&](SoftmaxErrorOp op) {
          give(op.getError(), differ(op, inputs[0], inputs[1]));
        })
        .Case([&](GateOp op) {
          if (cuts.count(op.getLink().str()))
            inputs[0].assign(inputs[0].size(), Word());
          give(op.getResult(), inputs[0]);
        })
        .Case([&](TapOp op) {
          taps[op.getLabel().str()].push_back(inputs[0]);
          give(op.getResult(), inputs[0]);
        })
        .Case([&](OutputOp op) {
          outputs[op.getLabel().str()].push_back(inputs[0]);
        })
        .Default([&](Operation *op) { // forks, buffers, sinks
          for (Value result : op->getResults())
            give(result, inputs[0]);
        });
    return true;
  }

  /// `use(output, weight, input)`: which word of `y` gets which weight times
  /// which word of `x`, in the order in which sums of floats take them.
  template <class Use> static void forEachProduct(Operation *op, Use use) {
    auto learner = cast<LearnerOpInterface>(op);
    int64_t rows = learner.getRows(), columns = learner.getColumns();
    auto conv = dyn_cast<ConvOp>(op);
    if (!conv) {
      for (int64_t row = 0; row < rows; ++row)
        for (int64_t column = 0; column < columns; ++column)
          use(row, row * columns + column, column);
      return;
    }
    WindowAttr window = conv.getWindow();
    int64_t positions = window.getPositions(), taps = window.getTaps();
    int64_t channel = window.getImage()[1] * window.getImage()[2];
    for (int64_t position = 0; position < positions; ++position)
      for (int64_t row = 0; row < rows; ++row) {
        int64_t first = row / conv.getGroupRows() * conv.getGroupChannels();
        for (int64_t column = 0; column < columns; ++column)
          if (auto word = window.getWord(position, column % taps))
            use(row * positions + position, row * columns + column,
                (first + column / taps) * channel + *word);
      }
  }

  /// Of a unit with rounds: x, then an error in every round; strictly, x and an
  /// error in every round. False: what is next is not there.
  bool beginPhase(Operation *op, bool &predicts, bool &isLast) {
    int64_t &phase = phases[op];
    int64_t count = graph.getStrict() ? 2 * rounds : rounds + 1;
    predicts = graph.getStrict() ? phase % 2 == 0 : phase == 0;
    if (phase == count || !has(op, predicts ? 0 : 1))
      return false;
    isLast = ++phase == count;
    return true;
  }

  bool firePool(PoolOp op) {
    bool predicts, isLast;
    if (!beginPhase(op, predicts, isLast))
      return false;
    WindowAttr window = op.getWindow();
    int64_t positions = window.getPositions(), taps = window.getTaps();
    int64_t channel = window.getImage()[1] * window.getImage()[2];
    Vector words = take(op, predicts ? 0 : 1);
    std::vector<int64_t> &winners = this->winners[op];
    size_t results = op.getPrediction().getType().getSize();
    if (predicts)
      winners.assign(results, -1);
    std::vector<Sum> sums(predicts ? results : window.getImageSize());
    for (int64_t result = 0; result < int64_t(results); ++result)
      for (int64_t tap = 0; tap < taps; ++tap) {
        auto place = window.getWord(result % positions, tap);
        if (!place)
          continue;
        int64_t word = result / positions * channel + *place;
        int64_t &winner = winners[result];
        if (predicts &&
            (winner < 0 || arithmetic.compare(arith::CmpFPredicate::OGT,
                                              words[word], words[winner])))
          winner = word;
        if (predicts && op.getMax())
          sums[result] = words[winner];
        else if (predicts)
          sums[result] += words[word];
        else if (!op.getMax() || word == winner)
          sums[word] += words[result];
      }
    Vector settled;
    for (Sum sum : sums)
      settled.push_back(arithmetic.settle(sum));
    give(predicts ? op.getPrediction() : op.getMessage(), settled);
    return true;
  }

  bool fireLearner(LearnerOpInterface op) {
    bool predicts, isLast;
    if (!beginPhase(op, predicts, isLast))
      return false;
    const Vector &matrix = weights[op.getWeightsAttr().getValue().str()];
    if (predicts) {
      memory[op] = take(op, 0);
      give(op->getResult(0), predict(op, matrix, memory[op]));
      return true;
    }
    Vector d = take(op, 1);
    if (op.getMessage()) {
      std::vector<Sum> sums(memory[op].size());
      forEachProduct(op, [&](int64_t output, int64_t weight, int64_t input) {
        sums[input] += arithmetic.product(matrix[weight], d[output]);
      });
      give(op.getMessage(), settleProducts(sums));
    }
    if (isLast && op.getRateAttr() && learns)
      learn(op, d);
    return true;
  }

  Vector predict(LearnerOpInterface op, const Vector &matrix, const Vector &x) {
    int64_t positions = op.getPositions();
    std::vector<Sum> sums(op.getRows() * positions);
    if (op.getBiasAttr()) {
      const Vector &bias = weights[op.getBiasAttr().getValue().str()];
      for (size_t i = 0; i < sums.size(); ++i)
        sums[i] = arithmetic.widen(bias[i / positions]);
    }
    forEachProduct(op, [&](int64_t output, int64_t weight, int64_t input) {
      sums[output] += arithmetic.product(matrix[weight], x[input]);
    });
    return settleProducts(sums);
  }

  Vector settleProducts(const std::vector<Sum> &sums) {
    Vector words;
    for (Sum sum : sums)
      words.push_back(arithmetic.settleProduct(sum));
    return words;
  }

  void learn(LearnerOpInterface op, const Vector &d) {
    const Vector &x = memory[op];
    int64_t positions = op.getPositions();
    std::vector<Sum> &sums = matrixSums[op], &biasSums = this->biasSums[op];
    sums.resize(op.getRows() * op.getColumns());
    biasSums.resize(op.getRows());
    forEachProduct(op, [&](int64_t output, int64_t weight, int64_t input) {
      sums[weight] += arithmetic.product(d[output], x[input]);
    });
    for (size_t i = 0; i < d.size(); ++i)
      biasSums[i / positions] += d[i];
    if (sample + 1 < int64_t(graph.getBatch()))
      return;
    update(op, op.getWeightsAttr().getValue().str(), sums);
    if (op.getBiasAttr()) {
      for (Sum &sum : biasSums)
        sum = arithmetic.widen(sum);
      update(op, op.getBiasAttr().getValue().str(), biasSums);
    }
    sums.clear();
    biasSums.clear();
  }

  /// A step of a parameter, from sums of products.
  void update(LearnerOpInterface op, const std::string &name,
              const std::vector<Sum> &sums) {
    auto rate = arithmetic.factor(op.getRateAttr().getValueAsDouble());
    std::vector<double> &gradient = gradients[name];
    for (Sum sum : sums)
      gradient.push_back(arithmetic.productToNumber(sum));
    if (!op.getMomentumAttr()) {
      for (auto [word, sum] : llvm::zip_equal(weights[name], sums))
        word = arithmetic.settle(word - arithmetic.scaleProduct(rate, sum));
      return;
    }
    auto momentum = arithmetic.factor(op.getMomentumAttr().getValueAsDouble());
    Vector &velocities = weights[name + velocitySuffix.str()];
    for (auto [word, velocity, sum] :
         llvm::zip_equal(weights[name], velocities, sums)) {
      velocity = arithmetic.accelerate(momentum, velocity, sum);
      word = arithmetic.settle(word - arithmetic.scale(rate, velocity));
    }
  }

  bool fireState(StateOp op) {
    int64_t &phase = phases[op];
    size_t size = op.getMessage().getType().getSize();
    if (!phase) {
      ++phase;
      memory[op] = Vector(size);
      give(op.getError(), memory[op]);
      return true;
    }
    if (phase > rounds || !has(op, 0))
      return false;
    Vector message = take(op, 0);
    if (phase++ == rounds)
      return true; // of the round that learns
    double step = op.getStep().convertToDouble();
    for (auto [d, g] : llvm::zip_equal(memory[op], message))
      d = step == 1.0
              ? g
              : arithmetic.settle(d + arithmetic.scale(arithmetic.factor(step),
                                                       Sum(g) - Sum(d)));
    give(op.getError(), memory[op]);
    return true;
  }

  bool fireActivity(ActivityOp op) {
    int64_t &phase = phases[op];
    bool takesMessage = phase % 2 == 1;
    if (phase == 2 * rounds || !has(op, takesMessage ? 1 : 0))
      return false;
    Vector &value = memory[op], &error = errors[op];
    Vector words = take(op, takesMessage ? 1 : 0);
    if (phase == 0) {
      value = words;
      error.assign(words.size(), Word());
      give(op.getValue(), value);
      give(op.getError(), error);
    } else if (!takesMessage) {
      for (auto [d, mu, v] : llvm::zip_equal(error, words, value))
        d = arithmetic.settle(Sum(mu) - Sum(v));
      give(op.getError(), error);
    } else if (phase + 1 < 2 * rounds) {
      auto step = arithmetic.factor(op.getStep().convertToDouble());
      for (auto [v, d, g] : llvm::zip_equal(value, error, words))
        v = arithmetic.settle(v + arithmetic.scale(step, Sum(d) - Sum(g)));
      give(op.getValue(), value);
    }
    ++phase;
    return true;
  }

  Vector add(const std::vector<Vector> &terms) {
    Vector result;
    for (size_t i = 0; i < terms.front().size(); ++i) {
      Sum sum{};
      for (const Vector &term : terms)
        sum += term[i];
      result.push_back(arithmetic.settle(sum));
    }
    return result;
  }

  Vector rearrange(RearrangeOp op, const Vector &words) {
    ArrayRef<int64_t> sizes = op.getSizes();
    std::vector<Sum> sums(op.getResult().getType().getSize());
    int64_t steps = 1;
    for (int64_t size : sizes)
      steps *= size;
    for (int64_t step = 0; step < steps; ++step) {
      int64_t from = 0, to = 0, rest = step;
      for (size_t loop = sizes.size(); loop-- > 0; rest /= sizes[loop]) {
        from += rest % sizes[loop] * op.getFrom()[loop];
        to += rest % sizes[loop] * op.getTo()[loop];
      }
      sums[to] += words[from];
    }
    Vector result;
    for (Sum sum : sums)
      result.push_back(arithmetic.settle(sum));
    return result;
  }

  Vector differ(SoftmaxErrorOp op, const Vector &logits, const Vector &label) {
    double error =
        op.getTableError() ? op.getTableError()->convertToDouble() : 0.0;
    Word top = logits.front();
    for (Word logit : logits)
      top = arithmetic.extremum(top, logit, /*least=*/false, false);
    Vector powers, result;
    Sum total{};
    for (Word logit : logits) {
      powers.push_back(
          arithmetic.lookup(arithmetic.settle(Sum(logit) - Sum(top)),
                            *op.getKnots(), *op.getRange(), error));
      total += powers.back();
    }
    for (auto [k, power] : llvm::enumerate(powers)) {
      Word share = arithmetic.divide(power, total);
      bool isLabel = arithmetic.toIndex(label[0]) == int64_t(k);
      result.push_back(
          isLabel ? arithmetic.settle(Sum(share) - arithmetic.one()) : share);
    }
    return result;
  }

  Vector apply(MapOp op, const std::vector<Vector> &inputs) {
    Vector result;
    Block &block = op.getBody().front();
    for (size_t i = 0; i < inputs.front().size(); ++i) {
      llvm::DenseMap<Value, Word> words;
      for (auto [argument, input] :
           llvm::zip_equal(block.getArguments(), inputs))
        words[argument] = input[i];
      for (Operation &inside : block.without_terminator())
        words[inside.getResult(0)] = compute(&inside, words);
      result.push_back(words[block.getTerminator()->getOperand(0)]);
    }
    return result;
  }

  /// Bits among the words of a map.
  Word fromBit(bool bit) { return bit ? arithmetic.fromWord(1) : Word(); }
  bool isBit(Word word) { return fromBit(true) == word; }

  Word compute(Operation *op, llvm::DenseMap<Value, Word> &words) {
    auto x = [&](unsigned operand) { return words[op->getOperand(operand)]; };
    return llvm::TypeSwitch<Operation *, Word>(op)
        .Case([&](arith::ConstantOp constant) -> Word {
          if (auto number = dyn_cast<FloatAttr>(constant.getValue()))
            return arithmetic.constant(number.getValueAsDouble());
          return fromBit(cast<BoolAttr>(constant.getValue()).getValue());
        })
        .Case([&](arith::AddFOp) {
          return arithmetic.settle(Sum(x(0)) + Sum(x(1)));
        })
        .Case([&](arith::SubFOp) {
          return arithmetic.settle(Sum(x(0)) - Sum(x(1)));
        })
        .Case([&](arith::NegFOp) { return arithmetic.settle(-Sum(x(0))); })
        .Case([&](arith::MulFOp) {
          return arithmetic.settleProduct(arithmetic.product(x(0), x(1)));
        })
        .template Case<arith::MaximumFOp, arith::MaxNumFOp>([&](auto) {
          return arithmetic.extremum(x(0), x(1), /*least=*/false,
                                     isa<arith::MaxNumFOp>(op));
        })
        .template Case<arith::MinimumFOp, arith::MinNumFOp>([&](auto) {
          return arithmetic.extremum(x(0), x(1), /*least=*/true,
                                     isa<arith::MinNumFOp>(op));
        })
        .Case([&](arith::SelectOp) { return isBit(x(0)) ? x(1) : x(2); })
        .Case([&](arith::CmpFOp cmp) {
          return fromBit(arithmetic.compare(cmp.getPredicate(), x(0), x(1)));
        })
        .Case([&](LookupOp table) {
          double error =
              table.getError() ? table.getError()->convertToDouble() : 0.0;
          return arithmetic.lookup(x(0), table.getKnots(), table.getRange(),
                                   error);
        });
  }

  GraphOp graph;
  int64_t rounds, sample = 0;
  bool learns;
  llvm::SmallVector<UnitOpInterface> units;
  // Looked up by operation or value, never iterated.
  llvm::DenseMap<Operation *, std::vector<std::deque<Vector>>> queues;
  llvm::DenseMap<Value, llvm::SmallVector<OpOperand *>> readers;
  llvm::DenseMap<Operation *, int64_t> phases; // of the sample
  llvm::DenseMap<Operation *, Vector> memory;  // of learners, state, activity
  llvm::DenseMap<Operation *, Vector> errors;  // of activity
  llvm::DenseMap<Operation *, std::vector<int64_t>> winners; // of pools
  llvm::DenseMap<Operation *, std::vector<Sum>> matrixSums, biasSums;
  std::map<std::string, Vector> weights;
};

} // namespace mlir::pcflow

#endif // PC_LIB_DIALECT_DATAFLOW_REFERENCE_MACHINE_H
