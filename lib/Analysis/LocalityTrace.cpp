// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "LocalityTrace.h"
#include "mlir/Transforms/RegionUtils.h"
#include "pc/Support/Names.h"
#include "pc/Support/Signature.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::pc;

void Trace::add(const Trace &other) {
  homes.insert_range(other.homes);
  reads.insert_range(other.reads);
  join = join ? join : other.join;
  arrived |= other.arrived;
  updated |= other.updated;
  predicted |= other.predicted;
  monitored |= other.monitored;
  derived |= other.derived;
  reported |= other.reported;
}

LocalityTracer::LocalityTracer(FunctionOpInterface function,
                               LocalityReport &report)
    : function(function), report(report),
      table(function->getParentOfType<ModuleOp>()) {
  function->walk([&](RelaxOp op) {
    for (unsigned i = 0, e = op.getStates().size(); i != e; ++i)
      relaxed.insert(getStateOrigin(op, i));
  });
}

/// A parameter belongs to the argument of the graph that has its name.
void LocalityTracer::enterParameters() {
  GraphOp graph = findGraph(function);
  if (!graph)
    return;
  for (unsigned i = 0, e = function.getNumArguments(); i != e; ++i)
    for (unsigned j = 0, f = graph.getNumArguments(); j != f; ++j)
      if (getArgRole(function, i) == roleParameter &&
          getArgRole(graph, j) == roleParameter &&
          getArgName(function, i) == getArgName(graph, j))
        traces[function.getArgument(i)].homes.insert(
            Value(graph.getArgument(j)));
}

/// Iterations inside of control flow could be anything.
bool LocalityTracer::checkStructure() {
  Region &body = function.getFunctionBody();
  Operation *inside = nullptr;
  body.walk([&](Operation *op) {
    bool known = op->getParentRegion() == &body ||
                 (isa<RelaxOp>(op->getParentOp()) &&
                  op->getParentOp()->getParentRegion() == &body);
    if (isRelaxationOp(op) && !known && !inside)
      inside = op->getParentOp();
  });
  if (!inside && llvm::hasSingleElement(body))
    return true;
  Operation *op = inside ? inside : function;
  violate(2, op, Origin(),
          "iterations inside '" + op->getName().getStringRef().str() +
              "' cannot be told from a backward sweep");
  return false;
}

void LocalityTracer::run() {
  if (!checkStructure())
    return;
  enterParameters();
  for (Operation &op : function.getFunctionBody().front().without_terminator())
    visit(&op);
  checkGradients();
}

void LocalityTracer::violate(unsigned rule, Operation *op, Origin reader,
                             std::string edge) {
  violated = true;
  auto *vertex = dyn_cast_if_present<Operation *>(reader);
  report.violations.push_back({rule, std::move(edge), op, vertex});
}

void LocalityTracer::visit(Operation *op) {
  violated = false;
  llvm::TypeSwitch<Operation *>(op)
      .Case([&](VJPOp op) { visitVJP(op); })
      .Case([&](PredictOp op) { visitPredict(op); })
      .Case([&](UpdateOp op) { visitUpdate(op); })
      .Case([&](ActivityOp op) { visitActivity(op); })
      .Case([&](ErrorOp op) { visitError(op); })
      .Case([&](AdvanceOp op) { visitAdvance(op); })
      .Case([&](LearnOp op) { visitLearn(op); })
      .Case([&](RelaxOp op) { visitRelax(op); })
      .Default([&](Operation *op) { visitOther(op); });
  if (violated)
    for (Value result : op->getResults())
      traces[result].reported = true;
}

//===----------------------------------------------------------------------===//
// Checks of one operand
//===----------------------------------------------------------------------===//

/// L5: nothing joins the values of several vertices, nothing reads a monitor.
bool LocalityTracer::checkJoined(const Trace &trace, Origin origin,
                                 Operation *op) {
  if (trace.monitored) {
    violate(5, op, origin, getName(origin) + " reads a monitor");
    return false;
  }
  if (!trace.isJoined())
    return true;
  Operation *join = trace.join ? trace.join : op;
  violate(5, join, origin,
          getName(origin) + " reads '" + join->getName().getStringRef().str() +
              "', which joins values of " + getName(trace.homes[0]) + " and " +
              getName(trace.homes[1]));
  return false;
}

