// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Target/SystemVerilog/Simulation.h"
#include "Verilator.h"

#include <dlfcn.h>

using namespace llvm;
using namespace mlir;
using namespace mlir::pcflow;

/// The functions of bench/library.cpp.
struct Simulation::Library {
  void *handle = nullptr, *circuit = nullptr;
  void *(*create)();
  void (*destroy)(void *);
  int (*write)(void *, const char *, const int64_t *);
  int (*read)(void *, const char *, int64_t *);
  const char *(*run)(void *, int64_t, int, const int64_t *const *,
                     int64_t *const *, int64_t *const *);
  int64_t (*cycles)(void *);
  int (*saturated)(void *);
  const char *(*output)(void *, int, int64_t *);
  const char *(*error)(void *, int, int64_t *);
  const char *(*parameter)(void *, int, int64_t *);

  ~Library() {
    if (circuit)
      destroy(circuit);
    if (handle)
      dlclose(handle);
  }
  template <class Function> bool find(const char *name, Function *&function) {
    function = reinterpret_cast<Function *>(dlsym(handle, name));
    return function;
  }
  Error open(const std::string &path);
};

Error Simulation::Library::open(const std::string &path) {
  // Local: the names of one simulation are not those of another.
  handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle)
    return createStringError(Twine("the simulation cannot be loaded: ") +
                             dlerror());
  bool isWhole =
      find("pc_circuit_create", create) &&
      find("pc_circuit_destroy", destroy) && find("pc_circuit_write", write) &&
      find("pc_circuit_read", read) && find("pc_circuit_run", run) &&
      find("pc_circuit_cycles", cycles) &&
      find("pc_circuit_saturated", saturated) &&
      find("pc_circuit_output", output) && find("pc_circuit_error", error) &&
      find("pc_circuit_parameter", parameter);
  if (!isWhole)
    return createStringError(path + ": expected the simulation of a circuit");
  circuit = create();
  return Error::success();
}

Simulation::Simulation(GraphOp graph) : rounds(graph.getRounds()) {
  for (Type type : graph.getBody().getArgumentTypes())
    inputs.push_back(cast<StreamType>(type).getSize());
}

Simulation::~Simulation() = default;

Error Simulation::load(const std::string &path) {
  library = std::make_unique<Library>();
  if (Error error = library->open(path))
    return error;
  auto list = [&](auto function, std::vector<Stream> &streams) {
    int64_t size = 0;
    for (int i = 0; const char *name = function(library->circuit, i, &size);
         ++i)
      streams.push_back({name, size});
  };
  list(library->output, outputs);
  list(library->error, errors);
  list(library->parameter, weights);
  return Error::success();
}

Expected<std::unique_ptr<Simulation>> Simulation::create(GraphOp graph,
                                                         StringRef cache) {
  std::unique_ptr<Simulation> simulation(new Simulation(graph));
  if (Error error = withSimulation(graph, cache, [&](StringRef path) {
        return simulation->load(path.str());
      }))
    return std::move(error);
  return std::move(simulation);
}

Error Simulation::setWeights(StringRef name, ArrayRef<int64_t> words) {
  if (library->write(library->circuit, name.str().c_str(), words.data()) == 0)
    return Error::success();
  return createStringError("the circuit has no parameter `" + name + "`");
}

/// Words of `size` each, cut off the front one after the other.
static std::vector<int64_t> takeWords(ArrayRef<int64_t> &words, int64_t size) {
  std::vector<int64_t> result = words.take_front(size).vec();
  words = words.drop_front(size);
  return result;
}

Expected<BatchRecord> Simulation::run(const std::vector<Sample> &samples,
                                      bool learns) {
  int64_t count = samples.size(), numRounds = learns ? rounds : 0;
  std::vector<std::vector<int64_t>> given(inputs.size()), taken, felt;
  std::vector<const int64_t *> from;
  std::vector<int64_t *> to, toErrors;
  for (auto [index, words] : enumerate(given)) {
    for (const Sample &sample : samples)
      append_range(words, sample[index]);
    from.push_back(words.data());
  }
  for (const Stream &stream : outputs)
    to.push_back(taken.emplace_back(count * stream.size).data());
  for (const Stream &stream : errors)
    toErrors.push_back(
        felt.emplace_back(count * numRounds * stream.size).data());
  if (const char *wrong =
          library->run(library->circuit, count, static_cast<int>(numRounds),
                       from.data(), to.data(), toErrors.data()))
    return createStringError(wrong);
  BatchRecord record;
  for (auto [stream, all] : zip_equal(outputs, taken))
    for (ArrayRef<int64_t> words = all; !words.empty();)
      record.outputs[stream.name].push_back(takeWords(words, stream.size));
  if (learns)
    for (auto [stream, all] : zip_equal(errors, felt))
      for (ArrayRef<int64_t> words = all; !words.empty();) {
        auto &sample = record.taps[stream.name].emplace_back();
        for (int64_t round = 0; round < numRounds; ++round)
          sample.push_back(takeWords(words, stream.size));
      }
  for (const Stream &stream : weights) {
    std::vector<int64_t> &words = record.weights[stream.name];
    words.resize(stream.size);
    library->read(library->circuit, stream.name.c_str(), words.data());
  }
  record.saturated = library->saturated(library->circuit);
  return record;
}

int64_t Simulation::getCycles() const {
  return library->cycles(library->circuit);
}
