// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Under fixed prediction the error of a vertex that no message carries on is a
// weighted sum of what has come to it,
//
//   d_i(T) = (1 - eta)^T d_i(0) + sum_j J_ji^T s_j(T) + (1 - (1 - eta)^T) b_i,
//   s_j(t+1) = (1 - eta) s_j(t) + eta d_j(t),    s_j(0) = 0,
//
// since J does not move. The child gathers its own errors in the trace s_j, and
// sends one message, after the last iteration.

#include "FixedRule.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "pc/Dialect/PC/Transforms/Passes.h"
#include "pc/Interfaces/DifferentiableOpInterface.h"
#include <map>

namespace mlir::pc {
#define GEN_PASS_DEF_DEFERMESSAGES
#include "pc/Dialect/PC/Transforms/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

namespace {

class Deferral {
public:
  Deferral(RelaxOp relax, llvm::SmallVector<FixedRule> rules)
      : relax(relax), rules(std::move(rules)), builder(relax) {}

  void chooseLeaves();
  bool hasLeaves() const { return leaves.any(); }
  void rewrite();

  unsigned numDeferred = 0; // messages that leave the loop

private:
  /// The state whose errors are gathered, and the step of who hears of them.
  using TraceKey = std::pair<unsigned, double>;

  double getStep(unsigned state) const {
    UpdateOp update = rules[state].update;
    return update.getStep().convertToDouble();
  }
  /// (1 - eta)^T: what is left of the error at the start.
  double getRemainder(unsigned state) {
    return std::pow(1.0 - getStep(state),
                    static_cast<double>(relax.getIterations()));
  }
  bool isWorthwhile(unsigned state);
  RelaxOp createLoop();
  Value scale(double factor, Value value);
  Value sumUp(unsigned state);
  Value getTrace(unsigned state, Value error);
  Value getMessage(unsigned state, Value message);

