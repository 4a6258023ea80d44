// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Dialect/Dataflow/Analysis/Liveness.h"
#include "pc/Dialect/Dataflow/Transforms/Passes.h"

namespace mlir::pcflow {
#define GEN_PASS_DEF_VERIFYLIVENESS
#include "pc/Dialect/Dataflow/Transforms/Passes.h.inc"
} // namespace mlir::pcflow

using namespace mlir;
using namespace mlir::pcflow;

namespace {

struct VerifyLiveness : pcflow::impl::VerifyLivenessBase<VerifyLiveness> {
  void runOnOperation() override {
    markAllAnalysesPreserved();
    for (auto graph : getOperation().getOps<GraphOp>()) {
      FailureOr<Network> network = buildNetwork(graph);
      if (failed(network))
        return signalPassFailure();
      Execution execution = execute(*network);
      if (execution.isLive)
        continue;
      InFlightDiagnostic diag = graph.emitOpError("deadlocks: ")
                                << describe(execution);
      for (const Wait &wait : execution.cycle)
        if (wait.isFull && wait.buffer)
          diag.attachNote(wait.buffer->getLoc())
              << "a deeper " << wait.place << " may help, it has "
              << wait.capacity;
      return signalPassFailure();
    }
  }
};

} // namespace
