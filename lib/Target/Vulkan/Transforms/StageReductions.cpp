// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Long reductions to few results, in two stages: of parts, then of what they
// leave.

#include "TreeReduction.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "pc/Target/Vulkan/Transforms/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_STAGEREDUCTIONS
#include "pc/Target/Vulkan/Transforms/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

/// What one more dispatch takes, in steps of a reduction, and how much faster
/// two stages have to be than one.
static constexpr double dispatch = 64, gain = 2;
static constexpr int64_t mostParts = 256;

namespace {
struct StageReductions
    : public mlir::pc::impl::StageReductionsBase<StageReductions> {
  using StageReductionsBase::StageReductionsBase;
  void runOnOperation() override;
};

/// Which loop is cut, into how many parts of which size; what it has beyond
/// them is left for an op of its own.
struct Cut {
  unsigned loop = 0;
  int64_t parts = 1, size = 1;
};
} // namespace

/// The operand can be seen as one that has its parts in a dimension of their
/// own.
static bool canCut(AffineMap map, unsigned loop) {
  auto dim = getAffineDimExpr(loop, map.getContext());
  unsigned uses = 0;
  for (AffineExpr expr : map.getResults()) {
    if (expr != dim && expr.isFunctionOfDim(loop))
      return false;
    uses += expr == dim;
  }
  return uses <= 1;
}

/// As many parts of `range` as divide it, if such a number is near `wanted`.
static int64_t findParts(int64_t range, int64_t wanted) {
  for (int64_t distance = 0; distance <= wanted / 2; ++distance)
    for (int64_t parts : {wanted + distance, wanted - distance})
      if (parts > 1 && range % parts == 0)
        return parts;
  return wanted;
}

static Cut chooseCut(linalg::LinalgOp op, const DeviceModel &device) {
  std::optional<KernelDomain> domain = getDomain(op);
  SmallVector<int64_t> ranges = op.getStaticLoopRanges();
  if (!domain || domain->reductions.empty() || domain->count == 0 ||
      op.hasIndexSemantics() || llvm::any_of(ranges, ShapedType::isDynamic) ||
      !getCombiner(op))
    return {};
  int64_t steps = 1;
  for (unsigned loop : domain->reductions)
    steps *= ranges[loop];
  double best = estimateTree(steps, domain->count, device) / gain;
  int64_t wanted = 1;
  for (int64_t parts = 2; parts <= std::min(mostParts, steps / 2); parts *= 2) {
    double time = estimateTree(llvm::divideCeil(steps, parts),
                               domain->count * parts, device) +
                  estimateTree(parts, domain->count, device) + dispatch;
    if (time >= best)
      continue;
    best = time;
    wanted = parts;
  }
  if (wanted == 1)
    return {};
  // The outermost loop that is long enough: what an invocation reads stays
  // together.
  for (unsigned loop : domain->reductions)
    if (ranges[loop] >= wanted &&
        llvm::all_of(op.getIndexingMapsArray(),
                     [&](AffineMap map) { return canCut(map, loop); })) {
      int64_t parts = findParts(ranges[loop], wanted);
      return {loop, parts, ranges[loop] / parts};
    }
  return {};
}

/// The buffer with dimension `loop` of `map` as two: the part, and the place in
/// it.
static Value expand(OpBuilder &builder, Location loc, Value buffer,
                    AffineMap map, const Cut &cut) {
  auto type = cast<MemRefType>(buffer.getType());
  SmallVector<int64_t> shape;
  SmallVector<ReassociationIndices> groups;
  for (auto [size, expr] : llvm::zip(type.getShape(), map.getResults())) {
    ReassociationIndices &group = groups.emplace_back();
    bool isCut = expr.isFunctionOfDim(cut.loop);
    if (isCut) {
      group.push_back(int64_t(shape.size()));
      shape.push_back(cut.parts);
    }
    group.push_back(int64_t(shape.size()));
    shape.push_back(isCut ? cut.size : size);
  }
  return memref::ExpandShapeOp::create(builder, loc, shape, buffer, groups);
}

/// The map of an expanded operand; loop 0 is the one over parts.
static AffineMap expandMap(AffineMap map, const Cut &cut) {
  AffineMap shifted = map.shiftDims(1);
  SmallVector<AffineExpr> results;
  for (AffineExpr expr : shifted.getResults()) {
    if (expr.isFunctionOfDim(cut.loop + 1))
      results.push_back(getAffineDimExpr(0, map.getContext()));
    results.push_back(expr);
  }
  return AffineMap::get(shifted.getNumDims(), 0, results, map.getContext());
}

