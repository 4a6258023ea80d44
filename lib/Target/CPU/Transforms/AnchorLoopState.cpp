// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One buffer for each tensor that a loop carries.

#include "Destination.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "pc/Target/CPU/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_ANCHORLOOPSTATE
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

/// Puts the tensors among `operands` of the terminator into `carried`, the
/// block arguments that they came from, one for one, where there is one.
static void keepInPlace(Operation *terminator, MutableOperandRange operands,
                        ValueRange carried) {
  OpBuilder builder(terminator);
  SmallVector<Value> values;
  // Tensors that change places are all read before any is overwritten.
  for (auto [operand, old] : llvm::zip(operands, carried)) {
    Value value = operand.get();
    if (old && isa<RankedTensorType>(value.getType()) && value != old &&
        value.getType() == old.getType() &&
        !replaceEmptyDestination(value, old) && mayAliasOther(value, old))
      value = copyTensor(builder, value);
    values.push_back(value);
  }
  for (auto [operand, value, old] : llvm::zip(operands, values, carried))
    if (old && isa<RankedTensorType>(value.getType()) && value != old &&
        value.getType() == old.getType())
      operand.assign(bufferization::MaterializeInDestinationOp::create(
                         builder, value.getLoc(), value, old)
                         .getResult());
}

/// The arguments that what the condition hands on came from: itself where it is
/// one, whichever place it has.
static SmallVector<Value> getHanded(scf::WhileOp loop) {
  SmallVector<Value> handed;
  for (auto [number, value] :
       llvm::enumerate(loop.getConditionOp().getArgs())) {
    auto old = dyn_cast<BlockArgument>(value);
    bool isOld = old && old.getOwner() == loop.getBeforeBody();
    if (isOld || number >= loop.getBeforeArguments().size())
      handed.push_back(isOld ? value : Value());
    else
      handed.push_back(loop.getBeforeArguments()[number]);
  }
  return handed;
}

namespace {
struct AnchorLoopState
    : public mlir::pc::impl::AnchorLoopStateBase<AnchorLoopState> {
  void runOnOperation() override {
    getOperation()->walk([](scf::ForOp loop) {
      auto yield = cast<scf::YieldOp>(loop.getBody()->getTerminator());
      keepInPlace(yield, yield.getResultsMutable(), loop.getRegionIterArgs());
    });
    getOperation()->walk([](scf::WhileOp loop) {
      scf::YieldOp yield = loop.getYieldOp();
      keepInPlace(yield, yield.getResultsMutable(), getCarried(loop));
      scf::ConditionOp condition = loop.getConditionOp();
      keepInPlace(condition, condition.getArgsMutable(), getHanded(loop));
    });
  }
};
} // namespace
