// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Pipelines/Circuit.h"
#include "CircuitLoss.h"
#include "pc/Dialect/Dataflow/IR/Single.h"
#include "pc/Dialect/Dataflow/Reference/Reference.h"
#include "pc/Pipelines/CompileEntries.h"
#include "pc/Pipelines/Model.h"
#include "pc/Support/Names.h"
#include "pc/Target/SystemVerilog/Simulation.h"
#include "llvm/ADT/StringMap.h"

#include <cmath>

using namespace llvm;
using namespace mlir;
using namespace mlir::pc;

using Words = std::vector<int64_t>;

namespace {
/// A parameter of the model, or its velocity, and the memory that has it.
struct Parameter {
  std::string name, memory;
  int64_t rows = 1, columns = 0;
  bool transposed = false; // the memory has the transpose

  bool isVelocity() const { return name != memory; }
  std::optional<Words> held; // by the circuit, as far as the host knows
};

enum class EntryKind { Predictions, Gradient, Step };

struct Entry {
  Signature signature;
  EntryKind kind;
};

class SimulatedCircuit : public CircuitExecutable {
public:
  LogicalResult build(ModuleOp module, ArrayRef<StringRef> names,
                      const CompileOptions &options,
                      const MachineOptions &machine, ExitStatus &status);

  const Signature &getSignature(StringRef entry) const override {
    return find(entry).signature;
  }
  size_t getArenaSize(StringRef) const override { return 0; }
  Error run(StringRef entry, ArrayRef<Tensor *> arguments,
            MutableArrayRef<Tensor> results) override;
  std::string describeWork() const override;
  Expected<std::map<std::string, std::vector<double>>>
  bound(StringRef entry, ArrayRef<Tensor *> arguments) override;
  void quantize(Tensor &tensor) const override;

private:
  const Entry &find(StringRef entry) const {
    auto found = entries.find(entry);
    assert(found != entries.end() && "not an entry of this executable");
    return found->second;
  }
  LogicalResult readGraph(ModuleOp module);
  LogicalResult addEntry(func::FuncOp function, StringRef name);
  LogicalResult checkGradients(func::FuncOp function, const Entry &entry) const;

  int64_t toWord(double value) const;
  double toNumber(int64_t word) const {
    if (format.isFloat())
      return pcflow::Single::fromWord(word).toNumber();
    return std::ldexp(static_cast<double>(word), -int(format.getFraction()));
  }
  std::vector<pcflow::Sample> getSamples(const Signature &signature,
                                         ArrayRef<Tensor *> arguments) const;
  Words getWords(const Parameter &parameter, const Tensor &tensor) const;
  int64_t getIndex(const Parameter &parameter, int64_t word) const;
  Error setWeights(const Signature &signature, ArrayRef<Tensor *> arguments);
  Expected<pcflow::BatchRecord>
  runBatch(const std::vector<pcflow::Sample> &samples, bool learns);
  Error compareWithReference(const pcflow::BatchRecord &found,
                             const pcflow::BatchRecord &expected) const;
  void write(const Entry &entry, const pcflow::BatchRecord &record,
             const std::map<std::string, Words> &before,
             ArrayRef<Tensor *> arguments, MutableArrayRef<Tensor> results);

  OwningOpRef<ModuleOp> circuit;
  pcflow::GraphOp graph;
  pcflow::WordType format;
  std::vector<std::string> inputs;
  std::vector<Parameter> parameters;
  llvm::StringMap<Entry> entries;
  std::unique_ptr<CircuitLoss> loss;
  // What runs: one of them, or both, to be compared.
  std::unique_ptr<pcflow::Simulation> hardware;
  std::optional<pcflow::Reference> reference;

  int64_t cycles = 0, learnedSamples = 0, predictedSamples = 0, updates = 0;
  // Host words included: in this call, and in any.
  mutable bool saturated = false, everSaturated = false;
};
} // namespace

//===----------------------------------------------------------------------===//
// Building
//===----------------------------------------------------------------------===//

CompileOptions mlir::pc::getCircuitOptions(const CompileOptions &options) {
  CompileOptions result = options;
  result.forwardOnly = false;
  if (!result.learn)
    result.learn = OptimizerChoice{"sgd", 1.0};
  return result;
}

static FailureOr<pcflow::GraphOp> getGraph(ModuleOp module) {
  auto graphs = module.getOps<pcflow::GraphOp>();
  if (!hasSingleElement(graphs))
    return module.emitError("expected one circuit");
  return *graphs.begin();
}

