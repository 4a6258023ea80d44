// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sums of what was put into zeros. A value that is read in parts, or a weight
// that is read at every time step, has a cotangent with a term for each of
// them; here each term touches only what it adds to, and is never a tensor of
// its own.

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "pc/Target/CPU/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_ACCUMULATESUMS
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;

/// True for a tensor of zeros.
static bool isZeros(Value value) {
  if (auto fill = value.getDefiningOp<linalg::FillOp>())
    value = fill.value();
  return matchPattern(value, m_AnyZeroFloat());
}

/// Matches the sum of a tensor and the only use of another, in either order.
template <typename Op>
static std::pair<Value, Op> matchSum(arith::AddFOp add,
                                     llvm::function_ref<bool(Op)> matches) {
  for (unsigned i : {1, 0})
    if (auto term = add->getOperand(i).getDefiningOp<Op>())
      if (term->hasOneUse() && add.getLhs() != add.getRhs() && matches(term))
        return {add->getOperand(1 - i), term};
  return {};
}

/// True for the same order of dimensions of two copies, which is not the order
/// in memory.
static bool isTransposed(linalg::GenericOp op) {
  return op.getNumDpsInputs() == 1 && op.getNumDpsInits() == 1 &&
         op.getNumLoops() == op.getNumParallelLoops() &&
         llvm::all_of(op.getIndexingMapsArray(),
                      [](AffineMap map) { return map.isPermutation(); }) &&
         op.getMatchingIndexingMap(op.getDpsInputOperand(0)) !=
             op.getMatchingIndexingMap(op.getDpsInitOperand(0)) &&
         isa<BlockArgument>(op.getBody()->getTerminator()->getOperand(0)) &&
         op.getBody()->getTerminator()->getOperand(0) ==
             op.getBody()->getArgument(0);
}

/// The order of dimensions in which `value` was copied, or none.
static std::optional<AffineMap> getPermutation(Value value, Value &source) {
  if (auto op = value.getDefiningOp<linalg::TransposeOp>()) {
    source = op.getInput();
    return AffineMap::getPermutationMap(op.getPermutation(), op.getContext());
  }
  auto op = value.getDefiningOp<linalg::GenericOp>();
  if (!op || !isTransposed(op))
    return std::nullopt;
  source = op.getDpsInputOperand(0)->get();
  AffineMap in = op.getMatchingIndexingMap(op.getDpsInputOperand(0));
  AffineMap out = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  return inversePermutation(in).compose(out);
}

/// True for a sum of products, or of elements, over whole dimensions.
static bool isReduction(linalg::LinalgOp op) {
  return op.getNumDpsInits() == 1 && op->getNumResults() == 1 &&
         op.getNumReductionLoops() > 0 &&
         llvm::all_of(op.getIndexingMapsArray(), [](AffineMap map) {
           return map.isProjectedPermutation();
         });
}

/// What `op` adds to its output does not depend on it: out + f(inputs).
static bool isAccumulation(linalg::LinalgOp op) {
  if (!isReduction(op))
    return false;
  Block &body = *op.getBlock();
  Value out = body.getArguments().back();
  auto add = body.getTerminator()->getOperand(0).getDefiningOp<arith::AddFOp>();
  return add && out.hasOneUse() && *out.getUsers().begin() == add &&
         add.getLhs() != add.getRhs();
}

/// True for a value that lies in memory of its own: anything else would be
/// stored for a sum to start from, and is better added where the sum is read.
static bool isStored(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return isa<scf::ForOp, scf::WhileOp>(argument.getOwner()->getParentOp());
  if (auto op = value.getDefiningOp<linalg::LinalgOp>())
    return isReduction(op);
  return value.getDefiningOp<tensor::InsertSliceOp>() != nullptr;
}

namespace {
/// transpose(x) + transpose(y) = transpose(x + y).
struct SumOfTransposed : public OpRewritePattern<arith::AddFOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(arith::AddFOp op,
                                PatternRewriter &rewriter) const override;
};

/// x + op(…, zeros) = op(…, x).
struct SumOfAccumulated : public OpRewritePattern<arith::AddFOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(arith::AddFOp op,
                                PatternRewriter &rewriter) const override;
};

/// x + insert(y, zeros) = insert(slice(x) + y, x).
struct SumOfInserted : public OpRewritePattern<arith::AddFOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(arith::AddFOp op,
                                PatternRewriter &rewriter) const override;
};

/// slice(x) + y = y where x has nothing but zeros.
struct SumWithZeros : public OpRewritePattern<arith::AddFOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(arith::AddFOp op,
                                PatternRewriter &rewriter) const override;
};

