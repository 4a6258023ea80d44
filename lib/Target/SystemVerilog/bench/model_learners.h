// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Behind model.h: units with weights, those with windows and those that
// rearrange.

/// Of a unit with rounds: operand 0, then operand 1 in each of them; strictly,
/// both in each.
struct Rounds : Unit {
  bool fire() override {
    int last = strict ? 2 * rounds : rounds + 1;
    bool predicts = strict ? phase % 2 == 0 : phase == 0;
    if (phase == last || !has(predicts ? 0 : 1))
      return false;
    ++phase;
    if (predicts)
      predict(take(0));
    else
      answer(take(1), phase == last);
    return true;
  }
  virtual void predict(Vector words) = 0;
  virtual void answer(const Vector &errors, bool isLast) = 0;
};

/// y = W x + b, g = W^T d, and in the last round the update. What is multiplied
/// by what is its own affair.
struct Learner : Rounds {
  struct Settings {
    int rows, columns, positions; // of the matrix; of each row in the result
    const char *weights, *bias;   // no bias: null
    bool sends;
    Factor rate, momentum; // negative: none
  };
  using Use = std::function<void(int result, int weight, int word)>;

  Learner(Circuit &circuit, Settings settings)
      : circuit(circuit), with(settings) {}
  virtual void forEachProduct(const Use &use) const = 0;

  void predict(Vector words) override {
    x = std::move(words);
    std::vector<Sum> sums(with.rows * with.positions);
    for (size_t i = 0; with.bias && i < sums.size(); ++i)
      sums[i] = widen(circuit.parameters[with.bias].words[i / with.positions]);
    const Vector &w = circuit.parameters[with.weights].words;
    forEachProduct([&](int result, int weight, int word) {
      sums[result] += product(w[weight], x[word]);
    });
    give(0, settleAll(sums));
  }
  void answer(const Vector &d, bool isLast) override {
    if (with.sends) {
      std::vector<Sum> sums(x.size());
      const Vector &w = circuit.parameters[with.weights].words;
      forEachProduct([&](int result, int weight, int word) {
        sums[word] += product(w[weight], d[result]);
      });
      give(1, settleAll(sums));
    }
    if (isLast && with.rate >= 0)
      learn(d);
  }

private:
  static Vector settleAll(const std::vector<Sum> &sums) {
    Vector words;
    for (Sum sum : sums)
      words.push_back(settle(sum));
    return words;
  }
  void learn(const Vector &d) {
    std::vector<Sum> &sums = circuit.parameters[with.weights].gradient;
    sums.resize(with.rows * with.columns);
    forEachProduct([&](int result, int weight, int word) {
      sums[weight] += product(d[result], x[word]);
    });
    if (with.bias) {
      std::vector<Sum> &biasSums = circuit.parameters[with.bias].gradient;
      biasSums.resize(with.rows);
      for (size_t i = 0; i < d.size(); ++i)
        biasSums[i / with.positions] += widen(d[i]);
    }
    if (circuit.sample + 1 < batch)
      return;
    update(circuit.parameters[with.weights]);
    if (with.bias)
      update(circuit.parameters[with.bias]);
  }
  void update(Circuit::Parameter &parameter) {
    for (size_t i = 0; i < parameter.words.size(); ++i) {
      Sum gradient = parameter.gradient[i];
      Word &word = parameter.words[i];
      if (with.momentum < 0) {
        word = descend(word, with.rate, gradient);
        continue;
      }
      Word &velocity = parameter.velocities[i];
      velocity = accelerate(velocity, with.momentum, gradient);
      word = descendAlong(word, with.rate, velocity);
    }
    parameter.gradient.clear();
  }

  Circuit &circuit;
  Settings with;
  Vector x;
};

struct Linear : Learner {
  Linear(Circuit &circuit, Settings settings)
      : Learner(circuit, settings), rows(settings.rows),
        columns(settings.columns) {}
  void forEachProduct(const Use &use) const override {
    for (int m = 0; m < rows; ++m)
      for (int n = 0; n < columns; ++n)
        use(m, m * columns + n, n);
  }
  int rows, columns;
};

/// A window that slides over images.
struct Window {
  int channels, rows, columns;
  int kernel[2], strides[2], dilations[2], pads[2], steps[2];

