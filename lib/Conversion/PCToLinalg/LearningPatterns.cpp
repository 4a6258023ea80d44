// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The steps of optimisers.

#include "ElementwiseMap.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Transforms/DialectConversion.h"
#include "pc/Dialect/PC/IR/PC.h"

using namespace mlir;
using namespace mlir::pc;

namespace {

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
                       Value one = createScalar(b, loc, xs[0].getType(), 1.0);
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
                                   createProduct(b, loc, rate, direction));
    };
    switch (op.getOptimizer()) {
    case Optimizer::SGD:
      return {descend(xs[1])};
    case Optimizer::Momentum: {
      Value velocity = arith::AddFOp::create(
          b, loc, createProduct(b, loc, momentum, xs[2]), xs[1]);
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
      Value kept = createProduct(b, loc, keep, old);
      Value added = createProduct(b, loc, 1.0 - keep, now);
      return arith::AddFOp::create(b, loc, kept, added);
    };
    auto correct = [&](double keep, Value moment) -> Value {
      Value power =
          math::PowFOp::create(b, loc, createScalar(b, loc, type, keep), steps);
      Value part =
          arith::SubFOp::create(b, loc, createScalar(b, loc, type, 1.0), power);
      return arith::DivFOp::create(b, loc, moment, part);
    };
    double keepFirst = op.getMomentum().convertToDouble();
    double keepSecond = op.getDecay().convertToDouble();
    Value square = arith::MulFOp::create(b, loc, gradient, gradient);
    Value first = average(keepFirst, xs[2], gradient);
    Value second = average(keepSecond, xs[3], square);
    Value root = math::SqrtOp::create(b, loc, correct(keepSecond, second));
    Value epsilon =
        createScalar(b, loc, type, op.getEpsilon().convertToDouble());
    Value scale = arith::AddFOp::create(b, loc, root, epsilon);
    Value mean = correct(keepFirst, first);
    Value direction = arith::DivFOp::create(b, loc, mean, scale);
    Value change =
        createProduct(b, loc, op.getRate().convertToDouble(), direction);
    Value next = arith::SubFOp::create(b, loc, xs[0], change);
    return {next, first, second};
  }
};

} // namespace

void pc::populateLearningPatterns(RewritePatternSet &patterns) {
  patterns.add<LowerLearn>(patterns.getContext());
}
