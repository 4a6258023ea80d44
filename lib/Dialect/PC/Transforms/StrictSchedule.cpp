// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Schedules that iterate the strict rule to an equilibrium and learn there:
// `strict`; `nudged` and `centred-nudged`, which scale the loss by beta and the
// gradients by 1 / beta (Millidge et al. 2022); and `incremental`, where the
// parameters move in every iteration too (Salvatori et al. 2022).

#include "StrictRule.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace mlir::pc;

/// Relaxes with the loss times `strength`; adds gradients times `factor`.
static void relaxAndLearn(Expansion &e, double strength, double factor,
                          TermMap &gradients) {
  StrictRule rule(e, strength);
  llvm::SmallVector<Value> final = e.relax(
      e.schedule.getIterations(), rule.getOwners(), rule.getInitialStates(),
      [&](ValueRange displacements) {
        return rule.advance(rule.evaluate(displacements, ValueMap()),
                            displacements);
      },
      e.schedule.getTolerance());
  for (auto [activity, state] : llvm::zip_equal(rule.getHidden(), final))
    e.exposeFinalState(activity, state);
  StrictRule::Point point = rule.evaluate(final, ValueMap());
  TermMap scaled;
  for (VertexOpInterface vertex : e.getAll())
    rule.addGradients(vertex, point, scaled);
  for (auto &[argument, terms] : scaled)
    for (Value term : terms)
      gradients[argument].push_back(e.builder.createOrFold<ScaleOp>(
          e.loc, e.builder.getF64FloatAttr(factor), term));
}

/// The states are the displacements, then for each parameter the sum of its
/// gradients so far, so that theta(t) = theta - rate * sum. What counts as its
/// gradient is the sum at the end: with that rate, SGD arrives at theta(T).
static void relaxAndLearnAtOnce(Expansion &e, TermMap &gradients) {
  StrictRule rule(e, /*strength=*/1.0);
  llvm::SmallVector<Value> learned; // arguments of the graph
  llvm::SmallVector<Attribute> owners = rule.getOwners();
  for (BlockArgument argument : e.graph.getBody().getArguments()) {
    if (!e.isWanted(argument))
      continue;
    auto learner = llvm::find_if(e.getAll(), [&](VertexOpInterface vertex) {
      return llvm::is_contained(vertex.getParameters(), argument);
    });
    if (learner == e.getAll().end())
      continue; // an input: read out at the end
    learned.push_back(argument);
    owners.push_back(getVertexRef(*learner));
  }
  llvm::SmallVector<Value> init = rule.getInitialStates();
  for (Value argument : learned)
    init.push_back(e.getZero(argument.getType()));

  size_t numHidden = rule.getHidden().size();
  auto move = [&](ValueRange sums) {
    ValueMap moved;
    for (auto [argument, sum] : llvm::zip_equal(learned, sums)) {
      Value change = ScaleOp::create(
          e.builder, e.loc, e.builder.getF64FloatAttr(-e.schedule.getRate()),
          sum);
      moved[argument] = AccumulateOp::create(
          e.builder, e.loc, sum.getType(),
          ValueRange{e.feedForward.lookup(argument), change});
    }
    return moved;
  };
  auto body = [&](ValueRange states) {
    ValueRange displacements = states.take_front(numHidden),
               sums = states.drop_front(numHidden);
    StrictRule::Point point = rule.evaluate(displacements, move(sums));
    llvm::SmallVector<Value> next = rule.advance(point, displacements);
    TermMap local;
    for (VertexOpInterface vertex : e.getAll())
      rule.addGradients(vertex, point, local);
    for (auto [argument, sum] : llvm::zip_equal(learned, sums)) {
      llvm::SmallVector<Value> terms = {sum};
      llvm::append_range(terms, local[argument]);
      next.push_back(
          AccumulateOp::create(e.builder, e.loc, sum.getType(), terms));
    }
    return next;
  };
  llvm::SmallVector<Value> final =
      e.relax(e.schedule.getIterations(), owners, init, body);
  ValueRange displacements = ValueRange(final).take_front(numHidden),
             sums = ValueRange(final).drop_front(numHidden);
  for (auto [argument, sum] : llvm::zip_equal(learned, sums))
    gradients[argument].push_back(sum);
  for (auto [activity, state] :
       llvm::zip_equal(rule.getHidden(), displacements))
    e.exposeFinalState(activity, state);
  StrictRule::Point point = rule.evaluate(displacements, move(sums));
  TermMap readOut;
  for (VertexOpInterface vertex : e.getAll())
    rule.addGradients(vertex, point, readOut);
  for (auto &[argument, terms] : readOut)
    if (!llvm::is_contained(learned, argument))
      gradients[argument] = terms;
}

LogicalResult pc::expandStrict(Expansion &e, TermMap &gradients) {
  if (e.options.debias)
    return emitError(e.loc) << "S4: debias belongs to fixed prediction";
  for (VertexOp vertex : getVertices(e.graph))
    if (vertex.getIterations())
      return emitError(vertex.getLoc())
             << "S5: iterations of its own belong to fixed prediction, but @"
             << vertex.getSymName() << " has them";
  double beta = e.schedule.getBeta();
  switch (e.schedule.getKind()) {
  case ScheduleKind::Strict:
    relaxAndLearn(e, 1.0, 1.0, gradients);
    return success();
  case ScheduleKind::Nudged:
    relaxAndLearn(e, beta, 1.0 / beta, gradients);
    return success();
  case ScheduleKind::CentredNudged:
    // ( G(beta) - G(-beta) ) / (2 beta)
    e.stateMark = " (loss falls)";
    relaxAndLearn(e, beta, 0.5 / beta, gradients);
    e.stateMark = " (loss rises)";
    relaxAndLearn(e, -beta, -0.5 / beta, gradients);
    return success();
  case ScheduleKind::Incremental:
    relaxAndLearnAtOnce(e, gradients);
    return success();
  default:
    llvm_unreachable("not a schedule of the strict rule");
  }
}
