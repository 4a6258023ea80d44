// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operators that compare positions: the place of an extremum, elements named
// by an index, triangles.
//
// Elements that an index names are found by a mask: a sum over all candidates
// of those whose position is the index. That reads more than a gather, and is a
// plain sum with a plain derivative.

#include "Operators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;
using Sizes = SmallVector<int64_t>;

//===----------------------------------------------------------------------===//
// Building blocks
//===----------------------------------------------------------------------===//

/// The identity map of `rank` dimensions with dimension `axis` replaced by the
/// one behind them all.
static AffineMap getMapAlong(Emitter &b, int64_t rank, int64_t axis) {
  SmallVector<AffineExpr> exprs;
  for (int64_t i = 0; i < rank; ++i)
    exprs.push_back(b.getAffineDimExpr(i == axis ? rank : i));
  return AffineMap::get(rank + 1, 0, exprs, b.getContext());
}

static AffineMap getOwnMap(Emitter &b, int64_t rank) {
  return b.getMultiDimIdentityMap(rank + 1).dropResult(rank);
}

//===----------------------------------------------------------------------===//
// ArgMax, ArgMin, Hardmax
//===----------------------------------------------------------------------===//

Value emitArgExtremum(Emitter &b, Value x, int64_t axis, bool isMax,
                      bool isLast) {
  ArrayRef<int64_t> own = getShape(x);
  int64_t rank = own.size();
  Sizes shape(own);
  shape.erase(shape.begin() + axis);
  Type element = getElement(x), index = b.getI64Type();
  Value start = b.scalar(element, getLowest(element));
  if (!isMax)
    start = emitHighest(b, element);
  Value inits[] = {b.filled(shape, start), b.filled(shape, index, 0)};
  AffineMap kept = b.getMultiDimIdentityMap(rank).dropResult(axis);
  AffineMap maps[] = {b.getMultiDimIdentityMap(rank), kept, kept};
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::parallel);
  iterators[axis] = utils::IteratorType::reduction;
  Type types[] = {inits[0].getType(), inits[1].getType()};
  auto build = [&](OpBuilder &nested, Location loc, ValueRange v) {
    Scalar inner(loc, nested);
    Value isBetter;
    if (isa<FloatType>(element)) {
      using P = arith::CmpFPredicate;
      P predicate =
          isMax ? (isLast ? P::OGE : P::OGT) : (isLast ? P::OLE : P::OLT);
      isBetter = arith::CmpFOp::create(inner, predicate, v[0], v[1]);
    } else {
      using P = arith::CmpIPredicate;
      P predicate =
          isMax ? (isLast ? P::sge : P::sgt) : (isLast ? P::sle : P::slt);
      isBetter = arith::CmpIOp::create(inner, predicate, v[0], v[1]);
    }
    Value here = getPosition(inner, axis, index);
    Value best = arith::SelectOp::create(inner, isBetter, v[0], v[1]);
    Value at = arith::SelectOp::create(inner, isBetter, here, v[2]);
    linalg::YieldOp::create(inner, ValueRange{best, at});
  };
  return linalg::GenericOp::create(b, types, x, inits, maps, iterators, build)
      .getResult(1);
}

static LogicalResult lowerArg(NodeContext &node) {
  if (failed(node.requireInputs(1, 1)) || failed(node.requireNumbers(0)))
    return failure();
  FailureOr<int64_t> axis = node.normalizeAxis(
      node.attributes.getInt("axis", 0), node.getType(0).getRank());
  if (failed(axis))
    return failure();
  Emitter b(node.builder, node.loc);
  Value result =
      emitArgExtremum(b, node.getInput(0), *axis, node.getOpType() == "ArgMax",
                      node.attributes.getInt("select_last_index", 0) != 0);
  if (node.attributes.getInt("keepdims", 1))
    result = b.unsqueeze(result, *axis);
  node.setOutput(0, result);
  return success();
}

static LogicalResult lowerHardmax(NodeContext &node) {
  if (failed(node.requireInputs(1, 1)) || failed(node.requireFloat(0)))
    return failure();
  ArrayRef<int64_t> own = node.getShape(0);
  bool isFlat = node.version < 13;
  FailureOr<int64_t> axis = node.normalizeAxis(
      node.attributes.getInt("axis", isFlat ? 1 : -1), own.size());
  if (failed(axis))
    return failure();
  Emitter b(node.builder, node.loc);
  Value x = node.getInput(0);
  if (isFlat) { // all dimensions from `axis` on are one
    int64_t rows = 1;
    for (int64_t size : own.take_front(*axis))
      rows *= size;
    x = b.reshape(x,
                  {rows, rows ? getTensorType(x).getNumElements() / rows : 0});
    *axis = 1;
  }
  Value best = b.unsqueeze(emitArgExtremum(b, x, *axis, true, false), *axis);
  Type element = getElement(x);
  Value mask = b.elementwise(
      getShape(x), element, best, [&](Scalar &b, ValueRange v) -> Value {
        Value here = getPosition(b, *axis, v[0].getType());
        Value isBest = compareIntegers(b, arith::CmpIPredicate::eq, here, v[0]);
        return arith::UIToFPOp::create(b, element, isBest);
      });
  node.setOutput(0, b.reshape(mask, own));
  return success();
}

