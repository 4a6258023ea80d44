// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "OperandOrder.h"
#include "NestEmitter.h"

using namespace mlir;
using namespace mlir::pc;

/// The position of `loop` among the results of `map`, if it is there, alone,
/// and not already the last one.
static std::optional<unsigned> getMisplaced(AffineMap map, unsigned loop) {
  if (!map.isProjectedPermutation())
    return std::nullopt;
  for (unsigned i = 0, e = map.getNumResults(); i + 1 < e; ++i)
    if (map.getDimPosition(i) == loop)
      return i;
  return std::nullopt;
}

/// Every element of the operand is used often enough to pay for moving it.
static bool isReused(linalg::LinalgOp op, OpOperand &operand) {
  int64_t steps = 1;
  for (int64_t extent : op.getStaticLoopRanges()) {
    if (ShapedType::isDynamic(extent))
      return false;
    steps *= extent;
  }
  auto type = cast<RankedTensorType>(operand.get().getType());
  return steps >= 8 * type.getNumElements();
}

SmallVector<int64_t> mlir::pc::getOrderWithLast(int64_t rank,
                                                unsigned position) {
  auto order = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  std::rotate(order.begin() + position, order.begin() + position + 1,
              order.end());
  return order;
}

std::pair<AffineMap, SmallVector<int64_t>>
mlir::pc::moveLast(linalg::LinalgOp op, OpOperand &operand, unsigned position) {
  AffineMap map = op.getMatchingIndexingMap(&operand);
  ArrayRef<int64_t> old = cast<ShapedType>(operand.get().getType()).getShape();
  SmallVector<AffineExpr> results;
  SmallVector<int64_t> shape;
  for (int64_t i : getOrderWithLast(old.size(), position)) {
    results.push_back(map.getResult(i));
    shape.push_back(old[i]);
  }
  return {AffineMap::get(map.getNumDims(), 0, results, op.getContext()), shape};
}

std::optional<unsigned> mlir::pc::getTransposed(linalg::LinalgOp op,
                                                OpOperand &operand,
                                                unsigned loop) {
  std::optional<unsigned> position =
      getMisplaced(op.getMatchingIndexingMap(&operand), loop);
  return position && isReused(op, operand) ? position : std::nullopt;
}

/// What `op` takes with its operands in the order for vectors along `loop`, in
/// multiply-adds of a vector, their transposition included. Nothing where it
/// becomes no vector code.
static std::optional<double> getCost(linalg::LinalgOp op, unsigned loop,
                                     const VectorTarget &target) {
  FailureOr<SmallVector<OperandLayout>> layouts = getLayouts(op);
  if (failed(layouts) || !hasVectorForm(op))
    return std::nullopt;
  int64_t moved = 0;
  for (OpOperand *operand : op.getDpsInputOperands()) {
    std::optional<unsigned> position = getTransposed(op, *operand, loop);
    if (!position)
      continue;
    auto [map, shape] = moveLast(op, *operand, *position);
    (*layouts)[operand->getOperandNumber()] = getRowMajorLayout(map, shape);
    moved += llvm::product_of(shape);
  }
  FailureOr<StridedNest> nest = getStridedNest(op, *layouts);
  if (failed(nest))
    return std::nullopt;
  std::optional<NestTiling> tiling =
      chooseTiling(*nest, target, getNestBody(op));
  if (!tiling || tiling->cost == 0)
    return std::nullopt;
  return tiling->cost + moved;
}

std::optional<VectorLoop> mlir::pc::chooseVectorLoop(linalg::LinalgOp op,
                                                     const VectorTarget &target,
                                                     bool comparesAll) {
  AffineMap map = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (map.getNumResults() == 0)
    return std::nullopt;
  auto last = dyn_cast<AffineDimExpr>(map.getResults().back());
  if (!last)
    return std::nullopt;
  VectorLoop best{last.getPosition(), 0};
  if (!comparesAll)
    return best;
  std::optional<double> least = getCost(op, best.loop, target);
  if (!least)
    return best;
  best.cost = *least;
  for (AffineExpr expr : map.getResults().drop_back()) {
    auto dim = dyn_cast<AffineDimExpr>(expr);
    if (!dim)
      continue;
    std::optional<double> cost = getCost(op, dim.getPosition(), target);
    if (cost && *cost < best.cost)
      best = {dim.getPosition(), *cost};
  }
  return best;
}
