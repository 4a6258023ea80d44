// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// exp, tanh and erf of f32 as polynomials.

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
/// exp x = 2^n p(r), x = n log 2 + r, |r| <= log(2) / 2. Results below the
/// smallest normal number are zero.
struct ApproximateExp : public OpRewritePattern<math::ExpOp> {
  ApproximateExp(MLIRContext *context)
      : OpRewritePattern(context, /*benefit=*/2) {}
  LogicalResult matchAndRewrite(math::ExpOp op,
                                PatternRewriter &rewriter) const override;
};

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
/// elsewhere, where q = log2(1 - erf) and 2^q stands for exp. The polynomials
/// were fitted for the least largest relative error of erf; from 3.92 on it
/// rounds to 1.
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
  Value compare(arith::CmpFPredicate predicate, Value a, float b) {
    return arith::CmpFOp::create(builder, predicate, a, constant(b));
  }
  /// The integer nearest to x or, with a factor, to x factor,
  /// which the lowest bits of `sum` hold: a number that large has no others.
  struct Rounded {
    Value sum, whole;
  };
  Rounded round(Value x, std::optional<float> factor = std::nullopt) {
    Value large = constant(12582912.0f); // 1.5 * 2^23
    Value sum = factor ? Value(make<math::FmaOp>(x, constant(*factor), large))
                       : Value(make<arith::AddFOp>(x, large));
    return {sum, make<arith::SubFOp>(sum, large)};
  }
  /// `x` 2^n, if both are normal: n is added to the exponent.
  Value scale(Value x, const Rounded &n) {
    Type bits = builder.getI32Type();
    if (auto vector = dyn_cast<VectorType>(type))
      bits = vector.clone(bits);
    auto toBits = [&](Value value) -> Value {
      return arith::BitcastOp::create(builder, bits, value);
    };
    TypedAttr mantissa = builder.getI32IntegerAttr(23);
    if (auto vector = dyn_cast<VectorType>(bits))
      mantissa = DenseElementsAttr::get(vector, APInt(32, 23));
    Value exponent = make<arith::ShLIOp>(
        toBits(n.sum), arith::ConstantOp::create(builder, mantissa));
    return arith::BitcastOp::create(builder, type,
                                    make<arith::AddIOp>(toBits(x), exponent));
  }
  /// Within a unit in the last place, for -87.3 < x < 88.7.
  Value boundedExp(Value x) {
    Rounded n = round(x, 1.4426950408889634f);
    // log 2 in two parts, of which n times the first is exact.
    Value rest = make<math::FmaOp>(n.whole, constant(-0.693359375f), x);
    rest = make<math::FmaOp>(n.whole, constant(2.12194440e-4f), rest);
    return scale(polynomial({1.3814610429108143e-3f, 8.368710987269878e-3f,
                             4.166838899254799e-2f, 1.666652113199234e-1f,
                             4.999999403953552e-1f, 1.0f, 1.0f},
                            rest),
                 n);
  }
  /// With a relative error of 1e-7, for -126 < x < 127.
  Value boundedExp2(Value x) {
    Rounded n = round(x);
    Value rest = make<arith::SubFOp>(x, n.whole);
    return scale(polynomial({1.326469937339425e-3f, 9.671533480286598e-3f,
                             5.550733953714371e-2f, 2.4022242426872253e-1f,
                             6.931470036506653e-1f, 1.0f},
                            rest),
                 n);
  }

private:
  ImplicitLocOpBuilder builder;
  Type type;
};
} // namespace

LogicalResult ApproximateExp::matchAndRewrite(math::ExpOp op,
                                              PatternRewriter &rewriter) const {
  if (!isSupported(op.getType(), FormulaTypes::Vectors))
    return rewriter.notifyMatchFailure(op, "not of a supported type");
  Formula formula(op.getLoc(), rewriter, op.getType());
  Value x = op.getOperand();
  Value normal = formula.make<arith::SelectOp>(
      formula.compare(arith::CmpFPredicate::OLT, x, -87.33654f),
      formula.constant(0.0f), formula.boundedExp(x));
  // Infinity, or not a number.
  Value large = formula.make<arith::AddFOp>(
      x, formula.constant(std::numeric_limits<float>::infinity()));
  rewriter.replaceOpWithNewOp<arith::SelectOp>(
      op, formula.compare(arith::CmpFPredicate::UGT, x, 88.72283f), large,
      normal);
  return success();
}

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
  // From 9.02 on it rounds to 1.
  Value power = formula.boundedExp(formula.make<arith::MinimumFOp>(
      formula.make<arith::AddFOp>(magnitude, magnitude),
      formula.constant(20.0f)));
  Value quotient = formula.make<arith::DivFOp>(
      formula.constant(2.0f),
      formula.make<arith::AddFOp>(power, formula.constant(1.0f)));
  Value large = formula.make<arith::SubFOp>(formula.constant(1.0f), quotient);
  // What is not a number stays it in the small form.
  Value value = formula.make<arith::SelectOp>(
      formula.compare(arith::CmpFPredicate::OGE, magnitude, 0.625f), large,
      small);
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
      {-3.0611015972681344e-5f, 6.288489676080644e-4f, -6.027526222169399e-3f,
       3.626592457294464e-2f, -1.562558114528656e-1f, -9.13689374923706e-1f,
       -1.6295640468597412f, 2.5584030663594604e-4f},
      bounded);
  Value large = formula.make<math::CopySignOp>(
      formula.make<arith::SubFOp>(formula.constant(1.0f),
                                  formula.boundedExp2(logarithm)),
      x);
  // What is not a number stays it in the small form.
  rewriter.replaceOpWithNewOp<arith::SelectOp>(
      op, formula.compare(arith::CmpFPredicate::OGE, magnitude, 0.93f), large,
      small);
  return success();
}

void mlir::pc::populateMathFormulas(RewritePatternSet &patterns,
                                    FormulaTypes types) {
  patterns.add<ApproximateErf, ApproximateTanh>(patterns.getContext(), types);
  if (types == FormulaTypes::Vectors)
    patterns.add<ApproximateExp>(patterns.getContext());
}
