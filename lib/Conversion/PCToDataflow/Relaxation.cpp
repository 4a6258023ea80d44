// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Relaxation.h"
#include "pc/Analysis/Locality.h"
#include "pc/Support/Names.h"
#include "pc/Support/Signature.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::pc;

namespace {

class Reader {
public:
  explicit Reader(FunctionOpInterface function)
      : vertices(function->getParentOfType<ModuleOp>()) {
    result.function = function;
  }

  LogicalResult read();
  Relaxation result;

private:
  LogicalResult checkLocality();
  LogicalResult checkOps();
  LogicalResult readUpdate(UpdateOp update);
  LogicalResult readAdvance(AdvanceOp advance);
  LogicalResult readMessages(Operation *reader, VertexRole &role,
                             ValueRange messages);
  LogicalResult readErrors(VJPOp vjp);
  LogicalResult readMessage(Operation *reader, Value value, VertexRole &role);
  LogicalResult readGradient(Value gradient, Learning learning);
  LogicalResult readLearning();

  VertexOpInterface lookup(SymbolRefAttr name) { return vertices.lookup(name); }

  VertexTable vertices;
  RelaxOp relax;
};

} // namespace

/// Refuses `op`; `nearest` is what this target has instead.
static LogicalResult refuse(Operation *op, const Twine &reason,
                            const Twine &nearest) {
  return op->emitOpError("has no circuit: ")
         << reason << "; the nearest that has: " << nearest;
}

LogicalResult Reader::checkLocality() {
  auto passes = getNonLocalPasses(result.function);
  if (!passes.empty())
    return refuse(result.function,
                  "after " + passes.front() + " it is no longer local",
                  "the relaxation before that pass");
  LocalityReport report = analyzeLocality(result.function);
  if (report.isLocal())
    return success();
  const LocalityViolation &first = report.violations.front();
  return refuse(first.op, "L" + Twine(first.rule) + ": " + first.edge,
                "a schedule that is local: fixed-exact, fixed or strict");
}

/// Whether `op` is in a loop that moves parameters.
static bool learnsInside(Operation *op) {
  auto loop = dyn_cast<RelaxOp>(op->getParentOp());
  return loop && !loop.getBody().getOps<AccumulateOp>().empty();
}

LogicalResult Reader::checkOps() {
  WalkResult walk = result.function->walk([&](Operation *op) {
    LogicalResult status = success();
    if (isa<ActivityOp>(op))
      result.strict = true;
    else if (isa<AccumulateOp, ScaleOp>(op) && learnsInside(op))
      status = refuse(op, "parameters learn in each iteration",
                      "the schedule strict, which learns behind the last");
    else if (isa<ScaleOp>(op))
      status = refuse(op, "the loss or the errors are scaled",
                      "the schedules strict, fixed-exact and fixed, without "
                      "debias");
    else if (isa<AccumulateOp>(op))
      status = refuse(op, "several vertices learn one parameter",
                      "a parameter for each of them");
    else if (auto learn = dyn_cast<LearnOp>(op);
             learn && learn.getOptimizer() != Optimizer::SGD &&
             learn.getOptimizer() != Optimizer::Momentum)
      status = refuse(
          op, "the optimizer is " + stringifyOptimizer(learn.getOptimizer()),
          "sgd and momentum");
    else if (auto loop = dyn_cast<RelaxOp>(op)) {
      if (relax)
        status = refuse(op, "there is more than one relaxation",
                        "the schedules fixed-exact and fixed with one number "
                        "of iterations for all vertices");
      else if (loop.stopsEarly())
        status = refuse(op, "the slopes of all vertices end the relaxation",
                        "a number of iterations without a tolerance");
      relax = loop;
    }
    return failed(status) ? WalkResult::interrupt() : WalkResult::advance();
  });
  return success(!walk.wasInterrupted());
}

LogicalResult Reader::readMessage(Operation *reader, Value value,
                                  VertexRole &role) {
  auto vjp = value.getDefiningOp<VJPOp>();
  if (!vjp)
    return refuse(reader, "it reads what is no message", "messages by pc.vjp");
  int64_t parent = vjp.getWrt()[cast<OpResult>(value).getResultNumber()];
  role.messages.push_back({lookup(vjp.getVertex()), parent});
  return success();
}

