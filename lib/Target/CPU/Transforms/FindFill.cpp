// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "FindFill.h"
#include "RootBuffer.h"

using namespace mlir;
using namespace mlir::pc;

linalg::FillOp mlir::pc::findFill(linalg::LinalgOp op, OpOperand &output) {
  Value memory = output.get(), root = getRootBuffer(memory);
  if (!isOwned(root) ||
      !op.getMatchingIndexingMap(&output).isProjectedPermutation())
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
