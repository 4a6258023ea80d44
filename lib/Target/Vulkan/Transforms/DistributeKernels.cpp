// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Structured ops as the code of one invocation out of many.

#include "LoopStages.h"
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
  LogicalResult distributeLoop(gpu::GPUFuncOp kernel, scf::ForOp loop);
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

static auto makeAligned(gpu::GPUFuncOp kernel) {
  return [kernel](Value buffer) mutable {
    auto argument = dyn_cast<BlockArgument>(buffer);
    return argument && argument.getOwner() == &kernel.getBody().front() &&
           kernel.getArgAttr(argument.getArgNumber(), alignedAttrName);
  };
}

/// Opens a condition for the invocations that have something to do.
static LogicalResult enter(ImplicitLocOpBuilder &builder, gpu::GPUFuncOp kernel,
                           Operation *place, Value id, int64_t needed) {
  ArrayRef<int32_t> grid = *kernel.getKnownGridSize();
  int64_t launched =
      int64_t((*kernel.getKnownBlockSize())[0]) * grid[0] * grid[1];
  if (needed > launched)
    return place->emitOpError("expected at least ")
           << needed << " invocations, but the grid has " << launched;
  builder.setInsertionPoint(place);
  if (needed == launched)
    return success();
  Value size = arith::ConstantIndexOp::create(builder, needed);
  Value exists =
      arith::CmpIOp::create(builder, arith::CmpIPredicate::ult, id, size);
  auto within = scf::IfOp::create(builder, exists, /*withElse=*/false);
  builder.setInsertionPointToStart(within.thenBlock());
  return success();
}

namespace {
/// Where an invocation is among those who own rows of a loop.
struct Place {
  Owners owners;
  Value number;                       // of those who own the same rows
  Value first, thread;                // of a team: its first row; within it
  llvm::DenseMap<Value, Value> local; // rows in the memory of the workgroup
};
} // namespace

/// Goes through the tiles of the rows that the invocation owns, with others or
/// alone.
static LogicalResult emitStage(ImplicitLocOpBuilder &builder,
                               const Stage &stage, const Place &place,
                               llvm::function_ref<bool(Value)> isAligned) {
  FailureOr<KernelDomain> domain = getSharedDomain(stage);
  if (failed(domain))
    return failure();
  if (domain->sizes.empty() || domain->sizes.front() % place.owners.rows != 0)
    return stage.front()->emitOpError("expected a multiple of ")
           << place.owners.rows << " rows";
  builder.setLoc(stage.front()->getLoc());
  OwnTiles own = chooseOwnTiles(stage, place.owners, isAligned);
  bool isTeam = place.owners.team != 1;
  SmallVector<TileAxis> axes =
      makeAxes(isTeam ? own.domain : *domain, own.tile);
  axes.front().chunk = 1;
  for (TileAxis &axis : axes)
    axis.lanes = 1;
  OpBuilder::InsertionGuard guard(builder);
  Value number = isTeam
                     ? place.thread
                     : arith::ConstantIndexOp::create(builder, 0).getResult();
  if (own.count != 1 || isTeam) {
    Value count = arith::ConstantIndexOp::create(builder, own.count);
    Value step = arith::ConstantIndexOp::create(builder, place.owners.team);
    auto loop = scf::ForOp::create(builder, number, count, step);
    number = loop.getInductionVar();
    builder.setInsertionPointToStart(loop.getBody());
  }
  SmallVector<int64_t> counts;
  for (auto [size, part] : llvm::zip(own.domain.sizes, own.tile))
    counts.push_back(llvm::divideCeil(size, part));
  SmallVector<Value> numbers = splitNumber(builder, number, counts);
  TileEmitter emitter(builder, std::move(axes), isAligned);
  if (isTeam) {
    emitter.placeRows(place.first, place.local);
  } else {
    // Positions count from the first row of all.
    Value rowTiles = arith::ConstantIndexOp::create(builder, counts.front());
    Value before = arith::MulIOp::create(builder, place.number, rowTiles);
    numbers.front() = arith::AddIOp::create(builder, before, numbers.front());
  }
  emitter.placeAt(numbers);
  for (linalg::LinalgOp op : stage)
    if (failed(emitter.emit(op)))
      return failure();
  emitter.finish();
  return success();
}