LogicalResult Reader::readUpdate(UpdateOp update) {
  VertexRole &role = result.roles[lookup(update.getVertex())];
  role.step = update.getStep().convertToDouble();
  return readMessages(update, role, update.getMessages());
}

LogicalResult Reader::readAdvance(AdvanceOp advance) {
  VertexRole &role = result.roles[lookup(advance.getVertex())];
  role.step = advance.getStep().convertToDouble();
  auto error = advance.getError().getDefiningOp<ErrorOp>();
  if (error && error.getPrecision().convertToDouble() != 1.0)
    return refuse(error, "its precision is not 1", "precision 1");
  return readMessages(advance, role, advance.getMessages());
}

LogicalResult Reader::readMessages(Operation *reader, VertexRole &role,
                                   ValueRange messages) {
  if (messages.empty())
    return refuse(reader, "no path leads from it to the loss",
                  "the model without this vertex");
  for (Value message : messages)
    if (failed(readMessage(reader, message, role)))
      return failure();
  return success();
}

/// A vertex whose error is no state has that of the loss.
LogicalResult Reader::readErrors(VJPOp vjp) {
  auto vertex = dyn_cast<VertexOp>(lookup(vjp.getVertex()).getOperation());
  if (!vertex)
    return success();
  if (vertex->getNumResults() != 1)
    return refuse(vertex,
                  "it has " + Twine(vertex->getNumResults()) + " results",
                  "a vertex for each of them");
  Value error = vjp.getErrors().front();
  if (isa<BlockArgument>(error) || error.getDefiningOp() == relax ||
      error.getDefiningOp<ErrorOp>())
    return success();
  VertexRole &role = result.roles[vertex];
  return role.messages.empty() ? readMessage(vjp, error, role) : success();
}

LogicalResult Reader::readGradient(Value gradient, Learning learning) {
  auto vjp = gradient.getDefiningOp<VJPOp>();
  if (!vjp)
    return success(); // a parameter that the loss does not depend on
  VertexOpInterface vertex = lookup(vjp.getVertex());
  int64_t operand = vjp.getWrt()[cast<OpResult>(gradient).getResultNumber()];
  int64_t parents = vertex.getParents().size();
  if (operand < parents)
    return success(); // of an input: it is not learned
  result.learning[vertex.getParameters()[operand - parents]] = learning;
  return success();
}

LogicalResult Reader::readLearning() {
  bool learns = false;
  for (auto learn : result.function.getFunctionBody().getOps<LearnOp>()) {
    learns = true;
    Learning rule{learn.getRate().convertToDouble(), std::nullopt};
    if (learn.getOptimizer() == Optimizer::Momentum)
      rule.momentum = learn.getMomentum().convertToDouble();
    if (failed(readGradient(learn.getGradient(), rule)))
      return failure();
  }
  if (learns)
    return success();
  Operation *end = result.function.getFunctionBody().front().getTerminator();
  for (auto [index, value] : llvm::enumerate(end->getOperands()))
    if (getResultRole(result.function, index) == roleGradient &&
        failed(readGradient(value, {0.0, std::nullopt})))
      return failure();
  return success();
}

LogicalResult Reader::read() {
  if (failed(checkLocality()) || failed(checkOps()))
    return failure();
  result.graph = findGraph(result.function);
  if (!result.graph)
    return result.function->emitOpError("expected its pc.graph in the module");
  for (VertexOp vertex : getVertices(result.graph))
    result.roles[vertex];
  if (relax) {
    result.iterations = relax.getIterations();
    for (auto update : relax.getBody().getOps<UpdateOp>())
      if (failed(readUpdate(update)))
        return failure();
    for (auto advance : relax.getBody().getOps<AdvanceOp>())
      if (failed(readAdvance(advance)))
        return failure();
  }
  WalkResult walk = result.function->walk([&](VJPOp vjp) {
    return failed(readErrors(vjp)) ? WalkResult::interrupt()
                                   : WalkResult::advance();
  });
  return walk.wasInterrupted() ? failure() : readLearning();
}

FailureOr<Relaxation> pc::readRelaxation(FunctionOpInterface function) {
  Reader reader(function);
  if (failed(reader.read()))
    return failure();
  return std::move(reader.result);
}
