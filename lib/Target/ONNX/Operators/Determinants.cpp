// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Determinants, by elimination with complete pivoting.
//
// The largest element that is left is the pivot, so a pivot of zero means that
// nothing is left: there is no division by it, and the derivative is right for
// singular matrices too. Rows and columns do not move; those that are done are
// masked, and the sign is that of the minors that remain.

#include "Operators.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;

/// Eliminations are unrolled up to this size.
static constexpr int64_t maxMatrix = 64;

namespace {
/// Matrices [batch, size, size] on the way.
struct Elimination {
  int64_t batch, size;
  Type element;
  Value rest;                  // what remains of the matrices
  Value rows, columns;         // [batch, size]: 1 where not yet done, else 0
  Value pivotRow, pivotColumn; // [batch]
};
} // namespace

/// The loop at `dim` is at the pivot.
static Value isPivot(Scalar &b, int64_t dim, Value pivot) {
  return compareIntegers(b, arith::CmpIPredicate::eq, pivot,
                         getPosition(b, dim, pivot.getType()));
}

/// Sets the place of the largest element that remains; NaN is the largest.
static void findPivot(Emitter &b, Elimination &state) {
  int64_t batch = state.batch, size = state.size;
  Value keys = b.elementwise(
      {batch, size, size}, state.element,
      {state.rest, b.reshape(state.rows, {batch, size, 1}),
       b.reshape(state.columns, {batch, 1, size})},
      [&](Scalar &b, ValueRange v) -> Value {
        Value isNaN =
            arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, v[0], v[0]);
        Value highest = emitHighest(b, state.element);
        Value magnitude = arith::SelectOp::create(
            b, isNaN, highest, math::AbsFOp::create(b, v[0]));
        Value isLeft =
            compareIntegers(b, arith::CmpIPredicate::ne, emitMul(b, v[1], v[2]),
                            emitScalar(b, b.getI64Type(), 0));
        return arith::SelectOp::create(b, isLeft, magnitude,
                                       emitScalar(b, state.element, -1));
      });
  Value place =
      emitArgExtremum(b, b.reshape(keys, {batch, size * size}), 1, true, false);
  auto split = [&](bool isRow) {
    return b.map(place, [&](Scalar &b, ValueRange v) -> Value {
      Value width = emitScalar(b, b.getI64Type(), double(size));
      if (isRow)
        return arith::DivSIOp::create(b, v[0], width);
      return arith::RemSIOp::create(b, v[0], width);
    });
  };
  state.pivotRow = split(true);
  state.pivotColumn = split(false);
}

/// Row or column of the pivot: [batch, size].
static Value takeLine(Emitter &b, const Elimination &state, bool isRow) {
  AffineMap read =
      isRow ? selectLoops(b, 3, {0, 2, 1}) : selectLoops(b, 3, {0, 1, 2});
  return sumOver(
      b, {state.batch, state.size}, state.element,
      {state.rest, isRow ? state.pivotRow : state.pivotColumn},
      {read, selectLoops(b, 3, {0})}, [&](Scalar &b, ValueRange v) -> Value {
        return arith::SelectOp::create(b, isPivot(b, 2, v[1]), v[0],
                                       emitScalar(b, state.element, 0));
      });
}

/// How many lines that are left come before the pivot: [batch].
static Value countBefore(Emitter &b, const Elimination &state, Value lines,
                         Value pivot) {
  return sumOver(b, state.batch, b.getI64Type(), {lines, pivot},
                 {selectLoops(b, 2, {0, 1}), selectLoops(b, 2, {0})},
                 [&](Scalar &b, ValueRange v) -> Value {
                   Value isBefore =
                       compareIntegers(b, arith::CmpIPredicate::slt,
                                       getPosition(b, 1, b.getI64Type()), v[1]);
                   return arith::SelectOp::create(
                       b, isBefore, v[0], emitScalar(b, b.getI64Type(), 0));
                 });
}

