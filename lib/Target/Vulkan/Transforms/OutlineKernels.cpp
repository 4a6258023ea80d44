// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Structured ops on buffers as kernels and their launches.

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
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

/// Workgroups along one axis that every device allows.
static constexpr int64_t mostGroups = 65535;

namespace {
/// What becomes one kernel.
struct Group {
  linalg::FillOp fill; // null, or what `op` accumulates into
  linalg::LinalgOp op;
  SmallVector<Value> buffers;
  int64_t invocations = 1;
};

struct OutlineKernels
    : public mlir::pc::impl::OutlineKernelsBase<OutlineKernels> {
  using OutlineKernelsBase::OutlineKernelsBase;
  void runOnOperation() override;

private:
  LogicalResult outline(func::FuncOp function);
  gpu::GPUFuncOp getKernel(Group &group);
  gpu::GPUFuncOp makeKernel(Group &group, StringRef name);
  void launch(Group &group, gpu::GPUFuncOp kernel);
  SmallVector<int32_t, 3> getGrid(Group &group) const;

  llvm::StringMap<gpu::GPUFuncOp> byText;
};
} // namespace

/// The buffer that `value` is a view of. What lies in the arena are buffers of
/// their own: two of them that share memory are not in use at the same time.
static Value getRoot(Value value) {
  while (auto view = value.getDefiningOp<ViewLikeOpInterface>()) {
    if (isa<memref::ViewOp>(view))
      break;
    value = view.getViewSource();
  }
  return value;
}

/// The fill right before `op` of the first buffer that it accumulates into:
/// nothing in between reads or writes that buffer, and what is moved past does
/// not define it.
static linalg::FillOp findFill(linalg::LinalgOp op) {
  if (op.getNumDpsInits() != 1 || isa<linalg::FillOp>(op))
    return nullptr;
  Value buffer = op.getDpsInits()[0];
  Value root = getRoot(buffer);
  for (Operation *previous = op->getPrevNode(); previous;
       previous = previous->getPrevNode()) {
    auto fill = dyn_cast<linalg::FillOp>(previous);
    if (fill && fill.getOutputs()[0] == buffer)
      return fill;
    bool touches = false;
    previous->walk([&](Operation *nested) {
      touches |= llvm::any_of(nested->getOperands(), [&](Value operand) {
        return isa<MemRefType>(operand.getType()) && getRoot(operand) == root;
      });
    });
    // Views are no accesses; whoever accesses through them is met as well.
    if (touches && !isa<ViewLikeOpInterface>(previous))
      return nullptr;
  }
  return nullptr;
}

/// A fill may be done element by element only where the op, too, has one
/// invocation for each element of that buffer.
static bool coversElements(linalg::LinalgOp op) {
  AffineMap map = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  return map.isProjectedPermutation() &&
         map.getNumResults() == op.getNumParallelLoops();
}

/// All values that `op` reads from outside of itself.
static SmallVector<Value> collectOperands(linalg::LinalgOp op) {
  llvm::SetVector<Value> values;
  values.insert_range(op->getOperands());
  op->walk([&](Operation *nested) {
    for (Value operand : nested->getOperands())
      if (!op->isAncestor(operand.getParentBlock()->getParentOp()))
        values.insert(operand);
  });
  return values.takeVector();
}

static FailureOr<Group> makeGroup(linalg::LinalgOp op) {
  Group group;
  group.op = op;
  for (Value value : collectOperands(op)) {
    if (isa<MemRefType>(value.getType())) {
      group.buffers.push_back(value);
      continue;
    }
    if (!matchPattern(value, m_Constant()))
      return op.emitOpError("expected numbers that are known when it is "
                            "compiled, but got one that the host computes");
  }
  SmallVector<int64_t> ranges = op.getStaticLoopRanges();
  for (auto [range, iterator] : llvm::zip(ranges, op.getIteratorTypesArray())) {
    if (ShapedType::isDynamic(range))
      return op.emitOpError("expected static shapes");
    if (iterator == utils::IteratorType::parallel)
      group.invocations *= range;
  }
  if (group.invocations > int64_t(1) << 30)
    return op.emitOpError("expected at most 2^30 results, but got ")
           << group.invocations;
  if (linalg::FillOp fill = findFill(op))
    if (coversElements(op))
      group.fill = fill;
  return group;
}

