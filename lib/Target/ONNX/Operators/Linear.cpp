// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Products of matrices.

#include "Operators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;

/// x[m, k] y[k, n] by a named operation; transposed operands are read through
/// the indexing maps.
static Value emitMatmul(Emitter &b, Value x, bool transposeX, Value y,
                        bool transposeY) {
  Type element = getElement(x), wide = getSumType(element);
  if (wide != element)
    return b.cast(
        emitMatmul(b, b.cast(x, wide), transposeX, b.cast(y, wide), transposeY),
        element);
  int64_t rows = getShape(x)[transposeX ? 1 : 0];
  int64_t columns = getShape(y)[transposeY ? 0 : 1];
  Value init = b.filled({rows, columns}, getElement(x), 0);
  if (!transposeX && !transposeY)
    return linalg::MatmulOp::create(b, init.getType(), ValueRange{x, y}, init)
        .getResult(0);
  AffineExpr m, n, k;
  bindDims(b.getContext(), m, n, k);
  auto map = [&](AffineExpr row, AffineExpr column, bool isTransposed) {
    if (isTransposed)
      std::swap(row, column);
    return AffineMapAttr::get(
        AffineMap::get(3, 0, {row, column}, b.getContext()));
  };
  Attribute maps[] = {map(m, k, transposeX), map(k, n, transposeY),
                      map(m, n, false)};
  auto op = linalg::MatmulOp::create(b, init.getType(), ValueRange{x, y}, init);
  op.setIndexingMapsAttr(b.getArrayAttr(maps));
  return op.getResult(0);
}

static Value scale(Emitter &b, Value value, double factor) {
  if (factor == 1)
    return value;
  return b.map(value, [&](Scalar &b, ValueRange v) {
    return emitMul(b, v[0], emitScalar(b, v[0].getType(), factor));
  });
}

static Value emitSum(Emitter &b, Value x, Value y) {
  return b.elementwise(
      getShape(x), getElement(x), {x, y},
      [](Scalar &b, ValueRange v) { return emitAdd(b, v[0], v[1]); });
}

static LogicalResult lowerGemm(NodeContext &node) {
  if (failed(node.requireInputs(2, 3)) || failed(node.requireRank(0, 2, 2)) ||
      failed(node.requireRank(1, 2, 2)) || failed(node.requireNumbers(0)) ||
      failed(node.requireSameElementType(0, 1)))
    return failure();
  bool transposeX = node.attributes.getInt("transA", 0) != 0;
  bool transposeY = node.attributes.getInt("transB", 0) != 0;
  ArrayRef<int64_t> x = node.getShape(0), y = node.getShape(1);
  if (x[transposeX ? 0 : 1] != y[transposeY ? 1 : 0])
    return node.fail("expected inner dimensions of one size, but got " +
                     Twine(x[transposeX ? 0 : 1]) + " and " +
                     Twine(y[transposeY ? 1 : 0]) + " in " + printTypes(node));
  int64_t shape[] = {x[transposeX ? 1 : 0], y[transposeY ? 0 : 1]};
  if (failed(node.getTensorType(shape, node.getType(0).getElementType())))
    return failure();
  Emitter b(node.builder, node.loc);
  Value product =
      emitMatmul(b, node.getInput(0), transposeX, node.getInput(1), transposeY);
  product = scale(b, product, node.attributes.getFloat("alpha", 1));
  double beta = node.attributes.getFloat("beta", 1);
  if (node.hasInput(2) && beta != 0) {
    FailureOr<SmallVector<int64_t>> joint =
        broadcastShapes(shape, node.getShape(2));
    if (failed(node.requireSameElementType(0, 2)))
      return failure();
    if (failed(joint) || ArrayRef(*joint) != ArrayRef(shape))
      return node.fail("expected a third operand that broadcasts to the "
                       "product, but got " +
                       printTypes(node));
    product = emitSum(b, product, scale(b, node.getInput(2), beta));
  }
  node.setOutput(0, product);
  return success();
}