//===----------------------------------------------------------------------===//
// OneHot, GatherElements, ScatterElements
//===----------------------------------------------------------------------===//

static LogicalResult lowerOneHot(NodeContext &node) {
  if (failed(node.requireInputs(3, 3)))
    return failure();
  const Tensor *depth = node.getConstant(1);
  if (!depth)
    return node.unknown(1, "the depth");
  if (depth->getNumElements() != 1)
    return node.fail("expected one depth, but got " + printTypes(node));
  if (node.getShape(2) != ArrayRef<int64_t>(2))
    return node.fail("expected two values, but got " + printTypes(node));
  double wanted = depth->getAsDouble(0);
  if (!(wanted >= 0 && wanted <= double(maxTensorBytes)))
    return node.fail("expected a depth of sane size");
  int64_t size = int64_t(wanted);
  Sizes shape(node.getShape(0));
  FailureOr<int64_t> axis = node.normalizeAxis(
      node.attributes.getInt("axis", -1), int64_t(shape.size()) + 1);
  if (failed(axis))
    return failure();
  shape.insert(shape.begin() + *axis, size);
  Type element = node.getType(2).getElementType();
  if (failed(node.getTensorType(shape, element)))
    return failure();
  Emitter b(node.builder, node.loc);
  Value indices = b.unsqueeze(b.cast(node.getInput(0), b.getI64Type()), *axis);
  auto choice = [&](int64_t i) {
    return b.reshape(b.slice(node.getInput(2), i, 1, 1), {});
  };
  node.setOutput(
      0, b.elementwise(shape, element, {indices, choice(0), choice(1)},
                       [&](Scalar &b, ValueRange v) -> Value {
                         Value index = wrapIndex(b, v[0], size);
                         Value isHot = compareIntegers(
                             b, arith::CmpIPredicate::eq, index,
                             getPosition(b, *axis, v[0].getType()));
                         return arith::SelectOp::create(b, isHot, v[2], v[1]);
                       }));
  return success();
}

/// The axis of GatherElements and ScatterElements. The indices have the rank
/// of the data and are nowhere longer, except along the axis.
static FailureOr<int64_t> checkElements(NodeContext &node) {
  ArrayRef<int64_t> data = node.getShape(0), indices = node.getShape(1);
  FailureOr<int64_t> axis =
      node.normalizeAxis(node.attributes.getInt("axis", 0), data.size());
  if (failed(axis))
    return failure();
  bool isFine = data.size() == indices.size() &&
                isa<IntegerType>(node.getType(1).getElementType());
  for (size_t i = 0; isFine && i < data.size(); ++i)
    isFine = int64_t(i) == *axis || indices[i] <= data[i];
  if (!isFine)
    return node.fail("expected integer indices that fit the data, but got " +
                     printTypes(node));
  if (failed(node.requireRange(1, -data[*axis], data[*axis] - 1)))
    return failure();
  return axis;
}

static LogicalResult lowerGatherElements(NodeContext &node) {
  if (failed(node.requireInputs(2, 2)) || failed(node.requireNumbers(0)))
    return failure();
  FailureOr<int64_t> axis = checkElements(node);
  if (failed(axis))
    return failure();
  Emitter b(node.builder, node.loc);
  auto loops = llvm::to_vector(llvm::seq<unsigned>(0, node.getShape(0).size()));
  node.setOutput(0, pickElements(b, node.getShape(1), node.getInput(0), *axis,
                                 loops, node.getInput(1), loops));
  return success();
}

