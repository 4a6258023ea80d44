// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The upstream operations that handlers are made of.

#ifndef PC_LIB_TARGET_ONNX_EMIT_H
#define PC_LIB_TARGET_ONNX_EMIT_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace mlir::pc {

/// Emits operations at one location. Shapes must have been checked.
class Emitter : public ImplicitLocOpBuilder {
public:
  Emitter(OpBuilder &builder, Location loc)
      : ImplicitLocOpBuilder(loc, builder) {}

  using Shape = llvm::ArrayRef<int64_t>;
  using Body = llvm::function_ref<Value(ImplicitLocOpBuilder &, ValueRange)>;

  /// A scalar of a float or integer type.
  Value scalar(Type type, double value);
  Value emptyTensor(Shape shape, Type element);
  /// A tensor of floats that are known. Those that `element` does not hold are
  /// rounded by an operation, as in `emitScalar`.
  Value constant(Shape shape, Type element, llvm::ArrayRef<double> values);
  /// A tensor whose elements are all `value`.
  Value filled(Shape shape, Type element, double value);
  Value filled(Shape shape, Value value);

  /// `body` applied to each element of the operands, which are broadcast to
  /// `shape` as numpy does. Constants with one value become part of the body.
  Value elementwise(Shape shape, Type element, ValueRange operands, Body body);
  /// Elementwise on one operand, keeping its shape.
  Value map(Value operand, Body body);
  Value map(Value operand, Type element, Body body);
  /// Combines the elements along `axes` (sorted), which disappear.
  Value reduce(Value operand, llvm::ArrayRef<int64_t> axes, Value init,
               Body combine);
  Value reduceSum(Value operand, llvm::ArrayRef<int64_t> axes);
  Value reduceMax(Value operand, llvm::ArrayRef<int64_t> axes);

  /// The same elements in another shape.
  Value reshape(Value operand, Shape shape);
  Value transpose(Value operand, llvm::ArrayRef<int64_t> permutation);
  /// Elements in the opposite order along `axes`.
  Value reverse(Value operand, llvm::ArrayRef<int64_t> axes);
  /// Inserts dimensions of size 1 at `axes` (sorted) of the result.
  Value unsqueeze(Value operand, llvm::ArrayRef<int64_t> axes);
  Value slice(Value operand, Shape offsets, Shape sizes, Shape strides);
  Value pad(Value operand, Shape low, Shape high, Value value);
  Value pad(Value operand, Shape low, Shape high, double value);
  Value concat(int64_t axis, ValueRange operands);
  /// Elements converted to `element`, as the C language does.
  Value cast(Value operand, Type element);
};

/// The type to sum numbers of `element` in: f32 for halves, which lose the
/// small terms of a sum.
Type getSumType(Type element);
/// The lowest value of a type: the neutral element of a maximum.
double getLowest(Type type);
/// The highest one, which no double holds for 64-bit integers.
Value emitHighest(ImplicitLocOpBuilder &b, Type type);

inline RankedTensorType getTensorType(Value value) {
  return cast<RankedTensorType>(value.getType());
}
inline llvm::ArrayRef<int64_t> getShape(Value value) {
  return getTensorType(value).getShape();
}
inline Type getElement(Value value) {
  return getTensorType(value).getElementType();
}

/// Scalar arithmetic on floats or integers alike. Operations on unsigned types
/// are written as signed ones; `resolveSigns` makes them unsigned.
Value emitAdd(ImplicitLocOpBuilder &b, Value x, Value y);
Value emitSub(ImplicitLocOpBuilder &b, Value x, Value y);
Value emitMul(ImplicitLocOpBuilder &b, Value x, Value y);
Value emitDiv(ImplicitLocOpBuilder &b, Value x, Value y);
Value emitMax(ImplicitLocOpBuilder &b, Value x, Value y);
Value emitMin(ImplicitLocOpBuilder &b, Value x, Value y);
/// A number of the compiler's own making: where `type` rounds it, an operation
/// does, so that a run in f64 has all of its digits.
Value emitScalar(ImplicitLocOpBuilder &b, Type type, double value);
/// A scalar converted to another type; to booleans by comparing with zero.
Value emitCast(ImplicitLocOpBuilder &b, Value x, Type type);

/// The shape that numpy's rules give to operands of these shapes, or failure.
FailureOr<llvm::SmallVector<int64_t>>
broadcastShapes(llvm::ArrayRef<int64_t> x, llvm::ArrayRef<int64_t> y);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_ONNX_EMIT_H
