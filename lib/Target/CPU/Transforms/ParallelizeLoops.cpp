// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which loops run on several threads. Time is counted in instructions.

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "pc/Target/CPU/Passes.h"
#include "llvm/Support/MathExtras.h"

namespace mlir::pc {
#define GEN_PASS_DEF_PARALLELIZELOOPS
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

namespace {
struct ParallelizeLoops
    : public mlir::pc::impl::ParallelizeLoopsBase<ParallelizeLoops> {
  using ParallelizeLoopsBase::ParallelizeLoopsBase;
  void runOnOperation() override;

private:
  /// The shortest time for all iterations of a loop, and the loops inside of
  /// it, or itself, that have to be shared for that.
  struct Plan {
    double time;
    SmallVector<scf::ForOp> shared;
  };
  Plan plan(scf::ForOp loop) const;
};
} // namespace

/// The marked loops in `region` that are in no other marked loop there.
static SmallVector<scf::ForOp> getMarked(Region &region) {
  SmallVector<scf::ForOp> loops;
  region.walk<WalkOrder::PreOrder>([&](scf::ForOp loop) {
    if (!loop->hasAttr(parallelAttrName))
      return WalkResult::advance();
    loops.push_back(loop);
    return WalkResult::skip();
  });
  return loops;
}

static double getWork(scf::ForOp loop) {
  return loop->getAttrOfType<FloatAttr>(parallelAttrName).getValueAsDouble();
}

ParallelizeLoops::Plan ParallelizeLoops::plan(scf::ForOp loop) const {
  double work = getWork(loop);
  std::optional<llvm::APInt> count = loop.getStaticTripCount();
  if (!count || !loop.getInitArgs().empty())
    return {work, {}};
  int64_t iterations = count->getSExtValue();
  // The busiest thread decides.
  double ours = startCost + work * llvm::divideCeil(iterations, threads) /
                                double(iterations);
  Plan inside{work, {}};
  for (scf::ForOp inner : getMarked(loop.getRegion())) {
    Plan part = plan(inner);
    inside.time -= (getWork(inner) - part.time) * iterations;
    llvm::append_range(inside.shared, part.shared);
  }
  if (ours < inside.time)
    return {ours, {loop}};
  return inside;
}

/// The iterations of `loop` in any order.
static void share(scf::ForOp loop) {
  OpBuilder builder(loop);
  auto parallel =
      scf::ParallelOp::create(builder, loop.getLoc(), loop.getLowerBound(),
                              loop.getUpperBound(), loop.getStep());
  Block *body = parallel.getBody();
  loop.getInductionVar().replaceAllUsesWith(body->getArgument(0));
  loop.getBody()->getTerminator()->erase();
  body->getOperations().splice(body->begin(), loop.getBody()->getOperations());
  loop->erase();
}

void ParallelizeLoops::runOnOperation() {
  for (scf::ForOp loop : getMarked(getOperation().getRegion()))
    for (scf::ForOp chosen : plan(loop).shared) {
      share(chosen);
      ++shared;
    }
  getOperation().walk(
      [](scf::ForOp loop) { loop->removeAttr(parallelAttrName); });
}
