// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A test bench over folders: bench FOLDER SAMPLES [SEED PERCENT] [+vcd=FILE].
// Reads
// FOLDER/in/<name>.txt, writes FOLDER/rtl: taps.txt, weights.txt and
// <output>.txt, in the form of the reference. Cuts the links of
// FOLDER/cuts.txt, each before the sample that stands in front of it.

#include "circuit.h"
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

using Words = std::map<std::string, std::vector<int64_t>>;

static bool readInputs(const Circuit &circuit, const std::string &folder,
                       int64_t samples, Words &words) {
  for (const Circuit::Input &input : circuit.inputs) {
    std::ifstream file(folder + "/in/" + input.name + ".txt");
    for (int64_t word; file >> word;)
      words[input.name].push_back(word);
    if (static_cast<int64_t>(words[input.name].size()) < samples * input.size) {
      std::printf("%s has too few words\n", input.name.c_str());
      return false;
    }
  }
  return true;
}

/// The links that are cut before sample `first`. False: one has no gates.
static bool cutLinks(Circuit &circuit, const std::string &folder,
                     int64_t first) {
  std::ifstream file(folder + "/cuts.txt");
  std::string link;
  for (int64_t sample; file >> sample >> link;)
    if (sample == first && !circuit.cut(link)) {
      std::printf("%s has no gates\n", link.c_str());
      return false;
    }
  return true;
}

static void writeWords(std::ostream &os, const std::vector<int64_t> &words) {
  for (int64_t word : words)
    os << ' ' << word;
  os << '\n';
}

static void writeWeights(Circuit &circuit, int64_t number, std::ostream &os) {
  Words sorted;
  for (const Circuit::Memory &memory : circuit.memories) {
    std::vector<int64_t> &words = sorted[memory.name];
    words.resize(memory.words.size());
    circuit.read(memory.name, words.data());
  }
  for (const auto &entry : sorted) {
    os << entry.first << ' ' << number;
    writeWords(os, entry.second);
  }
}

/// The errors of a batch, which they leave.
static void writeErrors(Circuit &circuit, int64_t first, std::ostream &os) {
  std::map<std::string, Circuit::Tap *> sorted;
  for (Circuit::Tap &tap : circuit.taps)
    sorted[tap.name] = &tap;
  for (const auto &entry : sorted) {
    Circuit::Tap &tap = *entry.second;
    for (int64_t sample = first; sample < first + circuit.batch; ++sample)
      for (int round = 0; round < circuit.rounds; ++round) {
        os << entry.first << ' ' << sample << ' ' << round;
        writeWords(os, {tap.words.begin(), tap.words.begin() + tap.size});
        tap.words.erase(tap.words.begin(), tap.words.begin() + tap.size);
      }
  }
}

int main(int argc, char **argv) {
  Verilated::commandArgs(argc, argv);
  if (argc < 3) {
    std::printf("usage: %s FOLDER SAMPLES [SEED PERCENT] [+vcd=FILE]\n",
                argv[0]);
    return 1;
  }
  static Top top;
  Circuit circuit = makeCircuit(top);
  std::string folder = argv[1];
  int64_t samples = std::atoll(argv[2]);
  Words words;
  if (!readInputs(circuit, folder, samples, words))
    return 1;
  std::error_code code;
  std::filesystem::create_directories(folder + "/rtl", code);
  std::ofstream weights(folder + "/rtl/weights.txt");
  std::ofstream errors(folder + "/rtl/taps.txt");
  if (!weights || !errors) {
    std::printf("%s/rtl cannot be written\n", folder.c_str());
    return 1;
  }
  circuit.reset(circuit.rounds);
  for (const Circuit::Memory &memory : circuit.memories)
    circuit.write(memory.name, memory.words.data());
  std::string wave = Verilated::commandArgsPlusMatch("vcd=");
  if (!wave.empty() && !circuit.record(wave.substr(5))) {
    std::printf("%s cannot be written\n", wave.substr(5).c_str());
    return 1;
  }
  if (argc >= 5 && argv[3][0] != '+')
    circuit.pauseAtRandom(std::atoi(argv[3]), std::atoi(argv[4]));
  int64_t cycles = 0; // without those of reading weights
  for (int64_t first = 0; first < samples; first += circuit.batch) {
    for (Circuit::Input &input : circuit.inputs) {
      auto begin = words[input.name].begin() + first * input.size;
      input.words.insert(input.words.end(), begin,
                         begin + circuit.batch * input.size);
    }
    if (!cutLinks(circuit, folder, first))
      return 1;
    std::string wrong = circuit.run(circuit.batch);
    if (!wrong.empty()) {
      std::printf("%s\n", wrong.c_str());
      return 1;
    }
    cycles += circuit.getCycles();
    std::printf("batch %lld: %lld cycles, the last output in cycle %lld\n",
                static_cast<long long>(first / circuit.batch),
                static_cast<long long>(circuit.getCycles()),
                static_cast<long long>(circuit.getOutputCycles()));
    writeWeights(circuit, first / circuit.batch, weights);
    writeErrors(circuit, first, errors);
    for (Circuit::Output &output : circuit.outputs) {
      std::ofstream file(folder + "/rtl/" + output.name + ".txt",
                         first ? std::ios::app : std::ios::trunc);
      for (int64_t word : output.words)
        file << word << '\n';
      output.words.clear();
    }
  }
  std::printf("%lld samples, %lld cycles, %s\n",
              static_cast<long long>(samples), static_cast<long long>(cycles),
              circuit.isSaturated() ? "saturated" : "nothing saturated");
  return 0;
}
