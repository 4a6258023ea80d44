// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The largest, the mean or a norm of what a window or an image holds.

#include "Windows.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;
using Sizes = SmallVector<int64_t>;

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

template <typename Op>
static Value emitNamed(Emitter &b, Value image, const Window &window,
                       Value init) {
  Value shape = b.emptyTensor(window.kernel, getElement(image));
  return Op::create(b, init.getType(), ValueRange{image, shape}, init,
                    getWindowAttr(b, window.strides),
                    getWindowAttr(b, window.dilations))
      .getResult(0);
}

/// Any number of spatial dimensions.
static Value emitGeneric(Emitter &b, Value image, const Window &window,
                         Value init, bool isMax) {
  unsigned rank = window.kernel.size(), loops = 2 + 2 * rank;
  SmallVector<AffineExpr> read{b.getAffineDimExpr(0), b.getAffineDimExpr(1)};
  SmallVector<AffineExpr> result(read), kernel;
  SmallVector<utils::IteratorType> iterators(loops,
                                             utils::IteratorType::reduction);
  std::fill(iterators.begin(), iterators.begin() + 2 + rank,
            utils::IteratorType::parallel);
  for (unsigned i = 0; i < rank; ++i) {
    AffineExpr at = b.getAffineDimExpr(2 + i);
    AffineExpr inside = b.getAffineDimExpr(2 + rank + i);
    read.push_back(at * window.strides[i] + inside * window.dilations[i]);
    result.push_back(at);
    kernel.push_back(inside);
  }
  auto map = [&](ArrayRef<AffineExpr> exprs) {
    return AffineMap::get(loops, 0, exprs, b.getContext());
  };
  AffineMap maps[] = {map(read), map(kernel), map(result)};
  Value shape = b.emptyTensor(window.kernel, getElement(image));
  return linalg::GenericOp::create(
             b, init.getType(), ValueRange{image, shape}, init, maps, iterators,
             [&](OpBuilder &nested, Location loc, ValueRange v) {
               Scalar inner(loc, nested);
               linalg::YieldOp::create(inner, isMax
                                                  ? emitMax(inner, v[2], v[0])
                                                  : emitAdd(inner, v[2], v[0]));
             })
      .getResult(0);
}

/// The largest element or the sum of each window of `image`.
static Value emitWindows(Emitter &b, Value image, const Window &window,
                         bool isMax) {
  Type element = getElement(image);
  double start = isMax ? getLowest(element) : 0;
  Sizes high(window.high), shape(getShape(image).take_front(2));
  for (size_t i = 0; i < high.size(); ++i)
    high[i] += window.extra[i];
  shape.append(window.output);
  Value padded = padImage(b, image, window.low, high, start);
  Value init = b.filled(shape, element, start);
  bool isNamed = isa<FloatType>(element); // integers would be compared unsigned
  if (window.kernel.size() == 1 && isNamed)
    return isMax ? emitNamed<linalg::PoolingNcwMaxOp>(b, padded, window, init)
                 : emitNamed<linalg::PoolingNcwSumOp>(b, padded, window, init);
  if (window.kernel.size() == 2 && isNamed)
    return isMax ? emitNamed<linalg::PoolingNchwMaxOp>(b, padded, window, init)
                 : emitNamed<linalg::PoolingNchwSumOp>(b, padded, window, init);
  return emitGeneric(b, padded, window, init, isMax);
}

static FailureOr<Window> getPoolWindow(NodeContext &node) {
  if (failed(node.requireInputs(1, 1)) ||
      failed(node.requireRank(0, 3, INT64_MAX)))
    return failure();
  std::optional<Sizes> kernel = node.attributes.getInts("kernel_shape");
  if (!kernel)
    return node.fail("expected the attribute kernel_shape");
  FailureOr<Window> window =
      getWindow(node, node.getShape(0).drop_front(2), *kernel);
  if (failed(window))
    return failure();
  Sizes shape(node.getShape(0).take_front(2));
  shape.append(window->output);
  if (failed(node.getTensorType(shape, node.getType(0).getElementType())))
    return failure();
  if (failed(checkPadded(node, *window)))
    return failure();
  return window;
}

