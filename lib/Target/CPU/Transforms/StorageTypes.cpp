// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Types that the machine has none of, as the bits that they are stored as.

#include "NarrowFloats.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "pc/Support/NarrowFloats.h"
#include "pc/Support/Signs.h"
#include "pc/Target/CPU/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_STORAGETYPES
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;

/// Bits of a narrow float as such, and the other way round; the types become
/// the same when the floats are gone.
static Value asType(ImplicitLocOpBuilder &b, Value value, Type type) {
  return arith::BitcastOp::create(b, type, value);
}

static void expandExtend(arith::ExtFOp op) {
  auto from = dyn_cast<FloatType>(op.getIn().getType());
  auto to = dyn_cast<FloatType>(op.getType());
  if (!from || !to || !pc::isNarrowFloat(from))
    return;
  ImplicitLocOpBuilder b(op.getLoc(), op);
  Value bits = asType(b, op.getIn(), b.getIntegerType(from.getWidth()));
  op.replaceAllUsesWith(pc::decodeNarrow(b, bits, from, to));
  op.erase();
}

static void expandTruncate(arith::TruncFOp op) {
  auto to = dyn_cast<FloatType>(op.getType());
  if (!to || !pc::isNarrowFloat(to) || pc::isNarrowFloat(op.getIn().getType()))
    return;
  ImplicitLocOpBuilder b(op.getLoc(), op);
  Value bits = pc::encodeNarrow(b, op.getIn(), to);
  op.replaceAllUsesWith(asType(b, bits, to));
  op.erase();
}

static AttrTypeReplacer makeReplacer() {
  AttrTypeReplacer replacer;
  using Result = std::optional<std::pair<Attribute, WalkResult>>;
  auto skip = [](Attribute attribute) -> Result {
    return std::make_pair(attribute, WalkResult::skip());
  };
  auto getBits = [](Type type) {
    return IntegerType::get(type.getContext(), type.getIntOrFloatBitWidth());
  };
  replacer.addReplacement([=](FloatType type) -> std::optional<Type> {
    if (pc::isNarrowFloat(type))
      return getBits(type);
    return std::nullopt;
  });
  replacer.addReplacement([=](FloatAttr value) -> Result {
    if (!pc::isNarrowFloat(value.getType()))
      return std::nullopt;
    return skip(IntegerAttr::get(getBits(value.getType()),
                                 value.getValue().bitcastToAPInt()));
  });
  replacer.addReplacement([=](DenseFPElementsAttr values) -> Result {
    if (!pc::isNarrowFloat(values.getElementType()))
      return std::nullopt;
    return skip(values.bitcast(getBits(values.getElementType())));
  });
  replacer.addReplacement([=](DenseResourceElementsAttr values) -> Result {
    Type element = values.getType().getElementType();
    if (!pc::isNarrowFloat(element))
      return std::nullopt;
    return skip(DenseResourceElementsAttr::get(
        values.getType().clone(getBits(element)), values.getRawHandle()));
  });
  return replacer;
}

namespace {
struct StorageTypes : public mlir::pc::impl::StorageTypesBase<StorageTypes> {
  void runOnOperation() override {
    getOperation()->walk(expandExtend);
    getOperation()->walk(expandTruncate);
    pc::eraseSigns(getOperation());
    makeReplacer().recursivelyReplaceElementsIn(getOperation(),
                                                /*replaceAttrs=*/true,
                                                /*replaceLocs=*/false,
                                                /*replaceTypes=*/true);
    getOperation()->walk([](Operation *op) {
      if (!isa<arith::BitcastOp, tensor::BitcastOp>(op) ||
          op->getOperand(0).getType() != op->getResult(0).getType())
        return;
      op->getResult(0).replaceAllUsesWith(op->getOperand(0));
      op->erase();
    });
  }
};
} // namespace
