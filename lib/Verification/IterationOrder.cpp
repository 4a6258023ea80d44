// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "IterationOrder.h"

using namespace mlir;
using namespace mlir::pc;

namespace {
/// An operation of the body while the order is found.
struct Node {
  llvm::SmallVector<std::pair<Operation *, bool>> readers; // through a state?
  unsigned waitsFor = 0;
  int64_t iteration = 1; // the first whose result is final
};
} // namespace

/// At step 1 an update forgets the error that was.
static bool isForgotten(OpOperand &operand) {
  auto update = dyn_cast<UpdateOp>(operand.getOwner());
  return update && &operand == &update.getErrorMutable() &&
         update.getStep().convertToDouble() == 1.0;
}

std::optional<IterationOrder> pc::findIterationOrder(RelaxOp relax) {
  Block &body = relax.getBody().front();
  auto yield = cast<YieldOp>(body.getTerminator());
  llvm::DenseMap<Operation *, Node> nodes;
  for (Operation &op : body.without_terminator())
    nodes.try_emplace(&op);
  for (Operation &op : body.without_terminator()) {
    if (op.getNumRegions() != 0)
      return std::nullopt;
    for (OpOperand &operand : op.getOpOperands()) {
      auto state = dyn_cast<BlockArgument>(operand.get());
      bool isState = state && state.getOwner() == &body;
      if (isState && isForgotten(operand))
        continue;
      Value made =
          isState ? yield.getValues()[state.getArgNumber()] : operand.get();
      if (auto passed = dyn_cast<BlockArgument>(made);
          passed && passed.getOwner() == &body)
        return std::nullopt; // handed on from another state, or kept
      Operation *maker = made.getDefiningOp();
      if (!maker || maker->getBlock() != &body)
        continue;
      nodes[maker].readers.emplace_back(&op, isState);
      ++nodes[&op].waitsFor;
    }
  }
  IterationOrder order;
  for (Operation &op : body.without_terminator())
    if (nodes[&op].waitsFor == 0)
      order.operations.push_back(&op);
  for (size_t i = 0; i != order.operations.size(); ++i) {
    const Node &node = nodes[order.operations[i]];
    order.depth = std::max(order.depth, node.iteration);
    for (auto [reader, throughState] : node.readers) {
      Node &next = nodes[reader];
      next.iteration = std::max(next.iteration, node.iteration + throughState);
      if (--next.waitsFor == 0)
        order.operations.push_back(reader);
    }
  }
  if (order.operations.size() != nodes.size())
    return std::nullopt; // the rest waits for itself
  return order;
}
