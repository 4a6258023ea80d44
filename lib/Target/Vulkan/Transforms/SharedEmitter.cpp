// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The part of TileEmitter for products that a workgroup computes together.

#include "TileEmitter.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include <numeric>

using namespace mlir;
using namespace mlir::pc;

//===----------------------------------------------------------------------===//
// Places
//===----------------------------------------------------------------------===//

void TileEmitter::placeShared(gpu::GPUFuncOp function, Value group,
                              Value invocation, SharedTile shared) {
  SmallVector<int64_t> blocks;
  for (auto [axis, lanes] : llvm::zip_equal(axes, shared.lanes)) {
    axis.lanes = std::gcd(axis.lanes, lanes);
    axis.isMasked = axis.size % (axis.tile * lanes) != 0;
    blocks.push_back(llvm::divideCeil(axis.getTiles(), lanes));
  }
  SmallVector<Value> numbers;
  for (auto [axis, block, lane, lanes] : llvm::zip_equal(
           axes, splitNumber(builder, group, blocks),
           splitNumber(builder, invocation, shared.lanes), shared.lanes)) {
    Value first = multiply(block, lanes);
    numbers.push_back(arith::AddIOp::create(builder, first, lane));
    firsts.push_back(multiply(first, axis.tile));
    TileAxis within = axis;
    within.size = axis.tile * lanes;
    within.isMasked = false;
    inside.push_back(getPositions(within, lane));
  }
  placeAt(numbers);
  kernel = function;
  thread = invocation;
  sharing = std::move(shared);
}

SmallVector<int64_t> TileEmitter::getExtents() const {
  SmallVector<int64_t> extents;
  for (auto [axis, lanes] : llvm::zip_equal(axes, sharing->lanes))
    extents.push_back(axis.tile * lanes);
  return extents;
}

static SmallVector<int64_t> getReductionSizes(linalg::LinalgOp op,
                                              const KernelDomain &domain) {
  SmallVector<int64_t> ranges = op.getStaticLoopRanges(), sizes;
  for (unsigned loop : domain.reductions)
    sizes.push_back(ranges[loop]);
  return sizes;
}

int64_t TileEmitter::countSteps(linalg::LinalgOp op,
                                const KernelDomain &domain) {
  SmallVector<int64_t> sizes = getReductionSizes(op, domain);
  return std::accumulate(sizes.begin(), sizes.end(), int64_t(1),
                         std::multiplies<>());
}

/// Where all loops of the reduction are at one of their steps, in their order.
void TileEmitter::setStep(const Context &context, Value step,
                          MutableArrayRef<Value> position) {
  SmallVector<Value> numbers =
      splitNumber(builder, step, getReductionSizes(context.op, context.domain));
  for (auto [loop, number] : llvm::zip(context.domain.reductions, numbers))
    position[loop] = number;
}

//===----------------------------------------------------------------------===//
// Memory of the workgroup
//===----------------------------------------------------------------------===//

Value TileEmitter::addMemory(ArrayRef<int64_t> shape, Type element) {
  auto space = gpu::AddressSpaceAttr::get(builder.getContext(),
                                          gpu::AddressSpace::Workgroup);
  return kernel.addWorkgroupAttribution(
      MemRefType::get(shape, element, AffineMap(), space), builder.getLoc());
}

/// Gives an operand memory of the workgroup, if its tile is to be there.
void TileEmitter::share(Context &context, Operand &operand) {
  SmallVector<int64_t> extents = getExtents();
  operand.sharedAxis =
      getSharedAxis(context.op, context.domain, *operand.operand, extents);
  if (!operand.sharedAxis)
    return;
  auto type = cast<MemRefType>(operand.operand->get().getType());
  operand.shared = addMemory({sharing->depth, extents[*operand.sharedAxis]},
                             type.getElementType());
}