/// Everything about the layout but where it begins.
static MemRefType withOpenOffset(MemRefType type) {
  auto [strides, offset] = type.getStridesAndOffset();
  return MemRefType::get(
      type.getShape(), type.getElementType(),
      StridedLayoutAttr::get(type.getContext(), ShapedType::kDynamic, strides));
}

SmallVector<int32_t, 3> OutlineKernels::getGrid(Group &group) const {
  int64_t groups = llvm::divideCeil(group.invocations, int64_t(blockSize));
  int64_t rows = llvm::divideCeil(groups, mostGroups);
  return {int32_t(llvm::divideCeil(groups, rows)), int32_t(rows), 1};
}

gpu::GPUFuncOp OutlineKernels::makeKernel(Group &group, StringRef name) {
  Location loc = group.op->getLoc();
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
  kernel.setKnownBlockSizeAttr(builder.getDenseI32ArrayAttr({blockSize, 1, 1}));
  kernel.setKnownGridSizeAttr(builder.getDenseI32ArrayAttr(getGrid(group)));
  builder.setInsertionPointToStart(&kernel.getBody().front());
  IRMapping mapping;
  for (auto [buffer, argument] :
       llvm::zip(group.buffers, kernel.getArguments()))
    mapping.map(buffer, argument);
  auto move = [&](Operation *op) {
    for (Value value : collectOperands(cast<linalg::LinalgOp>(op)))
      if (!mapping.contains(value))
        mapping.map(value, builder.clone(*value.getDefiningOp())->getResult(0));
    builder.clone(*op, mapping);
  };
  if (group.fill)
    move(group.fill);
  move(group.op);
  gpu::ReturnOp::create(builder, loc);
  return kernel;
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
  return kernel;
}

void OutlineKernels::launch(Group &group, gpu::GPUFuncOp kernel) {
  OpBuilder builder(group.op);
  Location loc = group.op->getLoc();
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
  gpu::LaunchFuncOp::create(builder, loc, kernel, makeSizes(getGrid(group)),
                            makeSizes({blockSize, 1, 1}), Value(), operands);
  ++launches;
}

LogicalResult OutlineKernels::outline(func::FuncOp function) {
  SmallVector<linalg::LinalgOp> ops;
  for (auto copy :
       llvm::make_early_inc_range(function.getOps<memref::CopyOp>())) {
    OpBuilder builder(copy);
    linalg::makeMemRefCopyOp(builder, copy.getLoc(), copy.getSource(),
                             copy.getTarget());
    copy.erase();
  }
  llvm::append_range(ops, function.getOps<linalg::LinalgOp>());
  llvm::SmallPtrSet<Operation *, 8> absorbed;
  SmallVector<Group> groups;
  bool failed = false;
  for (linalg::LinalgOp op : ops) {
    FailureOr<Group> group = makeGroup(op);
    failed |= mlir::failed(group);
    if (mlir::failed(group))
      continue;
    if (group->fill && !absorbed.insert(group->fill).second)
      group->fill = nullptr;
    groups.push_back(*group);
  }
  if (failed)
    return failure();
  for (Group &group : groups) {
    linalg::LinalgOp op = group.op;
    fills += group.fill != nullptr;
    if (!absorbed.contains(op) && group.invocations != 0)
      launch(group, getKernel(group));
  }
  for (linalg::LinalgOp op : ops)
    op.erase();
  return success();
}

/// What a plan can say: memory, views of it, and launches. What else there is
/// is said once for each node of the model, however often it was unrolled.
static LogicalResult checkHost(func::FuncOp function) {
  bool failed = false;
  llvm::DenseSet<std::pair<Location, OperationName>> said;
  for (Operation &op : function.front()) {
    if (isa<memref::AllocOp, memref::GetGlobalOp, ViewLikeOpInterface,
            gpu::LaunchFuncOp, func::ReturnOp>(op) ||
        op.hasTrait<OpTrait::ConstantLike>())
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
