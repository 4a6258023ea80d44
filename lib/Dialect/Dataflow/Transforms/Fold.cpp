// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Dialect/Dataflow/Transforms/Passes.h"

namespace mlir::pcflow {
#define GEN_PASS_DEF_FOLD
#include "pc/Dialect/Dataflow/Transforms/Passes.h.inc"
} // namespace mlir::pcflow

using namespace mlir;
using namespace mlir::pcflow;

namespace {

struct Folding {
  int64_t pe = 1, simd = 1, cycles = 0;

  int64_t getLanes() const { return pe * simd; }
};

} // namespace

/// Words of the error come one by one, and so do those of the message; a
/// convolution begins when all of them are there.
static int64_t getRoundCycles(LearnerOpInterface op, int64_t pe, int64_t simd) {
  int64_t groups = op.getRows() / pe, tiles = op.getColumns() / simd;
  int64_t inputs = cast<StreamType>(op->getOperand(0).getType()).getSize();
  if (isa<LinearOp>(op))
    return groups * std::max(pe, tiles) + inputs;
  int64_t positions = op.getPositions();
  return (op.getRows() + groups * tiles) * positions + inputs;
}

/// The foldings of a unit that are not beaten in both lanes and cycles, from
/// the one with the fewest lanes.
static llvm::SmallVector<Folding> listFoldings(LearnerOpInterface op) {
  int64_t rows = op.getRows();
  int64_t columns = isa<LinearOp>(op) ? op.getColumns() : 1;
  llvm::SmallVector<Folding> all, best;
  for (int64_t pe = 1; pe <= rows; ++pe)
    for (int64_t simd = 1; simd <= columns; ++simd)
      if (rows % pe == 0 && columns % simd == 0)
        all.push_back({pe, simd, getRoundCycles(op, pe, simd)});
  llvm::stable_sort(all, [](const Folding &a, const Folding &b) {
    return std::pair(a.getLanes(), a.cycles) <
           std::pair(b.getLanes(), b.cycles);
  });
  for (const Folding &folding : all)
    if (best.empty() || folding.cycles < best.back().cycles)
      best.push_back(folding);
  return best;
}

/// The fewest lanes with which a round takes at most `cycles`, or null.
static const Folding *choose(ArrayRef<Folding> foldings, int64_t cycles) {
  for (const Folding &folding : foldings)
    if (folding.cycles <= cycles)
      return &folding;
  return nullptr;
}

static int64_t countLanes(ArrayRef<llvm::SmallVector<Folding>> units,
                          int64_t cycles) {
  int64_t lanes = 0;
  for (ArrayRef<Folding> foldings : units)
    lanes += choose(foldings, cycles)->getLanes();
  return lanes;
}

/// The fastest pace that `maxLanes` allows; fails where one lane for each unit
/// is too much.
static FailureOr<int64_t> choosePace(ArrayRef<llvm::SmallVector<Folding>> units,
                                     int64_t maxLanes) {
  llvm::SmallVector<int64_t> paces;
  int64_t fastest = 0;
  for (ArrayRef<Folding> foldings : units) {
    fastest = std::max(fastest, foldings.back().cycles);
    for (const Folding &folding : foldings)
      paces.push_back(folding.cycles);
  }
  llvm::sort(paces);
  for (int64_t pace : paces)
    if (pace >= fastest && countLanes(units, pace) <= maxLanes)
      return pace;
  return failure();
}

namespace {

struct Fold : pcflow::impl::FoldBase<Fold> {
  using FoldBase::FoldBase;

  void runOnOperation() override {
    if (!targetCycles && !maxLanes)
      return;
    for (auto graph : getOperation().getOps<GraphOp>())
      if (failed(fold(graph)))
        return signalPassFailure();
  }

private:
  LogicalResult fold(GraphOp graph) {
    llvm::SmallVector<LearnerOpInterface> ops;
    llvm::SmallVector<llvm::SmallVector<Folding>> units;
    graph.walk([&](LearnerOpInterface op) {
      ops.push_back(op);
      units.push_back(listFoldings(op));
    });
    if (ops.empty())
      return success();
    int64_t pace = targetCycles;
    for (auto [op, foldings] : llvm::zip_equal(ops, units))
      if (targetCycles && foldings.back().cycles > targetCycles)
        return op.emitOpError("has no folding of at most ")
               << int64_t(targetCycles) << " cycles a round; its fastest takes "
               << foldings.back().cycles;
    if (maxLanes) {
      FailureOr<int64_t> fastest = choosePace(units, maxLanes);
      if (failed(fastest))
        return graph.emitOpError("needs ")
               << ops.size() << " lanes at least, but got "
               << int64_t(maxLanes);
      if (targetCycles && *fastest > targetCycles)
        return graph.emitOpError("takes ")
               << *fastest << " cycles a round with " << int64_t(maxLanes)
               << " lanes; " << int64_t(targetCycles) << " need "
               << countLanes(units, targetCycles);
      if (!targetCycles)
        pace = *fastest;
    }
    for (auto [op, foldings] : llvm::zip_equal(ops, units)) {
      const Folding *folding = choose(foldings, pace);
      if (auto linear = dyn_cast<LinearOp>(*op)) {
        linear.setPe(folding->pe);
        linear.setSimd(folding->simd);
      } else {
        cast<ConvOp>(*op).setPe(folding->pe);
      }
      numLanes += folding->getLanes();
    }
    return success();
  }
};

} // namespace
