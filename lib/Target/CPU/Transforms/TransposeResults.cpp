// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Results of contractions in an order that gives vectors enough lanes. The
// gradient of a filter ends with the few columns of its window; its channels
// make better lanes.

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "pc/Target/CPU/Passes.h"
#include "llvm/Support/MathExtras.h"

namespace mlir::pc {
#define GEN_PASS_DEF_TRANSPOSERESULTS
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;

namespace {
struct TransposeResults
    : public mlir::pc::impl::TransposeResultsBase<TransposeResults> {
  using TransposeResultsBase::TransposeResultsBase;
  void runOnOperation() override;

private:
  double getFoldedUse(linalg::LinalgOp op) const;
  bool canMove(linalg::LinalgOp op) const;
  std::optional<unsigned> choosePosition(linalg::LinalgOp op) const;
};
} // namespace

static int64_t countSteps(linalg::LinalgOp op) {
  return llvm::product_of(op.getStaticLoopRanges());
}

/// Every element is used often enough to pay for moving it.
static bool isReused(int64_t steps, Value tensor) {
  return steps >= 8 * cast<RankedTensorType>(tensor.getType()).getNumElements();
}

/// Whether `map` reads memory one by one along `dim`, or the same all the time.
static bool flowsAlong(AffineMap map, unsigned dim) {
  if (!map.isFunctionOfDim(dim))
    return true;
  ArrayRef<AffineExpr> results = map.getResults();
  if (llvm::any_of(results.drop_back(),
                   [&](AffineExpr expr) { return expr.isFunctionOfDim(dim); }))
    return false;
  auto sum = dyn_cast<AffineBinaryOpExpr>(results.back());
  AffineExpr alone = getAffineDimExpr(dim, map.getContext());
  return results.back() == alone ||
         (sum && sum.getKind() == AffineExprKind::Add &&
          ((sum.getLHS() == alone && !sum.getRHS().isFunctionOfDim(dim)) ||
           (sum.getRHS() == alone && !sum.getLHS().isFunctionOfDim(dim))));
}

/// The part of the lanes of all vectors that `extent` steps fill.
static double getUse(linalg::LinalgOp op, int64_t extent, unsigned bits) {
  Type element = getElementTypeOrSelf(op.getDpsInits()[0]);
  if (!element.isIntOrFloat())
    return 0;
  int64_t lanes = std::max(1u, bits / element.getIntOrFloatBitWidth());
  return double(extent) / llvm::alignTo(extent, lanes);
}

/// The same where the steps of a reduction are the lanes, so that everything is
/// read where it is; 0 if none can be.
double TransposeResults::getFoldedUse(linalg::LinalgOp op) const {
  SmallVector<unsigned> reductions;
  op.getReductionDims(reductions);
  double use = 0;
  for (unsigned dim : reductions)
    if (llvm::all_of(op.getDpsInputOperands(), [&](OpOperand *operand) {
          return flowsAlong(op.getMatchingIndexingMap(operand), dim);
        }))
      use =
          std::max(use, getUse(op, op.getStaticLoopRanges()[dim], vectorBits));
  return use;
}

bool TransposeResults::canMove(linalg::LinalgOp op) const {
  return op.hasPureTensorSemantics() && op.getNumReductionLoops() > 0 &&
         op.getNumDpsInits() == 1 &&
         !llvm::is_contained(op.getStaticLoopRanges(), ShapedType::kDynamic) &&
         op.getMatchingIndexingMap(op.getDpsInitOperand(0))
             .isProjectedPermutation() &&
         isReused(countSteps(op), op.getDpsInits()[0]);
}

/// The longest dimension of the result that all operands have last or can be
/// made to have last, if the one that is last now has few elements.
std::optional<unsigned>
TransposeResults::choosePosition(linalg::LinalgOp op) const {
  AffineMap map = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (map.getNumResults() < 2)
    return std::nullopt;
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  int64_t best = extents[map.getDimPosition(map.getNumResults() - 1)];
  if (best >= int64_t(few))
    return std::nullopt;
  best = 2 * best - 1; // what is not twice as long does not pay
  std::optional<unsigned> position;
  for (unsigned i = 0, e = map.getNumResults() - 1; i != e; ++i) {
    unsigned dim = map.getDimPosition(i);
    bool isLoadable =
        llvm::all_of(op.getDpsInputOperands(), [&](OpOperand *operand) {
          AffineMap inner = op.getMatchingIndexingMap(operand);
          return !inner.isFunctionOfDim(dim) ||
                 (inner.isProjectedPermutation() &&
                  isReused(countSteps(op), operand->get()));
        });
    if (isLoadable && extents[dim] > best) {
      best = extents[dim];
      position = i;
    }
  }
  // Folded lanes read every vector from the second cache for a few
  // multiply-adds, others read it once for all columns of a window.
  if (position && getUse(op, best, vectorBits) < 0.75 * getFoldedUse(op))
    return std::nullopt;
  return position;
}

/// `value` with the dimensions in the order of `permutation`; of a filled
/// tensor another filled tensor.
static Value transpose(OpBuilder &builder, Location loc, Value value,
                       ArrayRef<int64_t> permutation) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> shape;
  for (int64_t dim : permutation)
    shape.push_back(type.getDimSize(dim));
  Value empty =
      tensor::EmptyOp::create(builder, loc, shape, type.getElementType());
  if (auto fill = value.getDefiningOp<linalg::FillOp>())
    return linalg::FillOp::create(builder, loc, fill.value(), empty)
        .getResult(0);
  return linalg::TransposeOp::create(builder, loc, value, empty, permutation)
      ->getResult(0);
}

/// Computes the result with dimension `position` last and then puts it back.
static void moveLast(RewriterBase &rewriter, linalg::GenericOp op,
                     unsigned position) {
  Location loc = op.getLoc();
  rewriter.setInsertionPoint(op);
  OpOperand *init = op.getDpsInitOperand(0);
  AffineMap map = op.getMatchingIndexingMap(init);
  SmallVector<int64_t> forth, back(map.getNumResults());
  for (int64_t i = 0, e = map.getNumResults(); i != e; ++i)
    if (i != int64_t(position))
      forth.push_back(i);
  forth.push_back(position);
  SmallVector<AffineExpr> results;
  for (auto [to, from] : llvm::enumerate(forth)) {
    back[from] = to;
    results.push_back(map.getResult(from));
  }
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  maps.back() = AffineMap::get(map.getNumDims(), 0, results, op.getContext());
  Value start = transpose(rewriter, loc, init->get(), forth);
  auto moved = linalg::GenericOp::create(rewriter, loc, start.getType(),
                                         op.getDpsInputs(), start, maps,
                                         op.getIteratorTypesArray());
  rewriter.inlineRegionBefore(op.getRegion(), moved.getRegion(),
                              moved.getRegion().begin());
  rewriter.replaceOp(op, transpose(rewriter, loc, moved.getResult(0), back));
}

void TransposeResults::runOnOperation() {
  IRRewriter rewriter(&getContext());
  SmallVector<linalg::LinalgOp> ops;
  getOperation().walk([&](linalg::LinalgOp op) {
    if (canMove(op))
      ops.push_back(op);
  });
  for (linalg::LinalgOp op : ops) {
    std::optional<unsigned> position = choosePosition(op);
    if (!position)
      continue;
    rewriter.setInsertionPoint(op);
    FailureOr<linalg::GenericOp> generic =
        linalg::generalizeNamedOp(rewriter, op);
    if (succeeded(generic))
      op = *generic;
    moveLast(rewriter, cast<linalg::GenericOp>(op), *position);
    ++transposed;
  }
}
