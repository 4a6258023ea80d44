// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fixed prediction (Millidge, Tschantz and Buckley 2020): predictions and
// Jacobians stay at their feed-forward values, all vertices update at once,
//
//   d_i(t+1) = (1 - eta_i) d_i(t) + eta_i (sum_j J_ji^T d_j(t) + b_i),
//
// d = 0 at the start but for the clamped outputs, d_i = b_i = dL/dmu_i. With a
// precision pi the state is pi d, and eta_i = eta pi. `fixed-exact` is step 1
// for as many iterations as the graph is deep (Rosenbaum 2022).

#include "Expansion.h"
#include "pc/Analysis/Convergence.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace mlir::pc;

namespace {

class FixedSchedule {
public:
  explicit FixedSchedule(Expansion &e) : e(e) {}
  LogicalResult run(TermMap &gradients);

private:
  double getEffectiveStep(OpResult activity) const {
    return e.getStep(activity) * e.getPrecision(activity);
  }
  bool isRelaxing(OpResult activity) const {
    return !e.paths.isClamped(activity);
  }
  LogicalResult checkSteps();
  FailureOr<int64_t> findIterations();
  int64_t getIterations(OpResult activity, int64_t usual);
  void iterate(int64_t iterations, ArrayRef<OpResult> active);
  llvm::SmallVector<Value> update(ArrayRef<OpResult> active, ValueRange states);
  LogicalResult debias(int64_t iterations);

  Expansion &e;
  TermMap seeds;   // b_i
  ValueMap errors; // d_i now
};

} // namespace

/// S1: the iteration is stable for 0 < eta_i < 2, whatever the weights are.
LogicalResult FixedSchedule::checkSteps() {
  bool exact = e.schedule.getKind() == ScheduleKind::FixedExact;
  for (OpResult activity : e.paths.getActivities()) {
    if (!isRelaxing(activity))
      continue;
    double step = getEffectiveStep(activity);
    if (exact && step != 1.0)
      return emitError(activity.getLoc())
             << "S2: fixed-exact expects step 1 at every vertex, but @"
             << e.describe(activity) << " has " << step;
    if (!(step > 0.0 && step < 2.0) && !e.options.allowUnstable)
      return emitError(activity.getLoc())
             << "S1: fixed prediction expects a step between 0 and 2, but @"
             << e.describe(activity) << " has " << step;
  }
  return success();
}

FailureOr<int64_t> FixedSchedule::findIterations() {
  int64_t given = e.schedule.getIterations();
  unsigned depth = e.paths.getDepth();
  if (e.schedule.getKind() == ScheduleKind::FixedExact) {
    if (given != 0 && given < depth)
      return emitError(e.loc)
             << "S2: fixed-exact expects at least " << depth
             << " iterations, the depth of the graph, but got " << given;
    return given ? given : int64_t(depth);
  }
  if (given != 0)
    return given;
  // S3: the number is known in advance when all vertices take the same step.
  std::optional<double> step;
  for (OpResult activity : e.paths.getActivities()) {
    if (!isRelaxing(activity))
      continue;
    if (step && *step != getEffectiveStep(activity))
      return emitError(e.loc)
             << "S3: iterations follow from a tolerance only where all "
                "vertices take one step; give the number of iterations";
    step = getEffectiveStep(activity);
  }
  if (!step)
    return 0;
  double tolerance = e.schedule.getTolerance();
  std::optional<int64_t> iterations =
      getIterationsFor(depth, *step, tolerance > 0.0 ? tolerance : 1e-3);
  if (!iterations)
    return emitError(e.loc)
           << "S3: step " << *step << " reaches no tolerance of " << tolerance
           << " in ten million iterations";
  return *iterations;
}

int64_t FixedSchedule::getIterations(OpResult activity, int64_t usual) {
  std::optional<int64_t> own =
      cast<VertexOp>(activity.getOwner()).getIterations();
  return own ? std::min(*own, usual) : usual;
}

