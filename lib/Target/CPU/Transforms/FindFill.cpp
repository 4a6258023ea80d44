// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "FindFill.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace mlir::pc;

Value mlir::pc::getRootBuffer(Value memory) {
  while (auto view = memory.getDefiningOp<ViewLikeOpInterface>())
    memory = view.getViewSource();
  return memory;
}

linalg::FillOp mlir::pc::findFill(linalg::LinalgOp op, OpOperand &output) {
  Value memory = output.get(), root = getRootBuffer(memory);
  bool isOwned = root.getDefiningOp<memref::AllocOp>();
  if (auto argument = dyn_cast<BlockArgument>(root))
    isOwned = isa<func::FuncOp>(argument.getOwner()->getParentOp());
  if (!isOwned || !op.getMatchingIndexingMap(&output).isProjectedPermutation())
    return {};
  auto touches = [&](OpOperand &operand) {
    return getRootBuffer(operand.get()) == root;
  };
  if (llvm::count_if(op->getOpOperands(), touches) != 1)
    return {}; // it may read what the fill has written
  for (Operation *before = op->getPrevNode(); before;
       before = before->getPrevNode()) {
    auto fill = dyn_cast<linalg::FillOp>(before);
    if (fill && fill.getOutputs().front() == memory)
      return fill;
    if (before->getNumRegions() != 0 && !isa<linalg::LinalgOp>(before))
      return {};
    if (!isMemoryEffectFree(before) &&
        llvm::any_of(before->getOpOperands(), touches))
      return {};
  }
  return {};
}
