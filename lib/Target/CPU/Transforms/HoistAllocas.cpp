// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Memory on the stack, taken once by each thread.

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/OpenMP/OpenMPDialect.h"
#include "pc/Target/CPU/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_HOISTALLOCAS
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;

/// Puts what is in a scope in its place, if no memory is left there to give
/// back: several blocks, as of a switch, could not be in it.
static void dissolve(memref::AllocaScopeOp scope) {
  if (scope->walk([](memref::AllocaOp) { return WalkResult::interrupt(); })
          .wasInterrupted())
    return;
  Block &body = scope.getBodyRegion().front();
  Operation *end = body.getTerminator();
  scope->replaceAllUsesWith(end->getOperands());
  end->erase();
  scope->getBlock()->getOperations().splice(scope->getIterator(),
                                            body.getOperations());
  scope->erase();
}

namespace {
struct HoistAllocas : public mlir::pc::impl::HoistAllocasBase<HoistAllocas> {
  void runOnOperation() override {
    getOperation().walk([&](memref::AllocaOp alloca) {
      if (alloca->getNumOperands() != 0)
        return;
      Region *region = &getOperation().getBody();
      if (auto threads = alloca->getParentOfType<omp::ParallelOp>())
        region = &threads.getRegion();
      alloca->moveBefore(&region->front(), region->front().begin());
    });
    getOperation().walk([](memref::AllocaScopeOp scope) { dissolve(scope); });
  }
};
} // namespace
