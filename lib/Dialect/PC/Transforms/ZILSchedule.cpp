// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Zero-divergence inference learning (Song et al. 2020; Salvatori et al. 2022):
// the strict rule with step 1 from the feed-forward activities, where a vertex
// of level l learns at iteration t = l and at no other. It learns then with the
// gradient, because the errors that reach level l at time l met only vertices
// whose parents were still at their feed-forward values. That needs a levelled
// graph: all paths from a vertex to the loss have one length.

#include "StrictRule.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace mlir::pc;

/// The level of a vertex, the longest of its paths to the loss; nothing when
/// none of its results carries an error.
static std::optional<unsigned> getLevel(VertexOpInterface vertex,
                                        const ErrorPaths &paths) {
  if (isa<LossOp>(vertex))
    return 0; // at hand from the start
  std::optional<unsigned> level;
  for (Value activity : vertex->getResults())
    if (paths.carriesError(activity))
      level = std::max(level.value_or(0), paths.getLongest(activity));
  return level;
}

/// S6: every path of a vertex to the loss has the length of its level.
static LogicalResult checkLevels(Expansion &e, const ErrorPaths &paths) {
  for (VertexOpInterface vertex : e.getAll()) {
    std::optional<unsigned> level = getLevel(vertex, paths);
    for (OpResult activity : vertex->getResults()) {
      if (!paths.carriesError(activity) ||
          paths.getOnlyLength(activity) == level)
        continue;
      return emitError(activity.getLoc())
             << "S6: z-il expects paths of one length, but those of @"
             << e.describe(activity) << " have " << paths.getShortest(activity)
             << " to " << *level << " edges; pc-level-graph makes them equal";
    }
  }
  return success();
}

/// One iteration with step 1. A displacement that is zero (null) joins the
/// states when a message can reach it: when some child, or the loss, has an
/// error. Up to then the vertex stays out of the iteration.
static llvm::SmallVector<Value> iterate(Expansion &e, StrictRule &rule,
                                        ValueRange displacements,
                                        const ErrorPaths &paths, unsigned t) {
  llvm::SmallVector<Attribute> owners;
  llvm::SmallVector<Value> init;
  llvm::SmallVector<bool> joins;
  for (auto [activity, displacement] :
       llvm::zip_equal(rule.getHidden(), displacements)) {
    // Errors travel one edge an iteration.
    joins.push_back(displacement || paths.getShortest(activity) <= t + 1);
    if (!joins.back())
      continue;
    owners.push_back(e.getRef(activity));
    init.push_back(displacement ? displacement : e.getZero(activity.getType()));
  }
  auto spread = [&](ValueRange states) {
    llvm::SmallVector<Value> all;
    for (bool isState : joins) {
      all.push_back(isState ? states.front() : Value());
      if (isState)
        states = states.drop_front();
    }
    return all;
  };
  return spread(e.relax(1, owners, init, [&](ValueRange states) {
    llvm::SmallVector<Value> old = spread(states);
    // What has not been reached yet is not moved in this iteration either.
    for (auto [value, activity, before] :
         llvm::zip_equal(old, rule.getHidden(), displacements))
      if (!before)
        value = Value();
    StrictRule::Point point = rule.evaluate(old, ValueMap());
    llvm::SmallVector<Value> next =
        rule.advance(point, spread(states), /*step=*/1.0);
    llvm::erase_if(next, [](Value v) { return !v; });
    return next;
  }));
}

LogicalResult pc::expandZIL(Expansion &e, TermMap &gradients) {
  if (e.schedule.getStep() != 1.0)
    return emitError(e.loc)
           << "S6: z-il expects step 1, but got " << e.schedule.getStep();
  if (e.options.debias)
    return emitError(e.loc) << "S4: debias belongs to fixed prediction";
  ErrorPaths paths(e.graph, std::nullopt);
  if (!e.options.allowUnlevelled && failed(checkLevels(e, paths)))
    return failure();
  StrictRule rule(e, /*strength=*/1.0);
  llvm::SmallVector<Value> states(rule.getHidden().size());
  if (e.options.exposeStates)
    states = rule.getInitialStates();
  for (unsigned t = 0;; ++t) {
    StrictRule::Point point = rule.evaluate(states, ValueMap());
    for (VertexOpInterface vertex : e.getAll())
      if (getLevel(vertex, paths) == t)
        rule.addGradients(vertex, point, gradients);
    if (t == paths.getDepth())
      break;
    states = iterate(e, rule, states, paths, t);
  }
  for (auto [activity, state] : llvm::zip_equal(rule.getHidden(), states))
    e.exposeFinalState(activity, state);
  return success();
}
