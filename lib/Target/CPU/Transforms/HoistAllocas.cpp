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
  }
};
} // namespace
