// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ErrorFront.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "pc/Interfaces/DifferentiableOpInterface.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::pc;

/// Each stage is a copy of a part of the loop's body. Of a graph that is D
/// edges deep the front takes D iterations, and a stage for each would be code
/// that grows as D^2: S stages of equal length are (S - 1) / 2 bodies, and save
/// all but 1 / S of what can be saved. Large bodies may be doubled.
static int64_t countMaxStages(Block *body) {
  constexpr int64_t copiedOps = 256, fewest = 3, most = 8;
  int64_t ops = std::max<int64_t>(1, body->getOperations().size());
  return std::clamp<int64_t>(1 + 2 * copiedOps / ops, fewest, most);
}

ErrorFront::ErrorFront(RelaxOp relax)
    : relax(relax), body(&relax.getBody().front()), builder(relax),
      current(relax.getInit()) {}

//===----------------------------------------------------------------------===//
// What an iteration can know
//===----------------------------------------------------------------------===//

bool ErrorFront::Knowledge::isZero(Value value) const {
  return zeros.contains(value) || matchPattern(value, m_AnyZeroFloat());
}

bool ErrorFront::Knowledge::covers(Operation *op) const {
  return op->getNumResults() != 0 &&
         llvm::all_of(op->getResults(), [&](Value result) {
           return same.contains(result) || zeros.contains(result);
         });
}

Value ErrorFront::getOutside(Value value, const Knowledge &known) const {
  if (Value outside = known.same.lookup(value))
    return outside;
  return value.getParentBlock() == body ? Value() : value;
}

/// A vertex whose parents and parameters have not moved says what it said
/// before the loop.
void ErrorFront::visitPrediction(PredictOp op, Knowledge &known) const {
  llvm::SmallVector<Value> operands;
  for (Value operand : op.getOperands()) {
    operands.push_back(getOutside(operand, known));
    if (!operands.back())
      return;
  }
  if (operands.empty())
    return;
  for (Operation *user : operands.front().getUsers()) {
    auto before = dyn_cast<PredictOp>(user);
    if (!before || before->getBlock() != relax->getBlock() ||
        !before->isBeforeInBlock(relax) ||
        before.getVertex() != op.getVertex() ||
        !llvm::equal(before.getOperands(), operands))
      continue;
    for (auto [inside, outside] :
         llvm::zip_equal(op.getResults(), before.getResults()))
      known.same[inside] = outside;
    return;
  }
}

void ErrorFront::visit(Operation *op, Knowledge &known) const {
  auto isZero = [&](Value value) { return known.isZero(value); };
  auto areZero = [&](ValueRange values) {
    return llvm::all_of(values, isZero);
  };
  auto makeZeroIf = [&](bool condition) {
    if (condition)
      known.zeros.insert_range(op->getResults());
  };
  llvm::TypeSwitch<Operation *>(op)
      .Case([&](PredictOp op) { visitPrediction(op, known); })
      .Case([&](ActivityOp op) {
        if (isZero(op.getDisplacement()))
          known.same[op.getValue()] = op.getBase();
      })
      .Case([&](ErrorOp op) {
        makeZeroIf(isZero(op.getDisplacement()) &&
                   getOutside(op.getPrediction(), known) == op.getBase());
      })
      .Case([&](AccumulateOp op) {
        llvm::SmallVector<Value> terms(op.getTerms());
        llvm::erase_if(terms, isZero);
        makeZeroIf(terms.empty());
        if (terms.size() == 1)
          if (Value outside = getOutside(terms.front(), known))
            known.same[op.getSum()] = outside;
      })
      .Case([&](VJPOp op) { makeZeroIf(areZero(op.getErrors())); })
      .Case<UpdateOp, AdvanceOp, ScaleOp>(
          [&](Operation *op) { makeZeroIf(areZero(op->getOperands())); });
}

ErrorFront::Knowledge
ErrorFront::propagate(const llvm::BitVector &isZero) const {
  Knowledge known;
  for (unsigned state : isZero.set_bits())
    known.zeros.insert(body->getArgument(state));
  for (Operation &op : *body)
    visit(&op, known);
  return known;
}

unsigned ErrorFront::countLeftOut(const llvm::BitVector &isZero) const {
  Knowledge known = propagate(isZero);
  return llvm::count_if(*body,
                        [&](Operation &op) { return known.covers(&op); });
}

llvm::BitVector ErrorFront::advance(const llvm::BitVector &isZero) {
  Knowledge known = propagate(isZero);
  llvm::BitVector after(isZero.size());
  for (auto [state, value] : llvm::enumerate(relax.getYield().getValues()))
    after[state] = known.isZero(value);
  return after;
}

