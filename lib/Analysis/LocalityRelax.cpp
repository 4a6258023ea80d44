// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where values leave an iteration or the function.

#include "LocalityTrace.h"
#include "pc/Support/Names.h"
#include "pc/Support/Signature.h"

using namespace mlir;
using namespace mlir::pc;

/// The parameter that the new value of a state learns, if it is one: its own
/// computation, without that of errors, meets a VJP for a parameter.
static Value findLearned(Value value, const VertexTable &table) {
  llvm::SmallSetVector<Value, 8> work;
  work.insert(value);
  for (size_t i = 0; i != work.size(); ++i) {
    Operation *op = work[i].getDefiningOp();
    if (!op || isa<UpdateOp, AdvanceOp, PredictOp, ErrorOp, ActivityOp>(op))
      continue;
    auto vjp = dyn_cast<VJPOp>(op);
    if (!vjp) {
      work.insert_range(op->getOperands());
      continue;
    }
    VertexOpInterface vertex = table.lookup(vjp.getVertex());
    unsigned result = cast<OpResult>(work[i]).getResultNumber();
    int64_t operand = vjp.getWrt()[result];
    if (operand >= static_cast<int64_t>(vertex.getParents().size()))
      return vertex->getOperand(operand);
  }
  return {};
}

Origin LocalityTracer::getStateOrigin(RelaxOp op, unsigned state) {
  VertexOpInterface owner = table.lookup(op.getOwner(state));
  if (isLoss(owner.getOperation())) // a monitor
    return owner.getOperation();
  if (Value learned = findLearned(op.getYield().getValues()[state], table))
    return learned;
  return owner.getOperation();
}

void LocalityTracer::enter(RelaxOp op) {
  relax = op;
  // Where parameters move, predictions follow them.
  recomputed = llvm::any_of(stateOrigins,
                            [](Origin origin) { return isa<Value>(origin); });
  for (Operation &inner : op.getBody().front())
    recomputed |= isa<ActivityOp, ErrorOp, AdvanceOp>(inner);
  for (auto [index, argument] : llvm::enumerate(op.getBody().getArguments())) {
    Origin origin = stateOrigins[index];
    Trace &trace = traces[argument];
    trace.homes.insert(origin);
    trace.reads.insert(origin);
    trace.monitored = isLoss(origin);
  }
}

void LocalityTracer::visitRelax(RelaxOp op) {
  stateOrigins.clear();
  for (unsigned i = 0, e = op.getStates().size(); i != e; ++i) {
    stateOrigins.push_back(getStateOrigin(op, i));
    if (!isLoss(stateOrigins[i]))
      checkOwn(op, stateOrigins[i], op.getInit()[i], "initial state");
  }
  enter(op);
  for (Operation &inner : op.getBody().front().without_terminator())
    visit(&inner);
  VertexOpInterface any =
      op.getStates().empty() ? nullptr : table.lookup(op.getOwner(0));
  if (any)
    checkYield(op, MarkovBlanket(any->getParentOfType<GraphOp>(), relaxed));
  relax = nullptr;
  for (auto [index, result] : llvm::enumerate(op.getResults())) {
    Trace &trace = traces[result];
    trace.homes.insert(stateOrigins[index]);
    trace.monitored = isLoss(stateOrigins[index]);
    trace.derived = true;
  }
}

void LocalityTracer::checkYield(RelaxOp op, const MarkovBlanket &blanket) {
  YieldOp yield = op.getYield();
  for (auto [index, value] : llvm::enumerate(yield.getValues())) {
    Origin origin = stateOrigins[index];
    if (isLoss(origin)) // a monitor is a sink and may read everything
      continue;
    const Trace trace = traces.lookup(value);
    if (trace.reported || !checkJoined(trace, origin, yield))
      continue;
    if (!trace.isOf(origin))
      violate(trace.isNew() ? 2 : 1, yield, origin,
              "the next state of " + getName(origin) + " is a value of " +
                  getName(trace.homes[0]));
    else
      checkReads(trace, origin, value.getDefiningOp(), blanket);
  }
}

/// L1 for the error of a vertex, L4 for a parameter.
void LocalityTracer::checkReads(const Trace &trace, Origin origin,
                                Operation *op, const MarkovBlanket &blanket) {
  Origins allowed = blanket.getAllowed(origin, recomputed);
  for (Origin read : trace.reads)
    if (!allowed.contains(read))
      violate(isa<Operation *>(origin) ? 1 : 4, op, origin,
              getName(origin) + " reads the state of " + getName(read) +
                  ", which is not next to it");
}

bool LocalityTracer::readsArguments(Value value) {
  llvm::SmallSetVector<Value, 16> work;
  work.insert(value);
  for (size_t i = 0; i != work.size(); ++i) {
    if (Operation *op = work[i].getDefiningOp()) {
      work.insert_range(op->getOperands());
      continue;
    }
    auto argument = cast<BlockArgument>(work[i]);
    if (argument.getOwner() != &function.getFunctionBody().front() ||
        getArgRole(function, argument.getArgNumber()) != roleState)
      return true;
  }
  return false;
}

/// L4 for the gradients that the function returns.
void LocalityTracer::checkGradients() {
  Operation *terminator = function.getFunctionBody().front().getTerminator();
  for (unsigned i = 0, e = function.getNumResults(); i != e; ++i) {
    if (getResultRole(function, i) != roleGradient)
      continue;
    Value value = terminator->getOperand(i);
    const Trace trace = traces.lookup(value);
    std::string wanted = "'" + getResultName(function, i) + "'";
    if (!trace.derived) {
      if (readsArguments(value))
        violate(4, terminator, Origin(),
                "the gradient of " + wanted + " is no VJP of a vertex");
    } else if (checkJoined(trace, trace.homes[0], terminator) &&
               getName(trace.homes[0]) != wanted) {
      violate(4, terminator, trace.homes[0],
              "the gradient of " + wanted + " is a value of " +
                  getName(trace.homes[0]));
    }
  }
}
