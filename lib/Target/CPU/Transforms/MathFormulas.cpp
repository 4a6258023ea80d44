// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// tanh and erf of f32 as polynomials.

#include "pc/Target/CPU/MathFormulas.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

using namespace mlir;
using namespace mlir::pc;

static bool isSupported(Type type, FormulaTypes types) {
  if (types == FormulaTypes::ScalarsAndVectors && type.isF32())
    return true;
  auto vector = dyn_cast<VectorType>(type);
  return vector && vector.getElementType().isF32();
}

namespace {
/// tanh x = x + x^3 p(x^2) for |x| < 0.625, where the other form would cancel,
/// and sign(x) (1 - 2 / (exp(2 |x|) + 1)) elsewhere. The coefficients are those
/// of the Cephes library.
struct ApproximateTanh : public OpRewritePattern<math::TanhOp> {
  ApproximateTanh(MLIRContext *context, FormulaTypes types)
      : OpRewritePattern(context, /*benefit=*/2), types(types) {}
  LogicalResult matchAndRewrite(math::TanhOp op,
                                PatternRewriter &rewriter) const override;

private:
  FormulaTypes types;
};

/// erf x = x + x p(x^2) for |x| < 0.93, and sign(x) (1 - exp(q(|x|)))
/// elsewhere, where q = log(1 - erf). Both polynomials were fitted for the
/// least largest relative error of erf; from 3.92 on it rounds to 1.
struct ApproximateErf : public OpRewritePattern<math::ErfOp> {
  ApproximateErf(MLIRContext *context, FormulaTypes types)
      : OpRewritePattern(context, /*benefit=*/2), types(types) {}
  LogicalResult matchAndRewrite(math::ErfOp op,
                                PatternRewriter &rewriter) const override;

private:
  FormulaTypes types;
};
} // namespace

namespace {
/// Builds expressions of one type, f32 or a vector of it.
class Formula {
public:
  Formula(Location loc, PatternRewriter &rewriter, Type type)
      : builder(loc, rewriter), type(type) {}

  Value constant(float value) {
    TypedAttr attr = builder.getF32FloatAttr(value);
    if (auto vector = dyn_cast<VectorType>(type))
      attr = DenseElementsAttr::get(vector, value);
    return arith::ConstantOp::create(builder, attr);
  }
  /// The polynomial with `coefficients`, of the highest power first.
  Value polynomial(ArrayRef<float> coefficients, Value x) {
    Value sum = constant(coefficients.front());
    for (float next : coefficients.drop_front())
      sum = math::FmaOp::create(builder, sum, x, constant(next));
    return sum;
  }
  template <typename Op, typename... Values> Value make(Values... values) {
    return Op::create(builder, values...);
  }
  Value isLess(Value a, float b) {
    return arith::CmpFOp::create(builder, arith::CmpFPredicate::OLT, a,
                                 constant(b));
  }

private:
  ImplicitLocOpBuilder builder;
  Type type;
};
} // namespace

LogicalResult
ApproximateTanh::matchAndRewrite(math::TanhOp op,
                                 PatternRewriter &rewriter) const {
  if (!isSupported(op.getType(), types))
    return rewriter.notifyMatchFailure(op, "not of a supported type");
  Formula formula(op.getLoc(), rewriter, op.getType());
  Value x = op.getOperand();
  Value magnitude = formula.make<math::AbsFOp>(x);
  Value square = formula.make<arith::MulFOp>(x, x);
  Value sum = formula.polynomial({-5.70498872745e-3f, 2.06390887954e-2f,
                                  -5.37397155531e-2f, 1.33314422036e-1f,
                                  -3.33332819422e-1f},
                                 square);
  Value cube = formula.make<arith::MulFOp>(square, x);
  Value small = formula.make<math::FmaOp>(sum, cube, x);
  Value power = formula.make<math::ExpOp>(
      formula.make<arith::AddFOp>(magnitude, magnitude));
  Value quotient = formula.make<arith::DivFOp>(
      formula.constant(2.0f),
      formula.make<arith::AddFOp>(power, formula.constant(1.0f)));
  Value large = formula.make<arith::SubFOp>(formula.constant(1.0f), quotient);
  Value value = formula.make<arith::SelectOp>(formula.isLess(magnitude, 0.625f),
                                              small, large);
  // Also of zero, which the sum would make positive.
  rewriter.replaceOpWithNewOp<math::CopySignOp>(op, value, x);
  return success();
}

LogicalResult ApproximateErf::matchAndRewrite(math::ErfOp op,
                                              PatternRewriter &rewriter) const {
  if (!isSupported(op.getType(), types))
    return rewriter.notifyMatchFailure(op, "not of a supported type");
  Formula formula(op.getLoc(), rewriter, op.getType());
  Value x = op.getOperand();
  Value magnitude = formula.make<math::AbsFOp>(x);
  Value square = formula.make<arith::MulFOp>(x, x);
  Value sum = formula.polynomial(
      {8.316772436955944e-5f, -8.130011847242713e-4f, 5.199906416237354e-3f,
       -2.6858940720558167e-2f, 1.1283687502145767e-1f, -3.7612631916999817e-1f,
       1.2837916612625122e-1f},
      square);
  Value small = formula.make<math::FmaOp>(sum, x, x);
  Value bounded =
      formula.make<arith::MinimumFOp>(magnitude, formula.constant(3.93f));
  Value logarithm = formula.polynomial(
      {-2.12179384107003e-5f, 4.358848964329809e-4f, -4.1779628954827785e-3f,
       2.513762377202511e-2f, -1.0830827057361603e-1f, -6.33321225643158e-1f,
       -1.1295276880264282f, 1.7733497952576727e-4f},
      bounded);
  Value large = formula.make<math::CopySignOp>(
      formula.make<arith::SubFOp>(formula.constant(1.0f),
                                  formula.make<math::ExpOp>(logarithm)),
      x);
  rewriter.replaceOpWithNewOp<arith::SelectOp>(
      op, formula.isLess(magnitude, 0.93f), small, large);
  return success();
}

void mlir::pc::populateMathFormulas(RewritePatternSet &patterns,
                                    FormulaTypes types) {
  patterns.add<ApproximateErf, ApproximateTanh>(patterns.getContext(), types);
}