/// The number of the element of the image that loop nest stands at, or -1 in
/// the padding; loops are those of `emitPlaces`.
static Value getNumber(Scalar &b, ArrayRef<int64_t> shape, const Window &window,
                       bool isColumnMajor) {
  Type index = b.getI64Type();
  auto number = [&](int64_t value) {
    return emitScalar(b, index, double(value));
  };
  int64_t rank = window.kernel.size();
  Value isInside = emitScalar(b, b.getI1Type(), 1);
  SmallVector<Value> at;
  for (int64_t i = 0; i < rank; ++i) {
    Value start =
        emitMul(b, getPosition(b, 2 + i, index), number(window.strides[i]));
    Value step = emitMul(b, getPosition(b, 2 + rank + i, index),
                         number(window.dilations[i]));
    Value here = emitSub(b, emitAdd(b, start, step), number(window.low[i]));
    for (Value holds :
         {compareIntegers(b, arith::CmpIPredicate::sge, here, number(0)),
          compareIntegers(b, arith::CmpIPredicate::slt, here,
                          number(shape[2 + i]))})
      isInside = arith::AndIOp::create(b, isInside, holds);
    at.push_back(here);
  }
  SmallVector<int64_t> sizes(shape.drop_front(2));
  if (isColumnMajor) {
    std::reverse(at.begin(), at.end());
    std::reverse(sizes.begin(), sizes.end());
  }
  Value result =
      emitAdd(b, emitMul(b, getPosition(b, 0, index), number(shape[1])),
              getPosition(b, 1, index));
  for (auto [here, size] : zip(at, sizes))
    result = emitAdd(b, emitMul(b, result, number(size)), here);
  return arith::SelectOp::create(b, isInside, result, number(-1));
}

/// Where in the whole tensor the largest element of each window stands first.
static Value emitPlaces(Emitter &b, Value image, const Window &window,
                        bool isColumnMajor) {
  Type element = getElement(image), index = b.getI64Type();
  ArrayRef<int64_t> own = getShape(image);
  unsigned rank = window.kernel.size(), loops = 2 + 2 * rank;
  Sizes high(window.high), shape(own.take_front(2));
  for (size_t i = 0; i < high.size(); ++i)
    high[i] += window.extra[i];
  shape.append(window.output);
  double lowest = getLowest(element);
  Value padded = padImage(b, image, window.low, high, lowest);
  Value inits[] = {b.filled(shape, element, lowest),
                   b.filled(shape, index, -1)};
  SmallVector<AffineExpr> read{b.getAffineDimExpr(0), b.getAffineDimExpr(1)};
  SmallVector<unsigned> kept{0, 1}, kernel;
  for (unsigned i = 0; i < rank; ++i) {
    AffineExpr at = b.getAffineDimExpr(2 + i);
    AffineExpr inside = b.getAffineDimExpr(2 + rank + i);
    read.push_back(at * window.strides[i] + inside * window.dilations[i]);
    kept.push_back(2 + i);
    kernel.push_back(2 + rank + i);
  }
  AffineMap result = selectLoops(b, loops, kept);
  AffineMap maps[] = {AffineMap::get(loops, 0, read, b.getContext()),
                      selectLoops(b, loops, kernel), result, result};
  SmallVector<utils::IteratorType> iterators(loops,
                                             utils::IteratorType::reduction);
  std::fill(iterators.begin(), iterators.begin() + 2 + rank,
            utils::IteratorType::parallel);
  Type types[] = {inits[0].getType(), inits[1].getType()};
  Value extent = b.emptyTensor(window.kernel, element);
  auto build = [&](OpBuilder &nested, Location loc, ValueRange v) {
    Scalar inner(loc, nested);
    Value number = getNumber(inner, own, window, isColumnMajor);
    Value none = emitScalar(inner, index, -1);
    auto isNumber = [&](arith::CmpIPredicate predicate, Value x) {
      return compareIntegers(inner, predicate, x, none);
    };
    Value isLarger;
    if (isa<FloatType>(element)) { // NaN is the largest
      Value isNew =
          arith::CmpFOp::create(inner, arith::CmpFPredicate::UGT, v[0], v[2]);
      Value isOpen =
          arith::CmpFOp::create(inner, arith::CmpFPredicate::ORD, v[2], v[2]);
      isLarger = arith::AndIOp::create(inner, isNew, isOpen);
    } else {
      isLarger = compareIntegers(inner, arith::CmpIPredicate::sgt, v[0], v[2]);
    }
    Value isFirst = isNumber(arith::CmpIPredicate::eq, v[3]);
    Value isTaken =
        arith::AndIOp::create(inner, isNumber(arith::CmpIPredicate::ne, number),
                              arith::OrIOp::create(inner, isLarger, isFirst));
    Value best = arith::SelectOp::create(inner, isTaken, v[0], v[2]);
    Value place = arith::SelectOp::create(inner, isTaken, number, v[3]);
    linalg::YieldOp::create(inner, ValueRange{best, place});
  };
  return linalg::GenericOp::create(b, types, ValueRange{padded, extent}, inits,
                                   maps, iterators, build)
      .getResult(1);
}

