// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "StrictRule.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace mlir::pc;

StrictRule::StrictRule(Expansion &expansion, double strength)
    : e(expansion), paths(e.graph, std::nullopt), strength(strength) {
  for (OpResult activity : paths.getActivities())
    if (!paths.isClamped(activity))
      hidden.push_back(activity);
}

llvm::SmallVector<Attribute> StrictRule::getOwners() const {
  return llvm::map_to_vector(
      hidden, [&](OpResult a) -> Attribute { return e.getRef(a); });
}

llvm::SmallVector<Value> StrictRule::getInitialStates() {
  return llvm::map_to_vector(
      hidden, [&](OpResult a) { return e.getInitialState(a, Value()); });
}

StrictRule::Point StrictRule::evaluate(ValueRange displacements,
                                       const ValueMap &arguments) {
  Point point;
  point.activities = e.feedForward;
  for (auto [argument, value] : arguments)
    point.activities[argument] = value;
  for (auto [activity, displacement] : llvm::zip_equal(hidden, displacements))
    point.activities[activity] =
        ActivityOp::create(e.builder, activity.getLoc(), e.getRef(activity),
                           e.feedForward.lookup(activity), displacement);

  llvm::DenseMap<Value, Value> displaced;
  for (auto [activity, displacement] : llvm::zip_equal(hidden, displacements))
    displaced[activity] = displacement;
  for (VertexOpInterface vertex : e.getAll()) {
    if (isa<LossOp>(vertex) ||
        llvm::none_of(vertex->getResults(),
                      [&](Value v) { return paths.carriesError(v); }))
      continue;
    ValueRange predictions = e.predict(vertex, point.activities);
    for (auto [activity, prediction] :
         llvm::zip_equal(vertex->getResults(), predictions)) {
      if (Value displacement = displaced.lookup(activity))
        point.errors[activity] = ErrorOp::create(
            e.builder, activity.getLoc(), e.getRef(activity),
            e.builder.getF64FloatAttr(e.getPrecision(activity)), prediction,
            e.feedForward.lookup(activity), displacement);
      else
        point.activities[activity] = prediction; // clamped, or data
    }
  }
  TermMap seeds;
  e.addVJP(
      e.getLoss(), point.activities, point.errors,
      [&](Value operand) { return paths.carriesError(operand); }, seeds);
  for (auto &[activity, terms] : seeds) {
    for (Value &term : terms)
      if (strength != 1.0)
        term = ScaleOp::create(e.builder, e.loc,
                               e.builder.getF64FloatAttr(strength), term);
    if (!paths.isClamped(activity))
      point.seeds[activity] = terms;
    else
      point.errors[activity] = e.builder.createOrFold<AccumulateOp>(
          e.loc, activity.getType(), terms);
  }
  return point;
}

llvm::SmallVector<Value> StrictRule::advance(const Point &point,
                                             ValueRange displacements,
                                             std::optional<double> step) {
  TermMap messages;
  for (VertexOpInterface vertex : e.getAll())
    if (!isa<LossOp>(vertex))
      e.addVJP(
          vertex, point.activities, point.errors,
          [&](Value operand) {
            return paths.carriesError(operand) && !paths.isClamped(operand);
          },
          messages);
  llvm::SmallVector<Value> next;
  for (auto [activity, displacement] : llvm::zip_equal(hidden, displacements)) {
    llvm::SmallVector<Value> terms = messages[activity];
    llvm::append_range(terms, point.seeds.lookup(activity));
    next.push_back(AdvanceOp::create(
        e.builder, activity.getLoc(), e.getRef(activity),
        e.builder.getF64FloatAttr(step ? *step : e.getStep(activity)),
        displacement, point.errors.lookup(activity), terms));
  }
  return next;
}

void StrictRule::addGradients(VertexOpInterface vertex, const Point &point,
                              TermMap &gradients) {
  TermMap own;
  e.addGradients(vertex, point.activities, point.errors, own);
  bool isScaled = isa<LossOp>(vertex) && strength != 1.0;
  for (auto &[argument, terms] : own)
    for (Value term : terms)
      gradients[argument].push_back(
          isScaled ? ScaleOp::create(e.builder, e.loc,
                                     e.builder.getF64FloatAttr(strength), term)
                         .getResult()
                   : term);
}
