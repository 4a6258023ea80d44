// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Tape.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "pc/Support/Names.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;

//===----------------------------------------------------------------------===//
// Activity
//===----------------------------------------------------------------------===//

/// Calls `visit` on all that `op` reads: its operands, and the values from
/// outside that operations in its regions use.
static void forEachRead(Operation *op, llvm::function_ref<void(Value)> visit) {
  op->walk([&](Operation *nested) {
    for (Value operand : nested->getOperands())
      if (nested == op ||
          !op->isAncestor(operand.getParentBlock()->getParentOp()))
        visit(operand);
  });
}

static bool readsOneOf(Operation *op, const llvm::DenseSet<Value> &values) {
  bool found = false;
  forEachRead(op, [&](Value value) { found |= values.contains(value); });
  return found;
}

/// Everything differentiable that a change of `wanted` may change.
static llvm::DenseSet<Value> findVaried(Block &block, ValueRange wanted) {
  llvm::DenseSet<Value> varied(wanted.begin(), wanted.end());
  for (Operation &op : block) {
    if (!readsOneOf(&op, varied))
      continue;
    for (Value result : op.getResults())
      if (pc::isDifferentiable(result.getType()))
        varied.insert(result);
  }
  return varied;
}

pc::Activity::Activity(Block &block, ValueRange wanted, Value loss) {
  llvm::DenseSet<Value> varied = findVaried(block, wanted);
  if (!varied.contains(loss))
    return;
  active.insert(loss);
  for (Operation &op : llvm::reverse(block)) {
    auto isVaried = [&](Value result) { return active.contains(result); };
    if (!llvm::any_of(op.getResults(), isVaried))
      continue;
    tape.push_back(&op);
    forEachRead(&op, [&](Value value) {
      if (varied.contains(value))
        active.insert(value);
    });
  }
  std::reverse(tape.begin(), tape.end());
}

//===----------------------------------------------------------------------===//
// Adjoints
//===----------------------------------------------------------------------===//

bool pc::Adjoints::wants(Value primal) const {
  return activity.isActive(primal);
}

void pc::Adjoints::add(OpBuilder &builder, Value primal, Value cotangent) {
  assert(primal.getType() == cotangent.getType() &&
         "a cotangent has the type of its primal");
  if (wants(primal))
    terms[primal].push_back(cotangent);
}

Value pc::Adjoints::read(OpBuilder &builder, Value primal) {
  auto entry = terms.find(primal);
  if (entry == terms.end())
    return nullptr;
  Location loc = getDerivativeLoc(primal.getLoc());
  Value sum = entry->second.front();
  for (Value term : llvm::drop_begin(entry->second))
    sum = arith::AddFOp::create(builder, loc, sum, term);
  entry->second.assign(1, sum);
  return sum;
}

//===----------------------------------------------------------------------===//
// The walk
//===----------------------------------------------------------------------===//

static bool hasDynamicShape(Value value) {
  auto shaped = dyn_cast<ShapedType>(value.getType());
  return shaped && !shaped.hasStaticShape();
}

static bool hasDynamicShape(Operation *op) {
  auto isDynamic = [](Value value) { return hasDynamicShape(value); };
  return llvm::any_of(op->getOperands(), isDynamic) ||
         llvm::any_of(op->getResults(), isDynamic);
}

/// Every gradient and every zero needs a shape.
static LogicalResult checkShapes(ArrayRef<Operation *> tape) {
  bool failed = false;
  for (Operation *op : tape)
    if (hasDynamicShape(op)) {
      op->emitOpError("has no derivative: expected static shapes");
      failed = true;
    }
  return failure(failed);
}

/// Propagates through one operation. Results that nothing was sent to, and
/// operations all of whose results are such, contribute nothing. After a
/// failure zeros take the place of the terms, so that the walk reaches every
/// other operation that fails.
static LogicalResult visit(OpBuilder &builder, Operation *op,
                           pc::Adjoints &adjoints) {
  llvm::SmallVector<Value> cotangents =
      llvm::map_to_vector(op->getResults(), [&](Value result) {
        return adjoints.read(builder, result);
      });
  if (llvm::none_of(cotangents, [](Value v) { return Value(v); }))
    return success();
  auto rule = dyn_cast<pc::DifferentiableOpInterface>(op);
  if (!rule)
    op->emitOpError("has no derivative rule");
  else if (succeeded(pc::buildVJPOf(rule, builder, cotangents, adjoints)))
    return success();
  forEachRead(op, [&](Value value) {
    if (adjoints.wants(value))
      adjoints.add(builder, value,
                   pc::createZero(builder, value.getLoc(), value.getType()));
  });
  return failure();
}

FailureOr<llvm::SmallVector<Value>> pc::buildGradients(OpBuilder &builder,
                                                       const Activity &activity,
                                                       Value loss,
                                                       ValueRange wanted) {
  if (failed(checkShapes(activity.getTape())))
    return failure();
  Adjoints adjoints(activity);
  auto type = cast<RankedTensorType>(loss.getType());
  Attribute one = builder.getFloatAttr(type.getElementType(), 1.0);
  adjoints.add(builder, loss,
               arith::ConstantOp::create(builder,
                                         getDerivativeLoc(loss.getLoc()),
                                         DenseElementsAttr::get(type, one)));
  bool failed = false;
  for (Operation *op : llvm::reverse(activity.getTape()))
    failed |= mlir::failed(visit(builder, op, adjoints));
  if (failed)
    return failure();
  return llvm::map_to_vector(wanted, [&](Value value) {
    Value gradient = adjoints.read(builder, value);
    return gradient ? gradient
                    : createZero(builder, getDerivativeLoc(value.getLoc()),
                                 value.getType());
  });
}