/// Copies the rows of a buffer into the memory of the workgroup, or back.
static void emitCopy(ImplicitLocOpBuilder &builder, const Place &place,
                     Value buffer, Value local, bool isBack) {
  ArrayRef<int64_t> shape = cast<MemRefType>(local.getType()).getShape();
  Value count = arith::ConstantIndexOp::create(
      builder, countElements(buffer, place.owners.rows));
  Value team = arith::ConstantIndexOp::create(builder, place.owners.team);
  auto loop = scf::ForOp::create(builder, place.thread, count, team);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  SmallVector<Value> inside =
      splitNumber(builder, loop.getInductionVar(), shape);
  SmallVector<Value> outside = inside;
  outside.front() =
      arith::AddIOp::create(builder, outside.front(), place.first);
  if (isBack)
    memref::StoreOp::create(builder,
                            memref::LoadOp::create(builder, local, inside),
                            buffer, outside);
  else
    memref::StoreOp::create(builder,
                            memref::LoadOp::create(builder, buffer, outside),
                            local, inside);
}

/// Memory of the workgroup for its rows of a buffer.
static Value addRows(gpu::GPUFuncOp kernel, Value buffer, int64_t rows) {
  auto type = cast<MemRefType>(buffer.getType());
  SmallVector<int64_t> shape(type.getShape());
  shape.front() = rows;
  auto space = gpu::AddressSpaceAttr::get(kernel.getContext(),
                                          gpu::AddressSpace::Workgroup);
  return kernel.addWorkgroupAttribution(
      MemRefType::get(shape, type.getElementType(), AffineMap(), space),
      buffer.getLoc());
}

LogicalResult DistributeKernels::distributeLoop(gpu::GPUFuncOp kernel,
                                                scf::ForOp loop) {
  Place place;
  place.owners = getOwners(loop);
  bool isTeam = place.owners.team != 1;
  SmallVector<Stage> stages = getStages(*loop.getBody());
  ImplicitLocOpBuilder builder(loop.getLoc(), kernel.getContext());
  builder.setInsertionPoint(loop);
  Value id = getInvocation(builder, kernel);
  int64_t parts =
      getDomain(stages.front().front())->sizes.front() / place.owners.rows;
  if (failed(enter(builder, kernel, loop, id, parts * place.owners.team)))
    return failure();
  place.number = id;
  llvm::SetVector<Value> written = getWritten(stages);
  if (isTeam) {
    Value team = arith::ConstantIndexOp::create(builder, place.owners.team);
    Value rows = arith::ConstantIndexOp::create(builder, place.owners.rows);
    place.number = arith::DivUIOp::create(builder, id, team);
    place.first = arith::MulIOp::create(builder, place.number, rows);
    place.thread = gpu::ThreadIdOp::create(builder, gpu::Dimension::x);
    for (Value buffer : written) {
      Value local = addRows(kernel, buffer, place.owners.rows);
      place.local[buffer] = local;
      emitCopy(builder, place, buffer, local, /*isBack=*/false);
    }
    gpu::BarrierOp::create(builder);
  }
  loop->moveBefore(builder.getInsertionBlock(), builder.getInsertionPoint());
  loop->removeAttr(rowsAttrName);
  loop->removeAttr(teamAttrName);
  builder.setInsertionPoint(loop.getBody()->getTerminator());
  auto isAligned = makeAligned(kernel);
  auto isAlignedOutside = [&](Value buffer) {
    return !place.local.contains(buffer) && isAligned(buffer);
  };
  for (const Stage &stage : stages) {
    if (failed(emitStage(builder, stage, place, isAlignedOutside)))
      return failure();
    if (isTeam)
      gpu::BarrierOp::create(builder);
  }
  builder.setInsertionPointAfter(loop);
  if (isTeam)
    for (Value buffer : written)
      emitCopy(builder, place, buffer, place.local[buffer], /*isBack=*/true);
  for (Operation &op : llvm::make_early_inc_range(*loop.getBody()))
    if (isFused(op))
      op.erase();
  return success();
}

