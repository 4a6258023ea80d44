// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Relaxations of some samples of a batch at a time, all of whose tensors stay
// in the second cache from the first iteration to the last.

#include "LoopBatch.h"
#include "TensorBytes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "pc/Target/CPU/Passes.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::pc {
#define GEN_PASS_DEF_BLOCKBATCH
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

namespace {
struct BlockBatch : public mlir::pc::impl::BlockBatchBase<BlockBatch> {
  using BlockBatchBase::BlockBatchBase;
  void runOnOperation() override;

private:
  int64_t chooseBlock(scf::ForOp loop, const LoopBatch &batch) const;
  void process(scf::ForOp loop);
};
} // namespace

/// Fewer samples leave rows of tiles empty.
static constexpr int64_t fewestSamples = 8;

/// The most samples that divide the batch and leave a quarter of the cache for
/// the rest; all of them where everything fits, or nothing does.
int64_t BlockBatch::chooseBlock(scf::ForOp loop, const LoopBatch &batch) const {
  SetVector<Value> perSample, shared;
  for (Value carried : loop.getRegionIterArgs())
    perSample.insert(carried);
  for (Operation &op : loop.getBody()->without_terminator()) {
    for (OpOperand &operand : op.getOpOperands())
      if (isa<RankedTensorType>(operand.get().getType()) &&
          !isBlank(operand.get()))
        (batch.getDim(operand) ? perSample : shared).insert(operand.get());
    for (Value result : op.getResults())
      if (batch.dims.contains(result) &&
          !isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op))
        perSample.insert(result);
  }
  int64_t bytes = 0, weights = 0;
  for (Value value : perSample)
    bytes += getTensorBytes(value);
  for (Value value : shared)
    weights += getTensorBytes(value);
  int64_t room = int64_t(l2Bytes) / 4 * 3 - weights;
  if (bytes <= room)
    return batch.samples;
  for (int64_t block = batch.samples / 2; block >= fewestSamples; --block)
    if (batch.samples % block == 0 && bytes / batch.samples * block <= room)
      return block;
  return batch.samples;
}

void BlockBatch::process(scf::ForOp loop) {
  FailureOr<LoopBatch> batch = findBatch(loop);
  if (failed(batch))
    return;
  int64_t block = chooseBlock(loop, *batch);
  if (block == batch->samples)
    return;
  ++blocked;
  IRRewriter builder(loop);
  Location loc = loop.getLoc();
  auto constant = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(builder, loc, value);
  };
  SmallVector<Value> wholes;
  for (Value result : loop.getResults()) {
    auto type = cast<RankedTensorType>(result.getType());
    wholes.push_back(tensor::EmptyOp::create(builder, loc, type.getShape(),
                                             type.getElementType()));
  }
  auto blocks =
      scf::ForOp::create(builder, loc, constant(0), constant(batch->samples),
                         constant(block), wholes);
  builder.setInsertionPointToStart(blocks.getBody());
  auto getPart = [&](RankedTensorType type, unsigned dim) {
    SmallVector<OpFoldResult> offsets(type.getRank(), builder.getIndexAttr(0));
    SmallVector<OpFoldResult> sizes =
        getAsIndexOpFoldResult(builder.getContext(), type.getShape());
    SmallVector<OpFoldResult> steps(type.getRank(), builder.getIndexAttr(1));
    offsets[dim] = blocks.getInductionVar();
    sizes[dim] = builder.getIndexAttr(block);
    return std::tuple(offsets, sizes, steps);
  };
  BatchForm form{block, /*isLast=*/false};
  scf::ForOp part = rebuild(
      builder, loop, *batch, form, [&](Value value, unsigned dim) -> Value {
        auto type = cast<RankedTensorType>(value.getType());
        if (isBlank(value))
          return createBlank(builder, value, form.convert(type, dim));
        auto [offsets, sizes, steps] = getPart(type, dim);
        return tensor::ExtractSliceOp::create(builder, loc, value, offsets,
                                              sizes, steps);
      });
  SmallVector<Value> next;
  for (auto [result, whole] :
       llvm::zip(part.getResults(), blocks.getRegionIterArgs())) {
    auto [offsets, sizes, steps] =
        getPart(cast<RankedTensorType>(whole.getType()), /*dim=*/0);
    next.push_back(tensor::InsertSliceOp::create(builder, loc, result, whole,
                                                 offsets, sizes, steps));
  }
  scf::YieldOp::create(builder, loc, next);
  builder.replaceOp(loop, blocks.getResults());
}

void BlockBatch::runOnOperation() {
  SmallVector<scf::ForOp> loops;
  getOperation().walk([&](scf::ForOp loop) { loops.push_back(loop); });
  for (scf::ForOp loop : loops)
    process(loop);
}
