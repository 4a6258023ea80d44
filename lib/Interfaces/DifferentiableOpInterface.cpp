// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Interfaces/DifferentiableOpInterface.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinTypes.h"

using namespace mlir;

#include "pc/Interfaces/DifferentiableOpInterface.cpp.inc"

bool pc::isDifferentiable(Type type) {
  if (auto tensor = dyn_cast<RankedTensorType>(type))
    return isa<FloatType>(tensor.getElementType());
  return isa<FloatType>(type);
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
  sum = sum ? createSum(builder, cotangent.getLoc(), sum, cotangent)
            : cotangent;
}

Value pc::CotangentMap::lookupOrZero(OpBuilder &builder, Value primal) const {
  if (Value sum = lookup(primal))
    return sum;
  return createZero(builder, primal.getLoc(), primal.getType());
}
