// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Target/ONNX/Inputs.h"
#include "Payload.h"
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
    const onnx::TypeProto_Tensor &type = value.type().tensor_type();
    ONNXInput &input = inputs.emplace_back();
    input.name = value.name();
    input.isFloat = isFloatType(type.elem_type());
    input.isSupported = isSupportedInput(value.type());
    for (const onnx::TensorShapeProto_Dimension &dim : type.shape().dim()) {
      ONNXInput::Dimension &dimension = input.shape.emplace_back();
      if (dim.has_dim_value())
        dimension.size = dim.dim_value();
      dimension.name = dim.dim_param();
    }
  }
  return inputs;
}

} // namespace mlir::pc
