// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Tables.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "pc/Dialect/Dataflow/IR/Single.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

using namespace mlir;
using namespace mlir::pcflow;

int64_t pcflow::toWord(double value, WordType format) {
  if (format.isFloat())
    return Single(value).toWord();
  double limit = std::ldexp(1.0, format.getWidth() - 1);
  double scaled = std::nearbyint(std::ldexp(value, format.getFraction()));
  return std::min(std::max(scaled, -limit), limit - 1);
}

/// pcflow.lookup with exact pieces.
static double interpolate(const Table &table, FixedType format, double x) {
  int64_t segments = table.knots.size() - 1;
  double position =
      (std::ldexp(x, -table.range) + 1.0) * (double(segments) / 2.0);
  double clamped = std::min(std::max(position, 0.0), double(segments));
  int64_t index = std::min<int64_t>(clamped, segments - 1);
  double left = table.knots[index], right = table.knots[index + 1];
  return std::ldexp(left + (right - left) * (clamped - index),
                    -int(format.getFraction()));
}

static bool fill(Table &table, llvm::function_ref<double(double)> function,
                 FixedType format, int64_t segments) {
  for (int64_t knot = 0; knot <= segments; ++knot) {
    double x = std::ldexp(2.0 * knot / segments - 1.0, table.range);
    double value = function(x);
    if (std::isnan(value))
      return false;
    table.knots.push_back(toWord(value, format));
  }
  // Words between the knots, and those beyond the ends.
  double end = std::ldexp(1.0, format.getWidth() - 1 - format.getFraction());
  double top = std::ldexp((1LL << (format.getWidth() - 1)) - 1,
                          -int(format.getFraction()));
  int64_t samples = std::min<int64_t>(1LL << format.getWidth(), 16 * segments);
  auto measure = [&](double x) {
    double value = std::min(std::max(function(x), -end), top);
    table.error =
        std::max(table.error, std::abs(interpolate(table, format, x) - value));
  };
  for (int64_t sample = 0; sample < samples; ++sample) {
    double share = 2.0 * sample / samples - 1.0;
    measure(std::min(end * share, top));
    measure(std::ldexp(share, table.range));
  }
  measure(top);
  return !std::isnan(table.error);
}

/// Of all floats: words between the knots and at them, and beyond the ends up
/// to the largest.
static bool fillSingle(Table &table,
                       llvm::function_ref<double(double)> function,
                       WordType format, int64_t segments) {
  int64_t samples = 16 * segments;
  for (int64_t knot = 0; knot <= segments; ++knot) {
    double value =
        function(std::ldexp(2.0 * knot / segments - 1.0, table.range));
    if (!std::isfinite(value))
      return false;
    table.knots.push_back(toWord(value, format));
  }
  auto measure = [&](double x) {
    Single word(x);
    double y = pcflow::lookup(word, table.knots, table.range).toNumber();
    double error = std::abs(y - function(word.toNumber()));
    table.error =
        error >= table.error || std::isnan(error) ? error : table.error;
    return !std::isnan(error);
  };
  bool hasValues = true;
  for (int64_t sample = 0; sample <= samples; ++sample)
    hasValues &= measure(std::ldexp(2.0 * sample / samples - 1.0, table.range));
  for (int exponent = table.range; exponent < 128; ++exponent)
    for (double x : {std::ldexp(1.0, exponent), std::ldexp(1.5, exponent)})
      hasValues = hasValues && measure(x) && measure(-x);
  return hasValues;
}

static FailureOr<Table>
makeSingleTable(llvm::function_ref<double(double)> function, WordType format,
                int64_t segments) {
  std::optional<Table> best;
  for (int64_t range = -4; range <= 8; ++range) {
    Table table;
    table.range = range;
    if (fillSingle(table, function, format, segments) &&
        (!best || table.error < best->error))
      best = std::move(table);
  }
  if (!best || best->error > largestSingleError)
    return failure();
  return *best;
}

FailureOr<Table> pcflow::makeTable(llvm::function_ref<double(double)> function,
                                   WordType word, int64_t segments) {
  if (word.isFloat())
    return makeSingleTable(function, word, segments);
  auto format = cast<FixedType>(word);
  int64_t log = llvm::Log2_64(segments);
  int64_t most = int64_t(format.getWidth()) - 1 - format.getFraction();
  // A piece is no shorter than one unit of the last place.
  int64_t least = log - 1 - int64_t(format.getFraction());
  std::optional<Table> best;
  for (int64_t range = std::max(least, most - 8); range <= most; ++range) {
    Table table;
    table.range = range;
    if (!fill(table, function, format, segments))
      continue;
    if (!best || table.error < best->error)
      best = std::move(table);
  }
  if (!best)
    return failure();
  return *best;
}

