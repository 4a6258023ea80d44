// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Structured ops on buffers as kernels and their launches.

#include "Conditions.h"
#include "LoopStages.h"
#include "SharedTiling.h"
#include "TreeReduction.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "pc/Target/Vulkan/Transforms/Passes.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringMap.h"

namespace mlir::pc {
#define GEN_PASS_DEF_OUTLINEKERNELS
#include "pc/Target/Vulkan/Transforms/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

/// Workgroups along one axis that every device allows.
static constexpr int64_t mostGroups = 65535;

namespace {
/// What becomes one kernel.
struct Group {
  Operation *root; // an op, a region with several, or a loop
  SmallVector<linalg::LinalgOp> ops;
  SmallVector<Value> buffers;
  KernelTile tile;
  std::optional<SharedTile> shared;
  int64_t treeWidth = 1; // invocations of each result
  int64_t invocations = 1, blockSize = 1;
  int64_t iterations = 0, perLaunch = 0; // of a loop
  /// Where a decision writes grids, and which of them is this one's.
  Value chosenGrids;
  int64_t record = 0;
};

struct OutlineKernels
    : public mlir::pc::impl::OutlineKernelsBase<OutlineKernels> {
  using OutlineKernelsBase::OutlineKernelsBase;
  void runOnOperation() override;

private:
  LogicalResult outline(func::FuncOp function);
  LogicalResult makeGroups(Block &block, std::vector<Group> &groups) const;
  FailureOr<Group> makeDecision(scf::IfOp branch, GridMemory &memory,
                                MutableArrayRef<Group> groups) const;
  FailureOr<Group> makeGroup(Operation *root) const;
  SmallVector<MatrixShape> getMatrices() const;
  LogicalResult shareLoop(Group &group, Owners owners) const;
  void addBody(OpBuilder &builder, Group &group, IRMapping &mapping) const;
  gpu::GPUFuncOp getKernel(Group &group);
  gpu::GPUFuncOp makeKernel(Group &group, StringRef name);
  void launch(Group &group, gpu::GPUFuncOp kernel);
  SmallVector<int32_t, 3> getGrid(Group &group) const;

  llvm::StringMap<gpu::GPUFuncOp> byText;
};
} // namespace

/// Whether the buffer begins at a multiple of a vector. Whole buffers do.
static bool isAligned(Value buffer) {
  while (auto cast = buffer.getDefiningOp<memref::CastOp>())
    buffer = cast.getSource();
  auto type = cast<MemRefType>(buffer.getType());
  int64_t offset = type.getStridesAndOffset().second;
  return !buffer.getDefiningOp<memref::AllocaOp>() &&
         !ShapedType::isDynamic(offset) && offset % vectorWidth == 0;
}

static LogicalResult addBuffers(Group &group, linalg::LinalgOp op) {
  for (Value value : collectOperands(op)) {
    if (isa<MemRefType>(value.getType())) {
      Operation *inside = value.getDefiningOp<memref::AllocaOp>();
      if (!inside && !llvm::is_contained(group.buffers, value))
        group.buffers.push_back(value);
    } else if (!matchPattern(value, m_Constant())) {
      return op.emitOpError("expected numbers that are known when it is "
                            "compiled, but got one that the host computes");
    }
  }
  if (llvm::any_of(op.getStaticLoopRanges(), ShapedType::isDynamic))
    return op.emitOpError("expected static shapes");
  return success();
}

SmallVector<MatrixShape> OutlineKernels::getMatrices() const {
  SmallVector<MatrixShape> shapes;
  for (bool isBrain : {false, true}) {
    ArrayRef<int64_t> sizes = isBrain ? brainMatrices : halfMatrices;
    for (; sizes.size() >= 3; sizes = sizes.drop_front(3))
      shapes.push_back({sizes[0], sizes[1], sizes[2], isBrain});
  }
  return shapes;
}

FailureOr<Group> OutlineKernels::makeGroup(Operation *root) const {
  Group group;
  group.root = root;
  root->walk([&](linalg::LinalgOp op) { group.ops.push_back(op); });
  for (linalg::LinalgOp op : group.ops)
    if (failed(addBuffers(group, op)))
      return failure();
  std::optional<KernelDomain> domain = getDomain(group.ops.front());
  if (!domain)
    return group.ops.front().emitOpError(
        "expected results with one element for each point of the parallel "
        "loops");
  if (domain->count > int64_t(1) << 30)
    return group.ops.front().emitOpError(
               "expected at most 2^30 results, but got ")
           << domain->count;
  group.blockSize = blockSize;
  if (root->hasAttr(rowsAttrName))
    return failed(shareLoop(group, getOwners(root)))
               ? FailureOr<Group>(failure())
               : std::move(group);
  DeviceModel device = {lanes,       subgroups, registers,     invocations,
                        sharedBytes, limit,     getMatrices(), emulated};
  group.tile = chooseTile(group.ops, *domain, device, isAligned);
  if (domain->count != 0)
    group.shared = chooseSharedTile(group.ops, *domain, group.tile, device);
  if (group.shared) {
    group.tile = group.shared->tile;
    group.blockSize = group.shared->countInvocations();
  }
  if (domain->count != 0 && !group.shared)
    group.treeWidth = chooseTreeWidth(group.ops, *domain, group.tile, device);
  if (group.treeWidth != 1) {
    group.tile.assign(group.tile.size(), 1);
    group.blockSize = std::max<int64_t>(group.blockSize, group.treeWidth);
  }
  if (domain->count == 0)
    group.invocations = 0;
  else if (group.shared)
    group.invocations = countInvocations(*domain, *group.shared);
  else
    group.invocations = countTiles(*domain, group.tile) * group.treeWidth;
  return group;
}

/// A loop whose rows are shared out among invocations, a subgroup in each
/// group, or among groups.
LogicalResult OutlineKernels::shareLoop(Group &group, Owners owners) const {
  auto loop = cast<scf::ForOp>(group.root);
  SmallVector<Stage> stages = getStages(*loop.getBody());
  llvm::SetVector<Value> written = getWritten(stages);
  group.invocations =
      getDomain(group.ops.front())->sizes.front() / owners.rows * owners.team;
  group.blockSize = owners.team == 1 ? int64_t(lanes) : owners.team;
  group.iterations = loop.getStaticTripCount()->getSExtValue();
  int64_t each = countIterations(stages, owners, [&](Value buffer) {
    return (owners.team == 1 || !written.contains(buffer)) && isAligned(buffer);
  });
  int64_t left = limit - countCopies(written.getArrayRef(), owners);
  if (each > left)
    return loop.emitOpError("expected at most ")
           << int64_t(limit) << " iterations of an invocation, but one of this "
           << "loop takes " << each;
  int64_t launches = llvm::divideCeil(group.iterations, left / each);
  group.perLaunch = llvm::divideCeil(group.iterations, launches);
  return success();
}

/// Everything about the layout but where it begins.
static MemRefType withOpenOffset(MemRefType type) {
  auto [strides, offset] = type.getStridesAndOffset();
  return MemRefType::get(
      type.getShape(), type.getElementType(),
      StridedLayoutAttr::get(type.getContext(), ShapedType::kDynamic, strides));
}

SmallVector<int32_t, 3> OutlineKernels::getGrid(Group &group) const {
  int64_t groups = llvm::divideCeil(group.invocations, group.blockSize);
  int64_t rows = llvm::divideCeil(groups, mostGroups);
  return {int32_t(llvm::divideCeil(groups, rows)), int32_t(rows), 1};
}

gpu::GPUFuncOp OutlineKernels::makeKernel(Group &group, StringRef name) {
  Location loc = group.root->getLoc();
  OpBuilder builder = OpBuilder::atBlockEnd(getOperation().getBody());
  auto module = gpu::GPUModuleOp::create(builder, loc, name);
  builder.setInsertionPointToStart(module.getBody());
  SmallVector<Type> types;
  for (Value buffer : group.buffers)
    types.push_back(withOpenOffset(cast<MemRefType>(buffer.getType())));
  auto kernel = gpu::GPUFuncOp::create(builder, loc, name,
                                       builder.getFunctionType(types, {}));
  kernel->setAttr(gpu::GPUDialect::getKernelFuncAttrName(),
                  builder.getUnitAttr());
  kernel.setKnownBlockSizeAttr(
      builder.getDenseI32ArrayAttr({int32_t(group.blockSize), 1, 1}));
  kernel.setKnownGridSizeAttr(builder.getDenseI32ArrayAttr(getGrid(group)));
  if (llvm::any_of(group.tile, [](int64_t size) { return size != 1; }))
    kernel->setAttr(tileAttrName, builder.getDenseI64ArrayAttr(group.tile));
  if (group.shared) {
    SmallVector<int64_t> shared = group.shared->lanes;
    shared.push_back(group.shared->depth);
    kernel->setAttr(sharedAttrName, builder.getDenseI64ArrayAttr(shared));
    if (const auto &product = group.shared->cooperative)
      kernel->setAttr(
          cooperativeAttrName,
          builder.getDenseI64ArrayAttr({product->m, product->n, product->k,
                                        product->rows, product->columns}));
  }
  if (group.treeWidth != 1)
    kernel->setAttr(treeAttrName, builder.getIndexAttr(group.treeWidth));
  for (auto [i, buffer] : llvm::enumerate(group.buffers))
    if (isAligned(buffer))
      kernel.setArgAttr(i, alignedAttrName, builder.getUnitAttr());
  builder.setInsertionPointToStart(&kernel.getBody().front());
  IRMapping mapping;
  for (auto [buffer, argument] :
       llvm::zip(group.buffers, kernel.getArguments()))
    mapping.map(buffer, argument);
  // Constants, and what is kept inside of the kernel, come along.
  for (linalg::LinalgOp op : group.ops) {
    for (Value value : collectOperands(op))
      if (!mapping.contains(value))
        mapping.map(value, builder.clone(*value.getDefiningOp())->getResult(0));
  }
  addBody(builder, group, mapping);
  gpu::ReturnOp::create(builder, loc);
  return kernel;
}

/// The ops; those of a loop stage by stage, inside of the loop.
void OutlineKernels::addBody(OpBuilder &builder, Group &group,
                             IRMapping &mapping) const {
  OpBuilder::InsertionGuard guard(builder);
  if (group.iterations == 0) {
    for (linalg::LinalgOp op : group.ops)
      builder.clone(*op, mapping);
    return;
  }
  Location loc = group.root->getLoc();
  auto constant = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(builder, loc, value);
  };
  auto loop = scf::ForOp::create(builder, loc, constant(0),
                                 constant(group.perLaunch), constant(1));
  for (StringRef name : {rowsAttrName, teamAttrName})
    if (Attribute value = group.root->getAttr(name))
      loop->setAttr(name, value);
  builder.setInsertionPointToStart(loop.getBody());
  for (const Stage &stage :
       getStages(*cast<scf::ForOp>(group.root).getBody())) {
    auto region = scf::ExecuteRegionOp::create(builder, stage.front()->getLoc(),
                                               TypeRange(), /*no_inline=*/true);
    OpBuilder::InsertionGuard outside(builder);
    builder.createBlock(&region.getRegion());
    for (linalg::LinalgOp op : stage)
      builder.clone(*op, mapping);
    scf::YieldOp::create(builder, region.getLoc());
  }
}

