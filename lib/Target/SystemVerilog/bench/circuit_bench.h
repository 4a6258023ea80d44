// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The bench of a learning circuit: words in and out, weights, errors, random
// pauses, and a watchdog. `tb.cpp` says what the circuit has.
#ifndef CIRCUIT_BENCH_H
#define CIRCUIT_BENCH_H

#include "verilated.h"
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

template <typename Top> class CircuitBench {
public:
  CircuitBench(Top &top, int rounds, int batch, int width)
      : top(top), rounds(rounds), batch(batch), width(width) {}

  void input(const char *name, int bits, int size,
             std::function<void(bool, uint64_t)> drive,
             std::function<bool()> ready) {
    inputs.push_back({name, bits, size, drive, ready, {}});
  }
  void output(const char *name, int bits, int size,
              std::function<void(bool)> drive, std::function<bool()> valid,
              std::function<uint64_t()> data) {
    outputs.push_back({name, bits, size, drive, valid, data, {}});
  }
  void tap(const char *name, int bits, int size, std::function<bool()> fires,
           std::function<uint64_t()> data) {
    taps.push_back({name, bits, size, fires, data, {}});
  }
  void memory(int number, const char *name, int rows, int columns, int pe,
              int simd, std::vector<int64_t> words) {
    memories.push_back({number, name, rows, columns, pe, simd, words, false});
  }
  void bias(int number, const char *name, int rows, int pe,
            std::vector<int64_t> words) {
    memories.push_back({number, name, rows, 1, pe, 1, words, true});
  }
  void stalls(int count, std::function<void(int, bool)> set) {
    numStalls = count;
    setStall = set;
  }

  /// ARGUMENTS: FOLDER SAMPLES [SEED PERCENT]. Reads FOLDER/in/<name>.txt,
  /// writes FOLDER/rtl: taps.txt, weights.txt and <output>.txt.
  int run(int argc, char **argv);

private:
  struct Input {
    std::string name;
    int bits, size;
    std::function<void(bool, uint64_t)> drive;
    std::function<bool()> ready;
    std::deque<int64_t> words;
    bool active = false;
  };
  struct Output {
    std::string name;
    int bits, size;
    std::function<void(bool)> drive;
    std::function<bool()> valid;
    std::function<uint64_t()> data;
    std::vector<int64_t> words;
    bool active = false;
  };
  struct Tap {
    std::string name;
    int bits, size;
    std::function<bool()> fires;
    std::function<uint64_t()> data;
    std::vector<int64_t> words;
  };
  struct Memory {
    int number;
    std::string name;
    int rows, columns, pe, simd;
    std::vector<int64_t> words;
    bool isBias;
  };

  static int64_t extend(uint64_t bits, int width) {
    return static_cast<int64_t>(bits << (64 - width)) >> (64 - width);
  }
  static uint64_t pack(int64_t word, int width) {
    return static_cast<uint64_t>(word) & (~uint64_t(0) >> (64 - width));
  }
  static int bitsOf(int n) {
    int bits = 0;
    while ((1 << bits) < n)
      ++bits;
    return bits;
  }
  static uint32_t addressOf(const Memory &memory, int row, int column) {
    if (memory.isBias)
      return 1u << 30 | (row / memory.pe) << bitsOf(memory.pe) |
             row % memory.pe;
    int tile =
        row / memory.pe * (memory.columns / memory.simd) + column / memory.simd;
    int lane = row % memory.pe * memory.simd + column % memory.simd;
    return tile << bitsOf(memory.pe * memory.simd) | lane;
  }
  bool pause() { return static_cast<int>(random() % 100) < percent; }

  void tick();
  void observe();
  void idle(int cycles) {
    for (int i = 0; i < cycles; ++i)
      tick();
  }
  void writeWeights();
  void readWeights(std::ostream &os, int number);
  bool isBatchDone(int64_t samples) const;
  void reportWait(int64_t samples) const;

  Top &top;
  int rounds, batch, width, numStalls = 0, percent = 0;
  std::function<void(int, bool)> setStall;
  std::vector<Input> inputs;
  std::vector<Output> outputs;
  std::vector<Tap> taps;
  std::vector<Memory> memories;
  std::mt19937 random;
  int64_t cycle = 0, lastMove = 0, lastOutput = 0;
  int64_t wanted = 0; // samples, so far
};

template <typename Top> void CircuitBench<Top>::tick() {
  top.clk = 0;
  for (int i = 0; i < numStalls; ++i)
    setStall(i, pause());
  for (Input &input : inputs) {
    // A word that was offered stays until it is taken.
    input.active = !input.words.empty() && (input.active || !pause());
    input.drive(input.active, input.words.empty()
                                  ? 0
                                  : pack(input.words.front(), input.bits));
  }
  for (Output &output : outputs)
    output.drive(output.active = !pause());
  top.eval();
  ++cycle;
  if (!top.rst)
    observe();
  top.clk = 1;
  top.eval();
}

/// What moves at the edge that comes.
template <typename Top> void CircuitBench<Top>::observe() {
  for (Input &input : inputs)
    if (input.active && input.ready()) {
      input.words.pop_front();
      input.active = false;
      lastMove = cycle;
    }
  for (Output &output : outputs)
    if (output.active && output.valid()) {
      output.words.push_back(extend(output.data(), output.bits));
      lastMove = lastOutput = cycle;
    }
  for (Tap &tap : taps)
    if (tap.fires()) {
      tap.words.push_back(extend(tap.data(), tap.bits));
      // States begin the next sample at once.
      if (static_cast<int64_t>(tap.words.size()) <= wanted * rounds * tap.size)
        lastMove = cycle;
    }
}