/// Products of stacks of matrices: `shape` is the result's, and the operands
/// have at least rank 2. Stacks that repeat are read through their maps.
static Value emitStackedMatmul(Emitter &b, Value x, Value y,
                               ArrayRef<int64_t> shape) {
  int64_t loops = shape.size() + 1; // the last one runs over the sum
  SmallVector<utils::IteratorType> iterators(loops,
                                             utils::IteratorType::parallel);
  iterators.back() = utils::IteratorType::reduction;
  auto batch = [&](Value operand, AffineExpr row, AffineExpr column,
                   SmallVectorImpl<AffineExpr> &exprs) -> Value {
    ArrayRef<int64_t> own = getShape(operand);
    SmallVector<int64_t> kept;
    for (size_t i = 0; i + 2 < own.size(); ++i) {
      int64_t loop = int64_t(shape.size() - own.size() + i);
      if (own[i] == 1 && shape[loop] != 1)
        continue;
      kept.push_back(own[i]);
      exprs.push_back(b.getAffineDimExpr(loop));
    }
    kept.append(own.end() - 2, own.end());
    exprs.append({row, column});
    return b.reshape(operand, kept);
  };
  AffineExpr m = b.getAffineDimExpr(loops - 3);
  AffineExpr n = b.getAffineDimExpr(loops - 2);
  AffineExpr k = b.getAffineDimExpr(loops - 1);
  SmallVector<AffineExpr> xs, ys;
  Value left = batch(x, m, k, xs), right = batch(y, k, n, ys);
  Value init = b.filled(shape, getElement(x), 0);
  AffineMap maps[] = {AffineMap::get(loops, 0, xs, b.getContext()),
                      AffineMap::get(loops, 0, ys, b.getContext()),
                      AffineMap::getMultiDimIdentityMap(loops, b.getContext())
                          .dropResult(loops - 1)};
  return linalg::GenericOp::create(
             b, init.getType(), ValueRange{left, right}, init, maps, iterators,
             [](OpBuilder &nested, Location loc, ValueRange v) {
               Scalar inner(loc, nested);
               Value sum = emitAdd(inner, v[2], emitMul(inner, v[0], v[1]));
               linalg::YieldOp::create(inner, sum);
             })
      .getResult(0);
}

Value emitMatrixProduct(Emitter &b, Value x, Value y, ArrayRef<int64_t> shape) {
  Type element = getElement(x), wide = getSumType(element);
  if (wide != element)
    return b.cast(emitMatrixProduct(b, b.cast(x, wide), b.cast(y, wide), shape),
                  element);
  ArrayRef<int64_t> xs = getShape(x), ys = getShape(y);
  if (xs.size() == 2 && ys.size() == 2)
    return emitMatmul(b, x, false, y, false);
  if (ys.size() == 2) { // one matrix for all: the stack is a taller matrix
    int64_t rows =
        getTensorType(x).getNumElements() / std::max<int64_t>(xs.back(), 1);
    if (xs.back() == 0)
      return b.filled(shape, getElement(x), 0);
    Value flat = b.reshape(x, {rows, xs.back()});
    return b.reshape(emitMatmul(b, flat, false, y, false), shape);
  }
  if (xs.size() == 3 && ys.size() == 3 && xs[0] == ys[0]) {
    Value init = b.filled(shape, getElement(x), 0);
    return linalg::BatchMatmulOp::create(b, init.getType(), ValueRange{x, y},
                                         init)
        .getResult(0);
  }
  if (xs.drop_back(2) == ys.drop_back(2)) {
    int64_t batch = 1;
    for (int64_t size : xs.drop_back(2))
      batch *= size;
    size_t rank = shape.size();
    if (batch != 0)
      return b.reshape(emitMatrixProduct(
                           b, b.reshape(x, {batch, xs[rank - 2], xs[rank - 1]}),
                           b.reshape(y, {batch, ys[rank - 2], ys[rank - 1]}),
                           {batch, shape[rank - 2], shape[rank - 1]}),
                       shape);
  }
  return emitStackedMatmul(b, x, y, shape);
}

FailureOr<Value> emitMatMul(NodeContext &node, Value left, Value right) {
  SmallVector<int64_t> x(getShape(left)), y(getShape(right));
  bool isRow = x.size() == 1, isColumn = y.size() == 1;
  if (isRow)
    x.insert(x.begin(), 1);
  if (isColumn)
    y.push_back(1);
  FailureOr<SmallVector<int64_t>> shape =
      broadcastShapes(ArrayRef(x).drop_back(2), ArrayRef(y).drop_back(2));
  if (failed(shape) || x.back() != y[y.size() - 2])
    return node.fail("expected inner dimensions of one size and stacks that "
                     "broadcast, but got " +
                     printTypes(node));
  shape->append({x[x.size() - 2], y.back()});
  if (failed(node.getTensorType(*shape, getElement(left))))
    return failure();
  Emitter b(node.builder, node.loc);
  Value product =
      emitMatrixProduct(b, b.reshape(left, x), b.reshape(right, y), *shape);
  if (isColumn)
    shape->pop_back();
  if (isRow)
    shape->erase(shape->end() - (isColumn ? 1 : 2));
  return b.reshape(product, *shape);
}

static LogicalResult lowerMatMul(NodeContext &node) {
  if (failed(node.requireInputs(2, 2)) ||
      failed(node.requireRank(0, 1, INT64_MAX)) ||
      failed(node.requireRank(1, 1, INT64_MAX)) ||
      failed(node.requireNumbers(0)) ||
      failed(node.requireSameElementType(0, 1)))
    return failure();
  FailureOr<Value> product =
      emitMatMul(node, node.getInput(0), node.getInput(1));
  if (failed(product))
    return failure();
  node.setOutput(0, *product);
  return success();
}

void registerLinear(OperatorRegistry &all) {
  all.add("Gemm", 1, lowerGemm).withWeights({1, 2});
  all.add("MatMul", 1, lowerMatMul).withWeights({1});
}

} // namespace mlir::pc
