// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "WidenIntegers.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

static bool isNarrow(Type type) {
  return type.isInteger(2) || type.isInteger(4);
}

/// An integer in another width; to a narrower one, its low bits.
static Value resize(OpBuilder &builder, Location loc, Value value, Type type,
                    bool isSigned) {
  unsigned from = value.getType().getIntOrFloatBitWidth();
  unsigned to = type.getIntOrFloatBitWidth();
  if (from == to)
    return value;
  if (from > to)
    return arith::TruncIOp::create(builder, loc, type, value);
  if (isSigned)
    return arith::ExtSIOp::create(builder, loc, type, value);
  return arith::ExtUIOp::create(builder, loc, type, value);
}

/// The low n bits of x, sign-extended, are (x << (w - n)) >> (w - n).
static LogicalResult expandSigned(arith::ExtSIOp op,
                                  PatternRewriter &rewriter) {
  auto narrow = op.getIn().getDefiningOp<arith::TruncIOp>();
  if (!narrow || !isNarrow(narrow.getType()))
    return rewriter.notifyMatchFailure(op, "not of a narrow integer");
  Location loc = op.getLoc();
  Value wide = narrow.getIn();
  unsigned distance = wide.getType().getIntOrFloatBitWidth() -
                      narrow.getType().getIntOrFloatBitWidth();
  Value by = arith::ConstantOp::create(
      rewriter, loc, rewriter.getIntegerAttr(wide.getType(), distance));
  Value up = arith::ShLIOp::create(rewriter, loc, wide, by);
  Value down = arith::ShRSIOp::create(rewriter, loc, up, by);
  rewriter.replaceOp(op, resize(rewriter, loc, down, op.getType(), true));
  return success();
}

/// The low n bits of x, zero-extended, are x & (2^n - 1).
static LogicalResult expandUnsigned(arith::ExtUIOp op,
                                    PatternRewriter &rewriter) {
  auto narrow = op.getIn().getDefiningOp<arith::TruncIOp>();
  if (!narrow || !isNarrow(narrow.getType()))
    return rewriter.notifyMatchFailure(op, "not of a narrow integer");
  Location loc = op.getLoc();
  Value wide = narrow.getIn();
  int64_t bits = (1 << narrow.getType().getIntOrFloatBitWidth()) - 1;
  Value mask = arith::ConstantOp::create(
      rewriter, loc, rewriter.getIntegerAttr(wide.getType(), bits));
  Value low = arith::AndIOp::create(rewriter, loc, wide, mask);
  rewriter.replaceOp(op, resize(rewriter, loc, low, op.getType(), false));
  return success();
}

/// float(x) = float(wide x)
template <typename Op, typename Extend>
static LogicalResult convertWide(Op op, PatternRewriter &rewriter) {
  if (!isNarrow(op.getIn().getType()))
    return rewriter.notifyMatchFailure(op, "not of a narrow integer");
  Value wide =
      Extend::create(rewriter, op.getLoc(), rewriter.getI32Type(), op.getIn());
  rewriter.replaceOpWithNewOp<Op>(op, op.getType(), wide);
  return success();
}

/// narrow(x) = low bits of wide(x)
template <typename Op>
static LogicalResult convertNarrow(Op op, PatternRewriter &rewriter) {
  if (!isNarrow(op.getType()))
    return rewriter.notifyMatchFailure(op, "not to a narrow integer");
  Value wide =
      Op::create(rewriter, op.getLoc(), rewriter.getI32Type(), op.getIn());
  rewriter.replaceOpWithNewOp<arith::TruncIOp>(op, op.getType(), wide);
  return success();
}

