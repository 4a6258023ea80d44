// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which constants of a model are parameters, found by what they are used for.

#ifndef PC_LIB_TARGET_ONNX_PARAMETERS_H
#define PC_LIB_TARGET_ONNX_PARAMETERS_H

#include "ModelReader.h"

namespace mlir::pc {

/// What the readers of a value do with it, looking through views of it.
struct ValueUses {
  bool asWeight = false;
  bool asStatistic = false;
  bool asBound = false;
  bool asData = false;

  void merge(const ValueUses &other) {
    asWeight |= other.asWeight;
    asStatistic |= other.asStatistic;
    asBound |= other.asBound;
    asData |= other.asData;
  }
};

class ParameterPlan {
public:
  /// Looks at all nodes of `model`, those of subgraphs included.
  explicit ParameterPlan(const Model &model);

  /// True when the float value of Constant node output `name` is a parameter:
  /// initializers always are, constants only where weights belong.
  bool isParameter(llvm::StringRef name) const;
  /// True when the parameter `name` of rank `rank` is not learned.
  bool isFrozen(llvm::StringRef name, size_t rank) const;

private:
  void visit(const onnx::GraphProto &graph, const Opsets &opsets,
             unsigned depth);
  llvm::StringMap<ValueUses> uses;
};

} // namespace mlir::pc

#endif // PC_LIB_TARGET_ONNX_PARAMETERS_H
