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

/// Whether nobody has written to `value` but fills, perhaps to all of what it
/// is a part of.
static bool isFresh(Value value) {
  if (auto fill = value.getDefiningOp<linalg::FillOp>())
    return isFresh(fill.getOutputs().front());
  if (auto slice = value.getDefiningOp<tensor::ExtractSliceOp>())
    return isFresh(slice.getSource());
  return value.getDefiningOp<tensor::EmptyOp>();
}

/// Gives `operand` a copy of the empty or filled tensor, or part of one, that
/// it shares with other ops or with other iterations of a loop.
static void unshare(OpOperand &operand) {
  Operation *shared = operand.get().getDefiningOp();
  if (!isFresh(operand.get()))
    return;
  if (!operand.get().hasOneUse() ||
      shared->getBlock() != operand.getOwner()->getBlock()) {
    OpBuilder builder(operand.getOwner());
    shared = builder.clone(*shared);
    operand.set(shared->getResult(0));
  }
  if (auto fill = dyn_cast<linalg::FillOp>(shared))
    unshare(fill.getOutputsMutable()[0]);
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(shared))
    unshare(slice.getSourceMutable());
}

/// A part that was computed in the same part of a fresh tensor goes back to
/// that tensor.
static void rejoin(tensor::InsertSliceOp insert) {
  Value part = insert.getSource();
  while (auto op = part.getDefiningOp<DestinationStyleOpInterface>())
    part = op.getTiedOpOperand(cast<OpResult>(part))->get();
  auto slice = part.getDefiningOp<tensor::ExtractSliceOp>();
  auto sameParts = [](OpFoldResult a, OpFoldResult b) { return a == b; };
  if (slice && isFresh(slice.getSource()) && isFresh(insert.getDest()) &&
      slice.getSourceType() == insert.getType() &&
      insert.isSameAs(slice, sameParts))
    insert.getDestMutable().assign(slice.getSource());
}

namespace {
struct OwnDestinations
    : public mlir::pc::impl::OwnDestinationsBase<OwnDestinations> {
  void runOnOperation() override {
    getOperation().walk([](DestinationStyleOpInterface op) {
      if (auto insert = dyn_cast<tensor::InsertSliceOp>(*op))
        rejoin(insert);
      else
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
