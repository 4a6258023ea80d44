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

/// A vertex whose parents and parameters are where they were at the start makes
/// the prediction that it made then, and has no error unless it was moved.
void StrictRule::addErrors(VertexOpInterface vertex, const ValueMap &displaced,
                           Point &point) {
  bool moved = llvm::any_of(vertex->getOperands(), [&](Value operand) {
    return point.activities.lookup(operand) != e.feedForward.lookup(operand);
  });
  llvm::SmallVector<Value> predictions;
  if (moved)
    predictions =
        llvm::to_vector_of<Value>(e.predict(vertex, point.activities));
  for (OpResult activity : vertex->getResults()) {
    Value base = e.feedForward.lookup(activity);
    Value prediction = moved ? predictions[activity.getResultNumber()] : base;
    if (!paths.carriesError(activity) || paths.isClamped(activity)) {
      point.activities[activity] = prediction; // data, or clamped
      continue;
    }
    Value displacement = displaced.lookup(activity);
    if (!moved && !displacement)
      continue;
    point.errors[activity] = ErrorOp::create(
        e.builder, activity.getLoc(), e.getRef(activity),
        e.builder.getF64FloatAttr(e.getPrecision(activity)), prediction, base,
        displacement ? displacement : e.getZero(activity.getType()));
  }
}

StrictRule::Point StrictRule::evaluate(ValueRange displacements,
                                       const ValueMap &arguments) {
  Point point;
  point.activities = e.feedForward;
  for (auto [argument, value] : arguments)
    point.activities[argument] = value;
  ValueMap displaced;
  for (auto [activity, displacement] : llvm::zip_equal(hidden, displacements)) {
    if (!displacement)
      continue;
    displaced[activity] = displacement;
    point.activities[activity] =
        ActivityOp::create(e.builder, activity.getLoc(), e.getRef(activity),
                           e.feedForward.lookup(activity), displacement);
  }
  for (VertexOpInterface vertex : e.getAll())
    if (!isa<LossOp>(vertex) &&
        llvm::any_of(vertex->getResults(),
                     [&](Value v) { return paths.carriesError(v); }))
      addErrors(vertex, displaced, point);
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

TermMap StrictRule::getMessages(const Point &point) {
  TermMap messages;
  for (VertexOpInterface vertex : e.getAll())
    if (!isa<LossOp>(vertex))
      e.addVJP(
          vertex, point.activities, point.errors,
          [&](Value operand) {
            return paths.carriesError(operand) && !paths.isClamped(operand);
          },
          messages);
  for (auto &[activity, terms] : point.seeds)
    llvm::append_range(messages[activity], terms);
  return messages;
}

llvm::SmallVector<Value> StrictRule::advance(const Point &point,
                                             ValueRange displacements,
                                             std::optional<double> step) {
  TermMap messages = getMessages(point);
  llvm::SmallVector<Value> next;
  for (auto [activity, displacement] : llvm::zip_equal(hidden, displacements)) {
    if (!displacement) { // nothing moves it yet
      next.push_back(Value());
      continue;
    }
    Value error = point.errors.lookup(activity);
    next.push_back(AdvanceOp::create(
        e.builder, activity.getLoc(), e.getRef(activity),
        e.builder.getF64FloatAttr(step ? *step : e.getStep(activity)),
        displacement, error ? error : e.getZero(activity.getType()),
        messages.lookup(activity)));
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
