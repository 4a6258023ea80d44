// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// x = n log 2 + r with |r| <= log 2 / 2, so that exp x = 2^n exp r. log 2 is
// taken in two parts (Cody and Waite): n times the first one is exact, so no
// digits of r are lost where a device rounds products.

#include "ExponentialFormulas.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

using namespace mlir;

namespace {
/// Scalar arithmetic of f32.
class Exponential {
public:
  Exponential(Location loc, PatternRewriter &rewriter, Value x)
      : b(loc, rewriter), x(x) {
    reduce();
  }

  Value makeExp() {
    Value sum = arith::AddFOp::create(b, small, number(1.0f));
    return arith::MulFOp::create(b, arith::MulFOp::create(b, sum, power(low)),
                                 power(high));
  }

  /// 2^n expm1 r + (2^n - 1), where the last difference is exact or does not
  /// matter. What is as large as 1e5 is exp x as well.
  Value makeExpM1() {
    Value whole = arith::MulFOp::create(b, power(low), power(high));
    Value scaled = arith::MulFOp::create(b, whole, small);
    Value sum = arith::AddFOp::create(
        b, scaled, arith::SubFOp::create(b, whole, number(1.0f)));
    Value large = arith::SubFOp::create(b, makeExp(), number(1.0f));
    Value isLarge =
        arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, x, number(12.0f));
    return arith::SelectOp::create(b, isLarge, large, sum);
  }

private:
  Value number(float value) {
    return arith::ConstantOp::create(b, b.getF32FloatAttr(value));
  }
  Value integer(int32_t value) {
    return arith::ConstantOp::create(b, b.getI32IntegerAttr(value));
  }
  Value product(Value value, float factor) {
    return arith::MulFOp::create(b, value, number(factor));
  }

  /// n in two halves, and expm1 r = r + r^2 p(r), with the coefficients of the
  /// Cephes library. Beyond the bounds results are infinite, and zero.
  void reduce() {
    constexpr float log2e = 1.44269504088896341f;
    constexpr float first = 0.693359375f, second = -2.12194440e-4f;
    Value bounded = arith::MaximumFOp::create(
        b, arith::MinimumFOp::create(b, x, number(89.0f)), number(-104.0f));
    Value whole = math::RoundEvenOp::create(b, product(bounded, log2e));
    Value rest = arith::SubFOp::create(b, bounded, product(whole, first));
    Value r = arith::SubFOp::create(b, rest, product(whole, second));
    Value sum = number(1.9875691500e-4f);
    for (float next : {1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f,
                       1.6666665459e-1f, 5.0000001201e-1f})
      sum = arith::AddFOp::create(b, arith::MulFOp::create(b, sum, r),
                                  number(next));
    Value square = arith::MulFOp::create(b, r, r);
    small = arith::AddFOp::create(b, arith::MulFOp::create(b, sum, square), r);
    Value n = arith::FPToSIOp::create(b, b.getI32Type(), whole);
    low = arith::ShRSIOp::create(b, n, integer(1));
    high = arith::SubIOp::create(b, n, low);
  }

  /// 2^n as the bits of the exponent.
  Value power(Value n) {
    constexpr int32_t bias = 127, mantissa = 23;
    Value biased = arith::AddIOp::create(b, n, integer(bias));
    Value bits = arith::ShLIOp::create(b, biased, integer(mantissa));
    return arith::BitcastOp::create(b, b.getF32Type(), bits);
  }

  ImplicitLocOpBuilder b;
  Value x, small, low, high;
};
} // namespace

/// exp x = 2^n (1 + expm1 r)
static LogicalResult expandExp(math::ExpOp op, PatternRewriter &rewriter) {
  if (!op.getType().isF32())
    return rewriter.notifyMatchFailure(op, "not f32");
  rewriter.replaceOp(
      op, Exponential(op.getLoc(), rewriter, op.getOperand()).makeExp());
  return success();
}

/// expm1 x = 2^n expm1 r + (2^n - 1), with the sign of x also where it is zero
static LogicalResult expandExpM1(math::ExpM1Op op, PatternRewriter &rewriter) {
  if (!op.getType().isF32())
    return rewriter.notifyMatchFailure(op, "not f32");
  Value x = op.getOperand();
  Value value = Exponential(op.getLoc(), rewriter, x).makeExpM1();
  rewriter.replaceOpWithNewOp<math::CopySignOp>(op, value, x);
  return success();
}

void mlir::pc::populateExponentialFormulas(RewritePatternSet &patterns) {
  patterns.add(expandExp);
  patterns.add(expandExpM1);
}
