// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The arithmetic of relaxation and learning as structured operations. One
// pattern for each operation; the loop becomes an scf.for.

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/DialectConversion.h"
#include "pc/Conversion/Passes.h"
#include "pc/Dialect/PC/IR/PC.h"

namespace mlir::pc {
#define GEN_PASS_DEF_CONVERTPCTOLINALG
#include "pc/Conversion/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

//===----------------------------------------------------------------------===//
// Elementwise maps
//===----------------------------------------------------------------------===//

using ScalarBody =
    function_ref<llvm::SmallVector<Value>(OpBuilder &, Location, ValueRange)>;

/// Applies `body` to the elements of `inputs`, which have one shape; with
/// scalars, to the inputs themselves. Tensors of rank 0 among tensors of
/// another shape are broadcast.
static llvm::SmallVector<Value> createMap(OpBuilder &builder, Location loc,
                                          TypeRange types, ValueRange inputs,
                                          ScalarBody body) {
  auto type = dyn_cast<RankedTensorType>(types.front());
  if (!type)
    return body(builder, loc, inputs);
  AffineMap identity = builder.getMultiDimIdentityMap(type.getRank());
  AffineMap scalar = AffineMap::get(type.getRank(), 0, builder.getContext());
  llvm::SmallVector<AffineMap> maps;
  for (Value input : inputs)
    maps.push_back(cast<RankedTensorType>(input.getType()).getRank() == 0
                       ? scalar
                       : identity);
  llvm::SmallVector<Value> outputs;
  for (Type result : types) {
    auto shape = cast<RankedTensorType>(result);
    outputs.push_back(tensor::EmptyOp::create(builder, loc, shape.getShape(),
                                              shape.getElementType()));
    maps.push_back(identity);
  }
  llvm::SmallVector<utils::IteratorType> iterators(
      type.getRank(), utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      builder, loc, types, inputs, outputs, maps, iterators,
      [&](OpBuilder &nested, Location nestedLoc, ValueRange arguments) {
        linalg::YieldOp::create(
            nested, nestedLoc,
            body(nested, nestedLoc, arguments.take_front(inputs.size())));
      });
  return llvm::to_vector_of<Value>(generic.getResults());
}

static Value constant(OpBuilder &builder, Location loc, Type type,
                      double value) {
  return arith::ConstantOp::create(
      builder, loc, cast<TypedAttr>(builder.getFloatAttr(type, value)));
}

static Value times(OpBuilder &builder, Location loc, double factor, Value x) {
  if (factor == 1.0)
    return x;
  return arith::MulFOp::create(builder, loc,
                               constant(builder, loc, x.getType(), factor), x);
}

static Value sum(OpBuilder &builder, Location loc, ValueRange terms) {
  Value total = terms.front();
  for (Value term : terms.drop_front())
    total = arith::AddFOp::create(builder, loc, total, term);
  return total;
}

namespace {

//===----------------------------------------------------------------------===//
// Inference
//===----------------------------------------------------------------------===//

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
        op, createMap(rewriter, op.getLoc(), op->getResultTypes(), inputs,
                      [&](OpBuilder &b, Location loc, ValueRange xs) {
                        llvm::SmallVector<Value> terms;
                        ValueRange messages = keepsOld ? xs.drop_back() : xs;
                        if (!messages.empty())
                          terms.push_back(
                              times(b, loc, step, sum(b, loc, messages)));
                        if (keepsOld)
                          terms.push_back(times(b, loc, 1.0 - step, xs.back()));
                        return llvm::SmallVector<Value>{sum(b, loc, terms)};
                      }));
    return success();
  }
};

/// v = base + displacement
struct LowerActivity : OpConversionPattern<ActivityOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(ActivityOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOp(
        op, createMap(rewriter, op.getLoc(), op->getResultTypes(),
                      adaptor.getOperands(),
                      [&](OpBuilder &b, Location loc, ValueRange xs) {
                        return llvm::SmallVector<Value>{sum(b, loc, xs)};
                      }));
    return success();
  }
};

/// precision ((prediction - base) - displacement)
struct LowerError : OpConversionPattern<ErrorOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(ErrorOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    double precision = op.getPrecision().convertToDouble();
    rewriter.replaceOp(
        op,
        createMap(
            rewriter, op.getLoc(), op->getResultTypes(), adaptor.getOperands(),
            [&](OpBuilder &b, Location loc, ValueRange xs) {
              Value moved = arith::SubFOp::create(b, loc, xs[0], xs[1]);
              Value error = arith::SubFOp::create(b, loc, moved, xs[2]);
              return llvm::SmallVector<Value>{times(b, loc, precision, error)};
            }));
    return success();
  }
};

/// next = displacement + step (error - sum(messages))
struct LowerAdvance : OpConversionPattern<AdvanceOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(AdvanceOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    double step = op.getStep().convertToDouble();
    rewriter.replaceOp(
        op, createMap(rewriter, op.getLoc(), op->getResultTypes(),
                      adaptor.getOperands(),
                      [&](OpBuilder &b, Location loc, ValueRange xs) {
                        Value force = xs[1];
                        if (xs.size() > 2)
                          force = arith::SubFOp::create(
                              b, loc, force, sum(b, loc, xs.drop_front(2)));
                        Value next = arith::AddFOp::create(
                            b, loc, xs[0], times(b, loc, step, force));
                        return llvm::SmallVector<Value>{next};
                      }));
    return success();
  }
};

struct LowerAccumulate : OpConversionPattern<AccumulateOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(AccumulateOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOp(
        op, createMap(rewriter, op.getLoc(), op->getResultTypes(),
                      adaptor.getTerms(),
                      [&](OpBuilder &b, Location loc, ValueRange xs) {
                        return llvm::SmallVector<Value>{sum(b, loc, xs)};
                      }));
    return success();
  }
};