LogicalResult SimulatedCircuit::readGraph(ModuleOp module) {
  FailureOr<pcflow::GraphOp> found = getGraph(module);
  if (failed(found))
    return failure();
  graph = *found;
  for (StringRef name : graph.getInputs().getAsValueRange<StringAttr>())
    inputs.push_back(name.str());
  format = pcflow::getWordType(graph);
  graph.walk([&](pcflow::LearnerOpInterface unit) {
    for (pcflow::WeightsOp op : {unit.getWeightsOp(), unit.getBiasOp()}) {
      if (!op)
        continue;
      ArrayRef<int64_t> shape = op.getValue().getShapedType().getShape();
      Parameter parameter;
      parameter.name = parameter.memory = op.getSymName().str();
      parameter.columns = shape.empty() ? 1 : shape.back();
      parameter.rows = op.getValue().getNumElements() / parameter.columns;
      parameter.transposed = op.getTransposed();
      parameters.push_back(parameter);
      if (!unit.getMomentumAttr())
        continue;
      parameter.name += "/velocity"; // as pc-learn names the state
      parameter.memory += pcflow::velocitySuffix;
      parameters.push_back(std::move(parameter));
    }
  });
  return success();
}

/// A gradient that the circuit does not have is asked of another target.
LogicalResult SimulatedCircuit::checkGradients(func::FuncOp function,
                                               const Entry &entry) const {
  for (const PortInfo &port : entry.signature.results)
    if (port.role == roleGradient &&
        none_of(parameters, [&](auto &p) { return p.name == port.name; }))
      return function.emitOpError("expected gradients of parameters of units, "
                                  "which a circuit has, but got one of `")
             << port.name << "`; --target=cpu has it";
  return success();
}

LogicalResult SimulatedCircuit::addEntry(func::FuncOp function,
                                         StringRef name) {
  FailureOr<Signature> signature = pc::getSignature(function);
  if (failed(signature))
    return failure();
  Entry entry{std::move(*signature), EntryKind::Predictions};
  for (const PortInfo &port : entry.signature.results) {
    if (port.role == roleGradient)
      entry.kind = EntryKind::Gradient;
    if (port.updates)
      entry.kind = EntryKind::Step;
  }
  if (failed(checkGradients(function, entry)))
    return failure();
  entries.try_emplace(name, std::move(entry));
  return success();
}

LogicalResult SimulatedCircuit::build(ModuleOp module,
                                      ArrayRef<StringRef> names,
                                      const CompileOptions &options,
                                      const MachineOptions &machine,
                                      ExitStatus &status) {
  circuit = module.clone();
  CompileOptions lowering = options;
  lowering.circuit = machine.circuit;
  status = toExitStatus(
      runPhases(*circuit, Phase::Relaxation, Phase::Dataflow, lowering));
  if (status != ExitStatus::Success)
    return failure();
  status = ExitStatus::Unsupported;
  if (failed(readGraph(*circuit)))
    return failure();
  for (StringRef name : names)
    if (failed(addEntry(module.lookupSymbol<func::FuncOp>(name), name)))
      return failure();
  CPUOptions host = machine.cpu;
  loss = CircuitLoss::create(module.lookupSymbol<GraphOp>(graphName), host);
  if (!loss)
    return failure();
  StringRef simulator = machine.circuit.simulator;
  if (simulator != "verilator") {
    FailureOr<pcflow::Reference> made = pcflow::Reference::create(graph);
    if (failed(made))
      return failure();
    reference = std::move(*made);
  }
  if (simulator == "reference")
    return success();
  Expected<std::unique_ptr<pcflow::Simulation>> made =
      pcflow::Simulation::create(graph, machine.cpu.cache);
  if (!made)
    return module.emitError(toString(made.takeError())), failure();
  hardware = std::move(*made);
  return success();
}

std::unique_ptr<CircuitExecutable>
mlir::pc::compileCircuit(ModuleOp module, const CompileOptions &options,
                         ArrayRef<StringRef> entries,
                         const MachineOptions &machine, ExitStatus &status) {
  auto executable = std::make_unique<SimulatedCircuit>();
  if (failed(executable->build(module, entries, options, machine, status)))
    return nullptr;
  status = ExitStatus::Success;
  return executable;
}

//===----------------------------------------------------------------------===//
// Numbers and words
//===----------------------------------------------------------------------===//

int64_t SimulatedCircuit::toWord(double value) const {
  if (format.isFloat())
    return pcflow::Single(value).toWord();
  double limit = std::ldexp(1.0, int(format.getWidth()) - 1);
  double word = std::nearbyint(std::ldexp(value, int(format.getFraction())));
  if (word < -limit || word > limit - 1)
    saturated = everSaturated = true;
  return static_cast<int64_t>(std::clamp(word, -limit, limit - 1));
}

