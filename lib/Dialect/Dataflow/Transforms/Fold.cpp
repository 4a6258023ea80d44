// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Dialect/Dataflow/Analysis/Cost.h"
#include "pc/Dialect/Dataflow/Transforms/Passes.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::pcflow {
#define GEN_PASS_DEF_FOLD
#include "pc/Dialect/Dataflow/Transforms/Passes.h.inc"
} // namespace mlir::pcflow

using namespace mlir;
using namespace mlir::pcflow;

namespace {

struct Folding {
  int64_t pe = 1, simd = 1, cycles = 0, lanes = 0, dsp = 0;
};

/// A unit, and its foldings that are not beaten in both lanes and cycles, from
/// the one with the fewest lanes. Units without weights have one.
struct Unit {
  Operation *op;
  llvm::SmallVector<Folding> foldings;
};

} // namespace

/// Words of the error come one by one, and so do those of the message; a
/// convolution begins when all of them are there. Pipelines take 4 and 3 more.
static int64_t getRoundCycles(LearnerOpInterface op, int64_t pe, int64_t simd) {
  int64_t groups = op.getRows() / pe, tiles = op.getColumns() / simd;
  int64_t inputs = cast<StreamType>(op->getOperand(0).getType()).getSize();
  if (isa<LinearOp>(op))
    return groups * std::max(pe, tiles) + inputs + 4;
  // Windows of fewer words pause, so that a sum is written before it is read.
  constexpr int64_t leastTaps = 3;
  return (op.getRows() + groups * std::max(tiles, leastTaps)) *
             op.getPositions() +
         inputs + 3;
}

/// Of a unit without weights that walks over its words; of the others a round
/// is a cycle a word, which is less than that of any unit with weights.
static int64_t getRoundCycles(Operation *unit) {
  return llvm::TypeSwitch<Operation *, int64_t>(unit)
      .Case([](PoolOp op) {
        int64_t results = op.getPrediction().getType().getSize();
        return results + results * op.getWindow().getTaps() + 2 +
               op.getInput().getType().getSize();
      })
      .Case([](RearrangeOp op) {
        // Predictions come once in a sample.
        if (!op.getIsMessage())
          return int64_t(0);
        return op.getInput().getType().getSize() +
               op.getResult().getType().getSize() * op.getTerms() + 2;
      })
      .Default([](Operation *) { return int64_t(0); });
}

static void setFolding(LearnerOpInterface op, const Folding &folding) {
  if (auto linear = dyn_cast<LinearOp>(*op)) {
    linear.setPe(folding.pe);
    linear.setSimd(folding.simd);
  } else {
    cast<ConvOp>(*op).setPe(folding.pe);
  }
}

static llvm::SmallVector<Folding> listFoldings(LearnerOpInterface op) {
  auto conv = dyn_cast<ConvOp>(*op); // lanes are of one group
  int64_t rows = conv ? conv.getGroupRows() : op.getRows();
  int64_t columns = isa<LinearOp>(op) ? op.getColumns() : 1;
  llvm::SmallVector<Folding> all, best;
  for (int64_t pe = 1; pe <= rows; ++pe)
    for (int64_t simd = 1; simd <= columns; ++simd)
      if (rows % pe == 0 && columns % simd == 0)
        all.push_back({pe, simd, getRoundCycles(op, pe, simd), pe * simd});
  llvm::stable_sort(all, [](const Folding &a, const Folding &b) {
    return std::pair(a.lanes, a.cycles) < std::pair(b.lanes, b.cycles);
  });
  for (const Folding &folding : all)
    if (best.empty() || folding.cycles < best.back().cycles)
      best.push_back(folding);
  Folding before{op.getPeRows(), op.getSimdColumns()};
  for (Folding &folding : best) {
    setFolding(op, folding);
    folding.dsp = getCostTerms(op).certain.dsp;
  }
  setFolding(op, before);
  return best;
}

static llvm::SmallVector<Unit> listUnits(GraphOp graph) {
  llvm::SmallVector<Unit> units;
  graph.walk([&](UnitOpInterface op) {
    if (auto learner = dyn_cast<LearnerOpInterface>(*op))
      units.push_back({op, listFoldings(learner)});
    else
      units.push_back({op,
                       {{1, 1, getRoundCycles(op.getOperation()), 0,
                         getCostTerms(op).certain.dsp}}});
  });
  return units;
}

/// The fewest lanes with which a round takes at most `cycles`, or null.
static const Folding *choose(const Unit &unit, int64_t cycles) {
  for (const Folding &folding : unit.foldings)
    if (folding.cycles <= cycles)
      return &folding;
  return nullptr;
}