/// `product` times the pivot, with the sign of its minor.
static Value multiplyPivot(Emitter &b, const Elimination &state, Value product,
                           Value pivot) {
  Value above = countBefore(b, state, state.rows, state.pivotRow);
  Value before = countBefore(b, state, state.columns, state.pivotColumn);
  return b.elementwise(
      state.batch, state.element, {product, pivot, above, before},
      [](Scalar &b, ValueRange v) -> Value {
        Value one = emitScalar(b, v[2].getType(), 1);
        Value parity = arith::AndIOp::create(b, emitAdd(b, v[2], v[3]), one);
        Value isOdd = compareIntegers(b, arith::CmpIPredicate::eq, parity, one);
        Value next = emitMul(b, v[0], v[1]);
        return arith::SelectOp::create(b, isOdd, arith::NegFOp::create(b, next),
                                       next);
      });
}

/// What remains without the row and the column of the pivot.
static void eliminate(Emitter &b, Elimination &state, Value row, Value column,
                      Value pivot) {
  int64_t batch = state.batch, size = state.size;
  auto spread = [&](Value each) { return b.reshape(each, {batch, 1, 1}); };
  state.rest = b.elementwise(
      {batch, size, size}, state.element,
      {state.rest, b.reshape(column, {batch, size, 1}),
       b.reshape(row, {batch, 1, size}), spread(pivot), spread(state.pivotRow),
       spread(state.pivotColumn)},
      [&](Scalar &b, ValueRange v) -> Value {
        Value zero = emitScalar(b, state.element, 0);
        Value isNothing =
            arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, v[3], zero);
        Value divisor = arith::SelectOp::create(
            b, isNothing, emitScalar(b, state.element, 1), v[3]);
        Value left =
            emitSub(b, v[0], emitMul(b, v[1], emitDiv(b, v[2], divisor)));
        Value isDone =
            arith::OrIOp::create(b, isPivot(b, 1, v[4]), isPivot(b, 2, v[5]));
        return arith::SelectOp::create(b, isDone, zero, left);
      });
  auto strike = [&](Value lines, Value pivot) {
    return b.elementwise(
        {batch, size}, b.getI64Type(), {lines, b.reshape(pivot, {batch, 1})},
        [](Scalar &b, ValueRange v) -> Value {
          return arith::SelectOp::create(
              b, isPivot(b, 1, v[1]), emitScalar(b, b.getI64Type(), 0), v[0]);
        });
  };
  state.rows = strike(state.rows, state.pivotRow);
  state.columns = strike(state.columns, state.pivotColumn);
}

static LogicalResult lowerDet(NodeContext &node) {
  if (failed(node.requireInputs(1, 1)) || failed(node.requireFloat(0)) ||
      failed(node.requireRank(0, 2, INT64_MAX)))
    return failure();
  ArrayRef<int64_t> shape = node.getShape(0);
  int64_t size = shape.back();
  if (shape[shape.size() - 2] != size)
    return node.fail("expected square matrices, but got " + printTypes(node));
  if (size > maxMatrix)
    return node.unsupported("matrices of more than " + Twine(maxMatrix) +
                            " rows");
  ArrayRef<int64_t> result = shape.drop_back(2);
  Emitter b(node.builder, node.loc);
  Elimination state;
  state.size = size;
  state.element = node.getType(0).getElementType();
  state.batch = 1;
  for (int64_t count : result)
    state.batch *= count;
  Value product = b.filled(state.batch, state.element, 1);
  if (state.batch != 0 && size != 0) {
    state.rest = b.reshape(node.getInput(0), {state.batch, size, size});
    state.rows = state.columns =
        b.filled({state.batch, size}, b.getI64Type(), 1);
    for (int64_t i = 0; i < size; ++i) {
      findPivot(b, state);
      Value row = takeLine(b, state, true), column = takeLine(b, state, false);
      Value pivot = sumOver(
          b, state.batch, state.element, {row, state.pivotColumn},
          {selectLoops(b, 2, {0, 1}), selectLoops(b, 2, {0})},
          [&](Scalar &b, ValueRange v) -> Value {
            return arith::SelectOp::create(b, isPivot(b, 1, v[1]), v[0],
                                           emitScalar(b, state.element, 0));
          });
      product = multiplyPivot(b, state, product, pivot);
      eliminate(b, state, row, column, pivot);
    }
  }
  node.setOutput(0, b.reshape(product, result));
  return success();
}

void registerDeterminants(OperatorRegistry &all) {
  all.add("Det", 11, lowerDet);
}

} // namespace mlir::pc
