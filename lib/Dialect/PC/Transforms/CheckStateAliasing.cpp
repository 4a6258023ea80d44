// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Analysis/StateAliasing.h"
#include "pc/Dialect/PC/Transforms/Passes.h"
#include "pc/Support/Names.h"

namespace mlir::pc {
#define GEN_PASS_DEF_CHECKSTATEALIASING
#include "pc/Dialect/PC/Transforms/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;

namespace {
struct CheckStateAliasing
    : pc::impl::CheckStateAliasingBase<CheckStateAliasing> {
  using CheckStateAliasingBase::CheckStateAliasingBase;

  void runOnOperation() override;
};
} // namespace

void CheckStateAliasing::runOnOperation() {
  for (const pc::EarlyWrite &early : pc::findEarlyWrites(getOperation())) {
    ++numEarlyWrites;
    InFlightDiagnostic diag =
        early.read->emitError("L2: expected the state of the last iteration, "
                              "but this reads what was written in this one");
    diag.attachNote(early.write->getLoc()) << "it is written here";
    signalPassFailure();
  }
}
