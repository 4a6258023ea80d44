// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Support/Names.h"
#include "mlir/IR/BuiltinAttributes.h"

using namespace mlir;

/// Metadata of the FusedLoc that wraps a derivative's location.
static constexpr llvm::StringLiteral derivativeTag = "derivative";

std::optional<llvm::StringRef> pc::getNodeName(Location loc) {
  if (auto name = dyn_cast<NameLoc>(loc))
    return name.getName().getValue();
  if (auto call = dyn_cast<CallSiteLoc>(loc))
    return getNodeName(call.getCallee());
  if (auto fused = dyn_cast<FusedLoc>(loc)) {
    for (Location part : fused.getLocations())
      if (std::optional<llvm::StringRef> name = getNodeName(part))
        return name;
  }
  return std::nullopt;
}

Location pc::getDerivativeLoc(Location loc) {
  if (isDerivativeLoc(loc))
    return loc;
  return FusedLoc::get(loc.getContext(), {loc},
                       StringAttr::get(loc.getContext(), derivativeTag));
}

bool pc::isDerivativeLoc(Location loc) {
  auto fused = dyn_cast<FusedLoc>(loc);
  if (!fused)
    return false;
  auto tag = dyn_cast_or_null<StringAttr>(fused.getMetadata());
  return tag && tag.getValue() == derivativeTag;
}
