// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Pipelines/Values.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "pc/Target/CPU/Signature.h"
#include "llvm/ADT/STLExtras.h"

#include <cstring>

using namespace mlir;
using namespace mlir::pc;

/// The bytes of the elements, or of the one element of a splat.
static ArrayRef<char> getBytes(ElementsAttr value) {
  if (auto dense = dyn_cast<DenseElementsAttr>(value))
    return dense.getRawData();
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value))
    if (AsmResourceBlob *blob = resource.getRawHandle().getBlob())
      return blob->getData();
  return {};
}

std::optional<Tensor> mlir::pc::toTensor(ElementsAttr value) {
  ShapedType type = value.getShapedType();
  std::optional<ElementKind> kind = toElementKind(type.getElementType());
  if (!kind || !type.hasStaticShape())
    return std::nullopt;
  Tensor tensor(*kind, type.getShape().vec());
  size_t width = getByteWidth(*kind), size = tensor.getByteSize();
  auto dense = dyn_cast<DenseElementsAttr>(value);
  if (dense && *kind == ElementKind::Bool) { // storage differs by version
    for (auto [index, bit] : llvm::enumerate(dense.getValues<bool>()))
      tensor.as<uint8_t>()[index] = bit;
    return tensor;
  }
  ArrayRef<char> bytes = getBytes(value);
  bool isSplat = dense && dense.isSplat();
  if (bytes.size() != (isSplat ? width : size))
    return size == 0 ? std::optional(std::move(tensor)) : std::nullopt;
  for (size_t at = 0; at != size; at += isSplat ? width : size)
    std::memcpy(tensor.as<char>() + at, bytes.data(), bytes.size());
  return tensor;
}

DenseElementsAttr mlir::pc::toAttribute(const Tensor &tensor, ShapedType type) {
  return DenseElementsAttr::getFromRawBuffer(
      type, ArrayRef(tensor.as<char>(), tensor.getByteSize()));
}