static LogicalResult lowerScatterElements(NodeContext &node) {
  if (failed(node.requireInputs(3, 3)) || failed(node.requireNumbers(0)) ||
      failed(node.requireSameElementType(0, 2)))
    return failure();
  FailureOr<ScatterReduction> reduction = getScatterReduction(node);
  FailureOr<int64_t> axis = checkElements(node);
  if (failed(reduction) || failed(axis))
    return failure();
  if (node.getShape(1) != node.getShape(2))
    return node.fail("expected one update for each index, but got " +
                     printTypes(node));
  Emitter b(node.builder, node.loc);
  Sizes shape(node.getShape(0)), low(shape.size(), 0), high(low);
  int64_t rank = shape.size(), size = shape[*axis];
  for (int64_t i = 0; i < rank; ++i)
    high[i] = i == *axis ? 0 : shape[i] - node.getShape(1)[i];
  // Where there is no index there is one that names no element.
  Value indices = b.pad(node.getInput(1), low, high, double(size));
  Value updates = b.pad(node.getInput(2), low, high, 0);
  AffineMap along = getMapAlong(b, rank, *axis);
  Type element = node.getType(0).getElementType();
  auto hits = [&](Scalar &b, Value index) {
    return compareIntegers(b, arith::CmpIPredicate::eq,
                           wrapIndex(b, index, size),
                           getPosition(b, *axis, index.getType()));
  };
  if (*reduction != ScatterReduction::None) {
    node.setOutput(0,
                   accumulate(b, node.getInput(0), rank + 1, {indices, updates},
                              {along, along}, [&](Scalar &b, ValueRange v) {
                                return emitScatter(b, *reduction, hits(b, v[0]),
                                                   v[1], v[2]);
                              }));
    return success();
  }
  Value sum = sumOver(b, shape, element, {indices, updates}, {along, along},
                      [&](Scalar &b, ValueRange v) -> Value {
                        return arith::SelectOp::create(
                            b, hits(b, v[0]), v[1], emitScalar(b, element, 0));
                      });
  Value count =
      sumOver(b, shape, b.getI64Type(), indices, along,
              [&](Scalar &b, ValueRange v) -> Value {
                return arith::ExtUIOp::create(b, b.getI64Type(), hits(b, v[0]));
              });
  node.setOutput(
      0, b.elementwise(shape, element, {node.getInput(0), sum, count},
                       [](Scalar &b, ValueRange v) -> Value {
                         Value zero = emitScalar(b, v[2].getType(), 0);
                         Value isKept = compareIntegers(
                             b, arith::CmpIPredicate::eq, v[2], zero);
                         return arith::SelectOp::create(b, isKept, v[0], v[1]);
                       }));
  return success();
}

//===----------------------------------------------------------------------===//
// TopK
//===----------------------------------------------------------------------===//

/// For each element how many come before it in the order asked for.
static Value emitRanks(Emitter &b, Value x, int64_t axis, bool isLargest) {
  int64_t rank = getTensorType(x).getRank();
  Type index = b.getI64Type();
  auto before = [&](Scalar &b, Value other, Value own) -> Value {
    if (isa<FloatType>(own.getType()))
      return arith::CmpFOp::create(
          b, isLargest ? arith::CmpFPredicate::OGT : arith::CmpFPredicate::OLT,
          other, own);
    return arith::CmpIOp::create(
        b, isLargest ? arith::CmpIPredicate::sgt : arith::CmpIPredicate::slt,
        other, own);
  };
  return sumOver(b, getShape(x), index, {x, x},
                 {getMapAlong(b, rank, axis), getOwnMap(b, rank)},
                 [&](Scalar &b, ValueRange v) -> Value {
                   // Of equal elements the one with the lower index comes
                   // first.
                   Value isEarlier =
                       compareIntegers(b, arith::CmpIPredicate::slt,
                                       getPosition(b, rank, index),
                                       getPosition(b, axis, index));
                   Value isBehind = before(b, v[1], v[0]);
                   Value one = emitScalar(b, b.getI1Type(), 1);
                   Value ties = arith::AndIOp::create(
                       b, isEarlier, arith::XOrIOp::create(b, isBehind, one));
                   Value isBefore =
                       arith::OrIOp::create(b, before(b, v[0], v[1]), ties);
                   return arith::ExtUIOp::create(b, index, isBefore);
                 });
}

static FailureOr<int64_t> getCount(NodeContext &node) {
  if (node.version < 10)
    return node.attributes.getInt("k", 0);
  if (failed(node.requireInputs(2, 2)))
    return failure();
  FailureOr<Sizes> count = node.requireIntegers(1, "k");
  if (failed(count))
    return failure();
  if (count->size() != 1)
    return node.fail("expected one k, but got " + printTypes(node));
  return count->front();
}

