// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tensors that are filled in every iteration of a loop, only to be written in
// the same part again.

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "pc/Target/CPU/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_KEEPBORDERS
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;

namespace {
/// A part of a filled tensor that is replaced, and where it may be computed.
struct Frame {
  linalg::FillOp fill;
  tensor::InsertSliceOp insert;
  tensor::ExtractSliceOp place;
};

struct KeepBorders : public mlir::pc::impl::KeepBordersBase<KeepBorders> {
  using KeepBordersBase::KeepBordersBase;
  void runOnOperation() override;

private:
  void process(scf::ForOp loop);
};
} // namespace

/// Whether an op computes all of the part that `place` is, from other tensors,
/// and nothing else reads it.
static bool isOnlyWritten(tensor::ExtractSliceOp place) {
  if (!place->hasOneUse())
    return false;
  OpOperand &use = *place->use_begin();
  auto op = dyn_cast<linalg::LinalgOp>(use.getOwner());
  return op && op.isDpsInit(&use) && !op.payloadUsesValueFromOperand(&use);
}

static bool isConstant(OpFoldResult value) { return isa<Attribute>(value); }

/// What `insert` puts its part into, if everything else of it is the same in
/// every iteration of `loop`.
static std::optional<Frame> findFrame(tensor::InsertSliceOp insert,
                                      scf::ForOp loop) {
  auto fill = insert.getDest().getDefiningOp<linalg::FillOp>();
  if (!fill || !insert.getDestType().hasStaticShape() ||
      !fill.getOutputs().front().getDefiningOp<tensor::EmptyOp>() ||
      !loop.isDefinedOutsideOfLoop(fill.getInputs().front()) ||
      !llvm::all_of(insert.getMixedOffsets(), isConstant) ||
      !llvm::all_of(insert.getMixedSizes(), isConstant) ||
      !llvm::all_of(insert.getMixedStrides(), isConstant))
    return std::nullopt;
  Frame frame{fill, insert, {}};
  if (loop.isDefinedOutsideOfLoop(fill.getResult(0)))
    return frame;
  for (Operation *user : fill.getResult(0).getUsers()) {
    if (user == insert)
      continue;
    auto place = dyn_cast<tensor::ExtractSliceOp>(user);
    auto areSame = [](OpFoldResult a, OpFoldResult b) { return a == b; };
    if (!place || frame.place || !insert.isSameAs(place, areSame) ||
        !isOnlyWritten(place))
      return std::nullopt;
    frame.place = place;
  }
  return frame;
}

void KeepBorders::process(scf::ForOp loop) {
  SmallVector<Frame> frames;
  for (auto insert : loop.getBody()->getOps<tensor::InsertSliceOp>())
    if (std::optional<Frame> frame = findFrame(insert, loop))
      frames.push_back(*frame);
  if (frames.empty())
    return;
  IRRewriter rewriter(loop);
  SmallVector<Value> starts, next;
  for (Frame &frame : frames) {
    Operation *empty =
        rewriter.clone(*frame.fill.getOutputs().front().getDefiningOp());
    starts.push_back(linalg::FillOp::create(rewriter, frame.fill.getLoc(),
                                            frame.fill.getInputs(),
                                            empty->getResults())
                         .getResult(0));
    next.push_back(frame.insert.getResult());
  }
  NewYieldValuesFn yield = [&](OpBuilder &, Location, ArrayRef<BlockArgument>) {
    return next;
  };
  FailureOr<LoopLikeOpInterface> made = loop.replaceWithAdditionalYields(
      rewriter, starts, /*replaceInitOperandUsesInLoop=*/false, yield);
  auto replaced = cast<scf::ForOp>(**made);
  auto carried = replaced.getRegionIterArgs().take_back(frames.size());
  for (auto [frame, value] : llvm::zip_equal(frames, carried)) {
    frame.insert.getDestMutable().assign(value);
    if (frame.place)
      frame.place.getSourceMutable().assign(value);
    ++kept;
  }
}

void KeepBorders::runOnOperation() {
  SmallVector<scf::ForOp> loops;
  getOperation().walk([&](scf::ForOp loop) { loops.push_back(loop); });
  for (scf::ForOp loop : loops)
    process(loop);
}