void SimulatedCircuit::quantize(Tensor &tensor) const {
  for (int64_t i = 0, e = tensor.getNumElements(); i != e; ++i)
    tensor.setFromDouble(i, toNumber(toWord(tensor.getAsDouble(i))));
}

/// Samples are rows of the batch. What an entry does not read is zero: it is
/// not needed where there are no rounds.
std::vector<pcflow::Sample>
SimulatedCircuit::getSamples(const Signature &signature,
                             ArrayRef<Tensor *> arguments) const {
  int64_t batch = pcflow::GraphOp(graph).getBatch();
  std::vector<pcflow::Sample> samples(batch, pcflow::Sample(inputs.size()));
  for (auto [index, name] : enumerate(inputs)) {
    auto type = cast<pcflow::StreamType>(
        pcflow::GraphOp(graph).getBody().getArgument(index).getType());
    bool isLabel = !isa<pcflow::WordType>(type.getElement());
    auto port = find_if(signature.arguments,
                        [&, &name = name](auto &p) { return p.name == name; });
    const Tensor *tensor = port == signature.arguments.end()
                               ? nullptr
                               : arguments[port - signature.arguments.begin()];
    for (int64_t i = 0, size = type.getSize(); i != batch * size; ++i) {
      double value = tensor ? tensor->getAsDouble(i) : 0.0;
      samples[i / size][index].push_back(isLabel ? static_cast<int64_t>(value)
                                                 : toWord(value));
    }
  }
  return samples;
}

/// The element of the parameter that a word of the memory is.
int64_t SimulatedCircuit::getIndex(const Parameter &parameter,
                                   int64_t word) const {
  if (!parameter.transposed)
    return word;
  return word % parameter.rows * parameter.columns + word / parameter.rows;
}

