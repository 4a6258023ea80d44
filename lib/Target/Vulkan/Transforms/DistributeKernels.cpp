// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Structured ops as the code of one invocation out of many.

#include "TileEmitter.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "pc/Target/Vulkan/Transforms/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_DISTRIBUTEKERNELS
#include "pc/Target/Vulkan/Transforms/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

namespace {
struct DistributeKernels
    : public mlir::pc::impl::DistributeKernelsBase<DistributeKernels> {
  void runOnOperation() override;

private:
  LogicalResult distribute(gpu::GPUFuncOp kernel,
                           ArrayRef<linalg::LinalgOp> ops);
};
} // namespace

/// The number of this invocation in a grid whose sizes are known.
static Value getInvocation(ImplicitLocOpBuilder &builder,
                           gpu::GPUFuncOp kernel) {
  auto constant = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(builder, value);
  };
  ArrayRef<int32_t> grid = *kernel.getKnownGridSize();
  Value group = gpu::BlockIdOp::create(builder, gpu::Dimension::x);
  if (grid[1] != 1) {
    Value row = gpu::BlockIdOp::create(builder, gpu::Dimension::y);
    Value before = arith::MulIOp::create(builder, row, constant(grid[0]));
    group = arith::AddIOp::create(builder, before, group);
  }
  Value first = arith::MulIOp::create(
      builder, group, constant((*kernel.getKnownBlockSize())[0]));
  Value thread = gpu::ThreadIdOp::create(builder, gpu::Dimension::x);
  return arith::AddIOp::create(builder, first, thread);
}

/// The domain that all ops of the kernel share.
static FailureOr<KernelDomain> getSharedDomain(ArrayRef<linalg::LinalgOp> ops) {
  std::optional<KernelDomain> shared;
  for (linalg::LinalgOp op : ops) {
    std::optional<KernelDomain> domain = getDomain(op);
    if (!domain)
      return op.emitOpError("expected results with one element for each point "
                            "of the parallel loops");
    if (shared && shared->sizes != domain->sizes)
      return op.emitOpError("expected ")
             << shared->count << " elements like the ops before it, but got "
             << domain->count;
    shared = std::move(domain);
  }
  return *shared;
}

LogicalResult DistributeKernels::distribute(gpu::GPUFuncOp kernel,
                                            ArrayRef<linalg::LinalgOp> ops) {
  if (!kernel.getKnownBlockSize() || !kernel.getKnownGridSize())
    return kernel.emitOpError("expected a known block size and a known grid "
                              "size; pc-gpu-outline-kernels gives them");
  FailureOr<KernelDomain> domain = getSharedDomain(ops);
  if (failed(domain))
    return failure();
  KernelTile tile(domain->sizes.size(), 1);
  if (auto given = kernel->getAttrOfType<DenseI64ArrayAttr>(tileAttrName))
    tile.assign(given.asArrayRef().begin(), given.asArrayRef().end());
  if (tile.size() != domain->sizes.size())
    return kernel.emitOpError("expected a tile of ")
           << domain->sizes.size() << " dimensions, but got " << tile.size();
  ImplicitLocOpBuilder builder(kernel.getLoc(), kernel.getContext());
  builder.setInsertionPoint(ops.front());
  Value id = getInvocation(builder, kernel);
  ArrayRef<int32_t> grid = *kernel.getKnownGridSize();
  int64_t launched =
      int64_t((*kernel.getKnownBlockSize())[0]) * grid[0] * grid[1];
  int64_t tiles = countTiles(*domain, tile);
  if (tiles > launched)
    return linalg::LinalgOp(ops.back()).emitOpError("expected at least ")
           << tiles << " invocations, but the grid has " << launched;
  builder.setInsertionPoint(ops.back());
  if (tiles != launched) {
    Value size = arith::ConstantIndexOp::create(builder, tiles);
    Value exists =
        arith::CmpIOp::create(builder, arith::CmpIPredicate::ult, id, size);
    auto within = scf::IfOp::create(builder, exists, /*withElse=*/false);
    builder.setInsertionPointToStart(within.thenBlock());
  }
  auto isAligned = [&](Value buffer) {
    auto argument = dyn_cast<BlockArgument>(buffer);
    return argument &&
           kernel.getArgAttr(argument.getArgNumber(), alignedAttrName);
  };
  TileEmitter emitter(builder, makeAxes(*domain, tile), isAligned);
  emitter.place(id);
  for (linalg::LinalgOp op : ops)
    if (failed(emitter.emit(op)))
      return failure();
  emitter.finish();
  return success();
}

void DistributeKernels::runOnOperation() {
  gpu::GPUFuncOp kernel = getOperation();
  SmallVector<linalg::LinalgOp> ops;
  kernel.walk([&](linalg::LinalgOp op) { ops.push_back(op); });
  if (ops.empty())
    return;
  if (failed(distribute(kernel, ops)))
    return signalPassFailure();
  for (linalg::LinalgOp op : ops)
    op.erase();
  kernel.walk([](memref::AllocaOp inside) {
    if (inside.use_empty())
      inside.erase();
  });
}
