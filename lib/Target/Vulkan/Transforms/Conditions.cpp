// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Conditions.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace mlir::pc;

/// The ops that compute `value` in `block`, in an order in which they can be
/// computed; false where there is one that a kernel cannot.
static bool collect(Value value, Block *block,
                    llvm::SetVector<Operation *> &ops) {
  Operation *op = value.getDefiningOp();
  if (!op || op->getNumResults() != 1 || op->getNumRegions() != 0 ||
      !value.getType().isIntOrFloat())
    return false;
  if (op->hasTrait<OpTrait::ConstantLike>()) {
    ops.insert(op);
    return true;
  }
  auto load = dyn_cast<memref::LoadOp>(op);
  if (op->getBlock() != block ||
      (load ? load.getMemRefType().getRank() != 0 : !isPure(op)))
    return false;
  if (!load)
    for (Value operand : op->getOperands())
      if (!collect(operand, block, ops))
        return false;
  ops.insert(op);
  return true;
}

bool mlir::pc::isDecidedByKernel(scf::IfOp branch) {
  llvm::SetVector<Operation *> ops;
  if (branch.getNumResults() != 0 || branch.elseBlock() ||
      !collect(branch.getCondition(), branch->getBlock(), ops))
    return false;
  for (Operation *op : ops)
    if (isa<memref::LoadOp>(op))
      for (Operation *next = op; next != branch; next = next->getNextNode())
        if (!isMemoryEffectFree(next) &&
            !hasSingleEffect<MemoryEffects::Read>(next) &&
            !isa<memref::AllocOp>(next))
          return false;
  return true;
}

GridMemory::Place GridMemory::getPlace(ArrayRef<GridSize> grids) {
  std::vector<int32_t> numbers;
  for (const GridSize &grid : grids)
    llvm::append_range(numbers, grid);
  Place &place = places[numbers];
  if (place.grids)
    return place;
  auto module = function->getParentOfType<ModuleOp>();
  Location loc = function.getLoc();
  OpBuilder builder(module.getContext());
  auto type = MemRefType::get({int64_t(grids.size()), 3}, builder.getI32Type());
  auto global = memref::GlobalOp::create(
      builder, loc, "grids", builder.getStringAttr("private"), type,
      DenseElementsAttr::get(
          RankedTensorType::get(type.getShape(), type.getElementType()),
          ArrayRef<int32_t>(numbers)),
      /*constant=*/true, /*alignment=*/IntegerAttr());
  SymbolTable(module).insert(global, module.getBody()->begin());
  builder.setInsertionPointToStart(&function.front());
  place.grids =
      memref::GetGlobalOp::create(builder, loc, type, global.getSymName());
  place.chosen = memref::AllocOp::create(builder, loc, type);
  return place;
}

linalg::GenericOp GridMemory::decide(scf::IfOp branch,
                                     ArrayRef<GridSize> grids) {
  Place place = getPlace(grids);
  llvm::SetVector<Operation *> ops;
  collect(branch.getCondition(), branch->getBlock(), ops);
  OpBuilder builder(branch);
  AffineMap whole = builder.getMultiDimIdentityMap(2);
  AffineMap scalar = AffineMap::get(2, 0, builder.getContext());
  SmallVector<Value> inputs;
  SmallVector<AffineMap> maps;
  SmallVector<Operation *> loads;
  for (Operation *op : ops)
    if (auto load = dyn_cast<memref::LoadOp>(op)) {
      loads.push_back(op);
      inputs.push_back(load.getMemRef());
      maps.push_back(scalar);
    }
  inputs.push_back(place.grids);
  maps.append({whole, whole});
  SmallVector<utils::IteratorType> iterators(2, utils::IteratorType::parallel);
  return linalg::GenericOp::create(
      builder, branch.getLoc(), TypeRange(), inputs, place.chosen, maps,
      iterators, [&](OpBuilder &b, Location loc, ValueRange xs) {
        IRMapping mapping;
        for (auto [load, x] : llvm::zip(loads, xs))
          mapping.map(load->getResult(0), x);
        for (Operation *op : ops)
          if (!isa<memref::LoadOp>(op))
            b.clone(*op, mapping);
        Value none = arith::ConstantIntOp::create(b, loc, 0, 32);
        Value size = arith::SelectOp::create(
            b, loc, mapping.lookup(branch.getCondition()),
            xs.drop_back().back(), none);
        linalg::YieldOp::create(b, loc, size);
      });
}

gpu::KernelDim3 GridMemory::load(OpBuilder &builder, Location loc, Value chosen,
                                 int64_t record) {
  auto constant = [&](int64_t number) -> Value {
    return arith::ConstantIndexOp::create(builder, loc, number);
  };
  auto loadSize = [&](int64_t axis) -> Value {
    Value size = memref::LoadOp::create(
        builder, loc, chosen, ValueRange{constant(record), constant(axis)});
    return arith::IndexCastOp::create(builder, loc, builder.getIndexType(),
                                      size);
  };
  return {loadSize(0), loadSize(1), loadSize(2)};
}

void mlir::pc::inlineBranch(scf::IfOp branch) {
  llvm::SetVector<Operation *> ops;
  collect(branch.getCondition(), branch->getBlock(), ops);
  for (Operation &op :
       llvm::make_early_inc_range(branch.thenBlock()->without_terminator()))
    op.moveBefore(branch);
  branch.erase();
  for (Operation *op : llvm::reverse(ops))
    if (isOpTriviallyDead(op))
      op->erase();
}

bool mlir::pc::isGridSize(Operation *op) {
  auto areUsersGrids = [](Operation *op) {
    return llvm::all_of(op->getUses(), [](OpOperand &use) {
      auto launch = dyn_cast<gpu::LaunchFuncOp>(use.getOwner());
      if (!launch)
        return false;
      gpu::KernelDim3 grid = launch.getGridSizeOperandValues();
      return use.get() == grid.x || use.get() == grid.y || use.get() == grid.z;
    });
  };
  if (isa<memref::LoadOp>(op))
    return llvm::all_of(op->getUsers(), [&](Operation *user) {
      return isa<arith::IndexCastOp>(user) && areUsersGrids(user);
    });
  return isa<arith::IndexCastOp>(op) &&
         op->getOperand(0).getDefiningOp<memref::LoadOp>() && areUsersGrids(op);
}