/// The activity of a parent, at which `reader` is evaluated.
void LocalityTracer::checkParent(Operation *op, VertexOpInterface reader,
                                 Value parent, Origin origin) {
  const Trace trace = traces.lookup(parent);
  Origin self = reader.getOperation();
  if (!checkJoined(trace, self, op))
    return;
  if (!trace.isOf(origin))
    return violate(3, op, self,
                   getName(self) + " reads a value of " +
                       getName(trace.homes[0]) + " as the activity of " +
                       getName(origin));
  if (trace.isNew())
    return violate(2, op, self,
                   getName(self) + " reads the new activity of " +
                       getName(origin));
  if (relax && trace.predicted && !isLoss(self) && relaxed.contains(origin))
    violate(1, op, self,
            getName(self) + " reads an activity of " + getName(origin) +
                " that follows its parents in the same iteration");
}

void LocalityTracer::checkPoint(Operation *op, VertexOpInterface reader,
                                OperandRange parents, OperandRange parameters) {
  for (auto [value, operand] : llvm::zip(parents, reader.getParents()))
    checkParent(op, reader, value, getOrigin(operand));
  for (auto [value, operand] : llvm::zip(parameters, reader.getParameters())) {
    const Trace trace = traces.lookup(value);
    Origin self = reader.getOperation();
    if (checkJoined(trace, self, op) && !trace.isOf(getOrigin(operand)))
      violate(4, op, self,
              getName(self) + " reads a value of " + getName(trace.homes[0]) +
                  " as its parameter " + getName(getOrigin(operand)));
  }
}

/// The error that a VJP sends up, which is the vertex's own old one.
void LocalityTracer::checkError(VJPOp op, VertexOpInterface vertex,
                                Value error) {
  const Trace trace = traces.lookup(error);
  Origin self = vertex.getOperation();
  if (!checkJoined(trace, self, op))
    return;
  if (trace.homes.empty() && !isLoss(self) && readsArguments(error))
    return violate(3, op, self,
                   getName(self) + " sends an error that no vertex has made");
  bool sends = false;
  for (int64_t operand : op.getWrt()) {
    Origin to = getOrigin(vertex->getOperand(operand));
    bool up = isa<Operation *>(to);
    sends |= up;
    if (up && trace.isOf(self) && trace.isNew())
      violate(2, op, to,
              getName(to) + " reads the new error of " + getName(self));
  }
  if (!trace.isOf(self))
    violate(sends ? 3 : 4, op, self,
            (sends ? "a message of " : "the gradient of a parameter of ") +
                getName(self) + " reads a value of " + getName(trace.homes[0]));
}

/// An operand that has to be a value of `origin` itself.
void LocalityTracer::checkOwn(Operation *op, Origin origin, Value value,
                              llvm::StringRef what) {
  const Trace trace = traces.lookup(value);
  if (checkJoined(trace, origin, op) && !trace.isOf(origin))
    violate(trace.updated ? 2 : 1, op, origin,
            getName(origin) + " takes " +
                (trace.updated ? "the new value of " : "a value of ") +
                getName(trace.homes[0]) + " as its " + what.str());
}

