// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Long reductions as several ops, each of which an invocation may finish.

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "pc/Target/Vulkan/Transforms/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_SPLITREDUCTIONS
#include "pc/Target/Vulkan/Transforms/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;

namespace {
struct SplitReductions
    : public mlir::pc::impl::SplitReductionsBase<SplitReductions> {
  using SplitReductionsBase::SplitReductionsBase;
  void runOnOperation() override;
};
} // namespace

/// The iterations of nested loops of these sizes, each loop counted: the outer
/// ones n, the next ones n m, and so on.
static int64_t countIterations(ArrayRef<int64_t> sizes) {
  int64_t count = 0, around = 1;
  for (int64_t size : sizes)
    count += around *= size;
  return count;
}

/// The sizes of parts of the loops, outermost first, that stay below `limit`.
static SmallVector<int64_t> chooseParts(SmallVector<int64_t> sizes,
                                        int64_t limit) {
  for (int64_t &size : sizes) {
    int64_t whole = size;
    while (size > 1 && countIterations(sizes) > limit)
      size = (size + 1) / 2;
    // As many parts as that takes, of sizes as even as possible.
    int64_t parts = llvm::divideCeil(whole, size);
    size = llvm::divideCeil(whole, parts);
  }
  return sizes;
}

/// What is left of the loops behind whole parts becomes ops of its own, so that
/// all shapes stay known.
static SmallVector<linalg::LinalgOp>
splitRests(IRRewriter &rewriter, linalg::LinalgOp op, ArrayRef<int64_t> tiles) {
  SmallVector<linalg::LinalgOp> whole = {op};
  for (unsigned dim = 0; dim != tiles.size(); ++dim) {
    SmallVector<linalg::LinalgOp> next;
    for (linalg::LinalgOp part : whole) {
      int64_t size = part.getStaticLoopRanges()[dim];
      next.push_back(part);
      if (tiles[dim] == 0 || size % tiles[dim] == 0 || size < tiles[dim])
        continue;
      rewriter.setInsertionPoint(part);
      auto [first, rest] = linalg::splitOp(
          rewriter, cast<TilingInterface>(part.getOperation()), dim,
          rewriter.getIndexAttr(size / tiles[dim] * tiles[dim]));
      next.back() = cast<linalg::LinalgOp>(first.getOperation());
      next.push_back(cast<linalg::LinalgOp>(rest.getOperation()));
    }
    whole = std::move(next);
  }
  return whole;
}

void SplitReductions::runOnOperation() {
  SmallVector<linalg::LinalgOp> ops;
  getOperation().walk([&](linalg::LinalgOp op) {
    if (op.hasPureBufferSemantics() && op.getNumReductionLoops() > 0)
      ops.push_back(op);
  });
  IRRewriter rewriter(&getContext());
  for (linalg::LinalgOp op : ops) {
    SmallVector<unsigned> dims;
    op.getReductionDims(dims);
    SmallVector<int64_t> ranges = op.getStaticLoopRanges(), sizes;
    for (unsigned dim : dims)
      sizes.push_back(ranges[dim]);
    if (countIterations(sizes) <= limit)
      continue;
    SmallVector<int64_t> parts = chooseParts(sizes, limit);
    SmallVector<int64_t> tiles(ranges.size(), 0);
    for (auto [dim, part, size] : llvm::zip(dims, parts, sizes))
      if (part != size)
        tiles[dim] = part;
    for (linalg::LinalgOp part : splitRests(rewriter, op, tiles)) {
      SmallVector<int64_t> ranges = part.getStaticLoopRanges(), own = tiles;
      for (auto [tile, range] : llvm::zip(own, ranges))
        tile = tile < range ? tile : 0;
      if (llvm::all_of(own, [](int64_t tile) { return tile == 0; }))
        continue;
      rewriter.setInsertionPoint(part);
      FailureOr<linalg::TiledLinalgOp> tiled = linalg::tileLinalgOp(
          rewriter, part, linalg::LinalgTilingOptions().setTileSizes(own));
      if (failed(tiled)) {
        part.emitOpError("has a reduction of ")
            << countIterations(sizes)
            << " iterations, which cannot be split into parts of "
            << int64_t(limit);
        return signalPassFailure();
      }
      rewriter.eraseOp(part);
    }
    ++split;
  }
}