/// The tile that workgroups share, if they do.
static FailureOr<std::optional<SharedTile>> getShared(gpu::GPUFuncOp kernel,
                                                      const KernelTile &tile) {
  auto given = kernel->getAttrOfType<DenseI64ArrayAttr>(sharedAttrName);
  if (!given)
    return std::optional<SharedTile>();
  SharedTile shared;
  shared.tile = tile;
  shared.lanes.assign(given.asArrayRef().begin(), given.asArrayRef().end());
  shared.depth = shared.lanes.pop_back_val();
  int64_t invocations = (*kernel.getKnownBlockSize())[0];
  if (shared.lanes.size() != tile.size() ||
      shared.countInvocations() != invocations)
    return kernel.emitOpError("expected ")
           << invocations << " invocations along " << tile.size()
           << " dimensions, but got " << ArrayRef<int64_t>(shared.lanes);
  if (auto product =
          kernel->getAttrOfType<DenseI64ArrayAttr>(cooperativeAttrName))
    shared.cooperative = CooperativeTile{product[0], product[1], product[2],
                                         product[3], product[4]};
  return std::optional<SharedTile>(std::move(shared));
}

/// Where an invocation is among those that reduce a result together.
static void placeTree(TileEmitter &emitter, ImplicitLocOpBuilder &builder,
                      gpu::GPUFuncOp kernel, Value id, int64_t width,
                      int64_t results) {
  Value size =
      arith::ConstantIndexOp::create(builder, (*kernel.getKnownBlockSize())[0]);
  Value group = arith::DivUIOp::create(builder, id, size);
  Value thread = gpu::ThreadIdOp::create(builder, gpu::Dimension::x);
  emitter.placeTree(kernel, group, thread, width, results);
}

/// Where an invocation is: alone, or among those of its workgroup.
static void place(TileEmitter &emitter, ImplicitLocOpBuilder &builder,
                  gpu::GPUFuncOp kernel, Value id,
                  std::optional<SharedTile> shared) {
  if (!shared)
    return emitter.place(id);
  Value size =
      arith::ConstantIndexOp::create(builder, shared->countInvocations());
  Value group = arith::DivUIOp::create(builder, id, size);
  Value thread = gpu::ThreadIdOp::create(builder, gpu::Dimension::x);
  emitter.placeShared(kernel, group, thread, std::move(*shared));
}

LogicalResult DistributeKernels::distribute(gpu::GPUFuncOp kernel,
                                            ArrayRef<linalg::LinalgOp> ops) {
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
  FailureOr<std::optional<SharedTile>> shared = getShared(kernel, tile);
  if (failed(shared))
    return failure();
  auto width = kernel->getAttrOfType<IntegerAttr>(treeAttrName);
  if (width && (*kernel.getKnownBlockSize())[0] % width.getInt() != 0)
    return kernel.emitOpError("expected workgroups of a multiple of ")
           << width.getInt() << " invocations, but got "
           << (*kernel.getKnownBlockSize())[0];
  // Whoever shares a tile waits for all others of its workgroup.
  int64_t needed =
      *shared ? countInvocations(*domain, **shared) : countTiles(*domain, tile);
  if (width)
    needed = llvm::alignTo(needed * width.getInt(),
                           (*kernel.getKnownBlockSize())[0]);
  if (failed(enter(builder, kernel, ops.back(), id, needed)))
    return failure();
  auto isAligned = makeAligned(kernel);
  TileEmitter emitter(builder, makeAxes(*domain, tile), isAligned);
  if (width)
    placeTree(emitter, builder, kernel, id, width.getInt(), domain->count);
  else
    place(emitter, builder, kernel, id, std::move(*shared));
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
  if (!kernel.getKnownBlockSize() || !kernel.getKnownGridSize()) {
    kernel.emitOpError("expected a known block size and a known grid "
                       "size; pc-gpu-outline-kernels gives them");
    return signalPassFailure();
  }
  SmallVector<scf::ForOp> loops;
  kernel.walk([&](scf::ForOp loop) {
    if (loop->hasAttr(rowsAttrName))
      loops.push_back(loop);
  });
  for (scf::ForOp loop : loops)
    if (failed(distributeLoop(kernel, loop)))
      return signalPassFailure();
  if (loops.empty()) {
    if (failed(distribute(kernel, ops)))
      return signalPassFailure();
    for (linalg::LinalgOp op : ops)
      op.erase();
  }
  kernel.walk([](memref::AllocaOp inside) {
    if (inside.use_empty())
      inside.erase();
  });
}
