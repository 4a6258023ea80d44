// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "LoopBatch.h"
#include "OperandOrder.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::pc;

bool mlir::pc::isBlank(Value value) {
  if (auto fill = value.getDefiningOp<linalg::FillOp>())
    value = fill.getOutputs().front();
  return value.getDefiningOp<tensor::EmptyOp>();
}

Value mlir::pc::createBlank(OpBuilder &builder, Value value,
                            RankedTensorType type) {
  Value empty = tensor::EmptyOp::create(builder, value.getLoc(),
                                        type.getShape(), type.getElementType());
  auto fill = value.getDefiningOp<linalg::FillOp>();
  return fill ? linalg::FillOp::create(builder, value.getLoc(), fill.value(),
                                       empty)
                    .getResult(0)
              : empty;
}

//===----------------------------------------------------------------------===//
// Where the samples are
//===----------------------------------------------------------------------===//

std::optional<unsigned> LoopBatch::getDim(OpOperand &operand) const {
  if (auto found = dims.find(operand.get()); found != dims.end())
    return found->second;
  if (auto found = captured.find(&operand); found != captured.end())
    return found->second;
  return std::nullopt;
}

namespace {
/// Follows the samples from what the loop carries through its body.
class BatchFinder {
public:
  explicit BatchFinder(scf::ForOp loop) : loop(loop) {}
  FailureOr<LoopBatch> run();

private:
  LogicalResult visit(Operation &op);
  LogicalResult visitGeneric(linalg::GenericOp op);
  LogicalResult visitInsertion(tensor::InsertSliceOp op);
  LogicalResult place(OpOperand &operand, std::optional<unsigned> dim);

  bool carries(Value value) const { return batch.dims.contains(value); }
  bool isWhole(OffsetSizeAndStrideOpInterface slice, unsigned dim) const {
    return slice.getStaticOffsets()[dim] == 0 &&
           slice.getStaticSizes()[dim] == batch.samples &&
           slice.getStaticStrides()[dim] == 1;
  }

  scf::ForOp loop;
  LoopBatch batch;
};
} // namespace

FailureOr<LoopBatch> BatchFinder::run() {
  for (Value carried : loop.getRegionIterArgs()) {
    auto type = dyn_cast<RankedTensorType>(carried.getType());
    if (!type || !type.hasStaticShape() || type.getRank() == 0 ||
        (batch.samples != 0 && type.getDimSize(0) != batch.samples))
      return failure();
    batch.samples = type.getDimSize(0);
    batch.dims[carried] = 0;
  }
  for (Operation &op : loop.getBody()->without_terminator())
    if (failed(visit(op)))
      return failure();
  for (Value next : loop.getYieldedValues())
    if (!carries(next) || batch.dims.lookup(next) != 0)
      return failure();
  if (batch.samples < 2)
    return failure();
  return std::move(batch);
}

LogicalResult BatchFinder::visit(Operation &op) {
  if (llvm::none_of(op.getOperands(), [&](Value v) { return carries(v); }))
    return success();
  return llvm::TypeSwitch<Operation *, LogicalResult>(&op)
      .Case([&](linalg::GenericOp op) { return visitGeneric(op); })
      .Case([&](tensor::InsertSliceOp op) { return visitInsertion(op); })
      .Case([&](tensor::ExtractSliceOp op) {
        unsigned dim = batch.dims.lookup(op.getSource());
        batch.dims[op.getResult()] = dim;
        return success(op.getSourceType().getRank() == op.getType().getRank() &&
                       isWhole(op, dim));
      })
      .Case([&](tensor::ExpandShapeOp op) {
        ReassociationIndices group =
            op.getReassociationIndices()[batch.dims.lookup(op.getSrc())];
        batch.dims[op.getResult()] = group.front();
        return success(group.size() == 1);
      })
      .Case([&](tensor::CollapseShapeOp op) {
        int64_t dim = batch.dims.lookup(op.getSrc());
        for (auto [i, group] : llvm::enumerate(op.getReassociationIndices()))
          if (group == ReassociationIndices{dim}) {
            batch.dims[op.getResult()] = i;
            return success();
          }
        return failure();
      })
      .Default([](Operation *) { return failure(); });
}

/// Notes that `operand` has its samples at `dim`, or has none.
LogicalResult BatchFinder::place(OpOperand &operand,
                                 std::optional<unsigned> dim) {
  Value value = operand.get();
  if (carries(value))
    return success(dim && batch.dims.lookup(value) == *dim);
  if (!dim)
    return success();
  batch.captured[&operand] = *dim;
  // What the loop computes for all samples alike is no part of them.
  return success(!loop.getRegion().isAncestor(value.getParentRegion()) ||
                 isBlank(value));
}