  /// `use(tap, word)` for what it shows of a channel.
  template <class Use> void show(int position, int channel, Use use) const {
    int top = position / steps[1] * strides[0] - pads[0];
    int left = position % steps[1] * strides[1] - pads[1];
    for (int a = 0; a < kernel[0]; ++a)
      for (int b = 0; b < kernel[1]; ++b) {
        int row = top + a * dilations[0], column = left + b * dilations[1];
        if (row >= 0 && row < rows && column >= 0 && column < columns)
          use(a * kernel[1] + b, (channel * rows + row) * columns + column);
      }
  }
  /// `use(position, tap, word)` for what it shows of a channel, everywhere.
  template <class Use> void slide(int channel, Use use) const {
    for (int position = 0; position < positions(); ++position)
      show(position, channel,
           [&](int tap, int word) { use(position, tap, word); });
  }
  int positions() const { return steps[0] * steps[1]; }
};

struct Conv : Learner {
  Conv(Circuit &circuit, Settings settings, Window window, int groups)
      : Learner(circuit, settings), rows(settings.rows), window(window),
        groups(groups) {}
  void forEachProduct(const Use &use) const override {
    int taps = window.kernel[0] * window.kernel[1];
    int depth = window.channels / groups;
    for (int position = 0; position < window.positions(); ++position)
      for (int o = 0; o < rows; ++o)
        for (int c = 0; c < depth; ++c)
          window.show(position, o * groups / rows * depth + c,
                      [&](int tap, int word) {
                        use(o * window.positions() + position,
                            (o * depth + c) * taps + tap, word);
                      });
  }
  int rows;
  Window window;
  int groups;
};

/// The greatest word under a window, or their sum; an error goes back to the
/// first of the greatest, or to all.
struct Pool : Rounds {
  Pool(Circuit &, bool max, Window window) : max(max), window(window) {}
  void predict(Vector x) override {
    size = x.size();
    greatest.assign(window.channels * window.positions(), -1);
    std::vector<Sum> sums(greatest.size());
    for (int c = 0; c < window.channels; ++c)
      window.slide(c, [&](int position, int, int word) {
        int result = c * window.positions() + position;
        int &first = greatest[result];
        if (first < 0 || x[word] > x[first])
          first = word;
        sums[result] = max ? Sum(x[first]) : sums[result] + x[word];
      });
    give(0, saturateAll(sums));
  }
  void answer(const Vector &d, bool) override {
    std::vector<Sum> sums(size);
    for (int c = 0; c < window.channels; ++c)
      window.slide(c, [&](int position, int, int word) {
        int result = c * window.positions() + position;
        if (!max || greatest[result] == word)
          sums[word] += d[result];
      });
    give(1, saturateAll(sums));
  }
  static Vector saturateAll(const std::vector<Sum> &sums) {
    Vector words;
    for (Sum sum : sums)
      words.push_back(saturate(sum));
    return words;
  }
  bool max;
  Window window;
  size_t size = 0;
  std::vector<int> greatest; // the word of each result
};

/// y[sum to a] += x[sum from a], over all numbers a of nested loops.
struct Rearrange : Unit {
  Rearrange(Circuit &, int size, std::vector<int> sizes, std::vector<int> from,
            std::vector<int> to)
      : size(size), sizes(sizes), from(from), to(to) {}
  bool fire() override {
    if (!has(0))
      return false;
    Vector x = take(0), y;
    std::vector<Sum> sums(size);
    std::vector<int> at(sizes.size());
    bool isDone = false;
    while (!isDone) {
      int word = 0, result = 0;
      for (size_t loop = 0; loop < sizes.size(); ++loop) {
        word += from[loop] * at[loop];
        result += to[loop] * at[loop];
      }
      sums[result] += x[word];
      isDone = true; // unless a loop goes on, the last one first
      for (size_t loop = sizes.size(); isDone && loop-- > 0;) {
        at[loop] = at[loop] + 1 == sizes[loop] ? 0 : at[loop] + 1;
        isDone = at[loop] == 0;
      }
    }
    for (Sum sum : sums)
      y.push_back(saturate(sum));
    give(0, y);
    return true;
  }
  int size;
  std::vector<int> sizes, from, to;
};
