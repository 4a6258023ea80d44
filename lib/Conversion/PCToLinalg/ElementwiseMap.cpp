// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ElementwiseMap.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

llvm::SmallVector<Value> pc::createMap(OpBuilder &builder, Location loc,
                                       TypeRange types, ValueRange inputs,
                                       ScalarBody body) {
  auto type = dyn_cast<RankedTensorType>(types.front());
  if (!type)
    return body(builder, loc, inputs);
  AffineMap identity = builder.getMultiDimIdentityMap(type.getRank());
  AffineMap scalar = AffineMap::get(type.getRank(), 0, builder.getContext());
  llvm::SmallVector<AffineMap> maps;
  for (Value input : inputs)
    maps.push_back(cast<RankedTensorType>(input.getType()).getRank() == 0
                       ? scalar
                       : identity);
  llvm::SmallVector<Value> outputs;
  for (Type result : types) {
    auto shape = cast<RankedTensorType>(result);
    outputs.push_back(tensor::EmptyOp::create(builder, loc, shape.getShape(),
                                              shape.getElementType()));
    maps.push_back(identity);
  }
  llvm::SmallVector<utils::IteratorType> iterators(
      type.getRank(), utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      builder, loc, types, inputs, outputs, maps, iterators,
      [&](OpBuilder &nested, Location nestedLoc, ValueRange arguments) {
        linalg::YieldOp::create(
            nested, nestedLoc,
            body(nested, nestedLoc, arguments.take_front(inputs.size())));
      });
  return llvm::to_vector_of<Value>(generic.getResults());
}

Value pc::createScalar(OpBuilder &builder, Location loc, Type type,
                       double value) {
  return arith::ConstantOp::create(
      builder, loc, cast<TypedAttr>(builder.getFloatAttr(type, value)));
}

Value pc::createProduct(OpBuilder &builder, Location loc, double factor,
                        Value x) {
  if (factor == 1.0)
    return x;
  return arith::MulFOp::create(
      builder, loc, createScalar(builder, loc, x.getType(), factor), x);
}

Value pc::createTotal(OpBuilder &builder, Location loc, ValueRange terms) {
  Value total = terms.front();
  for (Value term : terms.drop_front())
    total = arith::AddFOp::create(builder, loc, total, term);
  return total;
}