template <typename Top> void CircuitBench<Top>::writeWeights() {
  for (const Memory &memory : memories)
    for (int row = 0; row < memory.rows; ++row)
      for (int column = 0; column < memory.columns; ++column) {
        top.host_sel = memory.number;
        top.host_addr = addressOf(memory, row, column);
        top.host_wdata =
            pack(memory.words[row * memory.columns + column], width);
        top.host_we = 1;
        idle(1);
        top.host_we = 0;
      }
  idle(2);
}

template <typename Top>
void CircuitBench<Top>::readWeights(std::ostream &os, int number) {
  std::map<std::string, std::vector<int64_t>> all;
  for (const Memory &memory : memories)
    for (int row = 0; row < memory.rows; ++row)
      for (int column = 0; column < memory.columns; ++column) {
        top.host_sel = memory.number;
        top.host_addr = addressOf(memory, row, column);
        idle(2);
        all[memory.name].push_back(extend(top.host_rdata, width));
      }
  for (const auto &entry : all) {
    os << entry.first << ' ' << number;
    for (int64_t word : entry.second)
      os << ' ' << word;
    os << '\n';
  }
}

/// Whether everything that the first `samples` samples give is there.
template <typename Top>
bool CircuitBench<Top>::isBatchDone(int64_t samples) const {
  for (const Output &output : outputs)
    if (static_cast<int64_t>(output.words.size()) < samples * output.size)
      return false;
  for (const Tap &tap : taps)
    if (static_cast<int64_t>(tap.words.size()) < samples * rounds * tap.size)
      return false;
  return top.idle;
}

template <typename Top>
void CircuitBench<Top>::reportWait(int64_t samples) const {
  std::printf("no word has moved for 100000 cycles; waiting for");
  for (const Output &output : outputs)
    if (static_cast<int64_t>(output.words.size()) < samples * output.size)
      std::printf(" output %s (%zu words of %lld)", output.name.c_str(),
                  output.words.size(),
                  static_cast<long long>(samples * output.size));
  for (const Tap &tap : taps)
    if (static_cast<int64_t>(tap.words.size()) < samples * rounds * tap.size)
      std::printf(" errors of %s (%zu words of %lld)", tap.name.c_str(),
                  tap.words.size(),
                  static_cast<long long>(samples * rounds * tap.size));
  std::printf("; pcflow-verify-liveness shows who waits for whom\n");
}

template <typename Top> int CircuitBench<Top>::run(int argc, char **argv) {
  if (argc < 3) {
    std::printf("usage: %s FOLDER SAMPLES [SEED PERCENT]\n", argv[0]);
    return 1;
  }
  std::string folder = argv[1];
  int64_t samples = std::atoll(argv[2]);
  std::map<std::string, std::vector<int64_t>> words;
  for (Input &input : inputs) {
    std::ifstream file(folder + "/in/" + input.name + ".txt");
    for (int64_t word; file >> word;)
      words[input.name].push_back(word);
    if (static_cast<int64_t>(words[input.name].size()) < samples * input.size) {
      std::printf("%s has too few words\n", input.name.c_str());
      return 1;
    }
  }
  std::error_code code;
  std::filesystem::create_directories(folder + "/rtl", code);
  std::ofstream weights(folder + "/rtl/weights.txt");
  std::ofstream errors(folder + "/rtl/taps.txt");
  if (!weights || !errors) {
    std::printf("%s/rtl cannot be written\n", folder.c_str());
    return 1;
  }
  top.host_we = 0;
  top.rounds = rounds;
  top.rst = 1;
  idle(4);
  top.rst = 0;
  writeWeights();
  if (argc >= 5) {
    random.seed(std::atoi(argv[3]));
    percent = std::atoi(argv[4]);
  }
  cycle = lastMove = 0;
  int64_t cycles = 0; // without those of reading weights
  for (int64_t first = 0; first < samples; first += batch) {
    for (Input &input : inputs)
      for (int64_t k = first * input.size; k < (first + batch) * input.size;
           ++k)
        input.words.push_back(words[input.name][k]);
    int64_t start = cycle;
    lastMove = cycle;
    wanted = first + batch;
    while (!isBatchDone(first + batch)) {
      tick();
      if (cycle - lastMove > 100000) {
        reportWait(first + batch);
        return 1;
      }
    }
    cycles += lastMove - start;
    std::printf("batch %lld: %lld cycles, the last output in cycle %lld\n",
                static_cast<long long>(first / batch),
                static_cast<long long>(lastMove - start),
                static_cast<long long>(lastOutput - start));
    idle(16); // the last weights are on their way
    readWeights(weights, first / batch);
  }
  std::map<std::string, const Tap *> sorted;
  for (const Tap &tap : taps)
    sorted[tap.name] = &tap;
  for (int64_t first = 0; first < samples; first += batch)
    for (const auto &entry : sorted)
      for (int64_t sample = first; sample < first + batch; ++sample)
        for (int round = 0; round < rounds; ++round) {
          errors << entry.first << ' ' << sample << ' ' << round;
          const Tap &tap = *entry.second;
          for (int k = 0; k < tap.size; ++k)
            errors << ' '
                   << tap.words[(sample * rounds + round) * tap.size + k];
          errors << '\n';
        }
  for (const Output &output : outputs) {
    std::ofstream file(folder + "/rtl/" + output.name + ".txt");
    for (int64_t word : output.words)
      file << word << '\n';
  }
  std::printf("%lld samples, %lld cycles, %s\n",
              static_cast<long long>(samples), static_cast<long long>(cycles),
              top.sat ? "saturated" : "nothing saturated");
  return 0;
}

#endif // CIRCUIT_BENCH_H
