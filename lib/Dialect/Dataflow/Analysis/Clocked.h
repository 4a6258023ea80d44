// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The control registers of each unit of lib/Target/SystemVerilog/rtl: what is
// valid, what is ready, and what a clock edge does. No data.

#ifndef PC_LIB_DIALECT_DATAFLOW_ANALYSIS_CLOCKED_H
#define PC_LIB_DIALECT_DATAFLOW_ANALYSIS_CLOCKED_H

#include "pc/Dialect/Dataflow/IR/Dataflow.h"
#include <memory>
#include <vector>

namespace mlir::pcflow {

class Clocked;

/// A wire bundle with a handshake.
struct Link {
  Clocked *giver = nullptr, *taker = nullptr;
  unsigned output = 0, input = 0; // numbers there
  bool fires = false;             // in this cycle
  bool watched = false;           // by the host, or at a tap
};

class Clocked {
public:
  virtual ~Clocked() = default;
  /// Combinational, as the unit has it: valid looks backward, ready forward.
  virtual bool isValid(unsigned output) const = 0;
  virtual bool isReady(unsigned input) const = 0;
  /// A clock edge; `fires` of the links is that of the cycle before it.
  virtual void clock() = 0;
  /// Whether all samples have passed.
  virtual bool isDone() const { return true; }

  std::vector<Link *> inputs, outputs;

protected:
  bool comes(unsigned input) const {
    return inputs[input]->giver->isValid(inputs[input]->output);
  }
  bool goes(unsigned output) const {
    return outputs[output]->taker->isReady(outputs[output]->input);
  }
  bool took(unsigned input) const { return inputs[input]->fires; }
  bool gave(unsigned output) const { return outputs[output]->fires; }
};

/// The bench: words are always there.
class ClockedSource : public Clocked {
public:
  explicit ClockedSource(int64_t words) : left(words) {}
  bool isValid(unsigned) const override { return left > 0; }
  bool isReady(unsigned) const override { return false; }
  void clock() override { left -= gave(0); }
  bool isDone() const override { return left == 0; }

private:
  int64_t left;
};

class ClockedSink : public Clocked {
public:
  explicit ClockedSink(int64_t words) : left(words) {}
  bool isValid(unsigned) const override { return false; }
  bool isReady(unsigned) const override { return true; }
  void clock() override { left -= took(0); }
  bool isDone() const override { return left == 0; }

private:
  int64_t left;
};

/// df_fifo.
class ClockedQueue : public Clocked {
public:
  ClockedQueue(int64_t depth, int64_t &highWater, int64_t &stalls)
      : depth(depth), highWater(highWater), stalls(stalls) {}
  bool isValid(unsigned) const override { return count != 0; }
  bool isReady(unsigned) const override { return count != depth; }
  void clock() override {
    stalls += count == depth && comes(0);
    count += int64_t(took(0)) - int64_t(gave(0));
    highWater = std::max(highWater, count);
  }

private:
  int64_t depth, count = 0;
  int64_t &highWater, &stalls;
};

/// df_fork.
class ClockedFork : public Clocked {
public:
  explicit ClockedFork(unsigned copies) : done(copies, false) {}
  bool isValid(unsigned output) const override {
    return comes(0) && !done[output];
  }
  bool isReady(unsigned) const override {
    for (unsigned output = 0; output < done.size(); ++output)
      if (!done[output] && !goes(output))
        return false;
    return true;
  }
  void clock() override {
    for (unsigned output = 0; output < done.size(); ++output)
      done[output] = !took(0) && (done[output] || gave(output));
  }

private:
  std::vector<bool> done;
};

/// df_tap, df_gate and df_sum: nothing but wires.
class ClockedJoin : public Clocked {
public:
  bool isValid(unsigned) const override {
    for (unsigned input = 0; input < inputs.size(); ++input)
      if (!comes(input))
        return false;
    return true;
  }
  bool isReady(unsigned) const override { return isValid(0) && goes(0); }
  void clock() override {}
};

/// A state or an activity of a backward sweep: each operand passes to the
/// result of its number, what was predicted and what comes back.
class ClockedWires : public Clocked {
public:
  bool isValid(unsigned output) const override { return comes(output); }
  bool isReady(unsigned input) const override { return goes(input); }
  void clock() override {}
};

/// A map: a join in front of elastic stages.
class ClockedMap : public Clocked {
public:
  explicit ClockedMap(unsigned stages) : full(stages, false) {}
  bool isValid(unsigned) const override { return full.back(); }
  bool isReady(unsigned) const override { return allCome() && hasRoom(0); }
  void clock() override {
    bool moves = gave(0);
    for (size_t stage = full.size(); stage-- > 0;) {
      bool accepts = !full[stage] || moves;
      if (accepts)
        full[stage] = stage ? full[stage - 1] : took(0);
      moves = accepts;
    }
  }

private:
  bool allCome() const {
    for (unsigned input = 0; input < inputs.size(); ++input)
      if (!comes(input))
        return false;
    return true;
  }
  bool hasRoom(size_t stage) const {
    for (; stage < full.size(); ++stage)
      if (!full[stage])
        return true;
    return goes(0);
  }

