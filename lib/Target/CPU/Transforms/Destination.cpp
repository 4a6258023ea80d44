// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Destination.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"

using namespace mlir;

bool mlir::pc::replaceEmptyDestination(Value value, Value destination) {
  OpOperand *root = nullptr;
  while (auto op = value.getDefiningOp<DestinationStyleOpInterface>()) {
    // Whoever else reads the value itself may read it in its new place. Of what
    // it was before, others may only take parts, to put them back.
    if ((root && llvm::count_if(value.getUsers(),
                                [](Operation *user) {
                                  return !isa<tensor::ExtractSliceOp>(user);
                                }) != 1) ||
        op->getBlock() != destination.getParentBlock())
      return false;
    root = op.getTiedOpOperand(cast<OpResult>(value));
    value = root->get();
  }
  if (!root || !value.getDefiningOp<tensor::EmptyOp>() ||
      value.getType() != destination.getType())
    return false;
  // Parts that are put back are taken from where they will be.
  Operation *source = destination.getDefiningOp();
  for (Operation *user : value.getUsers())
    if (source && isa<tensor::ExtractSliceOp>(user) &&
        (user->getBlock() != source->getBlock() ||
         user->isBeforeInBlock(source)))
      return false;
  root->set(destination);
  value.replaceUsesWithIf(destination, [](OpOperand &use) {
    return isa<tensor::ExtractSliceOp>(use.getOwner());
  });
  return true;
}

bool mlir::pc::mayAliasOther(Value value, Value own) {
  if (value == own)
    return false;
  Operation *op = value.getDefiningOp();
  if (!op || isa<bufferization::ToTensorOp>(op))
    return true;
  if (auto insert = dyn_cast<tensor::InsertSliceOp>(op))
    return mayAliasOther(insert.getDest(), own);
  if (auto dest = dyn_cast<DestinationStyleOpInterface>(op))
    return mayAliasOther(dest.getTiedOpOperand(cast<OpResult>(value))->get(),
                         own);
  if (op->getNumRegions() > 0)
    return true;
  if (op->hasTrait<OpTrait::Elementwise>() ||
      isa<bufferization::AllocTensorOp>(op))
    return false;
  return llvm::any_of(op->getOperands(), [&](Value operand) {
    return isa<TensorType>(operand.getType()) && mayAliasOther(operand, own);
  });
}

Value mlir::pc::copyTensor(OpBuilder &builder, Value value) {
  return bufferization::AllocTensorOp::create(
      builder, value.getLoc(), cast<RankedTensorType>(value.getType()),
      ValueRange(), value);
}

SmallVector<Value> mlir::pc::getCarried(scf::WhileOp loop) {
  SmallVector<Value> carried(loop.getBeforeArguments().size());
  for (auto [handed, argument] : llvm::zip_equal(
           loop.getConditionOp().getArgs(), loop.getAfterArguments())) {
    auto old = dyn_cast<BlockArgument>(handed);
    if (old && old.getOwner() == loop.getBeforeBody() &&
        !carried[old.getArgNumber()])
      carried[old.getArgNumber()] = argument;
  }
  return carried;
}
