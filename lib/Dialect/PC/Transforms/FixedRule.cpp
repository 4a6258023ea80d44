// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "FixedRule.h"

using namespace mlir;
using namespace mlir::pc;

std::optional<unsigned> pc::getOldState(RelaxOp relax, Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  if (argument && argument.getOwner() == &relax.getBody().front())
    return argument.getArgNumber();
  return std::nullopt;
}

VJPOp pc::getMessageVJP(RelaxOp relax, Value message) {
  auto vjp = message.getDefiningOp<VJPOp>();
  return vjp && vjp->getBlock() == &relax.getBody().front() ? vjp : VJPOp();
}

static bool isInside(RelaxOp relax, Value value) {
  return relax.getBody().isAncestor(value.getParentRegion());
}

/// An error in a VJP is an old state or frozen.
static bool addSources(RelaxOp relax, Value error, FixedRule &rule) {
  if (std::optional<unsigned> state = getOldState(relax, error)) {
    rule.sources.set(*state);
    return true;
  }
  if (isInside(relax, error))
    return false; // computed inside: not an old state
  rule.hasFrozenMessage = true;
  return true;
}

static bool addMessage(RelaxOp relax, Value message, FixedRule &rule) {
  VJPOp vjp = getMessageVJP(relax, message);
  if (!vjp) {
    rule.hasFrozenMessage = true;
    return !isInside(relax, message);
  }
  for (Value at : vjp.getOperands().drop_back(vjp.getErrors().size()))
    if (isInside(relax, at))
      return false; // an activity that moves
  return llvm::all_of(vjp.getErrors(), [&](Value error) {
    return addSources(relax, error, rule);
  });
}

std::optional<llvm::SmallVector<FixedRule>>
pc::analyzeFixedPrediction(RelaxOp relax) {
  Block *body = &relax.getBody().front();
  llvm::SmallVector<FixedRule> rules(relax.getNumResults());
  for (auto [index, rule] : llvm::enumerate(rules)) {
    rule.sources.resize(rules.size());
    rule.update = relax.getYield().getValues()[index].getDefiningOp<UpdateOp>();
    if (!rule.update || rule.update->getBlock() != body ||
        rule.update.getError() != body->getArgument(index))
      return std::nullopt;
    rule.settles = rule.update.getStep().isExactlyValue(1.0);
    for (Value message : rule.update.getMessages())
      if (!addMessage(relax, message, rule))
        return std::nullopt;
  }
  return rules;
}

void pc::forEachFixedLoop(
    Operation *root,
    llvm::function_ref<void(RelaxOp, llvm::SmallVector<FixedRule>)> handle) {
  llvm::SmallVector<RelaxOp> loops;
  root->walk([&](RelaxOp relax) { loops.push_back(relax); });
  for (RelaxOp relax : loops)
    if (std::optional<llvm::SmallVector<FixedRule>> rules =
            analyzeFixedPrediction(relax))
      handle(relax, std::move(*rules));
}
