// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One pattern for each operation of inference; the loop becomes an scf.for, or
// an scf.while where a tolerance ends it.

#include "ElementwiseMap.h"
#include "LargestSlope.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Transforms/DialectConversion.h"
#include "pc/Dialect/PC/IR/PC.h"

using namespace mlir;
using namespace mlir::pc;

/// v = base + displacement
static Value lowerActivity(ActivityOp, OpBuilder &b, Location loc,
                           ValueRange xs) {
  return createTotal(b, loc, xs);
}

static Value lowerAccumulate(AccumulateOp, OpBuilder &b, Location loc,
                             ValueRange xs) {
  return createTotal(b, loc, xs);
}

static Value lowerScale(ScaleOp op, OpBuilder &b, Location loc, ValueRange xs) {
  return createProduct(b, loc, op.getFactor().convertToDouble(), xs[0]);
}

/// precision ((prediction - base) - displacement)
static Value lowerError(ErrorOp op, OpBuilder &b, Location loc, ValueRange xs) {
  Value moved = arith::SubFOp::create(b, loc, xs[0], xs[1]);
  Value error = arith::SubFOp::create(b, loc, moved, xs[2]);
  return createProduct(b, loc, op.getPrecision().convertToDouble(), error);
}

/// next = displacement + step (error - sum(messages))
static Value lowerAdvance(AdvanceOp op, OpBuilder &b, Location loc,
                          ValueRange xs) {
  Value force = xs[1];
  if (xs.size() > 2)
    force = arith::SubFOp::create(b, loc, force,
                                  createTotal(b, loc, xs.drop_front(2)));
  Value change = createProduct(b, loc, op.getStep().convertToDouble(), force);
  return arith::AddFOp::create(b, loc, xs[0], change);
}

namespace {

/// next = (1 - step) error + step sum(messages)
struct LowerUpdate : OpConversionPattern<UpdateOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(UpdateOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    double step = op.getStep().convertToDouble();
    llvm::SmallVector<Value> inputs(adaptor.getMessages());
    bool keepsOld = step != 1.0 || inputs.empty();
    if (keepsOld)
      inputs.push_back(adaptor.getError());
    if (!keepsOld && inputs.size() == 1) {
      rewriter.replaceOp(op, inputs.front());
      return success();
    }
    rewriter.replaceOp(
        op,
        createMap(rewriter, op.getLoc(), op->getResultTypes(), inputs,
                  [&](OpBuilder &b, Location loc, ValueRange xs) {
                    llvm::SmallVector<Value> terms;
                    ValueRange messages = keepsOld ? xs.drop_back() : xs;
                    if (!messages.empty())
                      terms.push_back(createProduct(
                          b, loc, step, createTotal(b, loc, messages)));
                    if (keepsOld)
                      terms.push_back(
                          createProduct(b, loc, 1.0 - step, xs.back()));
                    return llvm::SmallVector<Value>{createTotal(b, loc, terms)};
                  }));
    return success();
  }
};

/// An operation that is `rule`, element by element, of all its operands.
template <typename OpTy, Value (*rule)(OpTy, OpBuilder &, Location, ValueRange)>
struct LowerMap : OpConversionPattern<OpTy> {
  using OpConversionPattern<OpTy>::OpConversionPattern;
  LogicalResult
  matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto body = [&](OpBuilder &b, Location loc, ValueRange xs) {
      return llvm::SmallVector<Value>{rule(op, b, loc, xs)};
    };
    rewriter.replaceOp(op,
                       createMap(rewriter, op.getLoc(), op->getResultTypes(),
                                 adaptor.getOperands(), body));
    return success();
  }
};

/// A loop over the states; a single iteration is no loop.
struct LowerRelax : OpConversionPattern<RelaxOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(RelaxOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (op.getIterations() == 1)
      rewriter.replaceOp(op, moveBody(op, op, adaptor.getInit(), rewriter));
    else if (op.stopsEarly())
      lowerToWhile(op, adaptor, rewriter);
    else
      lowerToFor(op, adaptor, rewriter);
    return success();
  }

