// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Interfaces/DifferentiableOpInterface.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinTypes.h"
#include "pc/Support/Names.h"
#include "pc/Support/NarrowFloats.h"

using namespace mlir;

#include "pc/Interfaces/DifferentiableOpInterface.cpp.inc"

namespace {

/// Passes contributions on, those to the first value that gets one negated.
class NegatingSink final : public pc::CotangentSink {
public:
  explicit NegatingSink(pc::CotangentSink &sink) : sink(sink) {}

  bool wants(Value primal) const override { return sink.wants(primal); }
  void add(OpBuilder &builder, Value primal, Value cotangent) override {
    if (!sink.wants(primal))
      return;
    if (!negated)
      negated = primal;
    if (primal == negated)
      cotangent = arith::NegFOp::create(builder, cotangent.getLoc(), cotangent);
    sink.add(builder, primal, cotangent);
  }

private:
  pc::CotangentSink &sink;
  Value negated;
};

/// Passes on what has elements.
class NonEmptySink final : public pc::CotangentSink {
public:
  explicit NonEmptySink(pc::CotangentSink &sink) : sink(sink) {}

  bool wants(Value primal) const override;
  void add(OpBuilder &builder, Value primal, Value cotangent) override {
    if (wants(primal))
      sink.add(builder, primal, cotangent);
  }

private:
  pc::CotangentSink &sink;
};

} // namespace

static bool isEmpty(Value value) {
  auto tensor = dyn_cast<RankedTensorType>(value.getType());
  return tensor && tensor.hasStaticShape() && tensor.getNumElements() == 0;
}

bool NonEmptySink::wants(Value primal) const {
  return !isEmpty(primal) && sink.wants(primal);
}

bool pc::isDifferentiable(Type type) {
  if (auto tensor = dyn_cast<RankedTensorType>(type))
    type = tensor.getElementType();
  return isa<FloatType>(type) && !pc::isNarrowFloat(type);
}

Value pc::createZero(OpBuilder &builder, Location loc, Type type) {
  assert(isDifferentiable(type) && "no zero of this type");
  return arith::ConstantOp::create(builder, loc, builder.getZeroAttr(type));
}

Value pc::createSum(OpBuilder &builder, Location loc, Value a, Value b) {
  assert(a.getType() == b.getType() && "a sum needs one type");
  return arith::AddFOp::create(builder, loc, a, b);
}

pc::CotangentSink::~CotangentSink() = default;

pc::CotangentMap::CotangentMap(std::function<bool(Value)> isWanted)
    : isWanted(std::move(isWanted)) {}

bool pc::CotangentMap::wants(Value primal) const {
  return isDifferentiable(primal.getType()) && (!isWanted || isWanted(primal));
}

void pc::CotangentMap::add(OpBuilder &builder, Value primal, Value cotangent) {
  assert(primal.getType() == cotangent.getType() &&
         "a cotangent has the type of its primal");
  if (!wants(primal))
    return;
  Value &sum = sums[primal];
  sum =
      sum ? createSum(builder, cotangent.getLoc(), sum, cotangent) : cotangent;
}

Value pc::CotangentMap::lookupOrZero(OpBuilder &builder, Value primal) const {
  if (Value sum = lookup(primal))
    return sum;
  return createZero(builder, primal.getLoc(), primal.getType());
}

/// Reports a straight-through estimator that cannot be one: its last operand
/// must be a place that a derivative of the result fits.
static LogicalResult checkStraightThrough(Operation *op) {
  if (op->hasTrait<OpTrait::Elementwise>() && op->getNumOperands() != 0 &&
      op->getNumResults() == 1 &&
      pc::isDifferentiable(op->getResult(0).getType()) &&
      op->getOperands().back().getType() == op->getResult(0).getType())
    return success();
  return op->emitOpError("expected '")
         << pc::straightThroughAttrName
         << "' on an elementwise operation whose last operand is a float of "
            "the type of its result";
}

static LogicalResult callVJPRule(pc::DifferentiableOpInterface op,
                                 OpBuilder &builder, ArrayRef<Value> cotangents,
                                 pc::CotangentSink &sink) {
  if (!op->hasAttr(pc::straightThroughAttrName))
    return op.buildVJP(builder, cotangents, sink);
  if (failed(checkStraightThrough(op)))
    return failure();
  sink.add(builder, op->getOperands().back(), cotangents.front());
  return success();
}

LogicalResult pc::buildVJPOf(DifferentiableOpInterface op, OpBuilder &builder,
                             ArrayRef<Value> cotangents, CotangentSink &sink) {
  // A result that nothing was sent to has no cotangent.
  auto carriesNothing = [](Value cotangent) {
    return !cotangent || isEmpty(cotangent);
  };
  if (!cotangents.empty() && llvm::all_of(cotangents, carriesNothing))
    return success();
  NonEmptySink nonEmpty(sink);
  if (!op->hasAttr(plantedFaultAttrName))
    return callVJPRule(op, builder, cotangents, nonEmpty);
  NegatingSink negating(nonEmpty);
  return callVJPRule(op, builder, cotangents, negating);
}

FailureOr<llvm::SmallVector<Value>>
pc::buildJVPOf(DifferentiableOpInterface op, OpBuilder &builder,
               function_ref<Value(Value)> tangents) {
  if (!op->hasAttr(straightThroughAttrName))
    return op.buildJVP(builder, tangents);
  if (failed(checkStraightThrough(op)))
    return failure();
  Value passed = op->getOperand(op->getNumOperands() - 1);
  return llvm::SmallVector<Value>{tangents(passed)};
}

bool pc::hasPlantedFault(Operation *op) {
  return op
      ->walk([](Operation *inner) {
        return inner->hasAttr(plantedFaultAttrName) ? WalkResult::interrupt()
                                                    : WalkResult::advance();
      })
      .wasInterrupted();
}
