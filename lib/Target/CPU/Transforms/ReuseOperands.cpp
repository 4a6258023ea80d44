// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Elementwise results in the memory of an operand that nobody reads again.

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "pc/Target/CPU/Passes.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::pc {
#define GEN_PASS_DEF_REUSEOPERANDS
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;

/// The result of the user of `use` that is in the memory of the operand, or
/// nothing if its user keeps no name for it.
static Value getResultInMemory(OpOperand &use) {
  Operation *user = use.getOwner();
  if (isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp,
          tensor::ExtractSliceOp>(user))
    return user->getResult(0);
  auto styled = dyn_cast<DestinationStyleOpInterface>(user);
  return styled && styled.isDpsInit(&use) ? styled.getTiedOpResult(&use)
                                          : Value();
}

/// What memory `value` is in, if that was taken for it in the block of `op`.
static Value getOrigin(Value value, Operation *op) {
  while (Operation *def = value.getDefiningOp()) {
    if (def->getBlock() != op->getBlock())
      return {};
    if (isa<tensor::EmptyOp>(def))
      return value;
    auto styled = dyn_cast<linalg::LinalgOp>(def);
    if (styled)
      value = styled.getDpsInits()[cast<OpResult>(value).getResultNumber()];
    else if (isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(def))
      value = def->getOperand(0);
    else
      return {};
  }
  return {};
}

/// Whether `op` is the last that reads or writes the memory of `origin`.
static bool isLastUse(Value origin, Operation *op) {
  llvm::SetVector<Value> names;
  names.insert(origin);
  for (unsigned i = 0; i != names.size(); ++i)
    for (OpOperand &use : names[i].getUses()) {
      Operation *user = op->getBlock()->findAncestorOpInBlock(*use.getOwner());
      if (user == op)
        continue;
      // A region, or a loop that carries it, may call it by other names.
      if (!user || user != use.getOwner() || !user->isBeforeInBlock(op) ||
          (user->getNumRegions() != 0 && !isa<linalg::LinalgOp>(user)))
        return false;
      if (Value name = getResultInMemory(use))
        names.insert(name);
    }
  return true;
}

/// Whether `value` is what its block gives, perhaps in another shape: its
/// memory is somebody else's.
static bool leaves(Value value) {
  return llvm::any_of(value.getUses(), [](OpOperand &use) {
    Operation *user = use.getOwner();
    if (user->hasTrait<OpTrait::IsTerminator>() ||
        (user->getNumRegions() != 0 && !isa<linalg::LinalgOp>(user)))
      return true;
    Value name = getResultInMemory(use);
    return isa<tensor::InsertSliceOp>(user) || (name && leaves(name));
  });
}

/// The input that output `init` of an elementwise `op` may be written over.
static OpOperand *findReusable(linalg::LinalgOp op, OpOperand &init) {
  AffineMap map = op.getMatchingIndexingMap(&init);
  for (OpOperand *input : op.getDpsInputOperands()) {
    Value value = input->get();
    if (value.getType() != init.get().getType())
      continue;
    bool isSame = llvm::all_of(op->getOpOperands(), [&](OpOperand &other) {
      return other.get() != value || (op.isDpsInput(&other) &&
                                      op.getMatchingIndexingMap(&other) == map);
    });
    Value origin = isSame ? getOrigin(value, op) : Value();
    if (!origin || !isLastUse(origin, op))
      continue;
    // No other name of it among the operands.
    if (llvm::all_of(op->getOperands(), [&](Value other) {
          return other == value || getOrigin(other, op) != origin;
        }))
      return input;
  }
  return nullptr;
}

namespace {
struct ReuseOperands : public mlir::pc::impl::ReuseOperandsBase<ReuseOperands> {
  void runOnOperation() override {
    getOperation().walk([&](linalg::GenericOp generic) {
      auto op = cast<linalg::LinalgOp>(*generic);
      if (!op.hasPureTensorSemantics() ||
          op.getNumParallelLoops() != op.getNumLoops())
        return;
      for (OpOperand &init : op.getDpsInitsMutable()) {
        if (!init.get().getDefiningOp<tensor::EmptyOp>() ||
            !op.getMatchingIndexingMap(&init).isIdentity() ||
            leaves(op.getTiedOpResult(&init)))
          continue;
        if (OpOperand *input = findReusable(op, init)) {
          init.set(input->get());
          ++reused;
        }
      }
    });
  }
};
} // namespace