/// select(c, x, y) = low bits of select(c, wide x, wide y)
static LogicalResult selectWide(arith::SelectOp op, PatternRewriter &rewriter) {
  if (!isNarrow(op.getType()))
    return rewriter.notifyMatchFailure(op, "not of narrow integers");
  auto extend = [&](Value value) {
    return resize(rewriter, op.getLoc(), value, rewriter.getI32Type(), false);
  };
  Value wide = arith::SelectOp::create(rewriter, op.getLoc(), op.getCondition(),
                                       extend(op.getTrueValue()),
                                       extend(op.getFalseValue()));
  rewriter.replaceOpWithNewOp<arith::TruncIOp>(op, op.getType(), wide);
  return success();
}

static bool isSignedOrEquality(arith::CmpIPredicate predicate) {
  using P = arith::CmpIPredicate;
  return llvm::is_contained({P::eq, P::ne, P::slt, P::sle, P::sgt, P::sge},
                            predicate);
}

/// cmp(x, y) = cmp(wide x, wide y)
static LogicalResult compareWide(arith::CmpIOp op, PatternRewriter &rewriter) {
  if (!isNarrow(op.getLhs().getType()))
    return rewriter.notifyMatchFailure(op, "not of narrow integers");
  bool isSigned = isSignedOrEquality(op.getPredicate());
  auto extend = [&](Value value) {
    return resize(rewriter, op.getLoc(), value, rewriter.getI32Type(),
                  isSigned);
  };
  rewriter.replaceOpWithNewOp<arith::CmpIOp>(
      op, op.getPredicate(), extend(op.getLhs()), extend(op.getRhs()));
  return success();
}

/// What `value` was before it was widened with its sign, or a constant that
/// fits there; null if it is neither. Positions are small and not negative.
static Value getBefore(Value value, Type type, PatternRewriter &rewriter) {
  Operation *op = value.getDefiningOp();
  if (isa_and_nonnull<arith::IndexCastOp, arith::IndexCastUIOp, arith::ExtSIOp>(
          op))
    return op->getOperand(0).getType() == type ? op->getOperand(0) : Value();
  APInt constant;
  if (!matchPattern(value, m_ConstantInt(&constant)) ||
      !constant.isSignedIntN(type.isIndex() ? 31
                                            : type.getIntOrFloatBitWidth()))
    return {};
  return arith::ConstantOp::create(
      rewriter, value.getLoc(),
      rewriter.getIntegerAttr(type, constant.getSExtValue()));
}

/// cmp(wide x, wide y) = cmp(x, y)
static LogicalResult compareBefore(arith::CmpIOp op,
                                   PatternRewriter &rewriter) {
  if (!isSignedOrEquality(op.getPredicate()) ||
      !op.getLhs().getType().isInteger(64))
    return rewriter.notifyMatchFailure(op, "not a signed comparison of i64");
  Type type;
  for (Value side : op->getOperands()) {
    Operation *definition = side.getDefiningOp();
    if (isa_and_nonnull<arith::IndexCastOp, arith::IndexCastUIOp,
                        arith::ExtSIOp>(definition))
      type = definition->getOperand(0).getType();
  }
  if (!type || isNarrow(type) || type.isInteger(1))
    return rewriter.notifyMatchFailure(op, "nothing was widened");
  Value left = getBefore(op.getLhs(), type, rewriter);
  Value right = left ? getBefore(op.getRhs(), type, rewriter) : Value();
  if (!right)
    return rewriter.notifyMatchFailure(op, "one side was not widened");
  rewriter.replaceOpWithNewOp<arith::CmpIOp>(op, op.getPredicate(), left,
                                             right);
  return success();
}

void mlir::pc::populateWidenIntegers(RewritePatternSet &patterns) {
  patterns.add(expandSigned);
  patterns.add(expandUnsigned);
  patterns.add(convertWide<arith::SIToFPOp, arith::ExtSIOp>);
  patterns.add(convertWide<arith::UIToFPOp, arith::ExtUIOp>);
  patterns.add(convertNarrow<arith::FPToSIOp>);
  patterns.add(convertNarrow<arith::FPToUIOp>);
  patterns.add(selectWide);
  patterns.add(compareWide);
  patterns.add(compareBefore);
}
