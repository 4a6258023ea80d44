// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "LoopStages.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace mlir::pc;

bool mlir::pc::isFused(Operation &op) {
  if (!isa<scf::ExecuteRegionOp>(op) || !op.getRegion(0).hasOneBlock())
    return false;
  Block &body = op.getRegion(0).front();
  return llvm::any_of(body, llvm::IsaPred<linalg::LinalgOp>) &&
         llvm::all_of(body, [](Operation &nested) {
           return isa<linalg::LinalgOp, memref::AllocaOp, scf::YieldOp>(
                      nested) ||
                  nested.hasTrait<OpTrait::ConstantLike>();
         });
}

SmallVector<Stage> mlir::pc::getStages(Block &body) {
  SmallVector<Stage> stages;
  for (Operation &op : body) {
    if (!isa<linalg::LinalgOp>(op) && !isFused(op))
      continue;
    Stage &stage = stages.emplace_back();
    op.walk([&](linalg::LinalgOp nested) { stage.push_back(nested); });
  }
  return stages;
}

OwnTiles mlir::pc::chooseOwnTiles(const Stage &stage, int64_t rows,
                                  llvm::function_ref<bool(Value)> isAligned) {
  OwnTiles own;
  own.domain = *getDomain(stage.front());
  own.domain.count = own.domain.count / own.domain.sizes.front() * rows;
  own.domain.sizes.front() = rows;
  // Tiles come one after the other: there is nobody to share them with.
  own.tile =
      chooseTile(stage, own.domain, {/*lanes=*/1, /*subgroups=*/1}, isAligned);
  own.count = countTiles(own.domain, own.tile);
  own.iterations = own.count;
  for (linalg::LinalgOp op : stage) {
    KernelDomain domain = *getDomain(op);
    SmallVector<int64_t> ranges = op.getStaticLoopRanges();
    int64_t around = own.count;
    for (unsigned loop : domain.reductions) {
      int64_t step = loop == domain.reductions.back()
                         ? chooseUnroll(op, domain, isAligned)
                         : 1;
      own.iterations += around *= llvm::divideCeil(ranges[loop], step);
    }
  }
  return own;
}

int64_t mlir::pc::countIterations(ArrayRef<Stage> stages, int64_t rows,
                                  llvm::function_ref<bool(Value)> isAligned) {
  int64_t count = 1;
  for (const Stage &stage : stages)
    count += chooseOwnTiles(stage, rows, isAligned).iterations;
  return count;
}
