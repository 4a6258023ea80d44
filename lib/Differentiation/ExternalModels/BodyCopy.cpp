// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "BodyCopy.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "pc/Differentiation/BlockVJP.h"

using namespace mlir;

pc::BodyCopy::BodyCopy(OpBuilder &builder, Location loc)
    : inner(builder.getContext()) {
  inner.setInsertionPoint(builder.getInsertionBlock(),
                          builder.getInsertionPoint());
  holder = scf::ExecuteRegionOp::create(inner, loc, TypeRange());
  block = inner.createBlock(&holder->getRegion(0));
}

pc::BodyCopy::~BodyCopy() { holder->erase(); }

void pc::BodyCopy::copyOps(Block &body, IRMapping &mapping) {
  for (Operation &inside : body.without_terminator())
    ops.push_back(inner.clone(inside, mapping));
}

llvm::DenseSet<Value> pc::BodyCopy::getSlice(ValueRange values) const {
  llvm::DenseSet<Value> slice;
  llvm::SmallVector<Value> worklist(values);
  while (!worklist.empty()) {
    Value value = worklist.pop_back_val();
    if (!slice.insert(value).second)
      continue;
    Operation *definition = value.getDefiningOp();
    if (definition && definition->getBlock() == block)
      llvm::append_range(worklist, getReadValues(definition));
  }
  return slice;
}

void pc::BodyCopy::keepOnly(ValueRange values) {
  inner.setInsertionPointToEnd(block);
  linalg::YieldOp::create(inner, holder->getLoc(), values);
  for (Operation &inside : llvm::make_early_inc_range(llvm::reverse(*block)))
    if (isOpTriviallyDead(&inside))
      inside.erase();
}

llvm::SmallVector<Value> pc::BodyCopy::cloneTo(OpBuilder &builder,
                                               IRMapping &mapping) {
  for (Operation &inside : block->without_terminator())
    builder.clone(inside, mapping);
  return llvm::map_to_vector(
      block->getTerminator()->getOperands(),
      [&](Value value) { return mapping.lookupOrDefault(value); });
}
