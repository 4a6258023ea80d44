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

Reference::Reference(GraphOp graph) : graph(graph) {
  for (Type type : graph.getBody().getArgumentTypes())
    if (auto fixed = dyn_cast<FixedType>(cast<StreamType>(type).getElement()))
      format = fixed;
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

BatchRecord Reference::run(const std::vector<Sample> &samples, bool learns) {
  int64_t rounds = learns ? GraphOp(graph).getRounds() : 0;
  Machine<FixedArithmetic> machine(graph, FixedArithmetic(format), rounds);
  for (const auto &[name, words] : weights)
    machine.setWeights(name, words);
  machine.cuts = cuts;
  BatchRecord record;
  machine.beginBatch();
  for (const Sample &sample : samples) {
    machine.taps.clear();
    machine.outputs.clear();
    machine.run(sample);
    if (learns)
      for (auto &[name, rounds] : machine.taps)
        record.taps[name].push_back(rounds);
    for (auto &[name, words] : machine.outputs)
      record.outputs[name].push_back(words.front());
  }
  weights = machine.getWeights();
  record.weights = weights;
  record.gradients = machine.gradients;
  record.saturated = machine.arithmetic.saturated;
  return record;
}

std::map<std::string, std::vector<double>>
Reference::bound(const std::vector<Sample> &samples) const {
  auto runReal = [&](int64_t disturbed, int64_t &places) {
    RealArithmetic arithmetic(format);
    arithmetic.disturbed = disturbed;
    Machine<RealArithmetic> machine(graph, arithmetic,
                                    GraphOp(graph).getRounds());
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
  };
  int64_t places = 0, ignored = 0;
  auto exact = runReal(-1, places);
  std::map<std::string, std::vector<double>> result;
  for (const auto &[name, values] : exact)
    result[name].assign(values.size(), 0.0);
  for (int64_t place = 0; place < places; ++place)
    for (const auto &[name, values] : runReal(place, ignored))
      for (auto [sum, value, other] :
           llvm::zip_equal(result[name], values, exact[name]))
        sum += std::abs(value - other);
  // What is beyond first order, and the rounding of the inputs of the sums.
  double unit = std::ldexp(1.0, -int(format.getFraction()));
  for (auto &[name, values] : result)
    for (double &value : values)
      value = 1.05 * value + 2 * unit;
  return result;
}
