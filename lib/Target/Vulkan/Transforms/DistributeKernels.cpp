// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Structured ops as the code of one invocation out of many.

#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "pc/Target/Vulkan/Transforms/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_DISTRIBUTEKERNELS
#include "pc/Target/Vulkan/Transforms/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;

namespace {
/// The loops of an op: which of them an invocation has for itself, in the
/// order in which neighbours differ, the last one most.
struct Loops {
  SmallVector<int64_t> sizes;
  SmallVector<unsigned> parallel, reduction;
  int64_t count = 1; // of invocations
};

class Emitter {
public:
  /// `initial`, if not null, is what the result of `op` holds before.
  Emitter(ImplicitLocOpBuilder &builder, linalg::LinalgOp op, Loops loops,
          Value initial)
      : builder(builder), op(op), loops(std::move(loops)), initial(initial),
        position(this->loops.sizes.size()) {}

  /// The code of invocation `id`, which exists.
  void emit(Value id);

private:
  void findPosition(Value id);
  SmallVector<Value> getIndices(AffineMap map);
  Value read(OpOperand &operand);
  SmallVector<Value> emitBody(ValueRange accumulators);
  SmallVector<Value> emitLoops(ArrayRef<unsigned> dims,
                               ValueRange accumulators);
  Value constant(int64_t value) {
    return arith::ConstantIndexOp::create(builder, value);
  }

  ImplicitLocOpBuilder &builder;
  linalg::LinalgOp op;
  Loops loops;
  Value initial;
  SmallVector<Value> position;
};

struct DistributeKernels
    : public mlir::pc::impl::DistributeKernelsBase<DistributeKernels> {
  void runOnOperation() override;
};
} // namespace

/// The place of an invocation in the parallel loops: its number in mixed radix.
void Emitter::findPosition(Value id) {
  for (unsigned dim : llvm::reverse(loops.parallel)) {
    if (dim == loops.parallel.front()) {
      position[dim] = id;
      break;
    }
    if (loops.sizes[dim] == 1) {
      position[dim] = constant(0);
      continue;
    }
    Value size = constant(loops.sizes[dim]);
    position[dim] = arith::RemUIOp::create(builder, id, size);
    id = arith::DivUIOp::create(builder, id, size);
  }
}

SmallVector<Value> Emitter::getIndices(AffineMap map) {
  SmallVector<Value> indices;
  for (AffineExpr expr : map.getResults())
    indices.push_back(affine::expandAffineExpr(builder, builder.getLoc(), expr,
                                               position, {}));
  return indices;
}

Value Emitter::read(OpOperand &operand) {
  if (!isa<MemRefType>(operand.get().getType()))
    return operand.get();
  return memref::LoadOp::create(
      builder, operand.get(), getIndices(op.getMatchingIndexingMap(&operand)));
}

/// One point of the loops: the values that the body yields.
SmallVector<Value> Emitter::emitBody(ValueRange accumulators) {
  Block *body = op.getBlock();
  IRMapping mapping;
  for (OpOperand *input : op.getDpsInputOperands())
    if (op.payloadUsesValueFromOperand(input))
      mapping.map(op.getMatchingBlockArgument(input), read(*input));
  for (auto [init, value] : llvm::zip(op.getDpsInitsMutable(), accumulators))
    mapping.map(op.getMatchingBlockArgument(&init), value);
  for (Operation &nested : body->without_terminator()) {
    if (auto index = dyn_cast<linalg::IndexOp>(nested))
      mapping.map(index.getResult(), position[index.getDim()]);
    else
      builder.clone(nested, mapping);
  }
  SmallVector<Value> yielded;
  for (Value value : body->getTerminator()->getOperands())
    yielded.push_back(mapping.lookupOrDefault(value));
  return yielded;
}

SmallVector<Value> Emitter::emitLoops(ArrayRef<unsigned> dims,
                                      ValueRange accumulators) {
  if (dims.empty())
    return emitBody(accumulators);
  auto loop = scf::ForOp::create(builder, constant(0),
                                 constant(loops.sizes[dims.front()]),
                                 constant(1), accumulators);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  position[dims.front()] = loop.getInductionVar();
  SmallVector<Value> next =
      emitLoops(dims.drop_front(), loop.getRegionIterArgs());
  scf::YieldOp::create(builder, next);
  return SmallVector<Value>(loop.getResults());
}

