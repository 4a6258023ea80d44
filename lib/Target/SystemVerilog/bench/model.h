// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What every model has behind its words: units and files. The constants above
// and build() below are those of this circuit.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

using Vector = std::vector<Word>;

/// A process. Streams carry vectors, in order; time is nobody's affair.
struct Unit {
  virtual ~Unit() = default;
  /// Does the next thing, if what it needs has come.
  virtual bool fire() = 0;

  bool has(int input) const { return !inputs[input].empty(); }
  Vector take(int input) {
    Vector words = std::move(inputs[input].front());
    inputs[input].pop_front();
    return words;
  }
  void give(int output, const Vector &words) {
    for (auto [reader, input] : readers[output])
      reader->inputs[input].push_back(words);
  }

  std::vector<std::deque<Vector>> inputs = std::vector<std::deque<Vector>>(8);
  std::vector<std::vector<std::pair<Unit *, int>>> readers =
      std::vector<std::vector<std::pair<Unit *, int>>>(2);
  int phase = 0; // of the sample
};

struct Circuit {
  struct Port {
    std::string name;
    int size;
    std::unique_ptr<Unit> unit;
  };
  struct Parameter {
    Vector words, velocities;
    std::vector<Sum> gradient;
  };

  template <class Kind, class... Arguments> Unit *add(Arguments... arguments) {
    units.push_back(std::make_unique<Kind>(*this, arguments...));
    return units.back().get();
  }
  Unit *input(const char *name, int size);
  static void connect(Unit *giver, int output, Unit *taker, int input) {
    if (input >= static_cast<int>(taker->inputs.size()))
      taker->inputs.resize(input + 1);
    giver->readers[output].push_back({taker, input});
  }
  void run(const std::vector<Vector> &words);

  std::vector<Port> ports;
  std::vector<std::unique_ptr<Unit>> units;
  std::map<std::string, Parameter> parameters;
  std::map<std::string, std::vector<Vector>> errors, outputs; // of the batch
  std::set<std::string> cuts;                                 // links
  int sample = 0;                                             // of the batch
};

/// An argument of the graph: only gives.
struct Source : Unit {
  bool fire() override { return false; }
};

Unit *Circuit::input(const char *name, int size) {
  ports.push_back({name, size, std::make_unique<Source>()});
  return ports.back().unit.get();
}

/// An expression of one word of each operand.
struct Map : Unit {
  Map(Circuit &, int count, std::function<Word(const Word *)> compute)
      : count(count), compute(compute) {}
  bool fire() override {
    for (int i = 0; i < count; ++i)
      if (!has(i))
        return false;
    std::vector<Vector> operands;
    for (int i = 0; i < count; ++i)
      operands.push_back(take(i));
    Vector result(operands[0].size()), words(count);
    for (size_t k = 0; k < result.size(); ++k) {
      for (int i = 0; i < count; ++i)
        words[i] = operands[i][k];
      result[k] = compute(words.data());
    }
    give(0, result);
    return true;
  }
  int count;
  std::function<Word(const Word *)> compute;
};

/// The sum of its operands.
struct Total : Map {
  Total(Circuit &circuit, int count)
      : Map(circuit, count, [count](const Word *words) {
          Sum sum = Word(0);
          for (int i = 0; i < count; ++i)
            sum += words[i];
          return saturate(sum);
        }) {}
};

/// Once taken, given in every round.
struct Latch : Unit {
  explicit Latch(Circuit &) {}
  bool fire() override {
    if (!has(0))
      return false;
    Vector words = take(0);
    for (int round = 0; round < rounds; ++round)
      give(0, words);
    return true;
  }
};

/// Taken in every round, given in the first.
struct First : Unit {
  explicit First(Circuit &) {}
  bool fire() override {
    if (!has(0))
      return false;
    Vector words = take(0);
    if (phase++ == 0)
      give(0, words);
    return true;
  }
};

/// d = 0 at first, then d += step (g - d).
struct State : Unit {
  State(Circuit &, int size, Factor step) : d(size), step(step) {}
  bool fire() override {
    if (phase == 0)
      std::fill(d.begin(), d.end(), Word(0));
    else if (phase > rounds || !has(0))
      return false;
    else {
      Vector g = take(0);
      for (size_t k = 0; phase < rounds && k < d.size(); ++k)
        d[k] = step == whole ? g[k] : advance(d[k], step, g[k], d[k]);
    }
    if (phase++ < rounds)
      give(0, d);
    return true;
  }
  Vector d;
  Factor step;
};

/// Of a strict circuit: v = mu at first; d = mu - v, v += step (d - g).
struct Activity : Unit {
  Activity(Circuit &, Factor step) : step(step) {}
  bool fire() override {
    bool moves = phase % 2 == 1;
    if (phase == 2 * rounds || !has(moves ? 1 : 0))
      return false;
    Vector words = take(moves ? 1 : 0);
    bool isFirst = phase == 0, isLast = ++phase == 2 * rounds;
    if (isFirst)
      v = words;
    if (!moves) {
      d.resize(v.size());
      for (size_t k = 0; k < v.size(); ++k)
        d[k] = subtract(words[k], v[k]);
    } else {
      for (size_t k = 0; !isLast && k < v.size(); ++k)
        v[k] = advance(v[k], step, d[k], words[k]);
    }
    if (isFirst || (moves && !isLast))
      give(0, v);
    if (!moves)
      give(1, d);
    return true;
  }
  Vector v, d;
  Factor step;
};