/// parts[p, ...] = the reduction of part p alone.
static Value reduceParts(IRRewriter &rewriter, linalg::LinalgOp op,
                         const Cut &cut) {
  Location loc = op.getLoc();
  MLIRContext *context = op.getContext();
  OpOperand &init = *op.getDpsInitOperand(0);
  auto type = cast<MemRefType>(init.get().getType());
  SmallVector<int64_t> shape = {cut.parts};
  llvm::append_range(shape, type.getShape());
  Value parts = memref::AllocOp::create(
      rewriter, loc, MemRefType::get(shape, type.getElementType()));
  Value neutral =
      arith::ConstantOp::create(rewriter, loc, getCombiner(op)->neutral);
  linalg::FillOp::create(rewriter, loc, neutral, parts);
  SmallVector<Value> inputs;
  SmallVector<AffineMap> maps;
  for (OpOperand *input : op.getDpsInputOperands()) {
    AffineMap map = op.getMatchingIndexingMap(input);
    bool isCut = map.isFunctionOfDim(cut.loop);
    inputs.push_back(isCut ? expand(rewriter, loc, input->get(), map, cut)
                           : input->get());
    maps.push_back(isCut ? expandMap(map, cut) : map.shiftDims(1));
  }
  SmallVector<AffineExpr> results = {getAffineDimExpr(0, context)};
  AffineMap shifted = op.getMatchingIndexingMap(&init).shiftDims(1);
  llvm::append_range(results, shifted.getResults());
  maps.push_back(AffineMap::get(shifted.getNumDims(), 0, results, context));
  SmallVector<utils::IteratorType> iterators = {utils::IteratorType::parallel};
  llvm::append_range(iterators, op.getIteratorTypesArray());
  auto generic =
      linalg::GenericOp::create(rewriter, loc, inputs, parts, maps, iterators);
  IRMapping mapping;
  op->getRegion(0).cloneInto(&generic.getRegion(), mapping);
  return parts;
}

/// init = init joined with one part after the other.
static void joinParts(IRRewriter &rewriter, linalg::LinalgOp op, Value parts) {
  Value init = op.getDpsInitOperand(0)->get();
  auto rank = static_cast<unsigned>(cast<MemRefType>(init.getType()).getRank());
  MLIRContext *context = op.getContext();
  SmallVector<AffineExpr> read = {getAffineDimExpr(rank, context)}, written;
  for (unsigned i = 0; i != rank; ++i)
    written.push_back(getAffineDimExpr(i, context));
  llvm::append_range(read, written);
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::parallel);
  iterators.push_back(utils::IteratorType::reduction);
  Combiner combiner = *getCombiner(op);
  Value sum = op.getMatchingBlockArgument(op.getDpsInitOperand(0));
  linalg::GenericOp::create(
      rewriter, op.getLoc(), parts, init,
      {AffineMap::get(rank + 1, 0, read, context),
       AffineMap::get(rank + 1, 0, written, context)},
      iterators, [&](OpBuilder &builder, Location loc, ValueRange arguments) {
        IRMapping mapping;
        for (Value operand : combiner.op->getOperands())
          mapping.map(operand, arguments[operand == sum ? 1 : 0]);
        linalg::YieldOp::create(
            builder, loc, builder.clone(*combiner.op, mapping)->getResult(0));
      });
}

static void stage(IRRewriter &rewriter, linalg::LinalgOp op, const Cut &cut) {
  rewriter.setInsertionPoint(op);
  int64_t whole = cut.parts * cut.size;
  if (whole != op.getStaticLoopRanges()[cut.loop])
    op = cast<linalg::LinalgOp>(
        linalg::splitOp(rewriter, cast<TilingInterface>(op.getOperation()),
                        cut.loop, rewriter.getIndexAttr(whole))
            .first.getOperation());
  rewriter.setInsertionPoint(op);
  joinParts(rewriter, op, reduceParts(rewriter, op, cut));
  rewriter.eraseOp(op);
}

void StageReductions::runOnOperation() {
  DeviceModel device;
  device.lanes = lanes;
  device.subgroups = subgroups;
  device.invocations = invocations;
  SmallVector<std::pair<linalg::LinalgOp, Cut>> cuts;
  getOperation().walk([&](linalg::LinalgOp op) {
    if (!op.hasPureBufferSemantics())
      return;
    Cut cut = chooseCut(op, device);
    if (cut.parts != 1)
      cuts.emplace_back(op, cut);
  });
  IRRewriter rewriter(&getContext());
  for (auto [op, cut] : cuts) {
    stage(rewriter, op, cut);
    ++staged;
  }
}