LogicalResult BatchFinder::visitGeneric(linalg::GenericOp op) {
  std::optional<AffineExpr> samples;
  for (OpOperand &operand : op->getOpOperands()) {
    if (!carries(operand.get()))
      continue;
    AffineExpr expr = op.getMatchingIndexingMap(&operand).getResult(
        batch.dims.lookup(operand.get()));
    if (!isa<AffineDimExpr>(expr) || (samples && *samples != expr))
      return failure();
    samples = expr;
  }
  unsigned dim = cast<AffineDimExpr>(*samples).getPosition();
  auto isSample = [&](linalg::IndexOp index) { return index.getDim() == dim; };
  if (op.getIteratorTypesArray()[dim] != utils::IteratorType::parallel ||
      llvm::any_of(op.getBody()->getOps<linalg::IndexOp>(), isSample))
    return failure();
  for (OpOperand &operand : op->getOpOperands()) {
    AffineMap map = op.getMatchingIndexingMap(&operand);
    std::optional<unsigned> position;
    for (auto [i, expr] : llvm::enumerate(map.getResults())) {
      if (!expr.isFunctionOfDim(dim))
        continue;
      if (expr != *samples || position)
        return failure();
      position = i;
    }
    if (failed(place(operand, position)))
      return failure();
    if (!op.isDpsInit(&operand))
      continue;
    if (!position)
      return failure();
    batch.dims[op.getTiedOpResult(&operand)] = *position;
  }
  return success();
}

LogicalResult BatchFinder::visitInsertion(tensor::InsertSliceOp op) {
  bool isSourceCarried = carries(op.getSource());
  unsigned dim =
      batch.dims.lookup(isSourceCarried ? op.getSource() : op.getDest());
  batch.dims[op.getResult()] = dim;
  return success(op.getSourceType().getRank() == op.getType().getRank() &&
                 isWhole(op, dim) &&
                 succeeded(place(op.getSourceMutable(), dim)) &&
                 succeeded(place(op.getDestMutable(), dim)));
}

FailureOr<LoopBatch> mlir::pc::findBatch(scf::ForOp loop) {
  constexpr int64_t fewestIterations = 8;
  std::optional<APInt> iterations = loop.getStaticTripCount();
  if (!iterations || iterations->slt(fewestIterations))
    return failure();
  IRRewriter rewriter(loop.getContext());
  for (auto op :
       llvm::make_early_inc_range(loop.getBody()->getOps<linalg::LinalgOp>())) {
    rewriter.setInsertionPoint(op);
    if (!isa<linalg::GenericOp, linalg::FillOp>(op.getOperation()))
      (void)linalg::generalizeNamedOp(rewriter, op);
  }
  return BatchFinder(loop).run();
}

//===----------------------------------------------------------------------===//
// The loop anew
//===----------------------------------------------------------------------===//

RankedTensorType BatchForm::convert(RankedTensorType type, unsigned dim) const {
  auto shape = llvm::to_vector(type.getShape());
  shape[dim] = samples;
  if (isLast)
    applyPermutationToVector(shape, getOrderWithLast(shape.size(), dim));
  return RankedTensorType::get(shape, type.getElementType());
}

namespace {
class LoopBuilder {
public:
  LoopBuilder(OpBuilder &builder, const LoopBatch &batch, BatchForm form,
              llvm::function_ref<Value(Value, unsigned)> import)
      : builder(builder), batch(batch), form(form), import(import) {}
  scf::ForOp run(scf::ForOp loop);

private:
  void emit(Operation &op);
  Operation *emitGeneric(linalg::GenericOp op);
  Operation *emitReshape(Operation *op, unsigned expandedDim,
                         ArrayRef<ReassociationIndices> groups);
  Value convert(OpOperand &operand);

  RankedTensorType getType(Value value) const {
    return form.convert(cast<RankedTensorType>(value.getType()),
                        batch.dims.lookup(value));
  }
  /// The sizes, offsets or strides of a part, as they are in this form.
  SmallVector<OpFoldResult> reorder(SmallVector<OpFoldResult> values,
                                    unsigned dim, bool areSizes) const {
    if (areSizes)
      values[dim] = builder.getIndexAttr(form.samples);
    if (form.isLast)
      applyPermutationToVector(values, getOrderWithLast(values.size(), dim));
    return values;
  }

  OpBuilder &builder;
  const LoopBatch &batch;
  BatchForm form;
  llvm::function_ref<Value(Value, unsigned)> import;
  scf::ForOp loop;
  IRMapping mapping;
  DenseMap<std::pair<Value, unsigned>, Value> imported;
};
} // namespace

scf::ForOp LoopBuilder::run(scf::ForOp old) {
  loop = old;
  SmallVector<Value> starts;
  for (Value start : old.getInitArgs())
    starts.push_back(import(start, 0));
  for (Operation &op : old.getBody()->without_terminator())
    for (OpOperand &operand : op.getOpOperands())
      if (auto found = batch.captured.find(&operand);
          found != batch.captured.end() &&
          !old.getRegion().isAncestor(operand.get().getParentRegion())) {
        Value &value = imported[{operand.get(), found->second}];
        if (!value)
          value = import(operand.get(), found->second);
      }
  auto made = scf::ForOp::create(builder, old.getLoc(), old.getLowerBound(),
                                 old.getUpperBound(), old.getStep(), starts);
  made->setDiscardableAttrs(old->getDiscardableAttrDictionary());
  mapping.map(old.getInductionVar(), made.getInductionVar());
  mapping.map(old.getRegionIterArgs(), made.getRegionIterArgs());
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(made.getBody());
  for (Operation &op : old.getBody()->without_terminator())
    emit(op);
  SmallVector<Value> next;
  for (Value value : old.getYieldedValues())
    next.push_back(mapping.lookup(value));
  scf::YieldOp::create(builder, old.getLoc(), next);
  return made;
}