private:
  /// Puts the body before `place`, on these old states; the new ones.
  static llvm::SmallVector<Value>
  moveBody(RelaxOp op, Block::iterator place, Block *block, ValueRange states,
           ConversionPatternRewriter &rewriter) {
    Block *body = &op.getBody().front();
    llvm::SmallVector<Value> next(op.getYield().getValues());
    for (Value &value : next)
      if (auto argument = dyn_cast<BlockArgument>(value);
          argument && argument.getOwner() == body)
        value = states[argument.getArgNumber()];
    rewriter.eraseOp(op.getYield());
    rewriter.inlineBlockBefore(body, block, place, states);
    return next;
  }
  static llvm::SmallVector<Value>
  moveBody(RelaxOp op, Operation *place, ValueRange states,
           ConversionPatternRewriter &rewriter) {
    return moveBody(op, Block::iterator(place), place->getBlock(), states,
                    rewriter);
  }

  static void lowerToFor(RelaxOp op, OpAdaptor adaptor,
                         ConversionPatternRewriter &rewriter) {
    Location loc = op.getLoc();
    Value zero = arith::ConstantIndexOp::create(rewriter, loc, 0);
    Value one = arith::ConstantIndexOp::create(rewriter, loc, 1);
    Value count =
        arith::ConstantIndexOp::create(rewriter, loc, op.getIterations());
    auto loop =
        scf::ForOp::create(rewriter, loc, zero, count, one, adaptor.getInit());
    // A loop without states has a terminator already.
    if (!loop.getBody()->empty())
      rewriter.eraseOp(loop.getBody()->getTerminator());
    llvm::SmallVector<Value> next =
        moveBody(op, loop.getBody()->end(), loop.getBody(),
                 loop.getRegionIterArgs(), rewriter);
    rewriter.setInsertionPointToEnd(loop.getBody());
    scf::YieldOp::create(rewriter, loc, next);
    rewriter.replaceOp(op, loop.getResults());
  }

  /// The loop carries the states, the largest slope so far seen last, in
  /// memory, and the number of iterations. It goes on below that number, unless
  /// the slope is at most the tolerance: one that is no number goes on, too.
  static void lowerToWhile(RelaxOp op, OpAdaptor adaptor,
                           ConversionPatternRewriter &rewriter) {
    Location loc = op.getLoc();
    LargestSlope slope(op);
    Value zero = arith::ConstantIndexOp::create(rewriter, loc, 0);
    Value one = arith::ConstantIndexOp::create(rewriter, loc, 1);
    Value count =
        arith::ConstantIndexOp::create(rewriter, loc, op.getIterations());
    llvm::SmallVector<Value> init(adaptor.getInit());
    init.append({slope.createStart(rewriter, loc), zero});
    llvm::SmallVector<Type> types =
        llvm::to_vector(ValueRange(init).getTypes());
    llvm::SmallVector<Location> locs(types.size(), loc);
    auto loop = scf::WhileOp::create(rewriter, loc, types, init);

    Block *before = rewriter.createBlock(&loop.getBefore(), {}, types, locs);
    ValueRange old = before->getArguments();
    Value isSteep = slope.createTest(rewriter, loc, old[old.size() - 2]);
    Value isLeft = arith::CmpIOp::create(
        rewriter, loc, arith::CmpIPredicate::ult, old.back(), count);
    scf::ConditionOp::create(
        rewriter, loc, arith::AndIOp::create(rewriter, loc, isSteep, isLeft),
        old);

    Block *after = rewriter.createBlock(&loop.getAfter(), {}, types, locs);
    ValueRange states = after->getArguments();
    llvm::SmallVector<Value> next =
        moveBody(op, after->end(), after, states.drop_back(2), rewriter);
    for (Value &value : next)
      value = slope.advance(rewriter, value.getDefiningOp<AdvanceOp>());
    rewriter.setInsertionPointToEnd(after);
    next.push_back(
        slope.createLargest(rewriter, loc, states[states.size() - 2]));
    next.push_back(arith::AddIOp::create(rewriter, loc, states.back(), one));
    scf::YieldOp::create(rewriter, loc, next);
    rewriter.replaceOp(op, loop.getResults().drop_back(2));
  }
};

} // namespace

void pc::populateInferencePatterns(RewritePatternSet &patterns) {
  patterns.add<LowerMap<AccumulateOp, lowerAccumulate>,
               LowerMap<ActivityOp, lowerActivity>,
               LowerMap<AdvanceOp, lowerAdvance>, LowerMap<ErrorOp, lowerError>,
               LowerMap<ScaleOp, lowerScale>, LowerRelax, LowerUpdate>(
      patterns.getContext());
}
