// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Dialect/Dataflow/Analysis/Liveness.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace mlir::pcflow;

unsigned Network::addPlace(int64_t capacity, llvm::Twine name,
                           Operation *buffer) {
  places.push_back({capacity, name.str(), buffer});
  return places.size() - 1;
}

unsigned Network::addActor(Actor actor) {
  unsigned index = actors.size();
  for (const Run &run : actor.runs) {
    for (unsigned place : run.takes)
      places[place].taker = index;
    for (unsigned place : run.gives)
      places[place].giver = index;
  }
  actors.push_back(std::move(actor));
  return index;
}

namespace {

/// How far an actor is in its sample.
struct Progress {
  size_t run = 0;
  int64_t fired = 0;            // of the run
  llvm::SmallVector<bool> done; // of a fork: who has the word
};

class Executor {
public:
  explicit Executor(const Network &network)
      : network(network), tokens(network.places.size(), 0),
        progress(network.actors.size()) {
    result.highWater.assign(network.places.size(), 0);
    for (auto [actor, state] : llvm::zip_equal(network.actors, progress)) {
      if (actor.isFork)
        state.done.assign(actor.runs.front().gives.size(), false);
      skipEmptyRuns(actor, state);
    }
  }

  Execution run();

private:
  bool isFinished(unsigned actor) const {
    return progress[actor].run == network.actors[actor].runs.size();
  }
  bool hasRoom(unsigned place) const {
    return tokens[place] < network.places[place].capacity;
  }
  void put(unsigned place) {
    ++tokens[place];
    result.highWater[place] = std::max(result.highWater[place], tokens[place]);
  }
  static void skipEmptyRuns(const Actor &actor, Progress &state) {
    while (state.run < actor.runs.size() && !actor.runs[state.run].count)
      ++state.run;
  }
  void advance(unsigned actor);
  bool fire(unsigned actor);
  bool fireFork(unsigned actor);
  Wait findWait(unsigned actor, unsigned &next) const;
  void findCycle();

  const Network &network;
  std::vector<int64_t> tokens;
  std::vector<Progress> progress;
  Execution result;
};

} // namespace

void Executor::advance(unsigned index) {
  const Actor &actor = network.actors[index];
  Progress &state = progress[index];
  if (++state.fired < actor.runs[state.run].count)
    return;
  state.fired = 0;
  ++state.run;
  skipEmptyRuns(actor, state);
}

bool Executor::fireFork(unsigned index) {
  const Run &run = network.actors[index].runs.front();
  Progress &state = progress[index];
  unsigned input = run.takes.front();
  if (!tokens[input])
    return false;
  bool moved = false;
  for (auto [place, done] : llvm::zip_equal(run.gives, state.done))
    if (!done && hasRoom(place)) {
      put(place);
      done = moved = true;
    }
  if (llvm::all_of(state.done, [](bool done) { return done; })) {
    --tokens[input];
    state.done.assign(state.done.size(), false);
    advance(index);
    moved = true;
  }
  return moved;
}

bool Executor::fire(unsigned index) {
  if (isFinished(index))
    return false;
  if (network.actors[index].isFork)
    return fireFork(index);
  const Run &run = network.actors[index].runs[progress[index].run];
  if (!llvm::all_of(run.takes, [&](unsigned place) { return tokens[place]; }) ||
      !llvm::all_of(run.gives, [&](unsigned place) { return hasRoom(place); }))
    return false;
  for (unsigned place : run.takes)
    --tokens[place];
  for (unsigned place : run.gives)
    put(place);
  advance(index);
  return true;
}

Wait Executor::findWait(unsigned index, unsigned &next) const {
  const Actor &actor = network.actors[index];
  const Run &run = actor.runs[progress[index].run];
  auto wait = [&](unsigned place, bool isFull) {
    const Place &queue = network.places[place];
    next = isFull ? queue.taker : queue.giver;
    return Wait{actor.name,     queue.name, tokens[place],
                queue.capacity, isFull,     queue.buffer};
  };
  for (unsigned place : run.takes)
    if (!tokens[place])
      return wait(place, false);
  for (auto [position, place] : llvm::enumerate(run.gives))
    if (!hasRoom(place) && !(actor.isFork && progress[index].done[position]))
      return wait(place, true);
  llvm_unreachable("an actor that waits for nothing would have fired");
}

void Executor::findCycle() {
  unsigned actor = 0;
  while (isFinished(actor))
    ++actor;
  std::vector<int64_t> position(network.actors.size(), -1);
  while (position[actor] < 0 && !isFinished(actor)) {
    position[actor] = result.cycle.size();
    unsigned next = actor;
    result.cycle.push_back(findWait(actor, next));
    actor = next;
  }
  // What leads to the cycle is no part of it.
  if (position[actor] >= 0)
    result.cycle.erase(result.cycle.begin(),
                       result.cycle.begin() + position[actor]);
}

Execution Executor::run() {
  for (bool moved = true; moved;) {
    moved = false;
    for (unsigned actor : llvm::seq<unsigned>(network.actors.size()))
      while (fire(actor))
        moved = true;
  }
  result.isLive =
      llvm::all_of(llvm::seq<unsigned>(network.actors.size()),
                   [&](unsigned actor) { return isFinished(actor); });
  if (!result.isLive)
    findCycle();
  return std::move(result);
}

Execution pcflow::execute(const Network &network) {
  return Executor(network).run();
}

std::string pcflow::describe(const Execution &execution) {
  std::string text;
  for (const Wait &wait : execution.cycle) {
    text += wait.actor + " waits for " + wait.place;
    text += wait.isFull ? " (full, " + std::to_string(wait.capacity) + " words)"
                        : std::string(" (empty)");
    text += " <- ";
  }
  return text + (execution.cycle.empty() ? "" : execution.cycle.front().actor);
}