/// Two kernels are one where they read the same, places in the source aside.
gpu::GPUFuncOp OutlineKernels::getKernel(Group &group) {
  gpu::GPUFuncOp kernel = makeKernel(group, "kernel");
  std::string text;
  llvm::raw_string_ostream os(text);
  kernel->print(os, OpPrintingFlags().useLocalScope());
  auto [known, isNew] = byText.try_emplace(text, kernel);
  auto module = kernel->getParentOfType<gpu::GPUModuleOp>();
  if (!isNew) {
    module.erase();
    return known->second;
  }
  std::string name = "kernel_" + std::to_string(byText.size() - 1);
  module.setName(name);
  kernel.setName(name);
  ++kernels;
  shared += group.shared.has_value();
  trees += group.treeWidth != 1;
  cooperative += group.shared && group.shared->cooperative;
  return kernel;
}

void OutlineKernels::launch(Group &group, gpu::GPUFuncOp kernel) {
  OpBuilder builder(group.root);
  Location loc = group.root->getLoc();
  auto makeSizes = [&](ArrayRef<int32_t> sizes) {
    auto constant = [&](int32_t size) -> Value {
      return arith::ConstantIndexOp::create(builder, loc, size);
    };
    return gpu::KernelDim3{constant(sizes[0]), constant(sizes[1]),
                           constant(sizes[2])};
  };
  SmallVector<Value> operands;
  for (auto [buffer, type] :
       llvm::zip(group.buffers, kernel.getFunctionType().getInputs()))
    operands.push_back(
        buffer.getType() == type
            ? buffer
            : memref::CastOp::create(builder, loc, type, buffer).getResult());
  gpu::KernelDim3 grid =
      group.chosenGrids
          ? GridMemory::load(builder, loc, group.chosenGrids, group.record)
          : makeSizes(getGrid(group));
  gpu::LaunchFuncOp::create(builder, loc, kernel, grid,
                            makeSizes({int32_t(group.blockSize), 1, 1}),
                            Value(), operands);
  ++launches;
}