void Emitter::emit(Value id) {
  findPosition(id);
  SmallVector<Value> accumulators;
  for (OpOperand &init : op.getDpsInitsMutable()) {
    Type element = cast<MemRefType>(init.get().getType()).getElementType();
    Value value = initial;
    if (!value &&
        (op.payloadUsesValueFromOperand(&init) || !loops.reduction.empty()))
      value = read(init);
    // The body does not ask for it.
    if (!value)
      value = arith::ConstantOp::create(
          builder, cast<TypedAttr>(builder.getZeroAttr(element)));
    accumulators.push_back(value);
  }
  SmallVector<Value> results = emitLoops(loops.reduction, accumulators);
  for (auto [init, value] : llvm::zip(op.getDpsInitsMutable(), results))
    memref::StoreOp::create(builder, value, init.get(),
                            getIndices(op.getMatchingIndexingMap(&init)));
}

/// Every result has one element for each point of the parallel loops, in an
/// order of its own; the order of the first one is that of the invocations.
static FailureOr<Loops> planLoops(linalg::LinalgOp op) {
  Loops loops;
  loops.sizes = op.getStaticLoopRanges();
  for (OpOperand &init : op.getDpsInitsMutable()) {
    AffineMap map = op.getMatchingIndexingMap(&init);
    if (!map.isProjectedPermutation() ||
        map.getNumResults() != op.getNumParallelLoops())
      return op.emitOpError("expected results with one element for each point "
                            "of the parallel loops, but got the map ")
             << AffineMapAttr::get(map);
  }
  AffineMap first = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  for (unsigned i = 0, e = first.getNumResults(); i != e; ++i)
    loops.parallel.push_back(first.getDimPosition(i));
  op.getReductionDims(loops.reduction);
  for (unsigned dim : loops.parallel)
    loops.count *= loops.sizes[dim];
  return loops;
}

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

void DistributeKernels::runOnOperation() {
  gpu::GPUFuncOp kernel = getOperation();
  SmallVector<linalg::LinalgOp> ops;
  kernel.walk([&](linalg::LinalgOp op) { ops.push_back(op); });
  if (ops.empty())
    return;
  if (!kernel.getKnownBlockSize() || !kernel.getKnownGridSize()) {
    kernel.emitOpError("expected a known block size and a known grid size; "
                       "pc-gpu-outline-kernels gives them");
    return signalPassFailure();
  }
  ImplicitLocOpBuilder builder(kernel.getLoc(), &getContext());
  builder.setInsertionPoint(ops.front());
  Value id = getInvocation(builder, kernel);
  ArrayRef<int32_t> grid = *kernel.getKnownGridSize();
  int64_t launched =
      int64_t((*kernel.getKnownBlockSize())[0]) * grid[0] * grid[1];
  Value initial; // of the next op
  for (linalg::LinalgOp op : ops) {
    // A fill in front of another op is the value that this one begins with.
    if (auto fill = dyn_cast<linalg::FillOp>(op.getOperation());
        fill && op != ops.back()) {
      initial = fill.getInputs()[0];
      fill.erase();
      continue;
    }
    FailureOr<Loops> loops = planLoops(op);
    if (failed(loops))
      return signalPassFailure();
    if (loops->count > launched) {
      op.emitOpError("expected at least ")
          << loops->count << " invocations, but the grid has " << launched;
      return signalPassFailure();
    }
    builder.setInsertionPoint(op);
    builder.setLoc(op.getLoc());
    OpBuilder::InsertionGuard guard(builder);
    if (loops->count != launched) {
      Value size = arith::ConstantIndexOp::create(builder, loops->count);
      Value exists =
          arith::CmpIOp::create(builder, arith::CmpIPredicate::ult, id, size);
      auto within = scf::IfOp::create(builder, exists, /*withElse=*/false);
      builder.setInsertionPointToStart(within.thenBlock());
    }
    Emitter(builder, op, *loops, std::exchange(initial, Value())).emit(id);
    op.erase();
  }
}
