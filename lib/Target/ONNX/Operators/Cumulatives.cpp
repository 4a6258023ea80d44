// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Running sums and products: each result is taken over all elements, under a
// mask.

#include "Operators.h"

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;
using Sizes = SmallVector<int64_t>;

static FailureOr<int64_t> getAxis(NodeContext &node) {
  if (failed(node.requireInputs(2, 2)) || failed(node.requireNumbers(0)))
    return failure();
  FailureOr<Sizes> given = node.requireIntegers(1, "the axis");
  if (failed(given))
    return failure();
  if (given->size() != 1)
    return node.fail("expected one axis, but got " + printTypes(node));
  return node.normalizeAxis(given->front(), node.getType(0).getRank());
}

static LogicalResult lowerCumulative(NodeContext &node) {
  FailureOr<int64_t> axis = getAxis(node);
  if (failed(axis))
    return failure();
  bool isProduct = node.getOpType() == "CumProd";
  bool isExclusive = node.attributes.getInt("exclusive", 0) != 0;
  bool isReverse = node.attributes.getInt("reverse", 0) != 0;
  using P = arith::CmpIPredicate;
  P predicate = isReverse ? (isExclusive ? P::sgt : P::sge)
                          : (isExclusive ? P::slt : P::sle);
  Emitter b(node.builder, node.loc);
  Type element = node.getType(0).getElementType(), index = b.getI64Type();
  unsigned rank = node.getType(0).getRank();
  SmallVector<unsigned> read = llvm::to_vector(llvm::seq<unsigned>(0, rank));
  read[*axis] = rank;
  Value neutral = b.scalar(element, isProduct ? 1 : 0);
  node.setOutput(0, accumulate(b, b.filled(node.getShape(0), neutral), rank + 1,
                               node.getInput(0), selectLoops(b, rank + 1, read),
                               [&](Scalar &b, ValueRange v) {
                                 Value counts = compareIntegers(
                                     b, predicate, getPosition(b, rank, index),
                                     getPosition(b, *axis, index));
                                 Value part = arith::SelectOp::create(
                                     b, counts, v[0],
                                     emitScalar(b, element, isProduct ? 1 : 0));
                                 return isProduct ? emitMul(b, v[1], part)
                                                  : emitAdd(b, v[1], part);
                               }));
  return success();
}

void registerCumulatives(OperatorRegistry &all) {
  all.add("CumSum", 11, lowerCumulative);
  all.add("CumProd", 26, lowerCumulative);
}

} // namespace mlir::pc
