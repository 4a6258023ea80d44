// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Cycles of a circuit: the registers of every unit that tell when words move,
// clocked without data.

#ifndef PC_DIALECT_DATAFLOW_ANALYSIS_TIMING_H
#define PC_DIALECT_DATAFLOW_ANALYSIS_TIMING_H

#include "pc/Dialect/Dataflow/IR/Dataflow.h"
#include "llvm/ADT/MapVector.h"

namespace mlir::pcflow {

/// Words that buffers hold, in place of what is written on them.
using Depths = llvm::DenseMap<Operation *, int64_t>;

struct QueueTiming {
  int64_t highWater = 0; // most words
  int64_t stalls = 0;    // cycles in which its producer waits for room
};

struct Timing {
  /// From reset to the last word that moves at the host or at a tap, that one
  /// included.
  int64_t cycles = 0;
  int64_t lastMove = 0; // the same of any word
  bool stopped = false; // the circuit deadlocked before all samples were done
  llvm::MapVector<Operation *, QueueTiming> queues; // of the buffers
};

/// Runs `samples` samples of `iterations` iterations, with inputs that are
/// always there and outputs that are always taken. Depths of buffers that are
/// in `depths` are taken from there. Reports units that have no timing.
FailureOr<Timing> simulateCycles(GraphOp graph, int64_t samples,
                                 int64_t iterations,
                                 const Depths &depths = Depths());

/// Runs one sample as backpropagation would on the same units: a prediction
/// wave and one backward sweep, in which each unit takes its error once and
/// learns.
FailureOr<Timing> simulateSweep(GraphOp graph);

/// Cycles of a circuit as designers ask for them.
struct CycleCounts {
  int64_t first;        // of the first sample, from reset, as a bench sees it
  int64_t last;         // the same, until no word moves any more
  int64_t perSample;    // more for each further one
  int64_t perIteration; // more for each further iteration
  bool stopped = false; // the circuit deadlocks: the rest means nothing
};

FailureOr<CycleCounts> countCycles(GraphOp graph,
                                   const Depths &depths = Depths());

/// Whether with `depths` the last word of the first sample moves no later, and
/// further samples and iterations take no more, than `counts` says. Finds that
/// they do not without counting on.
FailureOr<bool> isAsFast(GraphOp graph, const Depths &depths,
                         const CycleCounts &counts);

} // namespace mlir::pcflow

#endif // PC_DIALECT_DATAFLOW_ANALYSIS_TIMING_H