//===----------------------------------------------------------------------===//
// Scalar operations
//===----------------------------------------------------------------------===//

static bool compare(arith::CmpFPredicate predicate, double a, double b) {
  using P = arith::CmpFPredicate;
  switch (predicate) {
  case P::OEQ:
  case P::UEQ:
    return a == b;
  case P::OGT:
  case P::UGT:
    return a > b;
  case P::OGE:
  case P::UGE:
    return a >= b;
  case P::OLT:
  case P::ULT:
    return a < b;
  case P::OLE:
  case P::ULE:
    return a <= b;
  case P::ONE:
  case P::UNE:
    return a != b;
  case P::ORD:
  case P::AlwaysTrue:
    return true;
  case P::UNO:
  case P::AlwaysFalse:
    return false;
  }
  llvm_unreachable("unknown predicate");
}

/// A function of one or two numbers, by the name of the operation.
static std::optional<double> apply(Operation *op, ArrayRef<double> x) {
  return llvm::TypeSwitch<Operation *, std::optional<double>>(op)
      .Case([&](arith::AddFOp) { return x[0] + x[1]; })
      .Case([&](arith::SubFOp) { return x[0] - x[1]; })
      .Case([&](arith::MulFOp) { return x[0] * x[1]; })
      .Case([&](arith::DivFOp) { return x[0] / x[1]; })
      .Case([&](arith::NegFOp) { return -x[0]; })
      .Case<arith::MaximumFOp, arith::MaxNumFOp>(
          [&](auto) { return std::max(x[0], x[1]); })
      .Case<arith::MinimumFOp, arith::MinNumFOp>(
          [&](auto) { return std::min(x[0], x[1]); })
      .Case<arith::ExtFOp, arith::TruncFOp>([&](auto) { return x[0]; })
      .Case([&](arith::CmpFOp cmp) {
        return double(compare(cmp.getPredicate(), x[0], x[1]));
      })
      .Case([&](arith::SelectOp) { return x[0] != 0.0 ? x[1] : x[2]; })
      .Case([&](math::TanhOp) { return std::tanh(x[0]); })
      .Case([&](math::ExpOp) { return std::exp(x[0]); })
      .Case([&](math::ExpM1Op) { return std::expm1(x[0]); })
      .Case([&](math::LogOp) { return std::log(x[0]); })
      .Case([&](math::Log1pOp) { return std::log1p(x[0]); })
      .Case([&](math::ErfOp) { return std::erf(x[0]); })
      .Case([&](math::SqrtOp) { return std::sqrt(x[0]); })
      .Case([&](math::RsqrtOp) { return 1.0 / std::sqrt(x[0]); })
      .Case([&](math::SinOp) { return std::sin(x[0]); })
      .Case([&](math::CosOp) { return std::cos(x[0]); })
      .Case([&](math::SinhOp) { return std::sinh(x[0]); })
      .Case([&](math::CoshOp) { return std::cosh(x[0]); })
      .Case([&](math::AtanOp) { return std::atan(x[0]); })
      .Case([&](math::AbsFOp) { return std::abs(x[0]); })
      .Case([&](math::PowFOp) { return std::pow(x[0], x[1]); })
      .Default([](Operation *) { return std::nullopt; });
}

Operation *pcflow::evaluate(Value value, Value word, double x, double &result) {
  if (value == word) {
    result = x;
    return nullptr;
  }
  Operation *op = value.getDefiningOp();
  if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
    if (auto number = dyn_cast<FloatAttr>(constant.getValue()))
      result = number.getValueAsDouble();
    else if (auto truth = dyn_cast<BoolAttr>(constant.getValue()))
      result = truth.getValue();
    else
      return op;
    return nullptr;
  }
  llvm::SmallVector<double> operands;
  for (Value operand : op->getOperands())
    if (Operation *unknown =
            evaluate(operand, word, x, operands.emplace_back()))
      return unknown;
  std::optional<double> number = apply(op, operands);
  if (!number)
    return op;
  result = *number;
  return nullptr;
}
