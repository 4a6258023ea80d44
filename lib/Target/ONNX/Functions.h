// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The functions that a model defines.

#ifndef PC_LIB_TARGET_ONNX_FUNCTIONS_H
#define PC_LIB_TARGET_ONNX_FUNCTIONS_H

#include "ModelReader.h"
#include <map>
#include <vector>

namespace mlir::pc {

struct ModelFunction {
  const onnx::FunctionProto *proto;
  Opsets opsets;
  std::vector<onnx::AttributeProto> defaults;
};

class FunctionTable {
public:
  explicit FunctionTable(const onnx::ModelProto &model);

  /// The function that `node` calls, or null: by domain, name and overload.
  const ModelFunction *lookup(const onnx::NodeProto &node) const;

private:
  std::map<std::string, ModelFunction> functions;
};

} // namespace mlir::pc

#endif // PC_LIB_TARGET_ONNX_FUNCTIONS_H