bool ErrorFront::findStages() {
  int64_t left = relax.getIterations();
  if (relax.stopsEarly() || left == 0)
    return false; // values decide how many iterations there are
  llvm::SmallVector<llvm::BitVector> fronts(1);
  for (Value value : current)
    fronts.back().push_back(matchPattern(value, m_AnyZeroFloat()));
  while (static_cast<int64_t>(fronts.size()) <= left) {
    llvm::BitVector next = advance(fronts.back());
    if (next == fronts.back())
      break;
    fronts.push_back(next);
  }
  // In the last iterations of its way a front may leave out nothing more.
  int64_t travel = fronts.size() - 1;
  unsigned leftOutAfter = countLeftOut(fronts.back());
  while (travel > 0 && countLeftOut(fronts[travel - 1]) == leftOutAfter)
    --travel;
  if (travel == 0 && leftOutAfter == 0)
    return false;
  int64_t length = llvm::divideCeil(travel, countMaxStages(body));
  int64_t begin = 0;
  for (; begin < travel; begin += stages.back().iterations) {
    int64_t iterations = std::min(length, travel - begin);
    const llvm::BitVector &after = fronts[begin + iterations];
    if (iterations > 1 && after == fronts.back())
      break; // nothing is left out: part of the rest
    stages.push_back(
        {iterations, iterations == 1 ? fronts[begin] : after, after});
  }
  if (begin < left)
    stages.push_back({left - begin, fronts.back(), fronts.back()});
  return true;
}

//===----------------------------------------------------------------------===//
// Copies of the body
//===----------------------------------------------------------------------===//

Value ErrorFront::copyValue(Value value, const Knowledge &known,
                            IRMapping &copies) {
  if (Value outside = known.same.lookup(value))
    copies.map(value, outside);
  else if (known.zeros.contains(value) && !copies.contains(value))
    copies.map(value, createZero(builder, value.getLoc(), value.getType()));
  return copies.lookupOrDefault(value);
}

/// Leaves out the terms and messages that are zero.
void ErrorFront::copyOp(Operation *op, const Knowledge &known,
                        IRMapping &copies) {
  if (known.covers(op))
    return;
  auto copyNonZero = [&](ValueRange values) {
    llvm::SmallVector<Value> kept;
    for (Value value : values)
      if (!known.isZero(value))
        kept.push_back(copyValue(value, known, copies));
    return kept;
  };
  for (Value operand : op->getOperands())
    copyValue(operand, known, copies);
  llvm::TypeSwitch<Operation *>(op)
      .Case<UpdateOp, AdvanceOp>([&](auto op) {
        auto copy = cast<decltype(op)>(builder.clone(*op, copies));
        copy.getMessagesMutable().assign(copyNonZero(op.getMessages()));
      })
      .Case([&](AccumulateOp op) {
        auto copy = cast<AccumulateOp>(builder.clone(*op, copies));
        copy.getTermsMutable().assign(copyNonZero(op.getTerms()));
      })
      .Case([&](VJPOp op) {
        auto copy = cast<VJPOp>(builder.clone(*op, copies));
        llvm::SmallVector<int64_t> of;
        for (auto [result, error] : llvm::zip_equal(op.getOf(), op.getErrors()))
          if (!known.isZero(error))
            of.push_back(result);
        copy.setOf(of);
        copy.getErrorsMutable().assign(copyNonZero(op.getErrors()));
      })
      .Default([&](Operation *op) { builder.clone(*op, copies); });
}

void ErrorFront::writeStage(const Stage &stage) {
  llvm::SmallVector<unsigned> moved;
  llvm::SmallVector<Attribute> owners;
  llvm::SmallVector<Value> init;
  for (unsigned state = 0; state != current.size(); ++state) {
    if (stage.zeroAfter.test(state))
      continue;
    moved.push_back(state);
    owners.push_back(relax.getStates()[state]);
    init.push_back(current[state]);
  }
  kept += moved.size() * stage.iterations;
  pruned += (current.size() - moved.size()) * stage.iterations;
  if (moved.empty())
    return;
  TypeRange types = ValueRange(init).getTypes();
  auto loop = RelaxOp::create(builder, relax.getLoc(), types, stage.iterations,
                              builder.getArrayAttr(owners), init,
                              /*tolerance=*/FloatAttr());
  OpBuilder::InsertionGuard guard(builder);
  Block *block = builder.createBlock(
      &loop.getBody(), {}, types,
      llvm::SmallVector<Location>(init.size(), relax.getLoc()));
  Knowledge known = propagate(stage.readAsZero);
  IRMapping copies;
  for (auto [position, state] : llvm::enumerate(moved))
    copies.map(body->getArgument(state), block->getArgument(position));
  for (Operation &op : body->without_terminator())
    copyOp(&op, known, copies);
  llvm::SmallVector<Value> next;
  for (unsigned state : moved)
    next.push_back(
        copyValue(relax.getYield().getValues()[state], known, copies));
  YieldOp::create(builder, relax.getLoc(), next);
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(*block)))
    if (isOpTriviallyDead(&op))
      op.erase();
  for (auto [position, state] : llvm::enumerate(moved))
    current[state] = loop.getFinal()[position];
}

void ErrorFront::write() {
  for (const Stage &stage : stages)
    writeStage(stage);
  relax.replaceAllUsesWith(current);
  relax.erase();
}
