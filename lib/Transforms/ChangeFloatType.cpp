// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "pc/Support/NarrowFloats.h"
#include "pc/Transforms/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_CHANGEFLOATTYPE
#include "pc/Transforms/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;

static FloatType getType(MLIRContext *context, pc::FloatKind kind) {
  switch (kind) {
  case pc::FloatKind::F64:
    return Float64Type::get(context);
  case pc::FloatKind::F32:
    return Float32Type::get(context);
  case pc::FloatKind::F16:
    return Float16Type::get(context);
  case pc::FloatKind::BF16:
    return BFloat16Type::get(context);
  }
  llvm_unreachable("a float kind without a type");
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

static APFloat convert(APFloat value, FloatType type) {
  bool losesInfo;
  value.convert(type.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                &losesInfo);
  return value;
}

static DenseElementsAttr convert(DenseElementsAttr values, FloatType type) {
  return values.mapValues(type, [&](const APFloat &value) {
    return convert(value, type).bitcastToAPInt();
  });
}

/// The bytes of `values` in the new type, one element after the other.
static llvm::SmallVector<char> pack(DenseElementsAttr values, FloatType type) {
  unsigned width = type.getWidth() / 8;
  llvm::SmallVector<char> bytes;
  bytes.reserve(values.getNumElements() * width);
  for (const APFloat &value : values.getValues<APFloat>()) {
    uint64_t bits = convert(value, type).bitcastToAPInt().getZExtValue();
    for (unsigned i = 0; i != width; ++i)
      bytes.push_back(static_cast<char>(bits >> (8 * i)));
  }
  return bytes;
}

static AsmResourceBlob *getBlob(DenseResourceElementsAttr values) {
  return values.getRawHandle().getBlob();
}

/// The resource in the new type, as a resource of its own.
static Attribute convert(DenseResourceElementsAttr values, FloatType type) {
  if (!getBlob(values))
    return values; // reported by checkResources
  auto elements =
      DenseElementsAttr::getFromRawBuffer(values.getType(), values.getData());
  llvm::SmallVector<char> bytes = pack(elements, type);
  return DenseResourceElementsAttr::get(
      values.getType().clone(type), values.getRawHandle().getKey(),
      HeapAsmResourceBlob::allocateAndCopyWithAlign(bytes, type.getWidth() / 8,
                                                    /*dataIsMutable=*/false));
}

static bool hasFloats(Type type) {
  auto shaped = dyn_cast<ShapedType>(type);
  return shaped && isa<FloatType>(shaped.getElementType()) &&
         !pc::isNarrowFloat(shaped.getElementType());
}

//===----------------------------------------------------------------------===//
// What cannot change
//===----------------------------------------------------------------------===//

static bool isBitcastOfFloat(Operation *op) {
  if (!isa<arith::BitcastOp, tensor::BitcastOp>(op))
    return false;
  bool from = isa<FloatType>(getElementTypeOrSelf(op->getOperand(0)));
  bool to = isa<FloatType>(getElementTypeOrSelf(op->getResult(0)));
  return from || to;
}

/// Reports float resources without data.
static LogicalResult checkResources(Operation *op) {
  bool failed = false;
  AttrTypeWalker walker;
  walker.addWalk([&](DenseResourceElementsAttr values) {
    if (!hasFloats(values.getType()))
      return;
    bool fits =
        getBlob(values) && static_cast<int64_t>(values.getData().size()) * 8 ==
                               values.getType().getNumElements() *
                                   values.getType().getElementTypeBitWidth();
    if (fits)
      return;
    op->emitError("expected the data of resource '")
        << values.getRawHandle().getKey() << "' to be " << values.getType()
        << ", but it is "
        << (getBlob(values) ? "of another size" : "not there");
    failed = true;
  });
  walker.walk(op->getAttrDictionary());
  return failure(failed);
}

static LogicalResult checkAll(Operation *root) {
  bool failed = false;
  root->walk([&](Operation *op) {
    failed |= mlir::failed(checkResources(op));
    if (!isBitcastOfFloat(op))
      return;
    op->emitOpError("reads the bits of a float, which mean nothing in another "
                    "type");
    failed = true;
  });
  return failure(failed);
}

//===----------------------------------------------------------------------===//
// Replacement
//===----------------------------------------------------------------------===//

/// Replaces types, and attributes that are tensors of values. A lone FloatAttr
/// is a value where it is the constant of an operation, and a setting
/// elsewhere.
static void addReplacements(AttrTypeReplacer &replacer, FloatType type,
                            bool isConstant) {
  replacer.addReplacement([=](FloatType old) -> Type {
    return pc::isNarrowFloat(old) ? old : type;
  });
  replacer.addReplacement(
      [=](FloatAttr value) -> std::pair<Attribute, WalkResult> {
        Attribute changed = value;
        if (isConstant && !pc::isNarrowFloat(value.getType()))
          changed = FloatAttr::get(type, convert(value.getValue(), type));
        return {changed, WalkResult::skip()};
      });
  replacer.addReplacement(
      [=](DenseElementsAttr values)
          -> std::optional<std::pair<Attribute, WalkResult>> {
        if (!hasFloats(values.getType()))
          return std::nullopt;
        return std::make_pair(Attribute(convert(values, type)),
                              WalkResult::skip());
      });
  replacer.addReplacement(
      [=](DenseResourceElementsAttr values)
          -> std::optional<std::pair<Attribute, WalkResult>> {
        if (!hasFloats(values.getType()))
          return std::nullopt;
        return std::make_pair(convert(values, type), WalkResult::skip());
      });
  // Arrays of numbers are settings.
  replacer.addReplacement([](DenseArrayAttr values) {
    return std::make_pair(Attribute(values), WalkResult::skip());
  });
}

namespace {

struct ChangeFloatType : pc::impl::ChangeFloatTypeBase<ChangeFloatType> {
  using ChangeFloatTypeBase::ChangeFloatTypeBase;

  void runOnOperation() override {
    if (failed(checkAll(getOperation())))
      return signalPassFailure();
    FloatType floatType = getType(&getContext(), type);
    AttrTypeReplacer ofConstants, ofOthers;
    addReplacements(ofConstants, floatType, /*isConstant=*/true);
    addReplacements(ofOthers, floatType, /*isConstant=*/false);
    getOperation()->walk([&](Operation *op) {
      AttrTypeReplacer &replacer =
          op->hasTrait<OpTrait::ConstantLike>() ? ofConstants : ofOthers;
      replacer.replaceElementsIn(op, /*replaceAttrs=*/true,
                                 /*replaceLocs=*/false, /*replaceTypes=*/true);
    });
    eraseCasts();
  }

private:
  void eraseCasts() {
    getOperation()->walk([&](Operation *op) {
      if (!isa<arith::ExtFOp, arith::TruncFOp>(op) ||
          op->getOperand(0).getType() != op->getResult(0).getType())
        return;
      op->getResult(0).replaceAllUsesWith(op->getOperand(0));
      op->erase();
      ++numCastsErased;
    });
  }
};

} // namespace
