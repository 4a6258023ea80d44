// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Support/Signs.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;

/// The type without a sign where it has one, else null.
static IntegerType dropSign(Type type) {
  auto integer = dyn_cast<IntegerType>(type);
  if (!integer || integer.isSignless())
    return nullptr;
  return IntegerType::get(type.getContext(), integer.getWidth());
}

static AttrTypeReplacer makeReplacer() {
  AttrTypeReplacer replacer;
  using Result = std::optional<std::pair<Attribute, WalkResult>>;
  auto skip = [](Attribute attribute) -> Result {
    return std::make_pair(attribute, WalkResult::skip());
  };
  replacer.addReplacement([](IntegerType type) -> std::optional<Type> {
    if (IntegerType signless = dropSign(type))
      return signless;
    return std::nullopt;
  });
  replacer.addReplacement([skip](IntegerAttr value) -> Result {
    if (IntegerType signless = dropSign(value.getType()))
      return skip(IntegerAttr::get(signless, value.getValue()));
    return std::nullopt;
  });
  replacer.addReplacement([skip](DenseIntElementsAttr values) -> Result {
    if (IntegerType signless = dropSign(values.getElementType()))
      return skip(values.bitcast(signless));
    return std::nullopt;
  });
  replacer.addReplacement([skip](DenseResourceElementsAttr values) -> Result {
    if (IntegerType signless = dropSign(values.getType().getElementType()))
      return skip(DenseResourceElementsAttr::get(
          values.getType().clone(signless), values.getRawHandle()));
    return std::nullopt;
  });
  return replacer;
}

void mlir::pc::eraseSigns(Operation *op) {
  AttrTypeReplacer replacer = makeReplacer();
  replacer.recursivelyReplaceElementsIn(op, /*replaceAttrs=*/true,
                                        /*replaceLocs=*/false,
                                        /*replaceTypes=*/true);
}

Type mlir::pc::eraseSigns(Type type) { return makeReplacer().replace(type); }
