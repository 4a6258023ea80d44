// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Dialect/Dataflow/Reference/Reference.h"
#include "Machine.h"

using namespace mlir;
using namespace mlir::pcflow;

/// Labels are integers, not numbers of the format.
static bool isLabel(GraphOp graph, size_t argument) {
  Type type = graph.getBody().getArgument(argument).getType();
  return isa<IntegerType>(cast<StreamType>(type).getElement());
}

Reference::Reference(GraphOp graph) : graph(graph), format(getWordType(graph)) {
  graph.walk([&](WeightsOp op) {
    if (op.getInitial())
      weights[op.getSymName().str()] = op.getInitial()->vec();
  });
  graph.walk([&](LearnerOpInterface op) {
    if (!op.getMomentumAttr())
      return;
    for (WeightsOp memory : {op.getWeightsOp(), op.getBiasOp()})
      if (memory)
        weights[(memory.getSymName() + velocitySuffix).str()].assign(
            memory.getValue().getNumElements(), 0);
  });
}

FailureOr<Reference> Reference::create(GraphOp graph) {
  Reference reference(graph);
  bool isFilled = true;
  graph.walk([&](WeightsOp op) { isFilled &= bool(op.getInitial()); });
  if (!reference.format || !isFilled)
    return graph.emitOpError(
        "expected a quantised circuit; has pcflow-quantize run?");
  return reference;
}

void Reference::setWeights(StringRef name, std::vector<int64_t> words) {
  weights[name.str()] = std::move(words);
}

template <class Arithmetic>
BatchRecord Reference::runWords(const std::vector<Sample> &samples, bool learns,
                                Arithmetic arithmetic) {
  int64_t rounds = learns ? GraphOp(graph).getRounds() : 0;
  Machine<Arithmetic> machine(graph, arithmetic, rounds);
  auto fromWords = [&](const std::vector<int64_t> &words) {
    typename Machine<Arithmetic>::Vector result;
    for (int64_t word : words)
      result.push_back(arithmetic.fromWord(word));
    return result;
  };
  auto toWords = [&](const typename Machine<Arithmetic>::Vector &words) {
    std::vector<int64_t> result;
    for (auto word : words)
      result.push_back(arithmetic.toWord(word));
    return result;
  };
  for (const auto &[name, words] : weights)
    machine.setWeights(name, fromWords(words));
  machine.cuts = cuts;
  BatchRecord record;
  machine.beginBatch();
  for (const Sample &sample : samples) {
    machine.taps.clear();
    machine.outputs.clear();
    std::vector<typename Machine<Arithmetic>::Vector> inputs;
    for (const auto &words : sample)
      inputs.push_back(fromWords(words));
    machine.run(inputs);
    if (learns)
      for (const auto &[name, rounds] : machine.taps) {
        auto &errors = record.taps[name].emplace_back();
        for (const auto &words : rounds)
          errors.push_back(toWords(words));
      }
    for (const auto &[name, words] : machine.outputs)
      record.outputs[name].push_back(toWords(words.front()));
  }
  for (const auto &[name, words] : machine.getWeights())
    weights[name] = toWords(words);
  record.weights = weights;
  record.gradients = machine.gradients;
  record.saturated = machine.arithmetic.saturated;
  return record;
}

BatchRecord Reference::run(const std::vector<Sample> &samples, bool learns) {
  if (auto fixed = dyn_cast<FixedType>(format))
    return runWords(samples, learns, FixedArithmetic(fixed));
  return runWords(samples, learns, SingleArithmetic(cast<SingleType>(format)));
}

template <class Arithmetic>
std::map<std::string, std::vector<double>>
Reference::runNumbers(const std::vector<Sample> &samples, Arithmetic arithmetic,
                      int64_t disturbed, int64_t &places) const {
  arithmetic.disturbed = disturbed;
  Machine<Arithmetic> machine(graph, arithmetic, GraphOp(graph).getRounds());
  machine.cuts = cuts;
  for (const auto &[name, words] : weights) {
    std::vector<double> values;
    for (int64_t word : words)
      values.push_back(arithmetic.fromWord(word));
    machine.setWeights(name, std::move(values));
  }
  machine.beginBatch();
  for (const Sample &sample : samples) {
    std::vector<std::vector<double>> inputs;
    for (auto [argument, words] : llvm::enumerate(sample)) {
      inputs.emplace_back();
      for (int64_t word : words)
        inputs.back().push_back(isLabel(graph, argument)
                                    ? double(word)
                                    : arithmetic.fromWord(word));
    }
    machine.run(inputs);
  }
  places = machine.arithmetic.places;
  return machine.gradients;
}

std::map<std::string, std::vector<double>>
Reference::bound(const std::vector<Sample> &samples) const {
  auto run = [&](int64_t disturbed, int64_t &places) {
    if (auto fixed = dyn_cast<FixedType>(format))
      return runNumbers(samples, RealArithmetic(fixed), disturbed, places);
    return runNumbers(samples, RealSingleArithmetic(cast<SingleType>(format)),
                      disturbed, places);
  };
  int64_t places = 0, ignored = 0;
  auto exact = run(-1, places);
  std::map<std::string, std::vector<double>> result;
  for (const auto &[name, values] : exact)
    result[name].assign(values.size(), 0.0);
  for (int64_t place = 0; place < places; ++place)
    for (const auto &[name, values] : run(place, ignored))
      for (auto [sum, value, other] :
           llvm::zip_equal(result[name], values, exact[name]))
        sum += std::abs(value - other);
  // What is beyond first order, and the rounding of the inputs of the sums.
  double unit = std::ldexp(1.0, -int(format.getFraction()));
  for (auto &[name, bounds] : result)
    for (auto [bound, value] : llvm::zip_equal(bounds, exact[name]))
      bound = 1.05 * bound +
              2 * (format.isFloat() ? std::abs(value) * 0x1p-23 : unit);
  return result;
}
