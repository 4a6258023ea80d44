// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "FindFill.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace mlir::pc;

linalg::FillOp mlir::pc::findFill(linalg::LinalgOp op, OpOperand &output) {
  Value memory = output.get();
  bool isOwned = memory.getDefiningOp<memref::AllocOp>();
  if (auto argument = dyn_cast<BlockArgument>(memory))
    isOwned = isa<func::FuncOp>(argument.getOwner()->getParentOp());
  if (!isOwned ||
      !op.getMatchingIndexingMap(&output).isProjectedPermutation() ||
      llvm::any_of(memory.getUsers(), llvm::IsaPred<ViewLikeOpInterface>))
    return {};
  for (Operation *before = op->getPrevNode(); before;
       before = before->getPrevNode()) {
    auto fill = dyn_cast<linalg::FillOp>(before);
    if (fill && fill.getOutputs().front() == memory)
      return fill;
    if (before->getNumRegions() != 0 && !isa<linalg::LinalgOp>(before))
      return {};
    if (llvm::is_contained(before->getOperands(), memory))
      return {};
  }
  return {};
}
