// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Interpreter.h"
#include "IterationOrder.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::pc;

/// Coefficients that are written at most: some seconds.
static constexpr size_t maxWork = 20'000'000;

Interpreter::Interpreter(FunctionOpInterface function, GraphOp graph,
                         TermPool &pool)
    : function(function), pool(pool),
      table(function->getParentOfType<ModuleOp>()) {
  for (BlockArgument argument : function.getArguments())
    set(argument, TermPool::single(pool.intern(Atom{AtomKind::Argument, nullptr,
                                                    argument.getArgNumber()})));
  for (auto [argument, value] :
       llvm::zip(graph.getBody().getArguments(), function.getArguments()))
    feedForward[argument] = pool.intern(getTerm(value));
}

/// A value that is as it was stays the same object, which `isDone` relies on.
void Interpreter::set(Value value, Term term) {
  work += term.size() + 1;
  Shared &known = values[value];
  if (!known || *known != term)
    known = std::make_shared<const Term>(std::move(term));
}

void Interpreter::copy(Value from, Value to) {
  Shared term = values[from]; // a new entry may move the others
  values[to] = std::move(term);
}

/// True when the operands are those of the last time. At step 1 most of an
/// iteration is as it was in the last one.
bool Interpreter::isDone(Operation *op) {
  if (op->getNumRegions() != 0)
    return false;
  llvm::SmallVector<Shared> now;
  for (Value operand : op->getOperands())
    now.push_back(values[operand]);
  auto [entry, isNew] = inputs.try_emplace(op, now);
  if (!isNew && entry->second == now)
    return true;
  entry->second = std::move(now);
  return false;
}

LogicalResult Interpreter::run() {
  if (!llvm::hasSingleElement(function.getFunctionBody())) {
    reason = "the function has control flow";
    return failure();
  }
  for (Operation &op : function.getFunctionBody().front().without_terminator())
    visit(&op);
  if (work > maxWork)
    reason = "the terms of " + std::to_string(iterations) +
             " iterations are too many to write out";
  return success(work <= maxWork);
}

std::optional<double> Interpreter::getStep() const {
  return relaxations == 1 && !hasSeveralSteps ? step : std::nullopt;
}

void Interpreter::visit(Operation *op) {
  if (work > maxWork) // run() fails: values do not matter any more
    return visitOpaque(op);
  if (isDone(op))
    return;
  Attribute constant;
  if (op->getNumResults() == 1 && matchPattern(op, m_Constant(&constant)))
    return visitConstant(op, constant);
  llvm::TypeSwitch<Operation *>(op)
      .Case([&](PredictOp op) { visitPredict(op); })
      .Case([&](VJPOp op) { visitVJP(op); })
      .Case([&](UpdateOp op) { visitUpdate(op); })
      .Case([&](ErrorOp op) { visitError(op); })
      .Case([&](AdvanceOp op) { visitAdvance(op); })
      .Case([&](RelaxOp op) { visitRelax(op); })
      .Case([&](ActivityOp op) {
        set(op.getValue(), TermPool::add(getTerm(op.getBase()),
                                         getTerm(op.getDisplacement())));
      })
      .Case([&](AccumulateOp op) { set(op.getSum(), sum(op.getTerms())); })
      .Case([&](ScaleOp op) {
        set(op.getResult(), TermPool::scale(getTerm(op.getOperand()),
                                            op.getFactor().convertToDouble()));
      })
      .Default([&](Operation *op) { visitOpaque(op); });
}

Term Interpreter::sum(OperandRange terms) {
  Term result;
  for (Value term : terms)
    result = TermPool::add(result, getTerm(term));
  return pool.fold(result);
}

std::vector<unsigned> Interpreter::internAll(ValueRange operands) {
  std::vector<unsigned> numbers;
  for (Value operand : operands)
    numbers.push_back(pool.intern(getTerm(operand)));
  return numbers;
}

//===----------------------------------------------------------------------===//
// Points
//===----------------------------------------------------------------------===//

/// The term of an activity when every vertex predicts at its parents'
/// predictions.
unsigned Interpreter::getFeedForward(Value graphValue) {
  if (auto entry = feedForward.find(graphValue); entry != feedForward.end())
    return entry->second;
  auto result = cast<OpResult>(graphValue);
  std::vector<unsigned> point;
  for (Value operand : result.getOwner()->getOperands())
    point.push_back(getFeedForward(operand));
  Term term = TermPool::single(
      pool.intern(Atom{AtomKind::Prediction, result.getOwner(),
                       result.getResultNumber(), 0, std::move(point)}));
  return feedForward[graphValue] = pool.intern(term);
}

bool Interpreter::isFeedForward(VertexOpInterface vertex, ValueRange operands,
                                std::vector<unsigned> &point) {
  point = internAll(operands);
  for (auto [number, operand] : llvm::zip(point, vertex->getOperands()))
    if (number != getFeedForward(operand))
      return false;
  return true;
}

void Interpreter::visitPredict(PredictOp op) {
  VertexOpInterface vertex = table.lookup(op.getVertex());
  std::vector<unsigned> point = internAll(op->getOperands());
  for (auto [index, result] : llvm::enumerate(op.getResults()))
    set(result, TermPool::single(pool.intern(Atom{AtomKind::Prediction,
                                                  vertex.getOperation(),
                                                  unsigned(index), 0, point})));
}

