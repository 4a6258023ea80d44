// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Dialect/Dataflow/Analysis/Timing.h"
#include "pc/Dialect/Dataflow/Transforms/Passes.h"

namespace mlir::pcflow {
#define GEN_PASS_DEF_SCHEDULE
#include "pc/Dialect/Dataflow/Transforms/Passes.h.inc"
} // namespace mlir::pcflow

using namespace mlir;
using namespace mlir::pcflow;

namespace {

struct Schedule : pcflow::impl::ScheduleBase<Schedule> {
  void runOnOperation() override {
    for (auto graph : getOperation().getOps<GraphOp>()) {
      FailureOr<CycleCounts> counts = countCycles(graph);
      if (failed(counts))
        return signalPassFailure();
      if (counts->stopped) {
        graph.emitOpError("deadlocks; pcflow-verify-liveness shows where");
        return signalPassFailure();
      }
      graph.setCycles(counts->first);
      graph.setSampleCycles(counts->perSample);
      graph.setIterationCycles(counts->perIteration);
    }
  }
};

} // namespace