  RelaxOp relax, loop;
  llvm::SmallVector<FixedRule> rules;
  llvm::BitVector leaves;
  std::map<TraceKey, unsigned> traces; // the result of the loop
  llvm::DenseMap<std::pair<Operation *, unsigned>, VJPOp> products;
  OpBuilder builder;
};

} // namespace

static int64_t countElements(Type type) {
  auto shaped = dyn_cast<ShapedType>(type);
  return shaped ? shaped.getNumElements() : 1;
}

/// Multiply-adds of a prediction, and so of a message through it, at least.
static int64_t countWork(VJPOp vjp) {
  int64_t work = 0;
  lookupVertex(vjp, vjp.getVertex())->walk([&](linalg::LinalgOp op) {
    int64_t points = 1;
    for (int64_t extent : op.getStaticLoopRanges())
      points *= extent;
    work += points;
  });
  return work;
}

/// A trace is read and written in every iteration, and so is an error. It is
/// larger where the child is, as after a broadcast; then the product has to be
/// worth it.
bool Deferral::isWorthwhile(unsigned state) {
  int64_t work = 0, elements = 0;
  UpdateOp update = rules[state].update;
  for (Value message : update.getMessages())
    if (VJPOp vjp = getMessageVJP(relax, message))
      work += countWork(vjp);
  for (unsigned source : rules[state].sources.set_bits())
    elements += countElements(relax.getResult(source).getType());
  return elements <= countElements(relax.getResult(state).getType()) ||
         work >= 4 * elements;
}

void Deferral::chooseLeaves() {
  leaves.resize(rules.size());
  if (relax.getIterations() < 2)
    return;
  llvm::BitVector read(rules.size());
  for (const FixedRule &rule : rules)
    read |= rule.sources;
  auto goesOn = [&](unsigned state) { // in another loop
    return llvm::any_of(relax.getResult(state).getUsers(), [](Operation *user) {
      return isa<RelaxOp>(user) || user->getParentOfType<RelaxOp>();
    });
  };
  for (unsigned state = 0; state != rules.size(); ++state)
    if (!read.test(state) && rules[state].sources.any() && !goesOn(state) &&
        isWorthwhile(state))
      leaves.set(state);
}

/// The loop with traces in the place of leaves, behind all other states.
RelaxOp Deferral::createLoop() {
  llvm::SmallVector<Attribute> owners;
  llvm::SmallVector<Value> init;
  llvm::SmallVector<unsigned> kept;
  for (unsigned state = 0; state != rules.size(); ++state) {
    if (!leaves.test(state)) {
      kept.push_back(state);
      owners.push_back(relax.getStates()[state]);
      init.push_back(relax.getInit()[state]);
      continue;
    }
    for (unsigned source : rules[state].sources.set_bits())
      traces.insert({TraceKey(source, getStep(state)), 0});
  }
  for (auto &[key, result] : traces) {
    result = init.size();
    owners.push_back(relax.getStates()[key.first]);
    init.push_back(createZero(builder, relax.getLoc(),
                              relax.getResult(key.first).getType()));
  }
  TypeRange types = ValueRange(init).getTypes();
  auto created =
      RelaxOp::create(builder, relax.getLoc(), types, relax.getIterations(),
                      builder.getArrayAttr(owners), init,
                      /*tolerance=*/FloatAttr());
  OpBuilder::InsertionGuard guard(builder);
  Block *body = builder.createBlock(
      &created.getBody(), {}, types,
      llvm::SmallVector<Location>(init.size(), relax.getLoc()));
  IRMapping copies;
  for (auto [position, state] : llvm::enumerate(kept))
    copies.map(relax.getBody().getArgument(state), body->getArgument(position));
  llvm::SmallVector<Value> next;
  for (unsigned state : kept) {
    UpdateOp update = rules[state].update;
    for (Value message : update.getMessages())
      if (VJPOp vjp = getMessageVJP(relax, message);
          vjp && !copies.contains(message))
        builder.clone(*vjp, copies);
    next.push_back(builder.clone(*update, copies)->getResult(0));
  }
  for (auto [key, result] : traces)
    next.push_back(UpdateOp::create(
        builder, relax.getLoc(), relax.getOwner(key.first),
        builder.getF64FloatAttr(key.second), body->getArgument(result),
        copies.lookup(relax.getBody().getArgument(key.first))));
  YieldOp::create(builder, relax.getLoc(), next);
  for (auto [position, state] : llvm::enumerate(kept))
    relax.getFinal()[state].replaceAllUsesWith(created.getFinal()[position]);
  return created;
}

Value Deferral::scale(double factor, Value value) {
  return builder.createOrFold<ScaleOp>(value.getLoc(),
                                       builder.getF64FloatAttr(factor), value);
}

/// What has come of `error` to the vertex of `state`.
Value Deferral::getTrace(unsigned state, Value error) {
  std::optional<unsigned> source = getOldState(relax, error);
  if (!source)
    return scale(1.0 - getRemainder(state), error);
  TraceKey key(*source, getStep(state));
  return loop.getResult(traces.find(key)->second);
}

/// What has come as `message`: one product, with traces of errors that move. If
/// none does, the product is the one that the loop has hoisted.
Value Deferral::getMessage(unsigned state, Value message) {
  VJPOp vjp = getMessageVJP(relax, message);
  if (!vjp)
    return scale(1.0 - getRemainder(state), message);
  VJPOp &product = products[{vjp, state}];
  bool moves = llvm::any_of(vjp.getErrors(), [&](Value error) {
    return getOldState(relax, error).has_value();
  });
  if (!product) {
    numDeferred += moves;
    llvm::SmallVector<Value> errors;
    for (Value error : vjp.getErrors())
      errors.push_back(moves ? getTrace(state, error) : error);
    product = VJPOp::create(builder, vjp.getLoc(), vjp.getResultTypes(),
                            vjp.getVertexAttr(), vjp.getWrt(), vjp.getOf(),
                            vjp.getParents(), vjp.getParameters(), errors);
  }
  Value result = product.getResult(cast<OpResult>(message).getResultNumber());
  return moves ? result : scale(1.0 - getRemainder(state), result);
}

Value Deferral::sumUp(unsigned state) {
  UpdateOp update = rules[state].update;
  llvm::SmallVector<Value> terms;
  Value start = relax.getInit()[state];
  if (!matchPattern(start, m_AnyZeroFloat()))
    terms.push_back(scale(getRemainder(state), start));
  for (Value message : update.getMessages())
    terms.push_back(getMessage(state, message));
  return builder.createOrFold<AccumulateOp>(
      update.getLoc(), relax.getResult(state).getType(), terms);
}

void Deferral::rewrite() {
  loop = createLoop();
  for (unsigned state : leaves.set_bits())
    if (!relax.getResult(state).use_empty())
      relax.getResult(state).replaceAllUsesWith(sumUp(state));
  relax.erase();
}

namespace {

struct DeferMessages : pc::impl::DeferMessagesBase<DeferMessages> {
  void runOnOperation() override {
    forEachFixedLoop(getOperation(), [&](RelaxOp relax, auto rules) {
      Deferral deferral(relax, std::move(rules));
      deferral.chooseLeaves();
      if (!deferral.hasLeaves())
        return;
      deferral.rewrite();
      numDeferred += deferral.numDeferred;
    });
  }
};

} // namespace
