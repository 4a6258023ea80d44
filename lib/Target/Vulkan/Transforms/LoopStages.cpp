// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "LoopStages.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "pc/Target/Vulkan/Transforms/Passes.h"

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

Owners mlir::pc::getOwners(Operation *loop) {
  Owners owners;
  owners.rows = loop->getAttrOfType<IntegerAttr>(rowsAttrName).getInt();
  if (auto team = loop->getAttrOfType<IntegerAttr>(teamAttrName))
    owners.team = team.getInt();
  return owners;
}

llvm::SetVector<Value> mlir::pc::getWritten(ArrayRef<Stage> stages) {
  llvm::SetVector<Value> written;
  for (const Stage &stage : stages)
    for (linalg::LinalgOp op : stage)
      for (Value init : op.getDpsInits())
        if (!init.getDefiningOp<memref::AllocaOp>())
          written.insert(init);
  return written;
}

int64_t mlir::pc::countElements(Value buffer, int64_t rows) {
  auto type = cast<MemRefType>(buffer.getType());
  return type.getNumElements() / type.getShape().front() * rows;
}

int64_t mlir::pc::countCopies(ArrayRef<Value> buffers, Owners owners) {
  int64_t count = 0;
  if (owners.team != 1)
    for (Value buffer : buffers)
      count +=
          2 * llvm::divideCeil(countElements(buffer, owners.rows), owners.team);
  return count;
}

OwnTiles mlir::pc::chooseOwnTiles(const Stage &stage, Owners owners,
                                  llvm::function_ref<bool(Value)> isAligned) {
  OwnTiles own;
  own.domain = *getDomain(stage.front());
  own.domain.count = own.domain.count / own.domain.sizes.front() * owners.rows;
  own.domain.sizes.front() = owners.rows;
  // Tiles come one after the other, to those who are there to take them.
  DeviceModel device;
  device.lanes = 1;
  device.subgroups = owners.team;
  own.tile = chooseTile(stage, own.domain, device, isAligned);
  own.count = countTiles(own.domain, own.tile);
  int64_t rounds = llvm::divideCeil(own.count, owners.team);
  own.iterations = rounds;
  for (linalg::LinalgOp op : stage) {
    KernelDomain domain = *getDomain(op);
    SmallVector<int64_t> ranges = op.getStaticLoopRanges();
    int64_t around = rounds;
    for (unsigned loop : domain.reductions) {
      int64_t step = loop == domain.reductions.back()
                         ? chooseUnroll(op, domain, isAligned)
                         : 1;
      own.iterations += around *= llvm::divideCeil(ranges[loop], step);
    }
  }
  return own;
}

int64_t mlir::pc::countIterations(ArrayRef<Stage> stages, Owners owners,
                                  llvm::function_ref<bool(Value)> isAligned) {
  int64_t count = 1;
  for (const Stage &stage : stages)
    count += chooseOwnTiles(stage, owners, isAligned).iterations;
  return count;
}
