// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One barrier at the end of a region of threads, not two.

#include "mlir/Dialect/OpenMP/OpenMPDialect.h"
#include "pc/Target/CPU/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_DROPBARRIERS
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;

namespace {
struct DropBarriers : public mlir::pc::impl::DropBarriersBase<DropBarriers> {
  using DropBarriersBase::DropBarriersBase;
  void runOnOperation() override {
    getOperation()->walk([&](omp::WsloopOp loop) {
      Operation *next = loop->getNextNode();
      if (!isa<omp::ParallelOp>(loop->getParentOp()) ||
          !isa_and_nonnull<omp::TerminatorOp>(next))
        return;
      loop.setNowait(true);
      ++dropped;
    });
  }
};
} // namespace
