// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The host of a learning circuit in simulation: words in and out, weights,
// errors, random pauses, and a watchdog. The generated `circuit.h` says what
// the circuit has.
#ifndef CIRCUIT_BENCH_H
#define CIRCUIT_BENCH_H

#include "verilated.h"
#include <cstdint>
#include <deque>
#include <fstream>
#include <functional>
#include <random>
#include <string>
#include <vector>

template <typename Top> class CircuitBench {
public:
  struct Input {
    std::string name;
    int bits, size; // of a word; words of a sample
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
    std::deque<int64_t> words;
    bool active = false;
  };
  struct Tap {
    std::string name;
    int bits, size; // words of a round
    std::function<bool()> fires;
    std::function<uint64_t()> data;
    std::deque<int64_t> words;
  };
  struct Memory {
    int number;
    std::string name;
    int rows, columns, pe, simd;
    std::vector<int64_t> words;
    bool isBias, isVelocity = false;
  };

  CircuitBench(Top &top, int rounds, int batch, int width)
      : rounds(rounds), batch(batch), top(top), width(width) {}

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
  /// Beside the memories of the unit so far: zeros, until learning changes
  /// them.
  void velocities(int number) {
    for (size_t i = 0, count = memories.size(); i < count; ++i)
      if (memories[i].number == number) {
        Memory velocity = memories[i];
        velocity.name += ".velocity";
        velocity.words.assign(velocity.words.size(), 0);
        velocity.isVelocity = true;
        memories.push_back(velocity);
      }
  }
  void links(std::vector<std::string> names,
             std::function<void(int, bool)> set) {
    linkNames = names;
    setCut = set;
  }
  void stalls(int count, std::function<void(int, bool)> set) {
    numStalls = count;
    setStall = set;
  }

  /// What the proof of liveness says: who waits for whom, or nothing.
  void certificate(const char *cycle) { waits = cycle; }

  /// Withholds streams and queues in so many percent of the cycles.
  void pauseAtRandom(int seed, int share) {
    random.seed(seed);
    percent = share;
  }

  /// From now on writes what the host and the taps see in every cycle, as a
  /// waveform (VCD). False: the file cannot be written.
  bool record(const std::string &path);

  /// From now on so many rounds a sample, none for predictions alone. Words on
  /// their way are dropped; memories keep theirs.
  void reset(int wantedRounds);

  /// Between batches: from now on zeros pass the link. False: it has no gates.
  bool cut(const std::string &link) {
    for (size_t i = 0; i < linkNames.size(); ++i)
      if (linkNames[i] == link) {
        setCut(static_cast<int>(i), true);
        return true;
      }
    return false;
  }
  /// Runs samples whose words are in the inputs, to the last output and error;
  /// what is wrong, or nothing. With rounds, a whole number of batches.
  std::string run(int64_t samples);
  /// The cycles of the last run.
  int64_t getCycles() const { return lastMove - start; }
  int64_t getOutputCycles() const { return lastOutput - start; }
  /// Whether a word was saturated since the last reset.
  bool isSaturated() const { return top.sat != 0; }

  /// Words row by row; only between runs. False: there is no such parameter.
  bool write(const std::string &name, const int64_t *words);
  bool read(const std::string &name, int64_t *words);

  int rounds, batch;
  std::vector<Input> inputs;
  std::vector<Output> outputs;
  std::vector<Tap> taps;
  std::vector<Memory> memories;

private:
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
    uint32_t kind = memory.isVelocity ? 1u << 29 : 0;
    if (memory.isBias)
      return kind | 1u << 30 | (row / memory.pe) << bitsOf(memory.pe) |
             row % memory.pe;
    int tile =
        row / memory.pe * (memory.columns / memory.simd) + column / memory.simd;
    int lane = row % memory.pe * memory.simd + column % memory.simd;
    return kind | tile << bitsOf(memory.pe * memory.simd) | lane;
  }
  Memory *find(const std::string &name) {
    for (Memory &memory : memories)
      if (memory.name == name)
        return &memory;
    return nullptr;
  }
  struct Signal {
    int bits;
    std::function<uint64_t()> value;
    uint64_t last = 0;
  };
  void addSignal(const std::string &name, int bits,
                 std::function<uint64_t()> value);
  void writeSignals();
  bool pause() { return static_cast<int>(random() % 100) < percent; }
  void idle(int cycles) {
    for (int i = 0; i < cycles; ++i)
      tick();
  }
  void tick();
  void observe();
  bool isDone(int64_t samples) const;
  std::string describeWait(int64_t samples) const;

  Top &top;
  int width, numStalls = 0, percent = 0, current = -1;
  std::function<void(int, bool)> setStall, setCut;
  std::vector<std::string> linkNames;
  std::string waits; // a cycle of units, where there is one
  std::mt19937 random;
  int64_t cycle = 0, start = 0, lastMove = 0, lastOutput = 0;
  int64_t wanted = 0; // samples, of the run
  std::ofstream wave;
  std::vector<Signal> signals;
  int64_t time = 0; // of the waveform, in cycles
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
  if (wave.is_open())
    writeSignals();
  if (!top.rst)
    observe();
  top.clk = 1;
  top.eval();
}

