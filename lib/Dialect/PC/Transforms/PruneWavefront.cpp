// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which vertices an iteration can change is known before it runs: zeros stay
// zero until a message arrives (`ErrorFront`), and under fixed prediction with
// step 1 a vertex whose children did not change does not change either.

#include "ErrorFront.h"
#include "FixedRule.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "pc/Dialect/PC/IR/PC.h"
#include "pc/Dialect/PC/Transforms/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_PRUNEWAVEFRONT
#include "pc/Dialect/PC/Transforms/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

namespace {

/// A loop of fixed prediction in which every step is 1: a front with an end.
class Wavefront {
public:
  explicit Wavefront(RelaxOp relax)
      : relax(relax), count(relax.getNumResults()), builder(relax) {}

  /// False when the loop is another one.
  bool analyze();
  void prune();

  unsigned pruned = 0, kept = 0;

private:
  llvm::BitVector getActive(const llvm::BitVector &changed, bool isFirst) const;
  void writeIteration(const llvm::BitVector &active);
  Value copyMessage(Value message, const IRMapping &states, IRMapping &copies);

  RelaxOp relax;
  unsigned count;
  OpBuilder builder;
  llvm::SmallVector<FixedRule> rules;
  llvm::BitVector isZero;           // now
  llvm::SmallVector<Value> current; // states now
};

} // namespace

bool Wavefront::analyze() {
  std::optional<llvm::SmallVector<FixedRule>> found =
      analyzeFixedPrediction(relax);
  if (!found ||
      !llvm::all_of(*found, [](const FixedRule &rule) { return rule.settles; }))
    return false;
  rules = std::move(*found);
  current.assign(relax.getInit().begin(), relax.getInit().end());
  isZero.resize(count);
  for (unsigned i = 0; i != count; ++i)
    isZero[i] = matchPattern(current[i], m_AnyZeroFloat());
  return true;
}

/// The states that the next iteration can change. `changed` says which states
/// the last one changed; in the first, everything that is not zero is new.
llvm::BitVector Wavefront::getActive(const llvm::BitVector &changed,
                                     bool isFirst) const {
  llvm::BitVector active(count);
  for (unsigned i = 0; i != count; ++i) {
    const FixedRule &rule = rules[i];
    active[i] = rule.sources.anyCommon(changed) ||
                (isFirst && (rule.hasFrozenMessage || !isZero[i]));
  }
  return active;
}

/// A message outside the loop's body, or null when it carries only zeros.
Value Wavefront::copyMessage(Value message, const IRMapping &states,
                             IRMapping &copies) {
  VJPOp vjp = getMessageVJP(relax, message);
  if (!vjp)
    return message; // frozen
  bool isNothing = llvm::all_of(vjp.getErrors(), [&](Value error) {
    std::optional<unsigned> state = getOldState(relax, error);
    return state && isZero[*state];
  });
  if (isNothing)
    return {};
  if (!copies.contains(message))
    builder.clone(*vjp, copies);
  return copies.lookup(message);
}

void Wavefront::writeIteration(const llvm::BitVector &active) {
  llvm::SmallVector<unsigned> indices(active.set_bits());
  llvm::SmallVector<Attribute> owners;
  llvm::SmallVector<Value> init;
  for (unsigned i : indices) {
    owners.push_back(relax.getStates()[i]);
    init.push_back(current[i]);
  }
  auto once = RelaxOp::create(
      builder, relax.getLoc(), ValueRange(init).getTypes(), 1,
      builder.getArrayAttr(owners), init, /*tolerance=*/FloatAttr());
  OpBuilder::InsertionGuard guard(builder);
  Block *body = builder.createBlock(
      &once.getBody(), {}, ValueRange(init).getTypes(),
      llvm::SmallVector<Location>(init.size(), relax.getLoc()));
  IRMapping copies;
  for (unsigned i = 0; i != count; ++i)
    copies.map(relax.getBody().getArgument(i), current[i]);
  for (auto [position, i] : llvm::enumerate(indices))
    copies.map(relax.getBody().getArgument(i), body->getArgument(position));
  llvm::SmallVector<Value> next;
  for (unsigned i : indices) {
    UpdateOp update = rules[i].update;
    llvm::SmallVector<Value> messages;
    for (Value message : update.getMessages())
      if (Value copy = copyMessage(message, copies, copies))
        messages.push_back(copy);
    next.push_back(UpdateOp::create(
        builder, update.getLoc(), update.getVertexAttr(), update.getStepAttr(),
        copies.lookup(update.getError()), messages));
  }
  YieldOp::create(builder, relax.getLoc(), next);
  for (auto [position, i] : llvm::enumerate(indices)) {
    current[i] = once.getFinal()[position];
    isZero.reset(i);
  }
  kept += indices.size();
  pruned += count - indices.size();
}

