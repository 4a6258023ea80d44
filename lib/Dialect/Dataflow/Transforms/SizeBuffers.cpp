// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "mlir/IR/Builders.h"
#include "pc/Dialect/Dataflow/Analysis/Liveness.h"
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
  if (isa<BufferOp, SinkOp, OutputOp, TapOp>(user))
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
    for (Place &place : network->places)
      if (sized.contains(place.buffer)) {
        shrinkBuffer(*network, place);
        cast<BufferOp>(place.buffer).setDepth(place.capacity);
      }
    for (BufferOp buffer : buffers)
      buffer.setDepth(*buffer.getDepth() + extra);
    numBuffers += buffers.size();
    return success();
  }
};

} // namespace
