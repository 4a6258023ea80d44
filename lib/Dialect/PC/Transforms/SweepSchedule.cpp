// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One pass in reverse topological order that reads new errors as it goes. With
// step 1 this is reverse-mode differentiation itself, and not local: a
// reference to compare with, which the locality check has to reject (L2).

#include "Expansion.h"

using namespace mlir;
using namespace mlir::pc;

LogicalResult pc::expandSweep(Expansion &e, TermMap &gradients) {
  ValueMap errors;
  TermMap seeds;
  e.addMessages(e.getLoss(), e.feedForward, errors, seeds);
  llvm::SmallVector<OpResult> activities(e.paths.getActivities());
  llvm::SmallVector<Attribute> owners;
  llvm::SmallVector<Value> init;
  for (OpResult activity : activities) {
    owners.push_back(e.getRef(activity));
    init.push_back(e.getZero(activity.getType()));
  }
  auto body = [&](ValueRange states) {
    ValueMap next;
    TermMap messages = seeds;
    auto old = llvm::zip_equal(activities, states);
    llvm::SmallVector<std::tuple<OpResult, Value>> pending(old.begin(),
                                                           old.end());
    for (VertexOpInterface vertex : llvm::reverse(e.getAll())) {
      while (!pending.empty() &&
             std::get<0>(pending.back()).getOwner() == vertex) {
        auto [activity, state] = pending.pop_back_val();
        next[activity] = UpdateOp::create(
            e.builder, activity.getLoc(), e.getRef(activity),
            e.builder.getF64FloatAttr(1.0), state, messages[activity]);
      }
      if (!isa<LossOp>(vertex))
        e.addMessages(vertex, e.feedForward, next, messages);
    }
    return llvm::map_to_vector(activities,
                               [&](OpResult a) { return next.lookup(a); });
  };
  llvm::SmallVector<Value> final = e.relax(1, owners, init, body);
  for (auto [activity, state] : llvm::zip_equal(activities, final))
    errors[activity] = state;
  for (VertexOpInterface vertex : e.getAll())
    e.addGradients(vertex, e.feedForward, errors, gradients);
  return success();
}