Value LoopBuilder::convert(OpOperand &operand) {
  Value value = operand.get();
  std::optional<unsigned> dim = batch.getDim(operand);
  if (!dim || batch.dims.contains(value))
    return mapping.lookupOrDefault(value);
  if (Value found = imported.lookup({value, *dim}))
    return found;
  return createBlank(
      builder, value,
      form.convert(cast<RankedTensorType>(value.getType()), *dim));
}

Operation *LoopBuilder::emitGeneric(linalg::GenericOp op) {
  SmallVector<Value> inputs, outputs;
  SmallVector<AffineMap> maps;
  for (OpOperand &operand : op->getOpOperands()) {
    (op.isDpsInit(&operand) ? outputs : inputs).push_back(convert(operand));
    AffineMap map = op.getMatchingIndexingMap(&operand);
    std::optional<unsigned> dim = batch.getDim(operand);
    if (dim && form.isLast) {
      auto results = llvm::to_vector(map.getResults());
      applyPermutationToVector(results, getOrderWithLast(results.size(), *dim));
      map = AffineMap::get(map.getNumDims(), 0, results, op.getContext());
    }
    maps.push_back(map);
  }
  auto made = linalg::GenericOp::create(
      builder, op.getLoc(), ValueRange(outputs).getTypes(), inputs, outputs,
      maps, op.getIteratorTypesArray());
  made->setDiscardableAttrs(op->getDiscardableAttrDictionary());
  op.getRegion().cloneInto(&made.getRegion(), mapping);
  return made;
}

/// `groups` name the dimensions of the side with more of them, of which the
/// samples are `expandedDim`.
Operation *LoopBuilder::emitReshape(Operation *op, unsigned expandedDim,
                                    ArrayRef<ReassociationIndices> groups) {
  auto order = llvm::to_vector(groups);
  if (form.isLast) {
    auto samples = llvm::find(order, ReassociationIndices{expandedDim});
    std::rotate(samples, samples + 1, order.end());
  }
  int64_t next = 0;
  for (ReassociationIndices &group : order)
    for (int64_t &dim : group)
      dim = next++;
  Value source = convert(op->getOpOperand(0));
  Type type = getType(op->getResult(0));
  if (isa<tensor::ExpandShapeOp>(op))
    return tensor::ExpandShapeOp::create(builder, op->getLoc(), type, source,
                                         order);
  return tensor::CollapseShapeOp::create(builder, op->getLoc(), type, source,
                                         order);
}

void LoopBuilder::emit(Operation &op) {
  if (op.getNumResults() == 0 || !batch.dims.contains(op.getResult(0))) {
    builder.clone(op, mapping);
    return;
  }
  unsigned dim = batch.dims.lookup(op.getResult(0));
  Operation *emitted =
      llvm::TypeSwitch<Operation *, Operation *>(&op)
          .Case([&](linalg::GenericOp op) { return emitGeneric(op); })
          .Case([&](tensor::ExpandShapeOp op) {
            return emitReshape(op, dim, op.getReassociationIndices());
          })
          .Case([&](tensor::CollapseShapeOp op) {
            return emitReshape(op, batch.dims.lookup(op.getSrc()),
                               op.getReassociationIndices());
          })
          .Case([&](tensor::ExtractSliceOp op) -> Operation * {
            return tensor::ExtractSliceOp::create(
                builder, op.getLoc(), getType(op.getResult()),
                convert(op.getSourceMutable()),
                reorder(op.getMixedOffsets(), dim, /*areSizes=*/false),
                reorder(op.getMixedSizes(), dim, /*areSizes=*/true),
                reorder(op.getMixedStrides(), dim, /*areSizes=*/false));
          })
          .Case([&](tensor::InsertSliceOp op) -> Operation * {
            return tensor::InsertSliceOp::create(
                builder, op.getLoc(), convert(op.getSourceMutable()),
                convert(op.getDestMutable()),
                reorder(op.getMixedOffsets(), dim, /*areSizes=*/false),
                reorder(op.getMixedSizes(), dim, /*areSizes=*/true),
                reorder(op.getMixedStrides(), dim, /*areSizes=*/false));
          });
  mapping.map(op.getResults(), emitted->getResults());
}

scf::ForOp
mlir::pc::rebuild(OpBuilder &builder, scf::ForOp loop, const LoopBatch &batch,
                  BatchForm form,
                  llvm::function_ref<Value(Value, unsigned)> import) {
  return LoopBuilder(builder, batch, form, import).run(loop);
}
