// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "AsGeneric.h"

using namespace mlir;
using llvm::SmallVector;

pc::AsGeneric::AsGeneric(OpBuilder &builder, Value result,
                         function_ref<Value(OpBuilder &, ValueRange)> element)
    : result(result) {
  // A builder of its own: a listener need not hear of what does not stay.
  OpBuilder inner(builder.getContext());
  inner.setInsertionPoint(builder.getInsertionBlock(),
                          builder.getInsertionPoint());
  Location loc = result.getLoc();
  auto type = cast<RankedTensorType>(result.getType());
  empty = tensor::EmptyOp::create(inner, loc, type.getShape(),
                                  type.getElementType());
  SmallVector<AffineMap> maps = {inner.getMultiDimIdentityMap(type.getRank())};
  SmallVector<utils::IteratorType> iterators(type.getRank(),
                                             utils::IteratorType::parallel);
  generic = linalg::GenericOp::create(
      inner, loc, type, ValueRange(), ValueRange(empty), maps, iterators,
      [&](OpBuilder &inside, Location, ValueRange) {
        SmallVector<Value> indices;
        for (int64_t dim = 0; dim != type.getRank(); ++dim)
          indices.push_back(linalg::IndexOp::create(inside, loc, dim));
        linalg::YieldOp::create(inside, loc, element(inside, indices));
      });
}

pc::AsGeneric::~AsGeneric() {
  generic.getResult(0).replaceAllUsesWith(result);
  generic->erase();
  empty->erase();
}
