// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a model says about the type of a value.

#ifndef PC_LIB_TARGET_ONNX_VALUETYPES_H
#define PC_LIB_TARGET_ONNX_VALUETYPES_H

#include "Proto.h"
#include "pc/Runtime/Tensor.h"
#include "pc/Support/ValueGroups.h"
#include <optional>

namespace mlir::pc {

/// The kind of a value, and the type of the tensors that it is made of.
struct ValueType {
  ValueKind kind;
  const onnx::TypeProto::Tensor *tensor;

  /// None for elements that are not supported.
  std::optional<ElementKind> getElement() const;
  bool hasStrings() const;
};

/// None for maps, sparse tensors, sequences of sequences and the like.
std::optional<ValueType> getValueType(const onnx::TypeProto &type);

/// "string", "a sequence of strings", ...: for values that are not supported.
std::string describeType(const onnx::TypeProto &type);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_ONNX_VALUETYPES_H
