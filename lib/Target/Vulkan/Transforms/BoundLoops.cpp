// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loops of the host that memory ends, as loops of as many iterations as there
// may be.

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "pc/Target/Vulkan/Transforms/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_BOUNDLOOPS
#include "pc/Target/Vulkan/Transforms/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;

namespace {
/// How a loop counts, and what else has to hold for the next iteration.
struct Counting {
  int64_t first = 0, end = 0;
  Value question; // null: nothing else
};

struct BoundLoops : public mlir::pc::impl::BoundLoopsBase<BoundLoops> {
  using BoundLoopsBase::BoundLoopsBase;
  void runOnOperation() override;
};
} // namespace

static bool isConstant(Value value, int64_t &number) {
  APInt constant;
  if (!matchPattern(value, m_ConstantInt(&constant)))
    return false;
  number = constant.getSExtValue();
  return true;
}

/// Whether `value` says that the number of the iteration is below a constant.
static bool isBelowEnd(Value value, Value number, int64_t &end) {
  auto test = value.getDefiningOp<arith::CmpIOp>();
  return test && test.getLhs() == number && isConstant(test.getRhs(), end) &&
         (test.getPredicate() == arith::CmpIPredicate::ult ||
          test.getPredicate() == arith::CmpIPredicate::slt);
}

/// Whether `value` is made from the number of the iteration.
static bool dependsOn(Value value, Value number) {
  if (value == number)
    return true;
  Operation *op = value.getDefiningOp();
  return op && op->getBlock() == number.getParentBlock() &&
         llvm::any_of(op->getOperands(),
                      [&](Value v) { return dependsOn(v, number); });
}

/// The loop carries nothing but its number, which goes up by 1; what else it is
/// asked for does not depend on that, and nothing is written to answer it.
static std::optional<Counting> findCounting(scf::WhileOp loop) {
  Counting counting;
  if (loop.getInits().size() != 1 || loop.getNumResults() != 1 ||
      !loop.getResult(0).use_empty() ||
      !isConstant(loop.getInits()[0], counting.first) || counting.first < 0)
    return std::nullopt;
  Value number = loop.getBeforeArguments()[0];
  auto next = loop.getYieldOp().getResults()[0].getDefiningOp<arith::AddIOp>();
  int64_t step = 0;
  if (loop.getConditionOp().getArgs()[0] != number || !next ||
      next.getLhs() != loop.getAfterArguments()[0] ||
      !isConstant(next.getRhs(), step) || step != 1)
    return std::nullopt;
  for (Operation &op : loop.getBeforeBody()->without_terminator())
    if (!isMemoryEffectFree(&op) && !hasSingleEffect<MemoryEffects::Read>(&op))
      return std::nullopt;
  Value condition = loop.getConditionOp().getCondition();
  if (isBelowEnd(condition, number, counting.end))
    return counting;
  auto both = condition.getDefiningOp<arith::AndIOp>();
  if (!both)
    return std::nullopt;
  for (auto [test, rest] : {std::pair(both.getLhs(), both.getRhs()),
                            std::pair(both.getRhs(), both.getLhs())})
    if (isBelowEnd(test, number, counting.end) && !dependsOn(rest, number)) {
      counting.question = rest;
      return counting;
    }
  return std::nullopt;
}

static void bound(scf::WhileOp loop, const Counting &counting) {
  IRRewriter rewriter(loop);
  Location loc = loop.getLoc();
  auto constant = [&](int64_t number) -> Value {
    return arith::ConstantIndexOp::create(rewriter, loc, number);
  };
  auto counted = scf::ForOp::create(rewriter, loc, constant(counting.first),
                                    constant(counting.end), constant(1));
  Block *body = counted.getBody();
  Value number = counted.getInductionVar();
  rewriter.eraseOp(loop.getConditionOp());
  rewriter.inlineBlockBefore(loop.getBeforeBody(), body->getTerminator(),
                             number);
  if (counting.question) {
    rewriter.setInsertionPoint(body->getTerminator());
    auto branch =
        scf::IfOp::create(rewriter, loc, counting.question, /*else=*/false);
    body = branch.thenBlock();
  }
  rewriter.eraseOp(loop.getYieldOp());
  rewriter.inlineBlockBefore(loop.getAfterBody(), body->getTerminator(),
                             number);
  rewriter.eraseOp(loop);
}

void BoundLoops::runOnOperation() {
  SmallVector<scf::WhileOp> loops;
  getOperation().walk([&](scf::WhileOp loop) {
    if (loop.getInits().size() == 1 && loop.getInits()[0].getType().isIndex())
      loops.push_back(loop);
  });
  for (scf::WhileOp loop : loops)
    if (std::optional<Counting> counting = findCounting(loop)) {
      bound(loop, *counting);
      ++bounded;
    }
}
