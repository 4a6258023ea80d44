// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Only those parts of contractions that are used. The gradient of a padded
// image is computed with its padding, which is then cut off; here the padding
// is never computed, and the zeros around the cotangent are fewer.

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "pc/Target/CPU/Passes.h"
#include "llvm/Support/MathExtras.h"

namespace mlir::pc {
#define GEN_PASS_DEF_TRIMSLICES
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;

/// The fill that `insert` puts its source into, if everything is static and
/// keeps its rank.
static linalg::FillOp getFilled(tensor::InsertSliceOp insert) {
  if (insert.getSourceType().getRank() != insert.getType().getRank() ||
      !insert.getType().hasStaticShape() ||
      ShapedType::isDynamicShape(insert.getStaticStrides()) ||
      ShapedType::isDynamicShape(insert.getStaticOffsets()) ||
      !insert.getSourceType().hasStaticShape())
    return {};
  return insert.getDest().getDefiningOp<linalg::FillOp>();
}

static Value createFill(OpBuilder &builder, Location loc, linalg::FillOp like,
                        ArrayRef<int64_t> shape) {
  Value empty = tensor::EmptyOp::create(
      builder, loc, shape, getElementTypeOrSelf(like.getOutputs().front()));
  return linalg::FillOp::create(builder, loc, like.value(), empty).getResult(0);
}

static SmallVector<OpFoldResult> getAttrs(OpBuilder &builder,
                                          ArrayRef<int64_t> values) {
  return getAsIndexOpFoldResult(builder.getContext(), values);
}

namespace {
/// slice(insert(x, fill)) = insert(slice(x), smaller fill).
struct SliceOfInserted : public OpRewritePattern<tensor::ExtractSliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::ExtractSliceOp op,
                                PatternRewriter &rewriter) const override;
};

/// insert(insert(x, fill), fill of the same value) = insert(x, fill).
struct InsertOfInserted : public OpRewritePattern<tensor::InsertSliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::InsertSliceOp op,
                                PatternRewriter &rewriter) const override;
};

/// slice(op(x, y)) = op(slice(x), slice(y)), unless the body of `op` asks for
/// its place: shifted, it would have no vector form.
struct SliceOfComputed : public OpRewritePattern<tensor::ExtractSliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::ExtractSliceOp op,
                                PatternRewriter &rewriter) const override;
};

struct TrimSlices : public mlir::pc::impl::TrimSlicesBase<TrimSlices> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<SliceOfInserted, InsertOfInserted, SliceOfComputed>(
        &getContext());
    linalg::populateSwapExtractSliceWithFillPatterns(patterns);
    tensor::populateFoldTensorEmptyPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace

LogicalResult
SliceOfInserted::matchAndRewrite(tensor::ExtractSliceOp op,
                                 PatternRewriter &rewriter) const {
  auto insert = op.getSource().getDefiningOp<tensor::InsertSliceOp>();
  linalg::FillOp fill = insert ? getFilled(insert) : linalg::FillOp();
  if (!fill || !insert->hasOneUse())
    return rewriter.notifyMatchFailure(op, "not of a tensor put into a fill");
  if (!op.getType().hasStaticShape() || !op.hasUnitStride() ||
      op.getType().getRank() != op.getSourceType().getRank() ||
      ShapedType::isDynamicShape(op.getStaticOffsets()))
    return rewriter.notifyMatchFailure(op, "not a box of static size");
  SmallVector<int64_t> from, sizes, to;
  for (auto [start, size, place, extent, stride] :
       llvm::zip_equal(op.getStaticOffsets(), op.getStaticSizes(),
                       insert.getStaticOffsets(), insert.getStaticSizes(),
                       insert.getStaticStrides())) {
    // Element j of what was put there has the place `place + stride * j`.
    auto countBefore = [&](int64_t end) {
      return std::clamp<int64_t>(llvm::divideCeilSigned(end - place, stride), 0,
                                 extent);
    };
    int64_t first = countBefore(start), last = countBefore(start + size);
    if (first == last)
      return rewriter.notifyMatchFailure(op, "beside what was put there");
    from.push_back(first);
    to.push_back(place + stride * first - start);
    sizes.push_back(last - first);
  }
  SmallVector<OpFoldResult> ones =
      getAttrs(rewriter, SmallVector<int64_t>(sizes.size(), 1));
  Value part = insert.getSource();
  if (ArrayRef(sizes) != insert.getSourceType().getShape())
    part = tensor::ExtractSliceOp::create(rewriter, op.getLoc(), part,
                                          getAttrs(rewriter, from),
                                          getAttrs(rewriter, sizes), ones);
  if (ArrayRef(sizes) != op.getType().getShape()) {
    Value around =
        createFill(rewriter, op.getLoc(), fill, op.getType().getShape());
    part = tensor::InsertSliceOp::create(
        rewriter, op.getLoc(), part, around, getAttrs(rewriter, to),
        getAttrs(rewriter, sizes), insert.getMixedStrides());
  }
  rewriter.replaceOp(op, part);
  return success();
}

LogicalResult
InsertOfInserted::matchAndRewrite(tensor::InsertSliceOp op,
                                  PatternRewriter &rewriter) const {
  auto inner = op.getSource().getDefiningOp<tensor::InsertSliceOp>();
  linalg::FillOp outerFill = getFilled(op);
  linalg::FillOp innerFill = inner ? getFilled(inner) : linalg::FillOp();
  if (!innerFill || !outerFill || !inner->hasOneUse() ||
      innerFill.value() != outerFill.value())
    return rewriter.notifyMatchFailure(op, "not two borders of one value");
  SmallVector<int64_t> offsets, strides;
  for (auto [outside, step, inside, innerStep] :
       llvm::zip_equal(op.getStaticOffsets(), op.getStaticStrides(),
                       inner.getStaticOffsets(), inner.getStaticStrides())) {
    offsets.push_back(outside + step * inside);
    strides.push_back(step * innerStep);
  }
  rewriter.replaceOpWithNewOp<tensor::InsertSliceOp>(
      op, inner.getSource(), op.getDest(), getAttrs(rewriter, offsets),
      inner.getMixedSizes(), getAttrs(rewriter, strides));
  return success();
}

LogicalResult
SliceOfComputed::matchAndRewrite(tensor::ExtractSliceOp op,
                                 PatternRewriter &rewriter) const {
  auto source = op.getSource().getDefiningOp<linalg::LinalgOp>();
  if (!source || isa<linalg::FillOp>(source) || source->getNumResults() != 1 ||
      !source->hasOneUse())
    return rewriter.notifyMatchFailure(op, "not the only part that is used");
  if (source.hasIndexSemantics())
    return rewriter.notifyMatchFailure(op, "of what depends on its place");
  if (!op.getType().hasStaticShape() || !op.hasUnitStride() ||
      op.getType().getRank() != op.getSourceType().getRank())
    return rewriter.notifyMatchFailure(op, "not a box of static size");
  FailureOr<TilingResult> part = tensor::replaceExtractSliceWithTiledProducer(
      rewriter, op, source->getResult(0));
  if (failed(part))
    return rewriter.notifyMatchFailure(op, "not made element by element");
  rewriter.replaceOp(op, part->tiledValues);
  return success();
}