static LogicalResult lowerMaxPool(NodeContext &node) {
  FailureOr<Window> window = getPoolWindow(node);
  if (failed(window) || failed(node.requireNumbers(0)))
    return failure();
  Emitter b(node.builder, node.loc);
  node.setOutput(0, emitWindows(b, node.getInput(0), *window, true));
  if (node.hasOutput(1))
    node.setOutput(1, emitPlaces(b, node.getInput(0), *window,
                                 node.attributes.getInt("storage_order", 0)));
  return success();
}

/// Elements of the window at `position` along dimension `i` that count.
static int64_t countAlong(const Window &window, size_t i, int64_t size,
                          int64_t position, bool includePad) {
  int64_t least = includePad ? -window.low[i] : 0;
  int64_t most = includePad ? size + window.high[i] : size;
  int64_t start = position * window.strides[i] - window.low[i];
  // Reads before `bound`: those at start, start + dilation, ...
  auto countBefore = [&](int64_t bound) {
    int64_t reads = llvm::divideCeil(std::max<int64_t>(bound - start, 0),
                                     window.dilations[i]);
    return std::min<int64_t>(reads, window.kernel[i]);
  };
  int64_t count = countBefore(most) - countBefore(least);
  return std::max<int64_t>(count, 1); // all padding: the sum is 0 anyway
}

/// Divides sums by the sizes of their windows, which are known here.
static Value divideByCounts(Emitter &b, NodeContext &node, Value sums,
                            const Window &window) {
  bool includePad = node.attributes.getInt("count_include_pad", 0) != 0;
  Type element = getElement(sums);
  SmallVector<Value> operands{sums};
  double common = 1;
  for (size_t i = 0; i < window.kernel.size(); ++i) {
    int64_t size = node.getShape(0)[i + 2];
    SmallVector<double> counts;
    for (int64_t at = 0; at < window.output[i]; ++at)
      counts.push_back(double(countAlong(window, i, size, at, includePad)));
    if (llvm::all_equal(counts)) {
      common *= counts.empty() ? 1 : counts.front();
      continue;
    }
    // One vector for each dimension whose windows differ at the border.
    Sizes shape(window.kernel.size() - i, 1);
    shape[0] = window.output[i];
    operands.push_back(b.constant(shape, element, counts));
  }
  return b.elementwise(getShape(sums), element, operands,
                       [&](Scalar &b, ValueRange v) {
                         Value count = emitScalar(b, element, common);
                         for (Value along : v.drop_front())
                           count = emitMul(b, count, along);
                         return emitDiv(b, v[0], count);
                       });
}

static LogicalResult lowerAveragePool(NodeContext &node) {
  FailureOr<Window> window = getPoolWindow(node);
  if (failed(window) || failed(node.requireFloat(0)))
    return failure();
  Emitter b(node.builder, node.loc);
  Type element = node.getType(0).getElementType();
  Value image = b.cast(node.getInput(0), getSumType(element));
  Value sums = emitWindows(b, image, *window, false);
  node.setOutput(0, b.cast(divideByCounts(b, node, sums, *window), element));
  return success();
}

