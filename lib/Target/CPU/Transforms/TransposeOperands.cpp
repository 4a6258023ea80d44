// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operands of contractions in the order in which vectors are loaded.

#include "NestEmitter.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "pc/Target/CPU/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_TRANSPOSEOPERANDS
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

namespace {
struct TransposeOperands
    : public mlir::pc::impl::TransposeOperandsBase<TransposeOperands> {
  using TransposeOperandsBase::TransposeOperandsBase;
  void runOnOperation() override;

private:
  std::optional<unsigned> chooseVectorLoop(linalg::LinalgOp op) const;
};
} // namespace

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

static SmallVector<int64_t> getPermutation(int64_t rank, unsigned position) {
  SmallVector<int64_t> permutation =
      llvm::to_vector(llvm::seq<int64_t>(0, rank));
  std::rotate(permutation.begin() + position,
              permutation.begin() + position + 1, permutation.end());
  return permutation;
}

/// Map and shape of the operand with dimension `position` last.
static std::pair<AffineMap, SmallVector<int64_t>>
moveLast(linalg::LinalgOp op, OpOperand &operand, unsigned position) {
  AffineMap map = op.getMatchingIndexingMap(&operand);
  ArrayRef<int64_t> old = cast<ShapedType>(operand.get().getType()).getShape();
  SmallVector<AffineExpr> results;
  SmallVector<int64_t> shape;
  for (int64_t i : getPermutation(old.size(), position)) {
    results.push_back(map.getResult(i));
    shape.push_back(old[i]);
  }
  return {AffineMap::get(map.getNumDims(), 0, results, op.getContext()), shape};
}

/// `value` with dimension `position` last. A part of a tensor is a part of the
/// transposed tensor, which other parts are taken from too.
static Value moveLast(OpBuilder &builder, Location loc, Value value,
                      unsigned position) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> order = getPermutation(type.getRank(), position);
  auto slice = value.getDefiningOp<tensor::ExtractSliceOp>();
  if (slice && slice.getSourceType().getRank() == type.getRank() &&
      slice.getSourceType().hasStaticShape())
    return tensor::ExtractSliceOp::create(
        builder, loc, moveLast(builder, loc, slice.getSource(), position),
        applyPermutation(slice.getMixedOffsets(), order),
        applyPermutation(slice.getMixedSizes(), order),
        applyPermutation(slice.getMixedStrides(), order));
  Value empty = tensor::EmptyOp::create(
      builder, loc, applyPermutation(type.getShape(), order),
      type.getElementType());
  return linalg::TransposeOp::create(builder, loc, value, empty, order)
      ->getResult(0);
}

/// Puts dimension `position` of the operand last.
static void transpose(OpBuilder &builder, linalg::GenericOp op,
                      OpOperand &operand, unsigned position) {
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  maps[operand.getOperandNumber()] = moveLast(op, operand, position).first;
  operand.set(moveLast(builder, op.getLoc(), operand.get(), position));
  op.setIndexingMapsAttr(builder.getAffineMapArrayAttr(maps));
}

/// The position that has to become the last one for vectors along `loop` to be
/// loaded.
static std::optional<unsigned>
getTransposed(linalg::LinalgOp op, OpOperand &operand, unsigned loop) {
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

/// The loop of the lanes: the last one of the output, unless another one makes
/// up for the way of its operands.
std::optional<unsigned>
TransposeOperands::chooseVectorLoop(linalg::LinalgOp op) const {
  VectorTarget target{vectorBits, registers};
  AffineMap map = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (map.getNumResults() == 0)
    return std::nullopt;
  auto last = dyn_cast<AffineDimExpr>(map.getResults().back());
  if (!last)
    return std::nullopt;
  unsigned best = last.getPosition();
  if (!chooseLanes)
    return best;
  std::optional<double> least = getCost(op, best, target);
  for (AffineExpr expr : map.getResults().drop_back()) {
    auto dim = dyn_cast<AffineDimExpr>(expr);
    if (!least || !dim)
      continue;
    std::optional<double> cost = getCost(op, dim.getPosition(), target);
    if (cost && *cost < *least) {
      least = cost;
      best = dim.getPosition();
    }
  }
  return best;
}

void TransposeOperands::runOnOperation() {
  IRRewriter rewriter(&getContext());
  SmallVector<linalg::LinalgOp> ops;
  getOperation().walk([&](linalg::LinalgOp op) {
    if (op.hasPureTensorSemantics() && op.getNumReductionLoops() > 0)
      ops.push_back(op);
  });
  for (linalg::LinalgOp op : ops) {
    std::optional<unsigned> loop = chooseVectorLoop(op);
    if (!loop)
      continue;
    for (unsigned i = 0, e = op.getNumDpsInputs(); i != e; ++i) {
      OpOperand &operand = op->getOpOperand(i);
      std::optional<unsigned> position = getTransposed(op, operand, *loop);
      if (!position)
        continue;
      rewriter.setInsertionPoint(op);
      FailureOr<linalg::GenericOp> generic =
          linalg::generalizeNamedOp(rewriter, op);
      if (succeeded(generic))
        op = *generic;
      rewriter.setInsertionPoint(op);
      transpose(rewriter, cast<linalg::GenericOp>(op), op->getOpOperand(i),
                *position);
      ++transposed;
    }
  }
}