  std::vector<bool> full;
};

/// df_state.
class ClockedState : public Clocked {
public:
  ClockedState(int64_t size, int64_t rounds, int64_t samples)
      : size(size), rounds(rounds), left(samples) {}
  bool isValid(unsigned) const override {
    // The zeros of a sample that never comes are left out.
    return left > 0 && (round == 0 || (round != rounds && comes(0)));
  }
  bool isReady(unsigned) const override {
    return round == rounds || (round != 0 && goes(0));
  }
  void clock() override {
    bool drops = round == rounds;
    if (!(drops ? took(0) : gave(0)) || ++word != size)
      return;
    word = 0;
    left -= drops;
    round = drops ? 0 : round + 1;
  }

private:
  int64_t size, rounds, left, word = 0, round = 0;
};

/// df_activity. Inputs mu, g; outputs v, d.
class ClockedActivity : public Clocked {
public:
  ClockedActivity(int64_t size, int64_t rounds) : size(size), rounds(rounds) {}
  bool isValid(unsigned output) const override {
    bool needsPrediction = (round == 0) == (phase == Value);
    return phase == (output == 0 ? Value : Error) &&
           (!needsPrediction || comes(0));
  }
  bool isReady(unsigned input) const override {
    if (input == 1)
      return phase == Message;
    return phase == (round == 0 ? Value : Error) &&
           goes(phase == Value ? 0 : 1);
  }
  void clock() override {
    bool moves = phase == Message ? took(1) : gave(phase == Value ? 0 : 1);
    if (!moves || ++word != size)
      return;
    word = 0;
    if (phase == Message)
      round = round + 1 == rounds ? 0 : round + 1;
    phase = phase == Value ? Error : phase == Error ? Message : Value;
  }

private:
  enum Phase { Value, Error, Message };
  int64_t size, rounds, word = 0, round = 0;
  Phase phase = Value;
};

/// df_first.
class ClockedFirst : public Clocked {
public:
  ClockedFirst(int64_t size, int64_t rounds) : size(size), rounds(rounds) {}
  bool isValid(unsigned) const override { return round == 0 && comes(0); }
  bool isReady(unsigned) const override { return round != 0 || goes(0); }
  void clock() override {
    if (!took(0) || ++word != size)
      return;
    word = 0;
    round = round + 1 == rounds ? 0 : round + 1;
  }

private:
  int64_t size, rounds, word = 0, round = 0;
};

/// df_latch.
class ClockedLatch : public Clocked {
public:
  ClockedLatch(int64_t size, int64_t rounds) : size(size), rounds(rounds) {}
  bool isValid(unsigned) const override { return given < taken; }
  bool isReady(unsigned) const override { return taken != size; }
  void clock() override {
    taken += took(0);
    if (!gave(0) || ++given != size)
      return;
    given = 0;
    if (++round != rounds)
      return;
    round = 0;
    taken = 0;
  }

private:
  int64_t size, rounds, taken = 0, given = 0, round = 0;
};

/// df_rearrange.
class ClockedRearrange : public Clocked {
public:
  explicit ClockedRearrange(RearrangeOp op)
      : size(op.getInput().getType().getSize()), terms(op.getTerms()),
        steps(op.getResult().getType().getSize() * terms) {}
  bool isValid(unsigned) const override { return isThere; }
  bool isReady(unsigned) const override { return !walks; }
  void clock() override;

private:
  int64_t size, terms, steps;
  bool walks = false;
  int64_t taken = 0, read = 0, given = 0; // words of the vector
  bool valid = false, ends = false;       // a word behind the memory
  bool isThere = false;                   // a sum
};

/// df_softmax. Inputs: logits, label.
class ClockedSoftmax : public Clocked {
public:
  ClockedSoftmax(int64_t size, int64_t fraction)
      : size(size), fraction(fraction) {}
  bool isValid(unsigned) const override { return phase == Give; }
  bool isReady(unsigned input) const override {
    return phase == (input == 0 ? Load : Label);
  }
  void clock() override;

private:
  enum Phase { Load, Label, Power, Drain, Start, Divide, Give };
  bool isLastWord() {
    word = word + 1 == size ? 0 : word + 1;
    return word == 0;
  }

