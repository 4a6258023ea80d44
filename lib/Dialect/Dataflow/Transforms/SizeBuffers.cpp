// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "mlir/IR/Builders.h"
#include "pc/Dialect/Dataflow/Analysis/Liveness.h"
#include "pc/Dialect/Dataflow/Analysis/Timing.h"
#include "pc/Dialect/Dataflow/IR/Channels.h"
#include "pc/Dialect/Dataflow/Transforms/Passes.h"

namespace mlir::pcflow {
#define GEN_PASS_DEF_SIZEBUFFERS
#include "pc/Dialect/Dataflow/Transforms/Passes.h.inc"
} // namespace mlir::pcflow

using namespace mlir;
using namespace mlir::pcflow;

/// A queue behind `source`, unless it leads into one or out of the circuit.
static void insertBuffer(Value source) {
  Operation *user = *source.getUsers().begin();
  if (isa<BufferOp, SinkOp, OutputOp, TapOp, GateOp>(user))
    return;
  OpBuilder builder(source.getContext());
  builder.setInsertionPointAfterValue(source);
  auto buffer =
      BufferOp::create(builder, source.getLoc(), source, IntegerAttr());
  source.replaceAllUsesExcept(buffer.getResult(), buffer);
}

/// One more word in every full queue of a deadlock, twice as many in long ones.
/// Null where no queue that may grow is to blame.
static bool growBuffers(Network &network, const Execution &execution,
                        const llvm::DenseSet<Operation *> &sized) {
  bool grew = false;
  for (Place &place : network.places)
    for (const Wait &wait : execution.cycle)
      if (wait.isFull && place.buffer && place.buffer == wait.buffer &&
          sized.contains(place.buffer)) {
        place.capacity *= 2;
        grew = true;
      }
  return grew;
}

/// The least depth of `buffer` with which further samples and iterations are as
/// fast as `counts` says, as the depths of the others are now.
static LogicalResult narrowBuffer(GraphOp graph, Operation *buffer,
                                  const CycleCounts &counts, Depths &depths) {
  int64_t slow = 0, fast = depths[buffer];
  while (fast - slow > 1) {
    depths[buffer] = (slow + fast) / 2;
    FailureOr<bool> isFast = isAsFast(graph, depths, counts);
    if (failed(isFast))
      return failure();
    (*isFast ? fast : slow) = depths[buffer];
  }
  depths[buffer] = fast;
  return success();
}

/// The least capacity of `place` with which the network is alive, as it is now.
static void shrinkBuffer(Network &network, Place &place) {
  int64_t dead = 0, live = place.capacity;
  while (live - dead > 1) {
    place.capacity = (dead + live) / 2;
    (execute(network).isLive ? live : dead) = place.capacity;
  }
  place.capacity = live;
}

namespace {

struct SizeBuffers : pcflow::impl::SizeBuffersBase<SizeBuffers> {
  using SizeBuffersBase::SizeBuffersBase;

  void runOnOperation() override {
    if (mode != "live" && mode != "throughput") {
      getOperation().emitError(
          "pcflow-size-buffers: expected the mode live or throughput, but got ")
          << mode.getValue();
      return signalPassFailure();
    }
    for (auto graph : getOperation().getOps<GraphOp>())
      if (failed(size(graph)))
        return signalPassFailure();
  }

private:
  LogicalResult size(GraphOp graph) {
    if (!graph.getWired())
      return graph.emitOpError(
          "expected a wired graph; has pcflow-materialize-forks run?");
    for (BlockArgument argument : graph.getBody().getArguments())
      insertBuffer(argument);
    for (UnitOpInterface unit : getUnits(graph))
      if (!isa<BufferOp>(unit))
        for (Value result : unit->getResults())
          insertBuffer(result);
    llvm::SmallVector<BufferOp> buffers;
    llvm::DenseSet<Operation *> sized;
    graph.walk([&](BufferOp buffer) {
      if (buffer.getDepth())
        return;
      buffer.setDepth(1);
      ++numBuffers;
      buffers.push_back(buffer);
      sized.insert(buffer);
    });
    FailureOr<Network> network = buildNetwork(graph);
    if (failed(network))
      return failure();
    for (Execution execution = execute(*network); !execution.isLive;
         execution = execute(*network))
      if (!growBuffers(*network, execution, sized))
        return graph.emitOpError("deadlocks whatever the depths are: ")
               << describe(execution);
    if (mode == "throughput")
      return sizeForThroughput(graph, buffers);
    for (Place &place : network->places)
      if (sized.contains(place.buffer)) {
        shrinkBuffer(*network, place);
        cast<BufferOp>(place.buffer).setDepth(place.capacity);
      }
    return success();
  }

  /// From queues that are never full to the shortest that are as fast.
  LogicalResult sizeForThroughput(GraphOp graph, ArrayRef<BufferOp> buffers) {
    Depths depths;
    constexpr int64_t samples = 4;
    for (BufferOp buffer : buffers)
      depths[buffer] = std::numeric_limits<int64_t>::max();
    FailureOr<Timing> timing =
        simulateCycles(graph, samples, graph.getIterations(), depths);
    FailureOr<CycleCounts> counts = countCycles(graph, depths);
    if (failed(timing) || failed(counts))
      return failure();
    for (BufferOp buffer : buffers) // one more word, and it is never full
      depths[buffer] = timing->queues[buffer].highWater + 1;
    for (BufferOp buffer : buffers)
      if (failed(narrowBuffer(graph, buffer, *counts, depths)))
        return failure();
    for (BufferOp buffer : buffers)
      buffer.setDepth(depths[buffer]);
    return success();
  }
};

} // namespace