/// |x|^p, and the p-th root, without powers where p is 1 or 2.
static Value emitPower(Scalar &b, Value x, int64_t p) {
  if (p == 2)
    return emitMul(b, x, x);
  Value magnitude = math::AbsFOp::create(b, x);
  if (p == 1)
    return magnitude;
  return math::PowFOp::create(b, magnitude,
                              emitScalar(b, x.getType(), double(p)));
}

static Value emitRoot(Scalar &b, Value x, int64_t p) {
  if (p == 1)
    return x;
  if (p == 2)
    return math::SqrtOp::create(b, x);
  Value one = emitScalar(b, x.getType(), 1);
  Value exponent = emitDiv(b, one, emitScalar(b, x.getType(), double(p)));
  return math::PowFOp::create(b, x, exponent);
}

static FailureOr<int64_t> getNorm(NodeContext &node) {
  int64_t p = node.version < 2 ? int64_t(node.attributes.getFloat("p", 2))
                               : node.attributes.getInt("p", 2);
  if (p < 1)
    return node.fail("p: expected a positive number, but got " + Twine(p));
  return p;
}

static LogicalResult lowerLpPool(NodeContext &node) {
  FailureOr<Window> window = getPoolWindow(node);
  FailureOr<int64_t> p = getNorm(node);
  if (failed(window) || failed(p) || failed(node.requireFloat(0)))
    return failure();
  Emitter b(node.builder, node.loc);
  Type element = node.getType(0).getElementType();
  Value image = b.cast(node.getInput(0), getSumType(element));
  Value powers = b.map(
      image, [&](Scalar &b, ValueRange v) { return emitPower(b, v[0], *p); });
  Value sums = emitWindows(b, powers, *window, false);
  Value roots = b.map(
      sums, [&](Scalar &b, ValueRange v) { return emitRoot(b, v[0], *p); });
  node.setOutput(0, b.cast(roots, element));
  return success();
}

//===----------------------------------------------------------------------===//
// Whole images
//===----------------------------------------------------------------------===//

static LogicalResult lowerGlobalPool(NodeContext &node) {
  if (failed(node.requireInputs(1, 1)) || failed(node.requireFloat(0)) ||
      failed(node.requireRank(0, 3, INT64_MAX)))
    return failure();
  Emitter b(node.builder, node.loc);
  ArrayRef<int64_t> shape = node.getShape(0);
  Sizes axes = llvm::to_vector(llvm::seq<int64_t>(2, shape.size()));
  Value value = node.getInput(0);
  if (node.getOpType() == "GlobalMaxPool") {
    node.setOutput(0, b.unsqueeze(b.reduceMax(value, axes), axes));
    return success();
  }
  FailureOr<int64_t> p = 1;
  bool isNorm = node.getOpType() == "GlobalLpPool";
  if (isNorm) {
    if (failed(p = getNorm(node)))
      return failure();
    value = b.map(
        value, [&](Scalar &b, ValueRange v) { return emitPower(b, v[0], *p); });
  }
  double count = 1;
  for (int64_t size : shape.drop_front(2))
    count *= double(size);
  Value result = b.map(b.reduceSum(value, axes), [&](Scalar &b, ValueRange v) {
    if (isNorm)
      return emitRoot(b, v[0], *p);
    return emitDiv(b, v[0], emitScalar(b, v[0].getType(), count));
  });
  node.setOutput(0, b.unsqueeze(result, axes));
  return success();
}

void registerPools(OperatorRegistry &all) {
  all.add("MaxPool", 1, lowerMaxPool).withCopied({0});
  all.add("AveragePool", 1, lowerAveragePool);
  all.add("LpPool", 1, lowerLpPool);
  all.add("GlobalAveragePool", 1, lowerGlobalPool);
  all.add("GlobalMaxPool", 1, lowerGlobalPool);
  all.add("GlobalLpPool", 1, lowerGlobalPool);
}

} // namespace mlir::pc
