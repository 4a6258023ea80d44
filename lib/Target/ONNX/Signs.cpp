// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Signs.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "pc/Support/Signs.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace llvm;

namespace mlir::pc {

static bool isUnsigned(Value value) {
  return getElementTypeOrSelf(value.getType()).isUnsignedInteger();
}

template <typename To> static void replaceBy(Operation *op) {
  OpBuilder builder(op);
  auto other = To::create(builder, op->getLoc(), op->getResultTypes(),
                          op->getOperands());
  op->replaceAllUsesWith(other->getResults());
  op->erase();
}

static arith::CmpIPredicate getUnsigned(arith::CmpIPredicate predicate) {
  using P = arith::CmpIPredicate;
  switch (predicate) {
  case P::slt:
    return P::ult;
  case P::sle:
    return P::ule;
  case P::sgt:
    return P::ugt;
  case P::sge:
    return P::uge;
  default:
    return predicate;
  }
}

/// A signed operation on unsigned operands (or to an unsigned result, from a
/// float) becomes the unsigned one.
static void resolve(Operation *op) {
  if (op->getNumOperands() == 0 || op->getNumResults() != 1)
    return;
  bool toUnsigned = isUnsigned(op->getResult(0));
  if (isa<arith::FPToSIOp>(op) && toUnsigned)
    return replaceBy<arith::FPToUIOp>(op);
  if (!isUnsigned(op->getOperand(0)))
    return;
  TypeSwitch<Operation *>(op)
      .Case<arith::DivSIOp, arith::FloorDivSIOp>(replaceBy<arith::DivUIOp>)
      .Case<arith::CeilDivSIOp>(replaceBy<arith::CeilDivUIOp>)
      .Case<arith::RemSIOp>(replaceBy<arith::RemUIOp>)
      .Case<arith::MaxSIOp>(replaceBy<arith::MaxUIOp>)
      .Case<arith::MinSIOp>(replaceBy<arith::MinUIOp>)
      .Case<arith::ShRSIOp>(replaceBy<arith::ShRUIOp>)
      .Case<arith::ExtSIOp>(replaceBy<arith::ExtUIOp>)
      .Case<arith::SIToFPOp>(replaceBy<arith::UIToFPOp>)
      .Case<arith::IndexCastOp>(replaceBy<arith::IndexCastUIOp>)
      .Case([](arith::CmpIOp compare) {
        compare.setPredicate(getUnsigned(compare.getPredicate()));
      })
      .Case([](math::AbsIOp abs) { // nothing is negative
        abs.replaceAllUsesWith(abs.getOperand());
        abs.erase();
      });
}

/// Casts that differed in the sign alone.
static void eraseCasts(Block &body) {
  body.walk([](Operation *op) {
    if (!isa<arith::BitcastOp, tensor::BitcastOp>(op) ||
        op->getOperand(0).getType() != op->getResult(0).getType())
      return;
    op->getResult(0).replaceAllUsesWith(op->getOperand(0));
    op->erase();
  });
}

void resolveSigns(func::FuncOp function) {
  Block &body = function.front();
  body.walk<WalkOrder::PostOrder>([](Operation *op) { resolve(op); });
  Operation *terminator = body.getTerminator();
  SmallVector<Type> results(terminator->getOperandTypes());
  OpBuilder builder = OpBuilder::atBlockBegin(&body);
  for (BlockArgument argument : body.getArguments()) {
    if (!isUnsigned(argument) || argument.use_empty())
      continue;
    auto inside = tensor::BitcastOp::create(
        builder, argument.getLoc(), eraseSigns(argument.getType()), argument);
    argument.replaceAllUsesExcept(inside, inside);
  }
  for (Operation &op : body)
    eraseSigns(&op);
  eraseCasts(body);
  builder.setInsertionPoint(terminator);
  for (auto [operand, type] : zip(terminator->getOpOperands(), results))
    if (operand.get().getType() != type)
      operand.set(tensor::BitcastOp::create(builder, terminator->getLoc(), type,
                                            operand.get()));
}

} // namespace mlir::pc