struct AccumulateSums
    : public mlir::pc::impl::AccumulateSumsBase<AccumulateSums> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns
        .add<SumOfTransposed, SumOfAccumulated, SumOfInserted, SumWithZeros>(
            &getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace

LogicalResult
SumOfTransposed::matchAndRewrite(arith::AddFOp op,
                                 PatternRewriter &rewriter) const {
  Value sources[2];
  std::optional<AffineMap> order = getPermutation(op.getLhs(), sources[0]);
  if (!order || order != getPermutation(op.getRhs(), sources[1]) ||
      !op.getLhs().hasOneUse() || !op.getRhs().hasOneUse())
    return failure();
  Location loc = op.getLoc();
  Value sum = arith::AddFOp::create(rewriter, loc, sources[0], sources[1]);
  auto type = cast<RankedTensorType>(op.getType());
  Value empty = tensor::EmptyOp::create(rewriter, loc, type.getShape(),
                                        type.getElementType());
  SmallVector<int64_t> permutation;
  for (AffineExpr result : order->getResults())
    permutation.push_back(cast<AffineDimExpr>(result).getPosition());
  rewriter.replaceOpWithNewOp<linalg::TransposeOp>(op, sum, empty, permutation);
  return success();
}

LogicalResult
SumOfAccumulated::matchAndRewrite(arith::AddFOp op,
                                  PatternRewriter &rewriter) const {
  auto [start,
        term] = matchSum<linalg::LinalgOp>(op, [](linalg::LinalgOp term) {
    return isAccumulation(term) && isZeros(term.getDpsInitOperand(0)->get());
  });
  // What is used elsewhere would be copied, which costs what the sum does.
  if (!term || !start.hasOneUse() || !isStored(start))
    return failure();
  Operation *sum = rewriter.clone(*term);
  unsigned init = term.getDpsInitOperand(0)->getOperandNumber();
  rewriter.modifyOpInPlace(
      sum, [&, start = start] { sum->setOperand(init, start); });
  rewriter.replaceOp(op, sum->getResults());
  return success();
}

/// The first and last place in dimension `i`, where they are known.
static std::optional<std::pair<int64_t, int64_t>>
getRange(OffsetSizeAndStrideOpInterface op, unsigned i) {
  if (op.isDynamicOffset(i) || op.isDynamicSize(i) || op.isDynamicStride(i) ||
      op.getStaticStride(i) <= 0)
    return std::nullopt;
  int64_t first = op.getStaticOffset(i);
  return std::make_pair(first, first + (op.getStaticSize(i) - 1) *
                                           op.getStaticStride(i));
}

/// True where the ranges of some dimension have no number in common.
static bool areDisjoint(OffsetSizeAndStrideOpInterface a,
                        OffsetSizeAndStrideOpInterface b) {
  for (unsigned i = 0; i < a.getMixedOffsets().size(); ++i) {
    auto x = getRange(a, i), y = getRange(b, i);
    if (x && y && (x->second < y->first || y->second < x->first))
      return true;
  }
  return false;
}

/// True where `value` has nothing but zeros at the place of `part`.
static bool hasZerosAt(Value value, OffsetSizeAndStrideOpInterface part) {
  while (auto insert = value.getDefiningOp<tensor::InsertSliceOp>()) {
    if (!areDisjoint(insert, part))
      return false;
    value = insert.getDest();
  }
  return isZeros(value);
}

LogicalResult SumOfInserted::matchAndRewrite(arith::AddFOp op,
                                             PatternRewriter &rewriter) const {
  auto [start, insert] =
      matchSum<tensor::InsertSliceOp>(op, [](tensor::InsertSliceOp insert) {
        return isZeros(insert.getDest());
      });
  if (!insert)
    return failure();
  Location loc = op.getLoc();
  Value part = tensor::ExtractSliceOp::create(
      rewriter, loc, insert.getSourceType(), start, insert.getMixedOffsets(),
      insert.getMixedSizes(), insert.getMixedStrides());
  Value sum = arith::AddFOp::create(rewriter, loc, part, insert.getSource());
  rewriter.replaceOpWithNewOp<tensor::InsertSliceOp>(
      op, sum, start, insert.getMixedOffsets(), insert.getMixedSizes(),
      insert.getMixedStrides());
  return success();
}

LogicalResult SumWithZeros::matchAndRewrite(arith::AddFOp op,
                                            PatternRewriter &rewriter) const {
  for (unsigned i : {0, 1}) {
    auto part = op->getOperand(i).getDefiningOp<tensor::ExtractSliceOp>();
    if (!part || !hasZerosAt(part.getSource(), part))
      continue;
    rewriter.replaceOp(op, op->getOperand(1 - i));
    return success();
  }
  return failure();
}