LogicalResult OutlineKernels::makeGroups(Block &block,
                                         std::vector<Group> &groups) const {
  SmallVector<Operation *> roots;
  for (Operation &op : block)
    if (isa<linalg::LinalgOp>(op) || isFused(op) || op.hasAttr(rowsAttrName))
      roots.push_back(&op);
  bool failed = false;
  for (Operation *root : roots) {
    FailureOr<Group> group = makeGroup(root);
    failed |= mlir::failed(group);
    if (mlir::succeeded(group))
      groups.push_back(std::move(*group));
  }
  return failure(failed);
}

/// The kernel that says which grids the `groups` of `branch` have.
FailureOr<Group>
OutlineKernels::makeDecision(scf::IfOp branch, GridMemory &memory,
                             MutableArrayRef<Group> groups) const {
  SmallVector<GridSize> grids;
  for (Group &group : groups) {
    GridSize grid = getGrid(group);
    group.record = llvm::find(grids, grid) - grids.begin();
    if (group.record == int64_t(grids.size()))
      grids.push_back(grid);
  }
  linalg::GenericOp decision = memory.decide(branch, grids);
  for (Group &group : groups)
    group.chosenGrids = decision.getDpsInits().front();
  return makeGroup(decision);
}

LogicalResult OutlineKernels::outline(func::FuncOp function) {
  std::vector<Group> groups;
  SmallVector<scf::IfOp> branches;
  for (auto branch : function.front().getOps<scf::IfOp>())
    if (isDecidedByKernel(branch))
      branches.push_back(branch);
  bool failed = mlir::failed(makeGroups(function.front(), groups));
  GridMemory memory(function);
  for (scf::IfOp branch : branches) {
    std::vector<Group> inside;
    failed |= mlir::failed(makeGroups(*branch.thenBlock(), inside));
    if (failed || inside.empty())
      continue;
    FailureOr<Group> decision = makeDecision(branch, memory, inside);
    failed |= mlir::failed(decision);
    if (failed)
      continue;
    groups.push_back(std::move(*decision));
    std::move(inside.begin(), inside.end(), std::back_inserter(groups));
    ++conditions;
  }
  if (failed)
    return failure();
  for (Group &group : groups) {
    if (group.invocations != 0)
      launch(group, getKernel(group));
    // The rest of a loop, whose last part may be shorter.
    while ((group.iterations -= group.perLaunch) > 0) {
      group.perLaunch = std::min(group.perLaunch, group.iterations);
      launch(group, getKernel(group));
    }
    group.root->erase();
  }
  for (scf::IfOp branch : branches)
    inlineBranch(branch);
  return success();
}

