// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Integer divisions that no data can turn into a fault.

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/Matchers.h"
#include "pc/Target/CPU/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_GUARDDIVISION
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;

namespace {
struct GuardDivision : public mlir::pc::impl::GuardDivisionBase<GuardDivision> {
  void runOnOperation() override;
};
} // namespace

/// A constant other than 0 and -1 divides everything.
static bool isSafe(Value divisor) {
  APInt value;
  return matchPattern(divisor, m_ConstantInt(&value)) && !value.isZero() &&
         !value.isAllOnes();
}

static Value isEqual(ImplicitLocOpBuilder &builder, Value a, Value b) {
  return arith::CmpIOp::create(builder, arith::CmpIPredicate::eq, a, b);
}

/// Divides by 1 where the divisor is 0, or -1 (whose quotient may not fit), and
/// chooses the result for these afterwards: x / 0 = 0, x % 0 = 0,
/// x / -1 = 0 - x, x % -1 = 0.
static void guard(Operation *op) {
  ImplicitLocOpBuilder builder(op->getLoc(), op);
  Value dividend = op->getOperand(0), divisor = op->getOperand(1);
  Type type = divisor.getType();
  auto constant = [&](int64_t value) -> Value {
    return arith::ConstantOp::create(builder,
                                     builder.getIntegerAttr(type, value));
  };
  Value zero = constant(0), one = constant(1);
  Value byZero = isEqual(builder, divisor, zero);
  Value unsafe = byZero;
  Value byMinusOne;
  if (isa<arith::DivSIOp, arith::RemSIOp>(op)) {
    byMinusOne = isEqual(builder, divisor, constant(-1));
    unsafe = arith::OrIOp::create(builder, byZero, byMinusOne);
  }
  op->setOperand(1, arith::SelectOp::create(builder, unsafe, one, divisor));
  builder.setInsertionPointAfter(op);
  Value result = op->getResult(0);
  Value otherwise = zero;
  if (isa<arith::DivSIOp>(op))
    otherwise = arith::SelectOp::create(
        builder, byZero, zero,
        Value(arith::SubIOp::create(builder, zero, dividend)));
  auto guarded = arith::SelectOp::create(builder, unsafe, otherwise, result);
  result.replaceAllUsesExcept(guarded, guarded);
}

void GuardDivision::runOnOperation() {
  SmallVector<Operation *> divisions;
  getOperation().walk([&](Operation *op) {
    if (isa<arith::DivSIOp, arith::DivUIOp, arith::RemSIOp, arith::RemUIOp>(
            op) &&
        !isa<ShapedType>(op->getResult(0).getType()) &&
        !isSafe(op->getOperand(1)))
      divisions.push_back(op);
  });
  for (Operation *op : divisions)
    guard(op);
  guarded += divisions.size();
}