struct LowerScale : OpConversionPattern<ScaleOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(ScaleOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    double factor = op.getFactor().convertToDouble();
    rewriter.replaceOp(
        op, createMap(rewriter, op.getLoc(), op->getResultTypes(),
                      adaptor.getOperands(),
                      [&](OpBuilder &b, Location loc, ValueRange xs) {
                        return llvm::SmallVector<Value>{
                            times(b, loc, factor, xs[0])};
                      }));
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

//===----------------------------------------------------------------------===//
// Learning
//===----------------------------------------------------------------------===//

struct LowerLearn : OpConversionPattern<LearnOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(LearnOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    llvm::SmallVector<Value> inputs = {adaptor.getParameter(),
                                       adaptor.getGradient()};
    llvm::append_range(inputs, adaptor.getStates());
    llvm::SmallVector<Type> types(op->getResultTypes());
    Value steps;
    if (op.getOptimizer() == Optimizer::Adam) {
      inputs.back() = steps = countStep(op, adaptor, rewriter);
      types.pop_back();
    }
    llvm::SmallVector<Value> next =
        createMap(rewriter, op.getLoc(), types, inputs,
                  [&](OpBuilder &b, Location loc, ValueRange xs) {
                    return step(op, b, loc, xs);
                  });
    if (steps)
      next.push_back(steps);
    rewriter.replaceOp(op, next);
    return success();
  }

private:
  static Value countStep(LearnOp op, OpAdaptor adaptor, OpBuilder &builder) {
    Value count = adaptor.getStates().back();
    return createMap(builder, op.getLoc(), count.getType(), count,
                     [](OpBuilder &b, Location loc, ValueRange xs) {
                       Value one = constant(b, loc, xs[0].getType(), 1.0);
                       Value next = arith::AddFOp::create(b, loc, xs[0], one);
                       return llvm::SmallVector<Value>{next};
                     })
        .front();
  }

  static llvm::SmallVector<Value> step(LearnOp op, OpBuilder &b, Location loc,
                                       ValueRange xs) {
    double rate = op.getRate().convertToDouble();
    double momentum = op.getMomentum().convertToDouble();
    auto descend = [&](Value direction) -> Value {
      return arith::SubFOp::create(b, loc, xs[0],
                                   times(b, loc, rate, direction));
    };
    switch (op.getOptimizer()) {
    case Optimizer::SGD:
      return {descend(xs[1])};
    case Optimizer::Momentum: {
      Value velocity =
          arith::AddFOp::create(b, loc, times(b, loc, momentum, xs[2]), xs[1]);
      return {descend(velocity), velocity};
    }
    case Optimizer::Adam:
      return adam(op, b, loc, xs);
    }
    llvm_unreachable("unknown optimizer");
  }

  /// m' = b1 m + (1 - b1) g, v' = b2 v + (1 - b2) g^2,
  /// theta' = theta - rate m'/(1 - b1^t) / (sqrt(v'/(1 - b2^t)) + epsilon)
  static llvm::SmallVector<Value> adam(LearnOp op, OpBuilder &b, Location loc,
                                       ValueRange xs) {
    Type type = xs[0].getType();
    Value gradient = xs[1], steps = xs[4];
    auto average = [&](double keep, Value old, Value now) -> Value {
      Value kept = times(b, loc, keep, old);
      Value added = times(b, loc, 1.0 - keep, now);
      return arith::AddFOp::create(b, loc, kept, added);
    };
    auto correct = [&](double keep, Value moment) -> Value {
      Value power =
          math::PowFOp::create(b, loc, constant(b, loc, type, keep), steps);
      Value part =
          arith::SubFOp::create(b, loc, constant(b, loc, type, 1.0), power);
      return arith::DivFOp::create(b, loc, moment, part);
    };
    double keepFirst = op.getMomentum().convertToDouble();
    double keepSecond = op.getDecay().convertToDouble();
    Value square = arith::MulFOp::create(b, loc, gradient, gradient);
    Value first = average(keepFirst, xs[2], gradient);
    Value second = average(keepSecond, xs[3], square);
    Value root = math::SqrtOp::create(b, loc, correct(keepSecond, second));
    Value epsilon = constant(b, loc, type, op.getEpsilon().convertToDouble());
    Value scale = arith::AddFOp::create(b, loc, root, epsilon);
    Value mean = correct(keepFirst, first);
    Value direction = arith::DivFOp::create(b, loc, mean, scale);
    Value change = times(b, loc, op.getRate().convertToDouble(), direction);
    Value next = arith::SubFOp::create(b, loc, xs[0], change);
    return {next, first, second};
  }
};

struct ConvertPCToLinalg : pc::impl::ConvertPCToLinalgBase<ConvertPCToLinalg> {
  void runOnOperation() override {
    ConversionTarget target(getContext());
    target.addLegalDialect<arith::ArithDialect, linalg::LinalgDialect,
                           math::MathDialect, scf::SCFDialect,
                           tensor::TensorDialect>();
    target.addIllegalDialect<PCDialect>();
    target.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
    RewritePatternSet patterns(&getContext());
    populatePCToLinalgPatterns(patterns);
    for (auto graph :
         llvm::make_early_inc_range(getOperation().getOps<GraphOp>()))
      graph.erase();
    if (failed(applyPartialConversion(getOperation(), target,
                                      std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace

void pc::populatePCToLinalgPatterns(RewritePatternSet &patterns) {
  patterns.add<LowerAccumulate, LowerActivity, LowerAdvance, LowerError,
               LowerLearn, LowerRelax, LowerScale, LowerUpdate>(
      patterns.getContext());
}