/// Messages are VJPs of children with respect to `origin`.
void LocalityTracer::checkMessages(Operation *op, Origin origin,
                                   OperandRange messages) {
  for (Value message : messages) {
    const Trace trace = traces.lookup(message);
    if (!checkJoined(trace, origin, op) || trace.isOf(origin))
      continue;
    std::string other = getName(trace.homes[0]);
    if (trace.updated)
      violate(2, op, origin,
              getName(origin) + " reads the new error of " + other);
    else
      violate(3, op, origin,
              getName(origin) + " reads a value of " + other +
                  " that is no message to it");
  }
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

Trace LocalityTracer::joinOperands(Operation *op) {
  Trace result;
  auto add = [&](Value value) {
    const Trace trace = traces.lookup(value);
    result.add(trace);
  };
  llvm::for_each(op->getOperands(), add);
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(op->getRegions(), captured);
  llvm::for_each(captured, add);
  if (result.isJoined() && !result.join)
    result.join = op;
  return result;
}

void LocalityTracer::visitOther(Operation *op) {
  Trace trace = joinOperands(op);
  for (Value result : op->getResults())
    traces[result] = trace;
}

void LocalityTracer::visitPredict(PredictOp op) {
  VertexOpInterface vertex = table.lookup(op.getVertex());
  checkPoint(op, vertex, op.getParents(), op.getParameters());
  Trace joined = joinOperands(op), trace;
  trace.reads = joined.reads;
  trace.reported = joined.reported;
  trace.homes.insert(vertex.getOperation());
  trace.predicted = bool(relax);
  trace.monitored = isLoss(vertex.getOperation());
  for (Value result : op.getResults())
    traces[result] = trace;
}

/// A message to a parent, or the gradient of a parameter or an input.
void LocalityTracer::visitVJP(VJPOp op) {
  VertexOpInterface vertex = table.lookup(op.getVertex());
  checkPoint(op, vertex, op.getParents(), op.getParameters());
  for (Value error : op.getErrors())
    checkError(op, vertex, error);
  Trace joined = joinOperands(op);
  for (auto [operand, result] : llvm::zip(op.getWrt(), op.getCotangents())) {
    Origin to = getOrigin(vertex->getOperand(operand));
    Trace &trace = traces[result];
    trace.reads = joined.reads;
    trace.reported = joined.reported;
    trace.homes.insert(to);
    trace.derived = true;
    // What the loss says of a clamped output is its error, not a message yet.
    trace.arrived = isa<Operation *>(to) && !isLoss(vertex.getOperation());
  }
}

void LocalityTracer::visitUpdate(UpdateOp op) {
  Origin origin = table.lookup(op.getVertex()).getOperation();
  checkOwn(op, origin, op.getError(), "old error");
  checkMessages(op, origin, op.getMessages());
  Trace &trace = traces[op.getNext()];
  trace = joinOperands(op);
  trace.homes.clear();
  trace.homes.insert(origin);
  trace.updated = true;
}

void LocalityTracer::visitActivity(ActivityOp op) {
  Origin origin = table.lookup(op.getVertex()).getOperation();
  checkOwn(op, origin, op.getBase(), "base");
  checkOwn(op, origin, op.getDisplacement(), "displacement");
  visitOther(op);
}

void LocalityTracer::visitError(ErrorOp op) {
  Origin origin = table.lookup(op.getVertex()).getOperation();
  checkOwn(op, origin, op.getPrediction(), "prediction");
  checkOwn(op, origin, op.getBase(), "base");
  checkOwn(op, origin, op.getDisplacement(), "displacement");
  visitOther(op);
  traces[op.getError()].predicted = false; // an error is made of a prediction
}

void LocalityTracer::visitAdvance(AdvanceOp op) {
  Origin origin = table.lookup(op.getVertex()).getOperation();
  checkOwn(op, origin, op.getDisplacement(), "displacement");
  checkOwn(op, origin, op.getError(), "error");
  checkMessages(op, origin, op.getMessages());
  Trace &trace = traces[op.getNext()];
  trace = joinOperands(op);
  trace.homes.clear();
  trace.homes.insert(origin);
  trace.updated = true;
}

/// L4: a parameter follows its own gradient.
void LocalityTracer::visitLearn(LearnOp op) {
  const Trace parameter = traces.lookup(op.getParameter());
  const Trace gradient = traces.lookup(op.getGradient());
  if (!gradient.homes.empty() && checkJoined(gradient, gradient.homes[0], op) &&
      !parameter.isOf(gradient.homes[0]))
    violate(4, op, parameter.homes[0],
            getName(parameter.homes[0]) + " follows the gradient of " +
                getName(gradient.homes[0]));
  visitOther(op);
}