/// What the memory of the workgroup has of an operand: the given step, and the
/// given place along its axis. At edges the last ones appear again; beyond the
/// last step are zeros where all of them are multiplied.
Value TileEmitter::loadForShared(Context &context, Operand &operand, Value step,
                                 Value place) {
  Value exists;
  SmallVector<Value> position = context.ivs;
  int64_t steps = countSteps(context.op, context.domain);
  if (steps % sharing->depth != 0) {
    exists = arith::CmpIOp::create(builder, arith::CmpIPredicate::ult, step,
                                   constant(steps));
    step = arith::MinUIOp::create(builder, step, constant(steps - 1));
  }
  setStep(context, step, position);
  for (auto [axis, loop] : llvm::enumerate(context.domain.loops)) {
    position[loop] = positions[axis][0];
    if (axis != *operand.sharedAxis)
      continue;
    position[loop] = arith::AddIOp::create(builder, firsts[axis], place);
    if (axes[axis].isMasked)
      position[loop] = arith::MinUIOp::create(builder, position[loop],
                                              constant(axes[axis].size - 1));
  }
  Value value = memref::LoadOp::create(builder, operand.operand->get(),
                                       getIndices(operand.map, position));
  if (!exists || !sharing->cooperative)
    return value;
  Value zero = arith::ConstantOp::create(
      builder, cast<TypedAttr>(builder.getZeroAttr(value.getType())));
  return arith::SelectOp::create(builder, exists, value, zero);
}

/// All invocations together load the steps from `first` on, neighbours in
/// memory as neighbours.
void TileEmitter::fillShared(Context &context, Operand &operand, Value first) {
  unsigned reduction = context.domain.reductions.back();
  ArrayRef<int64_t> shape =
      cast<MemRefType>(operand.shared.getType()).getShape();
  auto type = cast<MemRefType>(operand.operand->get().getType());
  SmallVector<int64_t> strides = type.getStridesAndOffset().first;
  bool stepsLast = false;
  for (auto [expr, stride] : llvm::zip(operand.map.getResults(), strides))
    stepsLast |= stride == 1 && expr.isFunctionOfDim(reduction);
  int64_t invocations = sharing->countInvocations();
  for (int64_t i = 0, e = shape[0] * shape[1]; i != e; i += invocations) {
    SmallVector<Value> parts = splitNumber(
        builder, add(thread, i),
        {stepsLast ? shape[1] : shape[0], stepsLast ? shape[0] : shape[1]});
    if (stepsLast)
      std::swap(parts[0], parts[1]);
    Value step = arith::AddIOp::create(builder, first, parts[0]);
    memref::StoreOp::create(builder,
                            loadForShared(context, operand, step, parts[1]),
                            operand.shared, parts);
  }
}

/// The loop of a reduction as rounds: its next steps come into the memory of
/// the workgroup when nobody reads the last ones any more. `emit` goes on with
/// the accumulators, from the step that the round begins with.
SmallVector<Value> TileEmitter::emitRounds(
    Context &context, ValueRange accumulators,
    llvm::function_ref<SmallVector<Value>(Value, ValueRange)> emit) {
  int64_t steps = countSteps(context.op, context.domain);
  auto rounds = scf::ForOp::create(builder, constant(0), constant(steps),
                                   constant(sharing->depth), accumulators);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(rounds.getBody());
  gpu::BarrierOp::create(builder);
  for (Operand &operand : context.operands)
    if (operand.shared)
      fillShared(context, operand, rounds.getInductionVar());
  gpu::BarrierOp::create(builder);
  SmallVector<Value> next =
      emit(rounds.getInductionVar(), rounds.getRegionIterArgs());
  scf::YieldOp::create(builder, next);
  return SmallVector<Value>(rounds.getResults());
}

SmallVector<Value> TileEmitter::emitSharedLoop(Context &context,
                                               ValueRange accumulators) {
  int64_t all = countSteps(context.op, context.domain);
  return emitRounds(
      context, accumulators, [&](Value first, ValueRange carried) {
        Value count = constant(sharing->depth);
        if (all % sharing->depth != 0)
          count = arith::MinUIOp::create(
              builder, count,
              arith::SubIOp::create(builder, constant(all), first));
        auto steps = scf::ForOp::create(builder, constant(0), count,
                                        constant(context.unroll), carried);
        OpBuilder::InsertionGuard guard(builder);
        builder.setInsertionPointToStart(steps.getBody());
        context.step = steps.getInductionVar();
        setStep(context, arith::AddIOp::create(builder, first, context.step),
                context.ivs);
        scf::YieldOp::create(builder,
                             emitStep(context, steps.getRegionIterArgs()));
        return SmallVector<Value>(steps.getResults());
      });
}

//===----------------------------------------------------------------------===//
// Cooperative matrices
//===----------------------------------------------------------------------===//

/// Where an element of the tile of this invocation is in the memory of sums.
SmallVector<Value> TileEmitter::getSumPlace(const Operand &left,
                                            const Operand &right,
                                            int64_t element) {
  SmallVector<int64_t> offsets = getOffsets(element);
  return {inside[*left.sharedAxis][offsets[*left.sharedAxis]],
          inside[*right.sharedAxis][offsets[*right.sharedAxis]]};
}