static LogicalResult lowerTopK(NodeContext &node) {
  if (failed(node.requireInputs(1, 2)) || failed(node.requireNumbers(0)))
    return failure();
  FailureOr<int64_t> count = getCount(node);
  FailureOr<int64_t> axis = node.normalizeAxis(
      node.attributes.getInt("axis", -1), node.getType(0).getRank());
  if (failed(count) || failed(axis))
    return failure();
  Sizes shape(node.getShape(0));
  if (*count < 0 || *count > shape[*axis])
    return node.fail("k: expected at most " + Twine(shape[*axis]) +
                     ", but got " + Twine(*count));
  shape[*axis] = *count;
  Emitter b(node.builder, node.loc);
  Value x = node.getInput(0);
  int64_t rank = shape.size();
  Value ranks =
      emitRanks(b, x, *axis, node.attributes.getInt("largest", 1) != 0);
  AffineMap along = getMapAlong(b, rank, *axis);
  auto pick = [&](Type element, bool wantsIndex) {
    return sumOver(b, shape, element, {x, ranks}, {along, along},
                   [&](Scalar &b, ValueRange v) -> Value {
                     Value isHere =
                         compareIntegers(b, arith::CmpIPredicate::eq, v[1],
                                         getPosition(b, *axis, v[1].getType()));
                     Value value =
                         wantsIndex ? getPosition(b, rank, element) : v[0];
                     return arith::SelectOp::create(b, isHere, value,
                                                    emitScalar(b, element, 0));
                   });
  };
  node.setOutput(0, pick(getElement(x), false));
  if (node.hasOutput(1))
    node.setOutput(1, pick(b.getI64Type(), true));
  return success();
}

//===----------------------------------------------------------------------===//
// Trilu, EyeLike
//===----------------------------------------------------------------------===//

static LogicalResult lowerTrilu(NodeContext &node) {
  if (failed(node.requireInputs(1, 2)) ||
      failed(node.requireRank(0, 2, INT64_MAX)))
    return failure();
  int64_t diagonal = 0;
  if (node.hasInput(1)) {
    FailureOr<Sizes> given = node.requireIntegers(1, "k");
    if (failed(given))
      return failure();
    if (given->size() != 1)
      return node.fail("expected one k, but got " + printTypes(node));
    diagonal = std::clamp<int64_t>(given->front(), -(int64_t(1) << 40),
                                   int64_t(1) << 40);
  }
  bool isUpper = node.attributes.getInt("upper", 1) != 0;
  int64_t rank = node.getType(0).getRank();
  Emitter b(node.builder, node.loc);
  node.setOutput(
      0, b.map(node.getInput(0), [&](Scalar &b, ValueRange v) -> Value {
        Type index = b.getI64Type();
        Value column = getPosition(b, rank - 1, index);
        Value bound = emitAdd(b, getPosition(b, rank - 2, index),
                              emitScalar(b, index, double(diagonal)));
        Value isKept = compareIntegers(
            b, isUpper ? arith::CmpIPredicate::sge : arith::CmpIPredicate::sle,
            column, bound);
        return arith::SelectOp::create(b, isKept, v[0],
                                       emitScalar(b, v[0].getType(), 0));
      }));
  return success();
}

static LogicalResult lowerEyeLike(NodeContext &node) {
  if (failed(node.requireInputs(1, 1)) || failed(node.requireRank(0, 2, 2)))
    return failure();
  Type element = node.getType(0).getElementType();
  if (node.attributes.has("dtype")) {
    std::optional<ElementKind> kind =
        getElementKind(int(node.attributes.getInt("dtype", 1)));
    element = kind ? getElementType(*kind, node.builder.getContext()) : nullptr;
    if (!element)
      return node.unsupported("this element type");
  }
  int64_t diagonal = std::clamp<int64_t>(node.attributes.getInt("k", 0),
                                         -(int64_t(1) << 40), int64_t(1) << 40);
  Emitter b(node.builder, node.loc);
  node.setOutput(0, b.elementwise(node.getShape(0), element, ValueRange(),
                                  [&](Scalar &b, ValueRange) {
                                    Type index = b.getI64Type();
                                    Value bound = emitAdd(
                                        b, getPosition(b, 0, index),
                                        emitScalar(b, index, double(diagonal)));
                                    Value isOn = compareIntegers(
                                        b, arith::CmpIPredicate::eq,
                                        getPosition(b, 1, index), bound);
                                    return emitCast(b, isOn, element);
                                  }));
  return success();
}

void registerIndexing(OperatorRegistry &all) {
  all.add("ArgMax", 1, lowerArg);
  all.add("ArgMin", 1, lowerArg);
  all.add("Hardmax", 1, lowerHardmax);
  all.add("OneHot", 9, lowerOneHot);
  all.add("GatherElements", 11, lowerGatherElements)
      .withCopied({0})
      .withStrings(StringUse::Moves);
  all.add("Scatter", 9, lowerScatterElements);
  all.add("ScatterElements", 11, lowerScatterElements);
  all.add("TopK", 1, lowerTopK);
  all.add("Trilu", 14, lowerTrilu);
  all.add("EyeLike", 9, lowerEyeLike);
}

} // namespace mlir::pc
