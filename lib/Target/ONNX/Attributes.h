// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attributes of a node, with types checked and defaults given.

#ifndef PC_LIB_TARGET_ONNX_ATTRIBUTES_H
#define PC_LIB_TARGET_ONNX_ATTRIBUTES_H

#include "Proto.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include <optional>
#include <string>

namespace mlir::pc {

/// Values of the attributes of a function call, for `ref_attr_name`.
using AttributeBindings = llvm::StringMap<const onnx::AttributeProto *>;

/// Reads attributes by name. One of the wrong type is remembered in `error`
/// and reads as absent, so that handlers need no error path for it.
class Attributes {
public:
  Attributes(const onnx::NodeProto &node, const AttributeBindings *bindings)
      : node(node), bindings(bindings) {}

  bool has(llvm::StringRef name) const { return find(name); }
  int64_t getInt(llvm::StringRef name, int64_t otherwise);
  double getFloat(llvm::StringRef name, double otherwise);
  std::string getString(llvm::StringRef name, llvm::StringRef otherwise);
  std::optional<llvm::SmallVector<int64_t>> getInts(llvm::StringRef name);
  std::optional<llvm::SmallVector<double>> getFloats(llvm::StringRef name);
  std::optional<llvm::SmallVector<std::string>>
  getStrings(llvm::StringRef name);
  const onnx::TensorProto *getTensor(llvm::StringRef name);
  const onnx::GraphProto *getGraph(llvm::StringRef name);
  /// The attribute itself, bindings resolved; null if absent.
  const onnx::AttributeProto *find(llvm::StringRef name) const;

  const std::string &getError() const { return error; }

private:
  const onnx::AttributeProto *find(llvm::StringRef name,
                                   onnx::AttributeProto::AttributeType type);
  const onnx::NodeProto &node;
  const AttributeBindings *bindings;
  std::string error;
};

} // namespace mlir::pc

#endif // PC_LIB_TARGET_ONNX_ATTRIBUTES_H