template <typename Top>
void CircuitBench<Top>::addSignal(const std::string &name, int bits,
                                  std::function<uint64_t()> value) {
  wave << "$var wire " << bits << " s" << signals.size() << " ";
  for (char c : name) // names of vertices may have dots in them
    wave << (c == '.' || c == ' ' ? '_' : c);
  wave << " $end\n";
  signals.push_back({bits, value});
}

template <typename Top>
bool CircuitBench<Top>::record(const std::string &path) {
  wave.open(path);
  if (!wave)
    return false;
  wave << "$timescale 1ns $end\n$scope module top $end\n";
  for (size_t i = 0; i < inputs.size(); ++i) {
    const std::string &name = inputs[i].name;
    addSignal(name + "_valid", 1, [this, i] { return inputs[i].active; });
    addSignal(name + "_ready", 1, [this, i] { return inputs[i].ready(); });
    addSignal(name + "_data", inputs[i].bits, [this, i] {
      const Input &input = inputs[i];
      return input.words.empty() ? 0 : pack(input.words.front(), input.bits);
    });
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    const std::string &name = outputs[i].name;
    addSignal(name + "_valid", 1, [this, i] { return outputs[i].valid(); });
    addSignal(name + "_ready", 1, [this, i] { return outputs[i].active; });
    addSignal(name + "_data", outputs[i].bits,
              [this, i] { return outputs[i].data(); });
  }
  for (size_t i = 0; i < taps.size(); ++i) {
    addSignal("error_" + taps[i].name + "_moves", 1,
              [this, i] { return taps[i].fires(); });
    addSignal("error_" + taps[i].name + "_data", taps[i].bits,
              [this, i] { return taps[i].data(); });
  }
  addSignal("idle", 1, [this] { return top.idle; });
  addSignal("sat", 1, [this] { return top.sat; });
  wave << "$upscope $end\n$enddefinitions $end\n";
  return true;
}

/// What changed since the cycle before.
template <typename Top> void CircuitBench<Top>::writeSignals() {
  wave << '#' << time << '\n';
  for (size_t i = 0; i < signals.size(); ++i) {
    Signal &signal = signals[i];
    uint64_t value = signal.value();
    if (time && value == signal.last)
      continue;
    signal.last = value;
    wave << (signal.bits == 1 ? "" : "b");
    for (int bit = signal.bits; bit-- > 0;)
      wave << (value >> bit & 1);
    wave << (signal.bits == 1 ? "s" : " s") << i << '\n';
  }
  ++time;
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
      if (static_cast<int64_t>(tap.words.size()) <= wanted * current * tap.size)
        lastMove = cycle;
    }
}

template <typename Top> void CircuitBench<Top>::reset(int wantedRounds) {
  current = wantedRounds;
  top.rounds = current;
  top.host_we = 0;
  top.rst = 1;
  idle(4);
  top.rst = 0;
  for (Tap &tap : taps)
    tap.words.clear();
  cycle = start = lastMove = lastOutput = 0;
}

template <typename Top>
bool CircuitBench<Top>::write(const std::string &name, const int64_t *words) {
  const Memory *memory = find(name);
  if (!memory)
    return false;
  top.host_sel = memory->number;
  top.host_we = 1;
  for (int row = 0; row < memory->rows; ++row)
    for (int column = 0; column < memory->columns; ++column) {
      top.host_addr = addressOf(*memory, row, column);
      top.host_wdata = pack(words[row * memory->columns + column], width);
      idle(1);
    }
  top.host_we = 0;
  idle(1);
  return true;
}

template <typename Top>
bool CircuitBench<Top>::read(const std::string &name, int64_t *words) {
  const Memory *memory = find(name);
  if (!memory)
    return false;
  top.host_sel = memory->number;
  for (int row = 0; row < memory->rows; ++row)
    for (int column = 0; column < memory->columns; ++column) {
      top.host_addr = addressOf(*memory, row, column);
      idle(1);
      *words++ = extend(top.host_rdata, width);
    }
  return true;
}

/// Whether everything that the samples give is there.
template <typename Top> bool CircuitBench<Top>::isDone(int64_t samples) const {
  for (const Output &output : outputs)
    if (static_cast<int64_t>(output.words.size()) < samples * output.size)
      return false;
  for (const Tap &tap : taps)
    if (static_cast<int64_t>(tap.words.size()) < samples * current * tap.size)
      return false;
  return top.idle;
}

template <typename Top>
std::string CircuitBench<Top>::describeWait(int64_t samples) const {
  std::string text = "no word has moved for 100000 cycles; waiting for";
  auto add = [&](const std::string &what, size_t found, int64_t count) {
    if (static_cast<int64_t>(found) < count)
      text += " " + what + " (" + std::to_string(found) + " words of " +
              std::to_string(count) + ")";
  };
  for (const Output &output : outputs)
    add("output " + output.name, output.words.size(), samples * output.size);
  for (const Tap &tap : taps)
    add("errors of " + tap.name, tap.words.size(),
        samples * current * tap.size);
  return text + (waits.empty()
                     ? "; by the proof of liveness this circuit never stops: "
                       "the hardware is another"
                     : "; deadlocks: " + waits);
}

template <typename Top> std::string CircuitBench<Top>::run(int64_t samples) {
  start = lastMove = cycle;
  wanted = samples;
  while (!isDone(samples)) {
    tick();
    if (cycle - lastMove > 100000)
      return describeWait(samples);
  }
  idle(16); // the last weights are on their way
  return "";
}

#endif // CIRCUIT_BENCH_H
