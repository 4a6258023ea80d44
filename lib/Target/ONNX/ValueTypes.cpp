// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ValueTypes.h"
#include "Payload.h"

using namespace llvm;

namespace mlir::pc {

std::optional<ElementKind> ValueType::getElement() const {
  return getElementKind(tensor->elem_type());
}

bool ValueType::hasStrings() const { return isString(tensor->elem_type()); }

std::optional<ValueType> getValueType(const onnx::TypeProto &type) {
  const onnx::TypeProto *inner = &type;
  bool isOptional = inner->has_optional_type();
  if (isOptional)
    inner = &inner->optional_type().elem_type();
  bool isSequence = inner->has_sequence_type();
  if (isSequence)
    inner = &inner->sequence_type().elem_type();
  if (!inner->has_tensor_type())
    return std::nullopt;
  ValueKind kind =
      isOptional
          ? (isSequence ? ValueKind::OptionalSequence : ValueKind::Optional)
          : (isSequence ? ValueKind::Sequence : ValueKind::Tensor);
  return ValueType{kind, &inner->tensor_type()};
}

std::string describeType(const onnx::TypeProto &type) {
  if (type.has_tensor_type())
    return getDataTypeName(type.tensor_type().elem_type());
  if (type.has_sequence_type())
    return "a sequence of " + describeType(type.sequence_type().elem_type());
  if (type.has_optional_type())
    return "an optional " + describeType(type.optional_type().elem_type());
  if (type.has_map_type())
    return "a map";
  if (type.has_sparse_tensor_type())
    return "a sparse tensor";
  return "a value without a type";
}

} // namespace mlir::pc
