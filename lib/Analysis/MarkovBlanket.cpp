// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "MarkovBlanket.h"
#include "pc/Support/Names.h"

using namespace mlir;
using namespace mlir::pc;

Origin pc::getOrigin(Value graphValue) {
  if (Operation *op = graphValue.getDefiningOp())
    return op;
  return graphValue;
}

std::string pc::getName(Origin origin) {
  if (auto *op = dyn_cast<Operation *>(origin))
    return ("@" + cast<VertexOpInterface>(op).getSymName()).str();
  auto argument = cast<BlockArgument>(cast<Value>(origin));
  auto graph = cast<GraphOp>(argument.getOwner()->getParentOp());
  auto name =
      graph.getArgAttrOfType<StringAttr>(argument.getArgNumber(), nameAttrName);
  std::string text =
      name ? name.str() : "arg" + std::to_string(argument.getArgNumber());
  return "'" + text + "'";
}

pc::MarkovBlanket::MarkovBlanket(GraphOp graph, const Origins &states)
    : states(states) {
  if (LossOp loss = graph.getLoss())
    for (Value parent : loss.getParents())
      if (parent.getDefiningOp())
        clamped.insert(getOrigin(parent));
}

void pc::MarkovBlanket::addParents(Origin vertex, Origins &result) const {
  auto *op = dyn_cast<Operation *>(vertex);
  if (!op)
    return;
  for (Value parent : cast<VertexOpInterface>(op).getParents()) {
    Origin origin = getOrigin(parent);
    if (isa<Value>(origin))
      continue;
    result.insert(origin);
    if (!hasState(origin))
      addParents(origin, result);
  }
}

/// What the error of `vertex` is made of. That of a clamped output is the
/// derivative of the loss at all that the loss reads.
void pc::MarkovBlanket::addErrorReads(Origin vertex, bool recomputed,
                                      Origins &result) const {
  auto addOne = [&](Origin origin) {
    result.insert(origin);
    if (!recomputed)
      return;
    addParents(origin, result);
    for (Value parameter :
         cast<VertexOpInterface>(cast<Operation *>(origin)).getParameters())
      result.insert(getOrigin(parameter));
  };
  addOne(vertex);
  if (recomputed && isClamped(vertex))
    for (Origin output : clamped)
      addOne(output);
}

Origins pc::MarkovBlanket::getAllowed(Origin origin, bool recomputed) const {
  Origins result;
  result.insert(origin);
  auto addUsers = [&](Origin user) {
    if (!isLoss(user))
      addErrorReads(user, recomputed, result);
  };
  if (auto argument = dyn_cast<Value>(origin)) {
    for (Operation *user : argument.getUsers())
      if (isa<VertexOpInterface>(user))
        addUsers(user);
    return result;
  }
  addUsers(origin);
  llvm::SmallSetVector<Operation *, 8> work;
  work.insert(cast<Operation *>(origin));
  for (size_t i = 0; i != work.size(); ++i)
    for (Operation *user : work[i]->getUsers()) {
      if (!isa<VertexOpInterface>(user))
        continue;
      addUsers(user);
      if (!isLoss(user) && !hasState(user)) // look through
        work.insert(user);
    }
  return result;
}
