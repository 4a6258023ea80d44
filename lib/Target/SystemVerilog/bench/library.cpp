// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A simulated circuit as a shared library: one circuit, and these functions.
// Streams, errors and parameters are numbered in the order of the design.

#include "circuit.h"

namespace {
struct Simulation {
  Top top;
  Circuit circuit = makeCircuit(top);
  int rounds = -1;
  std::string message;
};
} // namespace

static void take(std::deque<int64_t> &from, int64_t count, int64_t *to) {
  for (int64_t i = 0; i < count; ++i)
    to[i] = from[i];
  from.erase(from.begin(), from.begin() + count);
}

template <typename Stream>
static const char *describe(const std::vector<Stream> &streams, int number,
                            int64_t *size) {
  if (number >= static_cast<int>(streams.size()))
    return nullptr;
  *size = streams[number].size;
  return streams[number].name.c_str();
}

#define PC_CIRCUIT_API extern "C" __attribute__((visibility("default")))

PC_CIRCUIT_API void *pc_circuit_create() { return new Simulation(); }
PC_CIRCUIT_API void pc_circuit_destroy(void *handle) {
  delete static_cast<Simulation *>(handle);
}

/// 0: done, 1: there is no such parameter.
PC_CIRCUIT_API int pc_circuit_write(void *handle, const char *parameter,
                                    const int64_t *words) {
  return !static_cast<Simulation *>(handle)->circuit.write(parameter, words);
}
PC_CIRCUIT_API int pc_circuit_read(void *handle, const char *parameter,
                                   int64_t *words) {
  return !static_cast<Simulation *>(handle)->circuit.read(parameter, words);
}

/// Runs samples, of `rounds` rounds each. `inputs`, `outputs` and `errors` have
/// one place for each stream, with the words of all samples; without rounds
/// there are no errors. What is wrong, or null.
PC_CIRCUIT_API const char *pc_circuit_run(void *handle, int64_t samples,
                                          int rounds,
                                          const int64_t *const *inputs,
                                          int64_t *const *outputs,
                                          int64_t *const *errors) {
  Simulation &simulation = *static_cast<Simulation *>(handle);
  Circuit &circuit = simulation.circuit;
  // What a run before this one saturated is not its affair.
  if (simulation.rounds != rounds || circuit.isSaturated())
    circuit.reset(simulation.rounds = rounds);
  for (Circuit::Input &input : circuit.inputs) {
    const int64_t *words = *inputs++;
    input.words.insert(input.words.end(), words, words + samples * input.size);
  }
  simulation.message = circuit.run(samples);
  if (!simulation.message.empty())
    return simulation.message.c_str();
  for (Circuit::Output &output : circuit.outputs)
    take(output.words, samples * output.size, *outputs++);
  for (Circuit::Tap &tap : circuit.taps)
    if (rounds)
      take(tap.words, samples * rounds * tap.size, *errors++);
    else
      tap.words.clear(); // a strict circuit does a round all the same
  return nullptr;
}

/// Of the last run.
PC_CIRCUIT_API int64_t pc_circuit_cycles(void *handle) {
  return static_cast<Simulation *>(handle)->circuit.getCycles();
}
/// Whether the last run saturated a word.
PC_CIRCUIT_API int pc_circuit_saturated(void *handle) {
  return static_cast<Simulation *>(handle)->circuit.isSaturated();
}

/// The name of the stream, error or parameter of this number, and its words of
/// a sample, of a round, and in all; null behind the last.
PC_CIRCUIT_API const char *pc_circuit_output(void *handle, int number,
                                             int64_t *size) {
  return describe(static_cast<Simulation *>(handle)->circuit.outputs, number,
                  size);
}
PC_CIRCUIT_API const char *pc_circuit_error(void *handle, int number,
                                            int64_t *size) {
  return describe(static_cast<Simulation *>(handle)->circuit.taps, number,
                  size);
}
PC_CIRCUIT_API const char *pc_circuit_parameter(void *handle, int number,
                                                int64_t *size) {
  auto &memories = static_cast<Simulation *>(handle)->circuit.memories;
  if (number >= static_cast<int>(memories.size()))
    return nullptr;
  *size = memories[number].words.size();
  return memories[number].name.c_str();
}
