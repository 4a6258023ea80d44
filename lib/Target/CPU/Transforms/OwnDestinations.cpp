// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A destination of its own for every op.

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/LoopLikeInterface.h"
#include "pc/Target/CPU/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_OWNDESTINATIONS
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;

/// Gives `operand` a copy of the empty or filled tensor that it shares with
/// other ops or with other iterations of a loop.
static void unshare(OpOperand &operand) {
  Operation *shared = operand.get().getDefiningOp();
  if (!isa_and_nonnull<tensor::EmptyOp, linalg::FillOp>(shared))
    return;
  if (!operand.get().hasOneUse() ||
      shared->getBlock() != operand.getOwner()->getBlock()) {
    OpBuilder builder(operand.getOwner());
    shared = builder.clone(*shared);
    operand.set(shared->getResult(0));
  }
  if (auto fill = dyn_cast<linalg::FillOp>(shared))
    unshare(fill.getOutputsMutable()[0]);
}

namespace {
struct OwnDestinations
    : public mlir::pc::impl::OwnDestinationsBase<OwnDestinations> {
  void runOnOperation() override {
    getOperation().walk([](DestinationStyleOpInterface op) {
      for (OpOperand &init : op.getDpsInitsMutable())
        unshare(init);
    });
    getOperation().walk([](LoopLikeOpInterface loop) {
      for (OpOperand &init : loop.getInitsMutable())
        unshare(init);
    });
  }
};
} // namespace
