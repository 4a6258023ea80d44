// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One pattern for each operation of inference; the loop becomes an scf.for.

#include "ElementwiseMap.h"
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
    Location loc = op.getLoc();
    Block *body = &op.getBody().front();
    if (op.getIterations() == 1) {
      llvm::SmallVector<Value> next(op.getYield().getValues());
      rewriter.eraseOp(op.getYield());
      rewriter.inlineBlockBefore(body, op, adaptor.getInit());
      for (Value &value : next)
        if (auto argument = dyn_cast<BlockArgument>(value);
            argument && argument.getOwner() == body)
          value = adaptor.getInit()[argument.getArgNumber()];
      rewriter.replaceOp(op, next);
      return success();
    }
    Value zero = arith::ConstantIndexOp::create(rewriter, loc, 0);
    Value one = arith::ConstantIndexOp::create(rewriter, loc, 1);
    Value count =
        arith::ConstantIndexOp::create(rewriter, loc, op.getIterations());
    auto loop =
        scf::ForOp::create(rewriter, loc, zero, count, one, adaptor.getInit());
    // A loop without states has a terminator already.
    if (!loop.getBody()->empty())
      rewriter.eraseOp(loop.getBody()->getTerminator());
    llvm::SmallVector<Value> next(op.getYield().getValues());
    rewriter.eraseOp(op.getYield());
    rewriter.inlineBlockBefore(body, loop.getBody(), loop.getBody()->end(),
                               loop.getRegionIterArgs());
    rewriter.setInsertionPointToEnd(loop.getBody());
    for (Value &value : next)
      if (auto argument = dyn_cast<BlockArgument>(value);
          argument && argument.getOwner() == body)
        value = loop.getRegionIterArg(argument.getArgNumber());
    scf::YieldOp::create(rewriter, loc, next);
    rewriter.replaceOp(op, loop.getResults());
    return success();
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
