// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which loops run on several threads. Time is counted in instructions.

#include "mlir/Dialect/Arith/IR/Arith.h"
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

/// Loops of which each is all that the one before does.
using LoopNest = SmallVector<scf::ForOp>;

namespace {
struct ParallelizeLoops
    : public mlir::pc::impl::ParallelizeLoopsBase<ParallelizeLoops> {
  using ParallelizeLoopsBase::ParallelizeLoopsBase;
  void runOnOperation() override;

private:
  /// The shortest time for all iterations of a loop, and the nests inside of
  /// it, or around it, whose iterations have to be shared for that.
  struct Plan {
    double time;
    SmallVector<LoopNest> shared;
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

/// The marked loop that is all that `loop` does, besides numbers which any
/// iteration can compute.
static scf::ForOp getOnly(scf::ForOp loop) {
  scf::ForOp only;
  for (Operation &op : loop.getBody()->without_terminator()) {
    if (isPure(&op))
      continue;
    auto inner = dyn_cast<scf::ForOp>(op);
    if (only || !inner || !inner->hasAttr(parallelAttrName))
      return {};
    only = inner;
  }
  return only;
}

/// The iterations of `loop`, if they are known and carry nothing.
static std::optional<int64_t> getIterations(scf::ForOp loop) {
  std::optional<llvm::APInt> count = loop.getStaticTripCount();
  if (!count || !loop.getInitArgs().empty())
    return std::nullopt;
  return count->getSExtValue();
}

ParallelizeLoops::Plan ParallelizeLoops::plan(scf::ForOp loop) const {
  double work = getWork(loop);
  std::optional<int64_t> outermost = getIterations(loop);
  if (!outermost)
    return {work, {}};
  Plan best{work, {}};
  for (scf::ForOp inner : getMarked(loop.getRegion())) {
    Plan part = plan(inner);
    best.time -= (getWork(inner) - part.time) * *outermost;
    llvm::append_range(best.shared, part.shared);
  }
  LoopNest nest, shared;
  int64_t iterations = 1;
  while (std::optional<int64_t> count =
             loop ? getIterations(loop) : std::nullopt) {
    nest.push_back(loop);
    iterations *= *count;
    // The busiest thread decides.
    double ours = startCost + work * llvm::divideCeil(iterations, threads) /
                                  double(iterations);
    if (ours < best.time)
      best = {ours, {nest}};
    loop = getOnly(loop);
  }
  return best;
}

/// The iterations of `nest` in any order.
static void share(LoopNest nest) {
  OpBuilder builder(nest.front());
  SmallVector<Value> starts, ends, steps;
  for (scf::ForOp loop : nest) {
    auto hoist = [&](Value bound) -> Value {
      return arith::ConstantIndexOp::create(builder, loop.getLoc(),
                                            *getConstantIntValue(bound));
    };
    starts.push_back(hoist(loop.getLowerBound()));
    ends.push_back(hoist(loop.getUpperBound()));
    steps.push_back(hoist(loop.getStep()));
  }
  auto parallel = scf::ParallelOp::create(builder, nest.front().getLoc(),
                                          starts, ends, steps);
  Block *body = parallel.getBody();
  for (auto [loop, iv] : llvm::zip_equal(nest, body->getArguments())) {
    loop.getInductionVar().replaceAllUsesWith(iv);
    loop.getBody()->getTerminator()->erase();
    body->getOperations().splice(std::prev(body->end()),
                                 loop.getBody()->getOperations());
  }
  for (scf::ForOp loop : llvm::reverse(nest))
    loop->erase();
}

void ParallelizeLoops::runOnOperation() {
  for (scf::ForOp loop : getMarked(getOperation().getRegion()))
    for (const LoopNest &nest : plan(loop).shared) {
      share(nest);
      ++shared;
    }
  getOperation().walk(
      [](scf::ForOp loop) { loop->removeAttr(parallelAttrName); });
}
