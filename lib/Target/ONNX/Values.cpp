// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Values.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/BuiltinAttributes.h"
#include <cstring>

using namespace llvm;

namespace mlir::pc {

/// Constants up to this size are printed with the IR.
static constexpr size_t maxInlineBytes = 1024;

Type getElementType(ElementKind kind, MLIRContext *context) {
  Builder builder(context);
  switch (kind) {
  case ElementKind::F16:
    return builder.getF16Type();
  case ElementKind::BF16:
    return builder.getBF16Type();
  case ElementKind::F32:
    return builder.getF32Type();
  case ElementKind::F64:
    return builder.getF64Type();
  case ElementKind::Bool:
    return builder.getI1Type();
  case ElementKind::I8:
    return builder.getIntegerType(8);
  case ElementKind::I16:
    return builder.getIntegerType(16);
  case ElementKind::I32:
    return builder.getI32Type();
  case ElementKind::I64:
    return builder.getI64Type();
  case ElementKind::U8:
    return builder.getIntegerType(8, /*isSigned=*/false);
  case ElementKind::U16:
    return builder.getIntegerType(16, /*isSigned=*/false);
  case ElementKind::U32:
    return builder.getIntegerType(32, /*isSigned=*/false);
  case ElementKind::U64:
    return builder.getIntegerType(64, /*isSigned=*/false);
  }
  return nullptr;
}

std::optional<ElementKind> getElementKind(Type type) {
  for (ElementKind kind :
       {ElementKind::F16, ElementKind::BF16, ElementKind::F32, ElementKind::F64,
        ElementKind::Bool, ElementKind::I8, ElementKind::I16, ElementKind::I32,
        ElementKind::I64, ElementKind::U8, ElementKind::U16, ElementKind::U32,
        ElementKind::U64})
    if (getElementType(kind, type.getContext()) == type)
      return kind;
  return std::nullopt;
}

/// True when all elements have the same bytes.
static bool isSplat(const Tensor &tensor) {
  size_t width = getByteWidth(tensor.getKind()), bytes = tensor.getByteSize();
  const char *data = tensor.as<char>();
  return bytes > width && !std::memcmp(data, data + width, bytes - width);
}

ElementsAttr getElementsAttr(const Constant &constant, MLIRContext *context) {
  Type element = getElementType(constant->getKind(), context);
  if (!element)
    return nullptr;
  auto type = RankedTensorType::get(constant->getShape(), element);
  size_t bytes = constant->getByteSize();
  if (isSplat(*constant))
    bytes = getByteWidth(constant->getKind());
  if (constant->getKind() == ElementKind::Bool)
    return DenseElementsAttr::get(
        type,
        ArrayRef(reinterpret_cast<const bool *>(constant->data()), bytes));
  ArrayRef<char> data(constant->as<char>(), bytes);
  if (bytes <= maxInlineBytes)
    return DenseElementsAttr::getFromRawBuffer(type, data);
  auto keepAlive = [constant](void *, size_t, size_t) {};
  AsmResourceBlob blob(data, /*dataAlignment=*/64, keepAlive,
                       /*dataIsMutable=*/false);
  return DenseResourceElementsAttr::get(type, "onnx", std::move(blob));
}

template <typename T>
static void copyIntegers(const Tensor &tensor, SmallVector<int64_t> &out) {
  const T *data = tensor.as<T>();
  for (int64_t i = 0, e = tensor.getNumElements(); i != e; ++i)
    out.push_back(int64_t(data[i]));
}

SmallVector<int64_t> getIntegers(const Tensor &tensor) {
  SmallVector<int64_t> out;
  switch (tensor.getKind()) {
  case ElementKind::Bool:
  case ElementKind::U8:
    copyIntegers<uint8_t>(tensor, out);
    break;
  case ElementKind::I8:
    copyIntegers<int8_t>(tensor, out);
    break;
  case ElementKind::I16:
    copyIntegers<int16_t>(tensor, out);
    break;
  case ElementKind::U16:
    copyIntegers<uint16_t>(tensor, out);
    break;
  case ElementKind::I32:
    copyIntegers<int32_t>(tensor, out);
    break;
  case ElementKind::U32:
    copyIntegers<uint32_t>(tensor, out);
    break;
  case ElementKind::I64:
  case ElementKind::U64:
    copyIntegers<int64_t>(tensor, out);
    break;
  default:
    for (int64_t i = 0, e = tensor.getNumElements(); i != e; ++i)
      out.push_back(int64_t(tensor.getAsDouble(i)));
  }
  return out;
}

} // namespace mlir::pc
