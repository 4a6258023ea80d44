// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Values that sizes depend on, as they are for the data that is fed.

#ifndef PC_LIB_TARGET_ONNX_OBSERVATIONS_H
#define PC_LIB_TARGET_ONNX_OBSERVATIONS_H

#include "Values.h"
#include <map>

namespace mlir::pc {

/// An operand of a node: the indices of the nodes and of their bodies that lead
/// to it, then its position. Stays the same when a model is imported again and
/// more is known, whatever the names of the nodes are.
using OperandPath = std::vector<int>;

/// What is known of operands after earlier imports of the same model.
class Observations {
public:
  bool empty() const { return values.empty(); }
  /// The contents of an operand of type `type`, or null.
  Constant lookup(const OperandPath &path, RankedTensorType type) const;
  void add(OperandPath path, Constant value) {
    values.insert_or_assign(std::move(path), std::move(value));
  }

private:
  std::map<OperandPath, Constant> values;
};

/// An operand that an import could not do without.
struct Request {
  OperandPath path;
  Value value; // gone when the module is
  RankedTensorType type;
};

} // namespace mlir::pc

#endif // PC_LIB_TARGET_ONNX_OBSERVATIONS_H
