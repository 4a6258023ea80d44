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
  llvm::SmallVector<Value> states = rule.getInitialStates();
  for (unsigned t = 0;; ++t) {
    StrictRule::Point point = rule.evaluate(states, ValueMap());
    for (VertexOpInterface vertex : e.getAll())
      if (getLevel(vertex, paths) == t)
        rule.addGradients(vertex, point, gradients);
    if (t == paths.getDepth())
      break;
    states =
        e.relax(1, rule.getOwners(), states, [&](ValueRange displacements) {
          return rule.advance(rule.evaluate(displacements, ValueMap()),
                              displacements,
                              /*step=*/1.0);
        });
  }
  for (auto [activity, state] : llvm::zip_equal(rule.getHidden(), states))
    e.exposeFinalState(activity, state);
  return success();
}