void Wavefront::prune() {
  int64_t left = relax.getIterations();
  llvm::BitVector nonZero = isZero;
  nonZero.flip();
  llvm::BitVector active = getActive(nonZero, /*isFirst=*/true);
  for (; left > 0 && active.any(); --left) {
    writeIteration(active);
    active = getActive(active, /*isFirst=*/false);
  }
  pruned += left * count;
  relax.replaceAllUsesWith(current);
  relax.erase();
}

/// Takes the states that nothing reads out of a single iteration.
static unsigned eraseUnread(RelaxOp relax) {
  llvm::SmallVector<unsigned> read;
  for (OpResult result : relax.getFinal())
    if (!result.use_empty())
      read.push_back(result.getResultNumber());
  unsigned unread = relax.getNumResults() - read.size();
  if (relax.getIterations() != 1 || unread == 0)
    return 0;
  OpBuilder builder(relax);
  Block *old = &relax.getBody().front();
  llvm::SmallVector<Attribute> owners;
  llvm::SmallVector<Value> init, next;
  for (unsigned i : read) {
    owners.push_back(relax.getStates()[i]);
    init.push_back(relax.getInit()[i]);
    next.push_back(relax.getYield().getValues()[i]);
  }
  auto pruned = RelaxOp::create(
      builder, relax.getLoc(), ValueRange(init).getTypes(), 1,
      builder.getArrayAttr(owners), init, /*tolerance=*/FloatAttr());
  Block *body = builder.createBlock(
      &pruned.getBody(), {}, ValueRange(init).getTypes(),
      llvm::SmallVector<Location>(init.size(), relax.getLoc()));
  IRMapping mapping;
  mapping.map(old->getArguments(), relax.getInit());
  for (auto [position, i] : llvm::enumerate(read))
    mapping.map(old->getArgument(i), body->getArgument(position));
  for (Operation &op : old->without_terminator())
    builder.clone(op, mapping);
  YieldOp::create(builder, relax.getLoc(),
                  llvm::map_to_vector(next, [&](Value v) {
                    return mapping.lookupOrDefault(v);
                  }));
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(*body)))
    if (isOpTriviallyDead(&op))
      op.erase();
  for (auto [position, i] : llvm::enumerate(read))
    relax.getFinal()[i].replaceAllUsesWith(pruned.getFinal()[position]);
  relax.erase();
  return unread;
}

namespace {

struct PruneWavefront : pc::impl::PruneWavefrontBase<PruneWavefront> {
  void runOnOperation() override {
    llvm::SmallVector<RelaxOp> loops;
    getOperation().walk([&](RelaxOp relax) { loops.push_back(relax); });
    for (RelaxOp relax : loops) {
      if (Wavefront wavefront(relax); wavefront.analyze()) {
        wavefront.prune();
        numPruned += wavefront.pruned;
        numKept += wavefront.kept;
      } else if (ErrorFront front(relax); front.findStages()) {
        front.write();
        numPruned += front.pruned;
        numKept += front.kept;
      }
    }
    eraseUnreadStates();
  }

  /// Last iterations first, so that one that only another unread one reads
  /// goes as well; and with them the operations between the iterations.
  void eraseUnreadStates() {
    for (auto function : getOperation().getOps<FunctionOpInterface>()) {
      if (function.isExternal() || isa<GraphOp>(function))
        continue;
      Block &block = function.getFunctionBody().front();
      for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block))) {
        if (isa_and_nonnull<PCDialect>(op.getDialect()) &&
            isOpTriviallyDead(&op))
          op.erase();
        else if (auto relax = dyn_cast<RelaxOp>(op))
          numPruned += eraseUnread(relax);
      }
    }
  }
};

} // namespace
