// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loops of the host as lists of their iterations.

#include "mlir/Dialect/SCF/Utils/Utils.h"
#include "pc/Target/Vulkan/Transforms/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_UNROLLLOOPS
#include "pc/Target/Vulkan/Transforms/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;

namespace {
struct UnrollLoops : public mlir::pc::impl::UnrollLoopsBase<UnrollLoops> {
  using UnrollLoopsBase::UnrollLoopsBase;
  void runOnOperation() override;
};
} // namespace

static int64_t countOperations(Operation *root) {
  int64_t count = 0;
  root->walk([&](Operation *) { ++count; });
  return count;
}

/// Inner loops before those around them.
static SmallVector<scf::ForOp> collectLoops(func::FuncOp function) {
  SmallVector<scf::ForOp> loops;
  function.walk([&](scf::ForOp loop) {
    if (!loop->getParentOfType<linalg::LinalgOp>() &&
        !loop->hasAttr(pc::rowsAttrName))
      loops.push_back(loop);
  });
  return loops;
}

void UnrollLoops::runOnOperation() {
  int64_t size = countOperations(getOperation());
  for (scf::ForOp loop : collectLoops(getOperation())) {
    std::optional<APInt> trips = loop.getStaticTripCount();
    if (!trips)
      continue;
    int64_t body = countOperations(loop);
    size += body * trips->getSExtValue();
    if (size > limit) {
      loop.emitOpError("expected at most ")
          << int64_t(limit) << " operations in a command buffer, but got "
          << trips->getSExtValue() << " iterations of " << body
          << " operations in this loop";
      return signalPassFailure();
    }
    if (trips->isZero()) {
      loop.replaceAllUsesWith(loop.getInitArgs());
      loop.erase();
    } else if (failed(loopUnrollFull(loop))) {
      loop.emitOpError("cannot be unrolled");
      return signalPassFailure();
    }
    ++unrolled;
  }
}
