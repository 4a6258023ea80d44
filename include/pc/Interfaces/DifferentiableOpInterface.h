// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_INTERFACES_DIFFERENTIABLEOPINTERFACE_H
#define PC_INTERFACES_DIFFERENTIABLEOPINTERFACE_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/OpDefinition.h"
#include "llvm/ADT/MapVector.h"

namespace mlir::pc {

/// A value has a derivative: a float of more than 8 bits, or a ranked tensor of
/// them.
bool isDifferentiable(Type type);

/// `0` of a differentiable type.
Value createZero(OpBuilder &builder, Location loc, Type type);

/// `a + b`, element by element, for two values of one differentiable type.
Value createSum(OpBuilder &builder, Location loc, Value a, Value b);

/// Where VJPs send cotangents; several terms for one value are added up.
class CotangentSink {
public:
  virtual ~CotangentSink();

  /// Whether a cotangent of `primal` is of use; an implementation need not
  /// build what nobody reads. False for values that are not differentiable.
  virtual bool wants(Value primal) const = 0;

  /// Adds `cotangent`, of the type of `primal`, to the cotangent of `primal`.
  /// Does nothing when the value is not wanted.
  virtual void add(OpBuilder &builder, Value primal, Value cotangent) = 0;
};

/// A sink that keeps one running sum per value.
class CotangentMap final : public CotangentSink {
public:
  /// `isWanted` decides for differentiable values; all of them when null.
  explicit CotangentMap(std::function<bool(Value)> isWanted = nullptr);

  bool wants(Value primal) const override;
  void add(OpBuilder &builder, Value primal, Value cotangent) override;

  /// The sum so far; null when nothing has arrived.
  Value lookup(Value primal) const { return sums.lookup(primal); }
  /// The sum so far, or a zero.
  Value lookupOrZero(OpBuilder &builder, Value primal) const;

private:
  std::function<bool(Value)> isWanted;
  llvm::DenseMap<Value, Value> sums; // looked up by key, never iterated
};

} // namespace mlir::pc

#include "pc/Interfaces/DifferentiableOpInterface.h.inc"

namespace mlir::pc {

/// Calls the VJP rule of `op`; whatever builds reverse mode calls rules through
/// this. Rules never see tensors without elements: no cotangent comes from them
/// or goes to them. No rule is asked where `op` is a straight-through estimator
/// (`pc.straight_through`, Names.h): the cotangent goes to its last operand,
/// unchanged. Falsifier hook: where `op` carries `pc.planted_fault`
/// (Names.h), every contribution to the first value that receives one is
/// negated, as if the rule had a sign error there.
LogicalResult buildVJPOf(DifferentiableOpInterface op, OpBuilder &builder,
                         ArrayRef<Value> cotangents, CotangentSink &sink);

/// Calls the JVP rule of `op`; whatever builds forward mode calls rules through
/// this. The tangent of a straight-through estimator is that of its last
/// operand.
FailureOr<llvm::SmallVector<Value>>
buildJVPOf(DifferentiableOpInterface op, OpBuilder &builder,
           function_ref<Value(Value)> tangents);

/// Whether `op` or an operation inside of it carries `pc.planted_fault`. A rule
/// that knows the derivative of a whole body and does not look at the body's
/// operations must not be taken then.
bool hasPlantedFault(Operation *op);

} // namespace mlir::pc

#endif // PC_INTERFACES_DIFFERENTIABLEOPINTERFACE_H
