// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Values.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/BuiltinAttributes.h"
#include <cstring>

using namespace llvm;

namespace mlir::pc {

/// Constants up to this size are printed with the IR.
static constexpr size_t maxInlineBytes = 1024;

bool hasStrings(const ImportedValue &value) {
  return value.isString ||
         (value.sequence && llvm::any_of(*value.sequence, hasStrings));
}

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
  case ElementKind::I2:
    return builder.getIntegerType(2);
  case ElementKind::U2:
    return builder.getIntegerType(2, /*isSigned=*/false);
  case ElementKind::I4:
    return builder.getIntegerType(4);
  case ElementKind::U4:
    return builder.getIntegerType(4, /*isSigned=*/false);
  case ElementKind::F4E2M1:
    return Float4E2M1FNType::get(context);
  case ElementKind::F8E4M3FN:
    return Float8E4M3FNType::get(context);
  case ElementKind::F8E4M3FNUZ:
    return Float8E4M3FNUZType::get(context);
  case ElementKind::F8E5M2:
    return Float8E5M2Type::get(context);
  case ElementKind::F8E5M2FNUZ:
    return Float8E5M2FNUZType::get(context);
  case ElementKind::F8E8M0:
    return Float8E8M0FNUType::get(context);
  }
  return nullptr;
}

std::optional<ElementKind> getElementKind(Type type) {
  for (auto number = uint8_t(ElementKind::F16);
       number <= uint8_t(ElementKind::F8E8M0); ++number)
    if (getElementType(ElementKind(number), type.getContext()) == type)
      return ElementKind(number);
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
  // Nothing that reads resources knows how narrow elements lie in them.
  if (bytes <= maxInlineBytes || getBitWidth(constant->getKind()) < 8)
    return DenseElementsAttr::getFromRawBuffer(type, data);
  // Aligned to an element, not more: who reads a module from bytecode has to
  // place it by the largest alignment of its resources.
  auto keepAlive = [constant](void *, size_t, size_t) {};
  AsmResourceBlob blob(data, getByteWidth(constant->getKind()), keepAlive,
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