/// a (rows x depth, read from depth x rows) times b, plus c.
static Value emitProduct(ImplicitLocOpBuilder &builder, Value a, Value b,
                         Value c) {
  AffineExpr i, j, k;
  bindDims(builder.getContext(), i, j, k);
  using vector::IteratorType;
  return vector::ContractionOp::create(
      builder, a, b, c, ArrayRef<ArrayRef<AffineExpr>>{{i, k}, {k, j}, {i, j}},
      ArrayRef<IteratorType>{IteratorType::parallel, IteratorType::parallel,
                             IteratorType::reduction});
}

/// The matrix of that size at `indices`; with `isTransposed`, its transpose is
/// what is in memory.
static Value readMatrix(ImplicitLocOpBuilder &builder, Value memory,
                        ArrayRef<Value> indices, int64_t rows, int64_t columns,
                        bool isTransposed = false) {
  Type element = cast<MemRefType>(memory.getType()).getElementType();
  Value padding = arith::ConstantOp::create(
      builder, cast<TypedAttr>(builder.getZeroAttr(element)));
  AffineMap map = builder.getMultiDimIdentityMap(2);
  if (isTransposed)
    map = AffineMap::getPermutationMap(ArrayRef<unsigned>{1, 0},
                                       builder.getContext());
  return vector::TransferReadOp::create(
      builder, VectorType::get({rows, columns}, element), memory, indices,
      padding, map, ArrayRef<bool>{true, true});
}

/// Each subgroup has some matrices of sums. They come from the elements of the
/// invocations by way of the memory of the workgroup, and go back that way, so
/// that all other ops see elements.
SmallVector<Value> TileEmitter::emitCooperative(Context &context,
                                                ValueRange accumulators) {
  const CooperativeTile &product = *sharing->cooperative;
  Operand &left = context.operands[0], &right = context.operands[1];
  SmallVector<int64_t> extents = getExtents();
  int64_t rows = extents[*left.sharedAxis] / product.rows;
  int64_t columns = extents[*right.sharedAxis] / product.columns;
  Value sums =
      addMemory({extents[*left.sharedAxis], extents[*right.sharedAxis]},
                builder.getF32Type());
  for (auto [element, value] : llvm::enumerate(accumulators))
    memref::StoreOp::create(builder, value, sums,
                            getSumPlace(left, right, element));
  gpu::BarrierOp::create(builder);
  Value subgroup =
      gpu::SubgroupIdOp::create(builder, /*upper_bound=*/IntegerAttr());
  SmallVector<Value> place =
      splitNumber(builder, subgroup, {product.rows, product.columns});
  Value row = multiply(place[0], rows), column = multiply(place[1], columns);
  SmallVector<Value> matrices;
  for (int64_t i = 0; i != rows; i += product.m)
    for (int64_t j = 0; j != columns; j += product.n)
      matrices.push_back(readMatrix(
          builder, sums, {add(row, i), add(column, j)}, product.m, product.n));
  matrices = emitRounds(context, matrices, [&](Value, ValueRange carried) {
    auto steps =
        scf::ForOp::create(builder, constant(0), constant(sharing->depth),
                           constant(product.k), carried);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(steps.getBody());
    Value step = steps.getInductionVar();
    SmallVector<Value> as, bs, next;
    for (int64_t i = 0; i != rows; i += product.m)
      as.push_back(readMatrix(builder, left.shared, {step, add(row, i)},
                              product.m, product.k, true));
    for (int64_t j = 0; j != columns; j += product.n)
      bs.push_back(readMatrix(builder, right.shared, {step, add(column, j)},
                              product.k, product.n));
    for (auto [i, sum] : llvm::enumerate(steps.getRegionIterArgs()))
      next.push_back(
          emitProduct(builder, as[i / bs.size()], bs[i % bs.size()], sum));
    scf::YieldOp::create(builder, next);
    return SmallVector<Value>(steps.getResults());
  });
  int64_t wide = columns / product.n;
  for (auto [i, matrix] : llvm::enumerate(matrices))
    vector::TransferWriteOp::create(
        builder, matrix, sums,
        ValueRange{add(row, i / wide * product.m),
                   add(column, i % wide * product.n)},
        ArrayRef<bool>{true, true});
  gpu::BarrierOp::create(builder);
  SmallVector<Value> results;
  for (int64_t element = 0, e = countElements(); element != e; ++element)
    results.push_back(memref::LoadOp::create(
        builder, sums, getSumPlace(left, right, element)));
  return results;
}
