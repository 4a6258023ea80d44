// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Optional values: whether there is one is known while importing.

#include "Operators.h"

using namespace llvm;

namespace mlir::pc {

static LogicalResult lowerOptional(NodeContext &node) {
  if (failed(node.requireInputs(0, 1)))
    return failure();
  if (node.hasInput(0))
    node.forwardInput(0, 0);
  else
    node.setAbsent(0);
  return success();
}

static LogicalResult lowerHasElement(NodeContext &node) {
  if (failed(node.requireInputs(0, 1)))
    return failure();
  auto answer =
      std::make_shared<Tensor>(ElementKind::Bool, std::vector<int64_t>());
  setInteger(*answer, 0, node.hasInput(0));
  node.setOutput(0, Constant(answer));
  return success();
}

static LogicalResult lowerGetElement(NodeContext &node) {
  // A branch that is not taken may ask for it.
  if (node.hasAbsent(0))
    return node.unsupported("the optional value has no element");
  if (failed(node.requireInputs(1, 1)))
    return failure();
  node.forwardInput(0, 0);
  return success();
}

void registerOptionals(OperatorRegistry &all) {
  all.add("Optional", 15, lowerOptional)
      .withSequences()
      .withStrings(StringUse::Handles);
  all.add("OptionalHasElement", 15, lowerHasElement)
      .withSequences()
      .withStrings(StringUse::Handles);
  all.add("OptionalGetElement", 15, lowerGetElement)
      .withSequences()
      .withStrings(StringUse::Handles);
}

} // namespace mlir::pc