/// The new errors of `active`, whose old ones are `states`; all others stay.
llvm::SmallVector<Value> FixedSchedule::update(ArrayRef<OpResult> active,
                                               ValueRange states) {
  ValueMap old = errors;
  llvm::DenseSet<Value> isActive(active.begin(), active.end());
  for (auto [activity, state] : llvm::zip_equal(active, states))
    old[activity] = state;
  TermMap messages;
  for (VertexOpInterface vertex : e.getAll())
    if (!isa<LossOp>(vertex))
      e.addVJP(
          vertex, e.feedForward, old,
          [&](Value operand) { return isActive.contains(operand); }, messages);
  llvm::SmallVector<Value> next;
  for (auto [activity, state] : llvm::zip_equal(active, states)) {
    llvm::SmallVector<Value> terms = messages[activity];
    llvm::append_range(terms, seeds.lookup(activity));
    next.push_back(UpdateOp::create(
        e.builder, activity.getLoc(), e.getRef(activity),
        e.builder.getF64FloatAttr(getEffectiveStep(activity)), state, terms));
  }
  return next;
}

void FixedSchedule::iterate(int64_t iterations, ArrayRef<OpResult> active) {
  if (iterations == 0)
    return;
  llvm::SmallVector<Attribute> owners;
  llvm::SmallVector<Value> init;
  for (OpResult activity : active) {
    owners.push_back(e.getRef(activity));
    init.push_back(errors.lookup(activity));
  }
  llvm::SmallVector<Value> final =
      e.relax(iterations, owners, init,
              [&](ValueRange states) { return update(active, states); });
  for (auto [activity, state] : llvm::zip_equal(active, final))
    errors[activity] = state;
}

/// Divides the error of a vertex whose paths have one length k by c_k(T).
LogicalResult FixedSchedule::debias(int64_t iterations) {
  for (OpResult activity : e.paths.getActivities()) {
    if (!isRelaxing(activity))
      continue;
    std::optional<unsigned> length = e.paths.getOnlyLength(activity);
    if (!length)
      return emitError(activity.getLoc())
             << "S4: debias expects paths of one length, but those of @"
             << e.describe(activity) << " have "
             << e.paths.getShortest(activity) << " to "
             << e.paths.getLongest(activity)
             << " edges; pc-level-graph makes them equal";
    double step = getEffectiveStep(activity);
    double arrived = getArrived(*length, iterations, step)[*length];
    if (arrived == 0.0)
      return emitError(activity.getLoc())
             << "S4: debias expects an error to divide, but after "
             << iterations << " iterations none has reached @"
             << e.describe(activity);
    errors[activity] = ScaleOp::create(e.builder, activity.getLoc(),
                                       e.builder.getF64FloatAttr(1.0 / arrived),
                                       errors.lookup(activity));
  }
  return success();
}

LogicalResult FixedSchedule::run(TermMap &gradients) {
  FailureOr<int64_t> iterations = failure();
  if (failed(checkSteps()) || failed(iterations = findIterations()))
    return failure();

  e.addMessages(e.getLoss(), e.feedForward, errors, seeds);
  llvm::SmallVector<OpResult> relaxing;
  llvm::SmallVector<int64_t> ends; // where some vertex stops
  for (OpResult activity : e.paths.getActivities()) {
    llvm::SmallVector<Value> seed = seeds.lookup(activity);
    Value start;
    if (!seed.empty())
      start =
          e.builder.createOrFold<AccumulateOp>(e.loc, activity.getType(), seed);
    if (!isRelaxing(activity)) {
      errors[activity] = start;
      continue;
    }
    errors[activity] = e.getInitialState(activity, start);
    relaxing.push_back(activity);
    ends.push_back(getIterations(activity, *iterations));
  }
  llvm::sort(ends);
  int64_t done = 0;
  for (int64_t end : llvm::make_range(ends.begin(), llvm::unique(ends))) {
    auto active = llvm::filter_to_vector(relaxing, [&](OpResult activity) {
      return getIterations(activity, *iterations) >= end;
    });
    iterate(end - done, active);
    done = end;
  }
  for (OpResult activity : relaxing)
    e.exposeFinalState(activity, errors.lookup(activity));
  if (e.options.debias && failed(debias(*iterations)))
    return failure();
  for (VertexOpInterface vertex : e.getAll())
    e.addGradients(vertex, e.feedForward, errors, gradients);
  return success();
}

LogicalResult pc::expandFixed(Expansion &expansion, TermMap &gradients) {
  return FixedSchedule(expansion).run(gradients);
}