/// The unit whose fastest folding is the slowest: no pace is faster.
static const Unit &findSlowest(ArrayRef<Unit> units) {
  return *llvm::max_element(units, [](const Unit &a, const Unit &b) {
    return a.foldings.back().cycles < b.foldings.back().cycles;
  });
}

namespace {

/// The most that all units may take together.
struct Budget {
  int64_t limit;
  int64_t Folding::*resource;
  llvm::StringRef name;
};

} // namespace

static int64_t count(ArrayRef<Unit> units, int64_t cycles,
                     const Budget &budget) {
  int64_t taken = 0;
  for (const Unit &unit : units)
    taken += choose(unit, cycles)->*budget.resource;
  return taken;
}

/// All paces that a folding has, the fastest first, but none that a unit
/// cannot keep to.
static llvm::SmallVector<int64_t> listPaces(ArrayRef<Unit> units) {
  int64_t fastest = findSlowest(units).foldings.back().cycles;
  llvm::SmallVector<int64_t> paces = {fastest};
  for (const Unit &unit : units)
    for (const Folding &folding : unit.foldings)
      if (folding.cycles > fastest)
        paces.push_back(folding.cycles);
  llvm::sort(paces);
  return paces;
}

namespace {

struct Fold : pcflow::impl::FoldBase<Fold> {
  using FoldBase::FoldBase;

  void runOnOperation() override {
    if (!targetCycles && !maxLanes && !maxDsp)
      return;
    for (auto graph : getOperation().getOps<GraphOp>())
      if (failed(fold(graph)))
        return signalPassFailure();
  }

private:
  LogicalResult checkFormats(GraphOp graph, ArrayRef<Unit> units) {
    for (const Unit &unit : units)
      for (Type type : unit.op->getOperandTypes())
        if (auto stream = dyn_cast<StreamType>(type);
            stream && isa<FloatType>(stream.getElement()))
          return graph.emitOpError("expected words of a format for a budget of "
                                   "DSP; run pcflow-quantize first");
    return success();
  }

  /// The fastest pace with which all units keep to `budgets`. With the slowest
  /// one each unit has one lane, which takes the least of everything, so that
  /// budgets that can be kept to one by one can be kept to together.
  FailureOr<int64_t> choosePace(GraphOp graph, ArrayRef<Unit> units,
                                ArrayRef<Budget> budgets) {
    llvm::SmallVector<int64_t> paces = listPaces(units);
    for (const Budget &budget : budgets)
      if (int64_t least = count(units, paces.back(), budget);
          least > budget.limit)
        return graph.emitOpError("needs ")
               << least << " " << budget.name << " at least, but got "
               << budget.limit;
    return *llvm::find_if(paces, [&](int64_t pace) {
      return llvm::all_of(budgets, [&](const Budget &budget) {
        return count(units, pace, budget) <= budget.limit;
      });
    });
  }

  LogicalResult fold(GraphOp graph) {
    llvm::SmallVector<Unit> units = listUnits(graph);
    if (units.empty())
      return success();
    if (maxDsp && failed(checkFormats(graph, units)))
      return failure();
    const Unit &slowest = findSlowest(units);
    if (targetCycles && slowest.foldings.back().cycles > targetCycles)
      return slowest.op->emitOpError("has no folding of at most ")
             << int64_t(targetCycles) << " cycles a round; its fastest takes "
             << slowest.foldings.back().cycles;
    llvm::SmallVector<Budget> budgets;
    if (maxLanes)
      budgets.push_back({maxLanes, &Folding::lanes, "lanes"});
    if (maxDsp)
      budgets.push_back({maxDsp, &Folding::dsp, "DSP"});
    FailureOr<int64_t> pace = choosePace(graph, units, budgets);
    if (failed(pace))
      return failure();
    if (targetCycles)
      for (const Budget &budget : budgets)
        if (int64_t taken = count(units, targetCycles, budget);
            taken > budget.limit)
          return graph.emitOpError("takes ")
                 << *pace << " cycles a round with " << budget.limit << " "
                 << budget.name << "; " << int64_t(targetCycles) << " need "
                 << taken;
    if (targetCycles)
      pace = int64_t(targetCycles);
    for (const Unit &unit : units) {
      const Folding *folding = choose(unit, *pace);
      if (auto learner = dyn_cast<LearnerOpInterface>(unit.op))
        setFolding(learner, *folding);
      numLanes += folding->lanes;
    }
    return success();
  }
};

} // namespace