/// What a plan can say: memory, views of it, launches, and grids in memory.
/// What else there is is said once for each node of the model, however often it
/// was unrolled.
static LogicalResult checkHost(func::FuncOp function) {
  bool failed = false;
  llvm::DenseSet<std::pair<Location, OperationName>> said;
  for (Operation &op : function.front()) {
    if (isa<memref::AllocOp, memref::GetGlobalOp, ViewLikeOpInterface,
            gpu::LaunchFuncOp, func::ReturnOp>(op) ||
        isGridSize(&op) || op.hasTrait<OpTrait::ConstantLike>())
      continue;
    failed = true;
    if (said.insert({op.getLoc(), op.getName()}).second)
      op.emitOpError("is not supported by the Vulkan target between kernels");
  }
  return failure(failed);
}

void OutlineKernels::runOnOperation() {
  bool failed = false;
  getOperation()->setAttr(gpu::GPUDialect::getContainerModuleAttrName(),
                          UnitAttr::get(&getContext()));
  for (auto function : getOperation().getOps<func::FuncOp>()) {
    if (function.isExternal())
      continue;
    if (!function.getBody().hasOneBlock()) {
      function.emitOpError("expected one block, but got ")
          << function.getBody().getBlocks().size();
      failed = true;
      continue;
    }
    failed |=
        mlir::failed(outline(function)) || mlir::failed(checkHost(function));
  }
  if (failed)
    signalPassFailure();
}