/// softmax(y) - onehot(t).
struct Softmax : Unit {
  Softmax(Circuit &, const Word *knots, int count, int range)
      : knots(knots), count(count), range(range) {}
  bool fire() override {
    if (!has(0) || !has(1))
      return false;
    Vector y = take(0), t = take(1);
    Word top = y[0];
    for (Word word : y)
      top = greater(top, word);
    Sum total = Word(0);
    for (Word &word : y) {
      word = lookup(subtract(word, top), knots, count, range);
      total += word;
    }
    for (size_t k = 0; k < y.size(); ++k) {
      y[k] = divide(y[k], total);
      if (toBits(t[0]) == static_cast<int64_t>(k))
        y[k] = subtract(y[k], one);
    }
    give(0, y);
    return true;
  }
  const Word *knots;
  int count, range;
};

/// Lets words pass until the link is cut, and zeros from then on.
struct Gate : Unit {
  Gate(Circuit &circuit, const char *link) : circuit(circuit), link(link) {}
  bool fire() override {
    if (!has(0))
      return false;
    Vector words = take(0);
    if (circuit.cuts.count(link))
      std::fill(words.begin(), words.end(), Word(0));
    give(0, words);
    return true;
  }
  Circuit &circuit;
  const char *link;
};

/// Records what passes: errors of a vertex, or what the host gets.
struct Watch : Unit {
  Watch(std::vector<Vector> &seen) : seen(seen) {}
  bool fire() override {
    if (!has(0))
      return false;
    seen.push_back(take(0));
    give(0, seen.back());
    return true;
  }
  std::vector<Vector> &seen;
};
struct Tap : Watch {
  Tap(Circuit &circuit, const char *name) : Watch(circuit.errors[name]) {}
};
struct Output : Watch {
  Output(Circuit &circuit, const char *name) : Watch(circuit.outputs[name]) {}
};

/// One sample; the last of a batch updates the parameters.
void Circuit::run(const std::vector<Vector> &words) {
  for (auto &unit : units)
    unit->phase = 0;
  for (size_t i = 0; i < ports.size(); ++i)
    ports[i].unit->give(0, words[i]);
  for (bool moves = true; moves;) {
    moves = false;
    for (auto &unit : units)
      while (unit->fire())
        moves = true;
  }
  sample = sample + 1 == batch ? 0 : sample + 1;
}

static void build(Circuit &circuit);

static void write(std::ostream &os, const Vector &words) {
  for (Word word : words)
    os << ' ' << toBits(word);
  os << '\n';
}

/// model FOLDER SAMPLES: reads FOLDER/in and cuts.txt, writes FOLDER/model, in
/// the form of the reference.
int main(int argc, char **argv) {
  if (argc != 3) {
    std::printf("usage: %s FOLDER SAMPLES\n", argv[0]);
    return 1;
  }
  std::string folder = argv[1], out = folder + "/model";
  int64_t samples = std::atoll(argv[2]);
  Circuit circuit;
  build(circuit);
  std::vector<std::ifstream> files;
  for (const auto &port : circuit.ports)
    files.emplace_back(folder + "/in/" + port.name + ".txt");
  std::multimap<int64_t, std::string> cuts;
  std::ifstream cutFile(folder + "/cuts.txt");
  std::string link;
  for (int64_t sample; cutFile >> sample >> link;)
    cuts.insert({sample, link});
  std::error_code code;
  std::filesystem::create_directories(out, code);
  std::ofstream taps(out + "/taps.txt"), weights(out + "/weights.txt");
  std::map<std::string, std::ofstream> outputs;
  for (const auto &entry : circuit.outputs)
    outputs[entry.first].open(out + "/" + entry.first + ".txt");
  for (int64_t first = 0; first < samples; first += batch) {
    for (auto [at, name] : cuts)
      if (at == first)
        circuit.cuts.insert(name);
    for (int64_t sample = first; sample < first + batch; ++sample) {
      std::vector<Vector> words;
      for (size_t i = 0; i < files.size(); ++i) {
        words.emplace_back(circuit.ports[i].size);
        for (Word &word : words.back()) {
          int64_t bits;
          if (!(files[i] >> bits)) {
            std::printf("%s has too few words\n",
                        circuit.ports[i].name.c_str());
            return 1;
          }
          word = fromBits(bits);
        }
      }
      circuit.run(words);
    }
    for (auto &[name, rows] : circuit.errors) {
      for (size_t k = 0; k < rows.size(); ++k) {
        taps << name << ' ' << first + k / rounds << ' ' << k % rounds;
        write(taps, rows[k]);
      }
      rows.clear();
    }
    std::map<std::string, Vector> all;
    for (const auto &[name, parameter] : circuit.parameters) {
      all[name] = parameter.words;
      if (!parameter.velocities.empty())
        all[name + ".velocity"] = parameter.velocities;
    }
    for (const auto &[name, words] : all) {
      weights << name << ' ' << first / batch;
      write(weights, words);
    }
    for (auto &[name, rows] : circuit.outputs) {
      for (const Vector &row : rows)
        for (Word word : row)
          outputs[name] << toBits(word) << '\n';
      rows.clear();
    }
  }
  std::printf("%lld samples, %s\n", static_cast<long long>(samples),
              saturated ? "saturated" : "nothing saturated");
  return taps && weights ? 0 : 1;
}
