// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Target/ONNX/Inputs.h"
#include "ValueTypes.h"
#include "llvm/ADT/StringSet.h"

using namespace llvm;

namespace mlir::pc {

static bool isFloatType(int32_t type) {
  return type == onnx::TensorProto::FLOAT ||
         type == onnx::TensorProto::DOUBLE ||
         type == onnx::TensorProto::FLOAT16 ||
         type == onnx::TensorProto::BFLOAT16;
}

Expected<std::vector<ONNXInput>> readONNXInputs(StringRef path) {
  Expected<std::unique_ptr<MemoryBuffer>> file = mapFile(path);
  if (!file)
    return file.takeError();
  onnx::ModelProto model;
  if (Error error = parseMessage(**file, "an ONNX model", model))
    return error;
  StringSet<> initializers;
  for (const onnx::TensorProto &tensor : model.graph().initializer())
    initializers.insert(tensor.name());
  std::vector<ONNXInput> inputs;
  for (const onnx::ValueInfoProto &value : model.graph().input()) {
    if (initializers.contains(value.name()))
      continue;
    ONNXInput &input = inputs.emplace_back();
    input.name = value.name();
    std::optional<ValueType> type = getValueType(value.type());
    if (!type)
      continue;
    input.kind = type->kind;
    input.isFloat = isFloatType(type->tensor->elem_type());
    input.isSupported = type->getElement() || type->hasStrings();
    for (const auto &dim : type->tensor->shape().dim()) {
      ONNXInput::Dimension &dimension = input.shape.emplace_back();
      if (dim.has_dim_value())
        dimension.size = dim.dim_value();
      dimension.name = dim.dim_param();
    }
  }
  return inputs;
}

} // namespace mlir::pc
