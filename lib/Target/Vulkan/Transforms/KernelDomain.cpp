// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "KernelDomain.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace mlir::pc;

std::optional<KernelDomain> mlir::pc::getDomain(linalg::LinalgOp op) {
  if (op.getNumDpsInits() == 0)
    return std::nullopt;
  for (OpOperand &init : op.getDpsInitsMutable()) {
    AffineMap map = op.getMatchingIndexingMap(&init);
    if (!map.isProjectedPermutation() ||
        map.getNumResults() != op.getNumParallelLoops())
      return std::nullopt;
  }
  KernelDomain domain;
  SmallVector<int64_t> ranges = op.getStaticLoopRanges();
  AffineMap first = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  for (unsigned i = 0, e = first.getNumResults(); i != e; ++i) {
    unsigned loop = first.getDimPosition(i);
    domain.loops.push_back(loop);
    domain.sizes.push_back(ranges[loop]);
    domain.count *= ranges[loop];
  }
  op.getReductionDims(domain.reductions);
  return domain;
}

bool mlir::pc::isElementLocal(linalg::LinalgOp op, OpOperand &operand) {
  return op.getMatchingIndexingMap(&operand) ==
         op.getMatchingIndexingMap(op.getDpsInitOperand(0));
}

bool mlir::pc::overwrites(linalg::LinalgOp op, OpOperand &init) {
  return op.getNumReductionLoops() == 0 &&
         !op.payloadUsesValueFromOperand(&init);
}

Value mlir::pc::getRoot(Value memory) {
  while (auto view = memory.getDefiningOp<ViewLikeOpInterface>()) {
    if (isa<memref::ViewOp>(view))
      break;
    memory = view.getViewSource();
  }
  return memory;
}

SmallVector<Value> mlir::pc::collectOperands(Operation *op) {
  llvm::SetVector<Value> values;
  values.insert_range(op->getOperands());
  op->walk([&](Operation *nested) {
    for (Value operand : nested->getOperands())
      if (!op->isAncestor(operand.getParentBlock()->getParentOp()))
        values.insert(operand);
  });
  return values.takeVector();
}

SmallVector<Value> mlir::pc::collectCaptured(linalg::LinalgOp op) {
  SmallVector<Value> captured;
  for (Value value : collectOperands(op))
    if (!llvm::is_contained(op->getOperands(), value))
      captured.push_back(value);
  return captured;
}
