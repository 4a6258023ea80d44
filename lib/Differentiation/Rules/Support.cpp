// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Differentiation/Rules/Support.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinAttributes.h"

using namespace mlir;

/// A scalar attribute, or its splat where `type` is a shaped type.
static TypedAttr splatOf(Type type, Attribute element) {
  if (auto shaped = dyn_cast<ShapedType>(type))
    return DenseElementsAttr::get(shaped, element);
  return cast<TypedAttr>(element);
}

Value pc::createConstant(OpBuilder &builder, Location loc, Type type,
                         double value) {
  Attribute element = builder.getFloatAttr(getElementTypeOrSelf(type), value);
  return arith::ConstantOp::create(builder, loc, splatOf(type, element));
}

Value pc::createConstant(OpBuilder &builder, Location loc, Type type,
                         int64_t value) {
  Attribute element = builder.getIntegerAttr(getElementTypeOrSelf(type), value);
  return arith::ConstantOp::create(builder, loc, splatOf(type, element));
}

Value pc::createIntToFloat(OpBuilder &builder, Location loc, Type type,
                           Value value) {
  Type source = value.getType();
  if (getElementTypeOrSelf(source).isIndex()) {
    Type integer = builder.getI64Type();
    if (auto shaped = dyn_cast<ShapedType>(source))
      integer = shaped.clone(integer);
    value = arith::IndexCastOp::create(builder, loc, integer, value);
  }
  return arith::SIToFPOp::create(builder, loc, type, value);
}
