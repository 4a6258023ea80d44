// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Execution of one sample of a network without data.

#ifndef PC_DIALECT_DATAFLOW_ANALYSIS_LIVENESS_H
#define PC_DIALECT_DATAFLOW_ANALYSIS_LIVENESS_H

#include "pc/Dialect/Dataflow/IR/Dataflow.h"
#include <string>
#include <vector>

namespace mlir::pcflow {

/// A queue between two actors, empty at first.
struct Place {
  int64_t capacity;
  std::string name;
  Operation *buffer = nullptr;   // the pcflow.buffer it is, if any
  unsigned giver = 0, taker = 0; // actors
};

/// A process with a fixed order of phases. Each firing of a run takes from and
/// gives to all its places at once. An eager fork (`isFork`: one place to take
/// from) gives to each of its places when there is room, and takes when all
/// have the word.
struct Actor {
  std::string name;
  std::vector<Run> runs; // of places
  bool isFork = false;
};

struct Network {
  std::vector<Place> places;
  std::vector<Actor> actors;

  unsigned addPlace(int64_t capacity, llvm::Twine name, Operation *buffer);
  /// Adds `actor` and makes it the giver and taker of its places.
  unsigned addActor(Actor actor);
};

/// What one actor of a deadlock waits for.
struct Wait {
  std::string actor, place;
  int64_t tokens, capacity; // full where they are equal
  bool isFull;
  Operation *buffer;
};

struct Execution {
  bool isLive = false;
  std::vector<Wait> cycle; // each waits for the next, the last for the first
  std::vector<int64_t> highWater; // most words of each place, live or not
};

/// Runs one sample. When all actors come to the end of theirs, every place is
/// empty again, so the network runs for ever (Lee and Messerschmitt 1987).
Execution execute(const Network &network);

/// "a waits for q (empty) <- b waits for r (full, 2 words) <- a".
std::string describe(const Execution &execution);

/// The network of a wired graph whose buffers have depths. Reports streams that
/// have no buffer.
FailureOr<Network> buildNetwork(GraphOp graph);

} // namespace mlir::pcflow

#endif // PC_DIALECT_DATAFLOW_ANALYSIS_LIVENESS_H
