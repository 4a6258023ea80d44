// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ScalarExpression.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::pc;

static bool isScalar(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return !type || type.getRank() == 0;
}

/// Whether the operand is read at the place of the result, or has one element
/// for all.
static bool readsInPlace(linalg::LinalgOp op, OpOperand &operand) {
  return isScalar(operand.get()) ||
         op.getMatchingIndexingMap(&operand).isIdentity();
}

bool pc::isElementwise(Operation *op) {
  if (isa<linalg::FillOp, tensor::EmptyOp, arith::ConstantOp>(op))
    return true;
  if (isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(op))
    return true; // words keep their order
  auto structured = dyn_cast<linalg::LinalgOp>(op);
  if (!structured)
    return OpTrait::hasElementwiseMappableTraits(op);
  return structured.getNumParallelLoops() == structured.getNumLoops() &&
         llvm::all_of(op->getOpOperands(),
                      [&](OpOperand &operand) {
                        return readsInPlace(structured, operand);
                      }) &&
         !structured.hasIndexSemantics();
}

Operation *pc::collectElementwise(Value root,
                                  llvm::function_ref<bool(Value)> isLeaf,
                                  llvm::SetVector<Operation *> &ops,
                                  llvm::SetVector<Value> &leaves) {
  if (isLeaf(root)) {
    leaves.insert(root);
    return nullptr;
  }
  Operation *op = root.getDefiningOp();
  if (!op || ops.contains(op))
    return nullptr;
  if (!isElementwise(op))
    return op;
  for (Value operand : op->getOperands())
    if (Operation *obstacle = collectElementwise(operand, isLeaf, ops, leaves))
      return obstacle;
  ops.insert(op);
  return nullptr;
}

Value ScalarExpression::refuse(Operation *op) {
  obstacle = op;
  return Value();
}

Value ScalarExpression::copyBody(Block &body, ArrayRef<Value> arguments,
                                 unsigned result) {
  IRMapping mapping;
  for (auto [argument, value] : llvm::zip_equal(body.getArguments(), arguments))
    if (value)
      mapping.map(argument, value);
  // What lies outside of the body is a constant of its surroundings.
  auto import = [&](Operation *op) {
    for (Value operand : op->getOperands())
      if (!mapping.contains(operand)) {
        Value scalar = build(operand);
        if (!scalar)
          return false;
        mapping.map(operand, scalar);
      }
    return true;
  };
  for (Operation &op : body.without_terminator()) {
    if (op.getNumRegions() || !import(&op))
      return refuse(obstacle ? obstacle : &op);
    builder.clone(op, mapping);
  }
  Operation *terminator = body.getTerminator();
  return import(terminator) ? mapping.lookup(terminator->getOperand(result))
                            : Value();
}

Value ScalarExpression::buildStructured(Operation *op, unsigned result) {
  auto structured = cast<linalg::LinalgOp>(op);
  llvm::SmallVector<Value> arguments;
  for (OpOperand &operand : op->getOpOperands()) {
    arguments.push_back(Value());
    if (!structured.getMatchingBlockArgument(&operand).use_empty() &&
        !(arguments.back() = build(operand.get())))
      return Value();
  }
  return copyBody(*structured.getBlock(), arguments, result);
}

Value ScalarExpression::build(Value tensor) {
  if (Value scalar = known.lookup(tensor))
    return scalar;
  Operation *op = tensor.getDefiningOp();
  if (!op || !isElementwise(op))
    return refuse(op ? op : tensor.getParentBlock()->getParentOp());
  Value result;
  if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
    TypedAttr value = constant.getValue();
    if (auto dense = dyn_cast<DenseElementsAttr>(Attribute(value))) {
      if (!dense.isSplat())
        return refuse(op);
      value = cast<TypedAttr>(dense.getSplatValue<Attribute>());
    }
    result = arith::ConstantOp::create(builder, op->getLoc(), value);
  } else if (auto fill = dyn_cast<linalg::FillOp>(op)) {
    result = build(fill.getInputs().front());
  } else if (isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(op)) {
    result = build(op->getOperand(0));
  } else if (isa<linalg::LinalgOp>(op)) {
    result = buildStructured(op, cast<OpResult>(tensor).getResultNumber());
  } else if (isa<tensor::EmptyOp>(op)) {
    return refuse(op); // its elements are undefined
  } else {
    llvm::SmallVector<Value> operands;
    for (Value operand : op->getOperands()) {
      operands.push_back(build(operand));
      if (!operands.back())
        return Value();
    }
    llvm::SmallVector<Type> types;
    for (Type type : op->getResultTypes())
      types.push_back(getElementTypeOrSelf(type));
    Operation *scalar =
        builder.create(op->getLoc(), op->getName().getIdentifier(), operands,
                       types, op->getAttrs());
    result = scalar->getResult(cast<OpResult>(tensor).getResultNumber());
  }
  if (result)
    known[tensor] = result;
  return result;
}