Words SimulatedCircuit::getWords(const Parameter &parameter,
                                 const Tensor &tensor) const {
  Words words(tensor.getNumElements());
  for (auto [i, word] : enumerate(words))
    word = toWord(tensor.getAsDouble(getIndex(parameter, i)));
  return words;
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

/// Gives the circuit the parameters that it does not hold already. A number
/// that is what a word of the circuit became stays that word. Who does not step
/// has no velocities.
Error SimulatedCircuit::setWeights(const Signature &signature,
                                   ArrayRef<Tensor *> arguments) {
  for (Parameter &parameter : parameters) {
    auto port = find_if(signature.arguments,
                        [&](auto &p) { return p.name == parameter.name; });
    if (port == signature.arguments.end() && parameter.isVelocity())
      continue;
    if (port == signature.arguments.end())
      return createStringError("expected the parameter `" + parameter.name +
                               "` among the arguments");
    const Tensor &tensor = *arguments[port - signature.arguments.begin()];
    Words words = getWords(parameter, tensor);
    if (parameter.held) {
      Tensor one(tensor.getKind(), {});
      for (auto [i, word] : enumerate(words)) {
        one.setFromDouble(0, toNumber((*parameter.held)[i]));
        if (one.getAsDouble(0) == tensor.getAsDouble(getIndex(parameter, i)))
          word = (*parameter.held)[i];
      }
    }
    if (parameter.held == words)
      continue;
    if (hardware)
      if (Error error = hardware->setWeights(parameter.memory, words))
        return error;
    if (reference)
      reference->setWeights(parameter.memory, words);
    parameter.held = std::move(words);
  }
  return Error::success();
}

/// The first word that differs is named: nothing may.
template <class Record>
static Error compareRecords(StringRef what, const Record &found,
                            const Record &expected) {
  for (const auto &[name, words] : found) {
    auto other = expected.find(name);
    if (other == expected.end() || other->second != words)
      return createStringError("E1: " + what + " of `" + name +
                               "` in the hardware are not those of the "
                               "reference, to the bit");
  }
  return Error::success();
}

Error SimulatedCircuit::compareWithReference(
    const pcflow::BatchRecord &found,
    const pcflow::BatchRecord &expected) const {
  if (Error error = compareRecords("outputs", found.outputs, expected.outputs))
    return error;
  if (Error error = compareRecords("errors", found.taps, expected.taps))
    return error;
  return compareRecords("parameters", found.weights, expected.weights);
}

Expected<pcflow::BatchRecord>
SimulatedCircuit::runBatch(const std::vector<pcflow::Sample> &samples,
                           bool learns) {
  std::optional<pcflow::BatchRecord> expected;
  if (reference)
    expected = reference->run(samples, learns);
  if (expected && expected->saturated)
    saturated = true;
  if (!hardware)
    return std::move(*expected);
  Expected<pcflow::BatchRecord> found = hardware->run(samples, learns);
  if (!found)
    return found.takeError();
  cycles += hardware->getCycles();
  saturated |= found->saturated;
  if (expected)
    if (Error error = compareWithReference(*found, *expected))
      return std::move(error);
  return found;
}

/// Makes `result` a tensor of the port.
static Tensor &makeResult(const PortInfo &port, Tensor &result) {
  if (!result.data() || result.getKind() != port.kind ||
      result.getShape() != port.shape)
    result = Tensor(port.kind, port.shape);
  return result;
}

void SimulatedCircuit::write(const Entry &entry,
                             const pcflow::BatchRecord &record,
                             const std::map<std::string, Words> &before,
                             ArrayRef<Tensor *> arguments,
                             MutableArrayRef<Tensor> results) {
  for (auto [port, place] : zip_equal(entry.signature.results, results)) {
    Tensor &result =
        port.updates ? *arguments[*port.updates] : makeResult(port, place);
    if (port.role == roleOutput || port.role.empty()) {
      int64_t i = 0;
      for (const Words &words : record.outputs.at(port.name))
        for (int64_t word : words)
          result.setFromDouble(i++, toNumber(word));
      continue;
    }
    auto parameter = find_if(
        parameters, [&, &port = port](auto &p) { return p.name == port.name; });
    if (parameter == parameters.end())
      continue; // the loss
    const Words &after = record.weights.at(parameter->memory);
    for (auto [i, word] : enumerate(after))
      result.setFromDouble(getIndex(*parameter, i),
                           port.updates ? toNumber(word)
                                        : toNumber(before.at(port.name)[i]) -
                                              toNumber(word));
  }
}

Error SimulatedCircuit::run(StringRef name, ArrayRef<Tensor *> arguments,
                            MutableArrayRef<Tensor> results) {
  const Entry &entry = find(name);
  if (Error error = checkCall(name, entry.signature, arguments, results))
    return error;
  saturated = false;
  if (Error error = setWeights(entry.signature, arguments))
    return error;
  std::map<std::string, Words> before;
  for (const Parameter &parameter : parameters)
    if (parameter.held)
      before[parameter.name] = *parameter.held;
  bool learns = entry.kind != EntryKind::Predictions;
  std::vector<pcflow::Sample> samples = getSamples(entry.signature, arguments);
  Expected<pcflow::BatchRecord> record = runBatch(samples, learns);
  if (!record)
    return record.takeError();
  everSaturated |= saturated;
  (learns ? learnedSamples : predictedSamples) += samples.size();
  updates += learns;
  for (Parameter &parameter : parameters)
    parameter.held = record->weights.at(parameter.memory);
  if (entry.kind == EntryKind::Gradient && saturated)
    return createStringError(
        "a word was saturated in the circuit, whose gradients are then not "
        "those of the model; a --format with more bits before the point may "
        "help");
  write(entry, *record, before, arguments, results);
  return loss->run(entry.signature, arguments, results);
}

std::string SimulatedCircuit::describeWork() const {
  std::string text;
  raw_string_ostream os(text);
  os << "circuit: samples learned: " << learnedSamples
     << ", updates: " << updates << ", samples predicted: " << predictedSamples;
  if (hardware)
    os << ", cycles: " << cycles;
  os << "; " << (everSaturated ? "saturated" : "nothing saturated");
  if (hardware && reference)
    os << "; E1: to the bit of the reference";
  return text;
}

Expected<std::map<std::string, std::vector<double>>>
SimulatedCircuit::bound(StringRef name, ArrayRef<Tensor *> arguments) {
  const Entry &entry = find(name);
  if (!reference)
    return createStringError("expected --simulator=both for bounds");
  if (Error error = setWeights(entry.signature, arguments))
    return std::move(error);
  auto found = reference->bound(getSamples(entry.signature, arguments));
  std::map<std::string, std::vector<double>> result;
  for (const Parameter &parameter : parameters) {
    if (parameter.isVelocity())
      continue;
    std::vector<double> &values = result[parameter.name];
    values.resize(found.at(parameter.name).size());
    // An update is one more rounding.
    for (auto [i, value] : enumerate(found.at(parameter.name)))
      values[getIndex(parameter, i)] =
          value + (format.isFloat()
                       ? std::abs(toNumber((*parameter.held)[i])) * 0x1p-23
                       : toNumber(1) / 2);
  }
  return result;
}