  int64_t size, fraction, word = 0, bit = 0;
  Phase phase = Load;
};

/// df_linear. Inputs x, d; outputs y and, with a vjp, g.
class ClockedLinear : public Clocked {
public:
  ClockedLinear(LinearOp op, int64_t rounds, int64_t samples)
      : pe(op.getPe()), simd(op.getSimd()), groups(op.getRows() / pe),
        tiles(op.getColumns() / simd), rounds(rounds), left(samples),
        sends(bool(op.getMessage())), learns(bool(op.getRate())),
        strict(isStrict(op)) {}
  bool isValid(unsigned output) const override {
    return output == 0 ? rowsGiven != rowsDone
                       : phase == Round && tilesGiven != tilesDone;
  }
  bool isReady(unsigned input) const override {
    if (input == 0)
      return phase == Load;
    return phase == Round && handed != groups &&
           (filled != pe || (handsOver() && handed != groups - 1));
  }
  void clock() override;
  bool isDone() const override { return left == 0; }

private:
  enum Phase { Load, Predict, Round };
  bool learnsNow() const { return learns && round + 1 == rounds; }
  bool handsOver() const {
    return handed != groups && (!busy || tile == tiles - 1) &&
           (phase == Predict || (phase == Round && filled == pe));
  }
  bool isDrained() const {
    return !busy && !valid1 && !valid2 && !learn2 && !learn3 && !learn4;
  }

  int64_t pe, simd, groups, tiles, rounds, left;
  bool sends, learns, strict;
  Phase phase = Load;
  int64_t round = 0, loaded = 0, filled = 0, handed = 0;
  bool busy = false;
  int64_t tile = 0, row = 0;
  bool valid1 = false, predicts1 = false, end1 = false, bottom1 = false;
  bool valid2 = false, predicts2 = false, end2 = false, bottom2 = false;
  bool done3 = false, learn1 = false, learn2 = false, learn3 = false,
       learn4 = false;
  int64_t rowsDone = 0, rowsGiven = 0, rowWord = 0;
  int64_t tilesDone = 0, tilesGiven = 0, tileWord = 0;
};

/// df_conv and df_pool. Inputs x, d; outputs y and, with a vjp, g.
class ClockedImage : public Clocked {
public:
  ClockedImage(ConvOp op, int64_t rounds, int64_t samples);
  ClockedImage(PoolOp op, int64_t rounds, int64_t samples);
  bool isValid(unsigned output) const override {
    return phase == (output == 0 ? Give : Send);
  }
  bool isReady(unsigned input) const override {
    return phase == (input == 0 ? Load : Take);
  }
  void clock() override;
  bool isDone() const override { return left == 0; }

private:
  enum Phase { Load, Predict, Give, Take, Scatter, Send };
  bool learnsNow() const { return learns && round + 1 == rounds; }
  /// From the next cycle on: a walk, and what is in the stages behind its end.
  void compute(Phase next, int64_t drain) {
    phase = next;
    wait = walk + drain;
  }
  void endPass();
  bool isLast(int64_t count) {
    word = word + 1 == count ? 0 : word + 1;
    return word == 0;
  }

  int64_t image, results, rounds, left;
  int64_t walk = 0; // cycles, a tap in each
  int64_t predictDrain, scatterDrain, learnDrain = 0;
  bool sends = true, learns = false, strict;
  Phase phase = Load;
  int64_t round = 0, word = 0, wait = 0;
};

} // namespace mlir::pcflow

#endif // PC_LIB_DIALECT_DATAFLOW_ANALYSIS_CLOCKED_H