void Interpreter::visitVJP(VJPOp op) {
  VertexOpInterface vertex = table.lookup(op.getVertex());
  std::vector<unsigned> point;
  ValueRange operands = op->getOperands().drop_back(op.getErrors().size());
  bool atFeedForward = isFeedForward(vertex, operands, point);
  for (auto [operand, cotangent] : llvm::zip(op.getWrt(), op.getCotangents())) {
    Term total;
    for (auto [result, error] : llvm::zip(op.getOf(), op.getErrors())) {
      const Term &term = getTerm(error);
      total = TermPool::add(
          total, atFeedForward ? pool.applyVJP(vertex, operand, result, term)
                               : pool.applyMovedVJP(vertex, operand, result,
                                                    point, term));
    }
    set(cotangent, pool.fold(total));
  }
}

//===----------------------------------------------------------------------===//
// Rules
//===----------------------------------------------------------------------===//

void Interpreter::visitUpdate(UpdateOp op) {
  double eta = op.getStep().convertToDouble();
  hasSeveralSteps |= step && *step != eta;
  step = eta;
  Term next = TermPool::mix(getTerm(op.getError()), sum(op.getMessages()), eta);
  set(op.getNext(), pool.fold(next));
}

void Interpreter::visitError(ErrorOp op) {
  Term error = TermPool::add(getTerm(op.getPrediction()),
                             TermPool::scale(getTerm(op.getBase()), -1.0));
  error = TermPool::add(error,
                        TermPool::scale(getTerm(op.getDisplacement()), -1.0));
  set(op.getError(),
      pool.fold(TermPool::scale(error, op.getPrecision().convertToDouble())));
}

void Interpreter::visitAdvance(AdvanceOp op) {
  movesActivities = true;
  double eta = op.getStep().convertToDouble();
  Term slope = TermPool::add(getTerm(op.getError()),
                             TermPool::scale(sum(op.getMessages()), -1.0));
  set(op.getNext(), pool.fold(TermPool::add(getTerm(op.getDisplacement()),
                                            TermPool::scale(slope, eta))));
}

/// Where the iterations are enough for every state to become final: visits each
/// operation once, on final states.
bool Interpreter::visitFinalIteration(RelaxOp op) {
  std::optional<IterationOrder> order = findIterationOrder(op);
  if (!order || order->depth > static_cast<int64_t>(op.getIterations()))
    return false;
  auto yield = cast<YieldOp>(op.getBody().front().getTerminator());
  llvm::DenseMap<Value, llvm::SmallVector<BlockArgument>> statesOf;
  for (auto [argument, init, value] : llvm::zip(
           op.getBody().getArguments(), op.getInit(), yield.getValues())) {
    copy(init, argument); // what an update at step 1 forgets
    statesOf[value].push_back(argument);
  }
  for (Operation *inner : order->operations) {
    visit(inner);
    for (Value result : inner->getResults())
      for (BlockArgument argument : statesOf.lookup(result))
        copy(result, argument);
  }
  for (auto [result, value] : llvm::zip(op.getResults(), yield.getValues()))
    copy(value, result);
  return true;
}

void Interpreter::visitRelax(RelaxOp op) {
  ++relaxations;
  iterations += op.getIterations();
  if (op.stopsEarly()) { // after an iteration that only the values tell
    movesActivities = true;
    return visitOpaque(op);
  }
  if (visitFinalIteration(op))
    return;
  llvm::SmallVector<Shared> states;
  for (Value init : op.getInit())
    states.push_back(values[init]);
  auto arguments = op.getBody().getArguments();
  for (int64_t t = 0; t != static_cast<int64_t>(op.getIterations()); ++t) {
    for (auto [argument, state] : llvm::zip(arguments, states))
      values[argument] = state;
    for (Operation &inner : op.getBody().front().without_terminator())
      visit(&inner);
    bool isStill = true;
    for (auto [value, state] : llvm::zip(op.getYield().getValues(), states)) {
      isStill &= *values[value] == *state;
      state = values[value];
    }
    if (isStill || work > maxWork)
      break;
  }
  for (auto [result, state] : llvm::zip(op.getResults(), states))
    values[result] = state;
}

void Interpreter::visitConstant(Operation *op, Attribute value) {
  Value result = op->getResult(0);
  if (matchPattern(result, m_AnyZeroFloat()))
    return set(result, {});
  if (matchPattern(result, m_OneFloat()))
    return set(result, TermPool::single(pool.intern(Atom{AtomKind::Seed})));
  set(result, TermPool::single(pool.intern(
                  Atom{AtomKind::Opaque, value.getAsOpaquePointer()})));
}

void Interpreter::visitOpaque(Operation *op) {
  llvm::SetVector<Value> read(op->operand_begin(), op->operand_end());
  getUsedValuesDefinedAbove(op->getRegions(), read);
  std::vector<unsigned> inner = internAll(read.getArrayRef());
  for (OpResult result : op->getResults())
    set(result,
        TermPool::single(pool.intern(
            Atom{AtomKind::Opaque, op, result.getResultNumber(), 0, inner})));
}
