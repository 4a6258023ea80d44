// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All that a function does with some samples of a batch before the next ones
// come: what it computes for them stays in the caches, and in less memory. Sums
// over the samples, such as the gradients of weights, go on from block to
// block.

#include "LoopBatch.h"
#include "TensorBytes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/Dialect/Utils/StructuredOpsUtils.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/RegionUtils.h"
#include "pc/Support/Names.h"
#include "pc/Target/CPU/Passes.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::pc {
#define GEN_PASS_DEF_BLOCKSAMPLES
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

//===----------------------------------------------------------------------===//
// Where the samples are
//===----------------------------------------------------------------------===//

namespace {
/// What a function does sample by sample. A dimension "of the samples" has as
/// many elements for each of them, those of the first one first.
struct Samples {
  int64_t count = 0;
  /// The dimension of each tensor that has one.
  DenseMap<Value, unsigned> dims;
  /// Of tensors that are the same whatever the samples are, where they are
  /// used with a part for each sample.
  DenseMap<OpOperand *, unsigned> parts;
  /// Ops on samples, those of them that sum over samples, and ops on sums.
  SmallVector<Operation *> inside, later;
  llvm::SetVector<Operation *> sums;

  unsigned getDim(Value value) const { return dims.lookup(value); }
};

class SampleFinder {
public:
  explicit SampleFinder(func::FuncOp function) : function(function) {}
  FailureOr<Samples> run();

private:
  LogicalResult visit(Operation &op);
  LogicalResult visitStructured(linalg::LinalgOp op);
  LogicalResult visitExpansion(tensor::ExpandShapeOp op);
  LogicalResult visitCollapse(tensor::CollapseShapeOp op);
  LogicalResult visitInsertion(tensor::InsertSliceOp op);
  LogicalResult place(OpOperand &operand, unsigned dim);

  bool hasSamples(Value value) const { return samples.dims.contains(value); }
  bool isWhole(OffsetSizeAndStrideOpInterface slice, int64_t extent,
               unsigned dim) const {
    return slice.getStaticOffsets()[dim] == 0 &&
           slice.getStaticSizes()[dim] == extent &&
           slice.getStaticStrides()[dim] == 1;
  }

  func::FuncOp function;
  Samples samples;
  /// Of sums over samples.
  llvm::SmallDenseSet<Value> late;
};
} // namespace

static bool isShared(StringRef role) {
  return role == roleParameter || role == roleState;
}

FailureOr<Samples> SampleFinder::run() {
  if (!llvm::hasSingleElement(function.getBody()))
    return failure();
  for (BlockArgument argument : function.getArguments()) {
    auto role = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(),
                                                      roleAttrName);
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (!role || isShared(role) || !type || !type.hasStaticShape() ||
        type.getRank() == 0)
      continue;
    if (samples.count == 0)
      samples.count = type.getDimSize(0);
    if (type.getDimSize(0) == samples.count)
      samples.dims[argument] = 0;
  }
  if (samples.count < 2)
    return failure();
  for (Operation &op : function.getBody().front().without_terminator())
    if (failed(visit(op)))
      return failure();
  return std::move(samples);
}

LogicalResult SampleFinder::visit(Operation &op) {
  llvm::SetVector<Value> used(op.operand_begin(), op.operand_end());
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(op.getRegions(), captured);
  auto isLate = [&](Value value) { return late.contains(value); };
  auto isPerSample = [&](Value value) { return hasSamples(value); };
  if (llvm::any_of(captured, isPerSample))
    return failure();
  if (llvm::any_of(used, isLate) || llvm::any_of(captured, isLate)) {
    // What needs a sum over all samples cannot be known for some of them.
    if (llvm::any_of(used, isPerSample) || !isMemoryEffectFree(&op))
      return failure();
    late.insert(op.result_begin(), op.result_end());
    samples.later.push_back(&op);
    return success();
  }
  if (llvm::none_of(used, isPerSample))
    return success();
  samples.inside.push_back(&op);
  return llvm::TypeSwitch<Operation *, LogicalResult>(&op)
      .Case([&](linalg::LinalgOp op) { return visitStructured(op); })
      .Case([&](tensor::ExpandShapeOp op) { return visitExpansion(op); })
      .Case([&](tensor::CollapseShapeOp op) { return visitCollapse(op); })
      .Case([&](tensor::InsertSliceOp op) { return visitInsertion(op); })
      .Case([&](tensor::ExtractSliceOp op) {
        unsigned dim = samples.getDim(op.getSource());
        samples.dims[op.getResult()] = dim;
        return success(op.getSourceType().getRank() == op.getType().getRank() &&
                       isWhole(op, op.getSourceType().getDimSize(dim), dim));
      })
      .Case([&](tensor::PadOp op) {
        unsigned dim = samples.getDim(op.getSource());
        samples.dims[op.getResult()] = dim;
        return success(op.getStaticLow()[dim] == 0 &&
                       op.getStaticHigh()[dim] == 0);
      })
      .Default([](Operation *) { return failure(); });
}

/// Notes that `operand` is read with the samples at `dim`.
LogicalResult SampleFinder::place(OpOperand &operand, unsigned dim) {
  if (hasSamples(operand.get()))
    return success(samples.getDim(operand.get()) == dim);
  samples.parts[&operand] = dim;
  return success();
}

LogicalResult SampleFinder::visitStructured(linalg::LinalgOp op) {
  std::optional<unsigned> loop;
  for (OpOperand &operand : op->getOpOperands()) {
    if (!hasSamples(operand.get()))
      continue;
    auto dim =
        dyn_cast<AffineDimExpr>(op.getMatchingIndexingMap(&operand).getResult(
            samples.getDim(operand.get())));
    if (!dim || (loop && *loop != dim.getPosition()))
      return failure();
    loop = dim.getPosition();
  }
  auto isSample = [&](linalg::IndexOp index) {
    return index.getDim() == *loop;
  };
  if (llvm::any_of(op.getBlock()->getOps<linalg::IndexOp>(), isSample))
    return failure();
  bool isSum =
      op.getIteratorTypesArray()[*loop] == utils::IteratorType::reduction;
  for (OpOperand &operand : op->getOpOperands()) {
    std::optional<unsigned> position;
    for (auto [i, expr] :
         llvm::enumerate(op.getMatchingIndexingMap(&operand).getResults())) {
      if (!expr.isFunctionOfDim(*loop))
        continue;
      if (!isa<AffineDimExpr>(expr) || position)
        return failure();
      position = i;
    }
    if (position && failed(place(operand, *position)))
      return failure();
    if (!op.isDpsInit(&operand))
      continue;
    if (isSum == position.has_value())
      return failure();
    if (isSum)
      late.insert(op.getTiedOpResult(&operand));
    else
      samples.dims[op.getTiedOpResult(&operand)] = *position;
  }
  if (isSum)
    samples.sums.insert(op);
  return success();
}

/// The first of `dims` that is more than one element long.
static std::optional<int64_t> getOutermost(ArrayRef<int64_t> dims,
                                           ArrayRef<int64_t> shape) {
  for (int64_t dim : dims)
    if (shape[dim] != 1)
      return dim;
  return std::nullopt;
}

LogicalResult SampleFinder::visitExpansion(tensor::ExpandShapeOp op) {
  ArrayRef<int64_t> shape = op.getType().getShape();
  auto dim = getOutermost(
      op.getReassociationIndices()[samples.getDim(op.getSrc())], shape);
  if (!dim || shape[*dim] % samples.count != 0)
    return failure();
  samples.dims[op.getResult()] = *dim;
  return success();
}

LogicalResult SampleFinder::visitCollapse(tensor::CollapseShapeOp op) {
  int64_t dim = samples.getDim(op.getSrc());
  for (auto [i, group] : llvm::enumerate(op.getReassociationIndices()))
    if (llvm::is_contained(group, dim)) {
      samples.dims[op.getResult()] = i;
      return success(getOutermost(group, op.getSrcType().getShape()) == dim);
    }
  return failure();
}

LogicalResult SampleFinder::visitInsertion(tensor::InsertSliceOp op) {
  bool isSource = hasSamples(op.getSource());
  unsigned dim = samples.getDim(isSource ? op.getSource() : op.getDest());
  samples.dims[op.getResult()] = dim;
  return success(op.getSourceType().getRank() == op.getType().getRank() &&
                 isWhole(op, op.getType().getDimSize(dim), dim) &&
                 succeeded(place(op.getSourceMutable(), dim)) &&
                 succeeded(place(op.getDestMutable(), dim)));
}

//===----------------------------------------------------------------------===//
// Some samples at a time
//===----------------------------------------------------------------------===//

namespace {
class BlockBuilder {
public:
  BlockBuilder(func::FuncOp function, const Samples &samples, int64_t block)
      : returned(function.getBody().front().getTerminator()), builder(returned),
        loc(function.getLoc()), samples(samples), block(block) {}
  void run();

private:
  /// A part of a tensor: that of the samples of this block.
  struct Part {
    SmallVector<OpFoldResult> offsets, sizes, steps;
  };
  Part getPart(Value value, unsigned dim);
  Value import(Value value, unsigned dim);
  Value convert(OpOperand &operand);
  RankedTensorType convert(Type type, unsigned dim) const;
  SmallVector<OpFoldResult> resize(SmallVector<OpFoldResult> sizes,
                                   RankedTensorType type, unsigned dim) {
    sizes[dim] = builder.getIndexAttr(convert(type, dim).getDimSize(dim));
    return sizes;
  }
  void emit(Operation &op);
  Value createEmpty(Value like);

  Operation *returned;
  IRRewriter builder;
  Location loc;
  const Samples &samples;
  int64_t block;
  Value start;
  IRMapping mapping;
  DenseMap<std::pair<Value, unsigned>, Value> imported;
};
} // namespace

RankedTensorType BlockBuilder::convert(Type type, unsigned dim) const {
  auto tensor = cast<RankedTensorType>(type);
  auto shape = llvm::to_vector(tensor.getShape());
  shape[dim] = shape[dim] / samples.count * block;
  return RankedTensorType::get(shape, tensor.getElementType());
}

BlockBuilder::Part BlockBuilder::getPart(Value value, unsigned dim) {
  auto type = cast<RankedTensorType>(value.getType());
  Part part;
  part.offsets.assign(type.getRank(), builder.getIndexAttr(0));
  part.steps.assign(type.getRank(), builder.getIndexAttr(1));
  part.sizes = getAsIndexOpFoldResult(builder.getContext(),
                                      convert(type, dim).getShape());
  int64_t each = type.getDimSize(dim) / samples.count;
  Value offset = start;
  if (each != 1)
    offset = arith::MulIOp::create(
        builder, loc, start,
        arith::ConstantIndexOp::create(builder, loc, each));
  part.offsets[dim] = offset;
  return part;
}

Value BlockBuilder::import(Value value, unsigned dim) {
  Value &found = imported[{value, dim}];
  if (found)
    return found;
  if (isBlank(value))
    return found = createBlank(builder, value, convert(value.getType(), dim));
  Part part = getPart(value, dim);
  return found = tensor::ExtractSliceOp::create(
             builder, loc, value, part.offsets, part.sizes, part.steps);
}

Value BlockBuilder::convert(OpOperand &operand) {
  if (Value value = mapping.lookupOrNull(operand.get()))
    return value;
  if (auto part = samples.parts.find(&operand); part != samples.parts.end())
    return import(operand.get(), part->second);
  if (samples.dims.contains(operand.get())) // an argument
    return import(operand.get(), samples.getDim(operand.get()));
  return operand.get();
}

void BlockBuilder::emit(Operation &op) {
  SmallVector<Value> operands;
  for (OpOperand &operand : op.getOpOperands())
    operands.push_back(convert(operand));
  SmallVector<Type> types;
  for (Value result : op.getResults())
    types.push_back(samples.sums.contains(&op)
                        ? result.getType()
                        : convert(result.getType(), samples.getDim(result)));
  Operation *made =
      llvm::TypeSwitch<Operation *, Operation *>(&op)
          .Case<linalg::LinalgOp, tensor::PadOp>([&](Operation *op) {
            return mlir::clone(builder, op, types, operands);
          })
          .Case([&](tensor::ExpandShapeOp op) {
            return tensor::ExpandShapeOp::create(
                builder, op.getLoc(), types.front(), operands.front(),
                op.getReassociationIndices());
          })
          .Case([&](tensor::CollapseShapeOp op) {
            return tensor::CollapseShapeOp::create(
                builder, op.getLoc(), types.front(), operands.front(),
                op.getReassociationIndices());
          })
          .Case([&](tensor::ExtractSliceOp op) -> Operation * {
            return tensor::ExtractSliceOp::create(
                builder, op.getLoc(), cast<RankedTensorType>(types.front()),
                operands.front(), op.getMixedOffsets(),
                resize(op.getMixedSizes(), op.getType(),
                       samples.getDim(op.getResult())),
                op.getMixedStrides());
          })
          .Case([&](tensor::InsertSliceOp op) -> Operation * {
            return tensor::InsertSliceOp::create(
                builder, op.getLoc(), operands[0], operands[1],
                op.getMixedOffsets(),
                resize(op.getMixedSizes(), op.getType(),
                       samples.getDim(op.getResult())),
                op.getMixedStrides());
          });
  mapping.map(op.getResults(), made->getResults());
}

Value BlockBuilder::createEmpty(Value like) {
  auto type = cast<RankedTensorType>(like.getType());
  return tensor::EmptyOp::create(builder, loc, type.getShape(),
                                 type.getElementType());
}

void BlockBuilder::run() {
  // Carried are sums, and what the function returns for each sample.
  SmallVector<OpOperand *> inits;
  SmallVector<Value> starts;
  for (Operation *op : samples.sums)
    for (OpOperand &init : cast<linalg::LinalgOp>(op).getDpsInitsMutable()) {
      inits.push_back(&init);
      starts.push_back(init.get());
    }
  llvm::SetVector<Value> wholes;
  for (Value value : returned->getOperands())
    if (samples.dims.contains(value) && !isa<BlockArgument>(value))
      wholes.insert(value);
  for (Value whole : wholes)
    starts.push_back(createEmpty(whole));
  auto constant = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(builder, loc, value);
  };
  auto loop =
      scf::ForOp::create(builder, loc, constant(0), constant(samples.count),
                         constant(block), starts);
  SmallVector<Value> next;
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    start = loop.getInductionVar();
    for (Operation *op : samples.inside)
      emit(*op);
    for (auto [i, init] : llvm::enumerate(inits)) {
      auto op = cast<linalg::LinalgOp>(init->getOwner());
      Value sum = mapping.lookup(op.getTiedOpResult(init));
      auto made = cast<linalg::LinalgOp>(sum.getDefiningOp());
      made.getTiedOpOperand(cast<OpResult>(sum))->set(loop.getRegionIterArg(i));
      next.push_back(sum);
    }
    for (auto [i, whole] : llvm::enumerate(wholes)) {
      Part part = getPart(whole, samples.getDim(whole));
      next.push_back(
          tensor::InsertSliceOp::create(builder, loc, mapping.lookup(whole),
                                        loop.getRegionIterArg(inits.size() + i),
                                        part.offsets, part.sizes, part.steps));
    }
    scf::YieldOp::create(builder, loc, next);
  }
  for (Operation *op : samples.later)
    op->moveBefore(returned);
  for (auto [i, init] : llvm::enumerate(inits))
    cast<linalg::LinalgOp>(init->getOwner())
        .getTiedOpResult(init)
        .replaceAllUsesWith(loop.getResult(i));
  for (auto [i, whole] : llvm::enumerate(wholes))
    returned->replaceUsesOfWith(whole, loop.getResult(inits.size() + i));
  for (Operation *op : llvm::reverse(samples.inside))
    op->erase();
}

namespace {
struct BlockSamples : public mlir::pc::impl::BlockSamplesBase<BlockSamples> {
  using BlockSamplesBase::BlockSamplesBase;
  void runOnOperation() override;

private:
  int64_t chooseBlock(const Samples &samples) const;
};
} // namespace

/// The fewest samples that divide the batch and have enough to do, so that
/// going through the sums, and from op to op, costs a few hundredths; all of
/// them where that is more than half. Sums that the second cache does not hold
/// cost three times as much.
int64_t BlockSamples::chooseBlock(const Samples &samples) const {
  if (blockSize != 0)
    return samples.count % blockSize == 0 ? blockSize : samples.count;
  int64_t bytes = 0, sums = 0;
  for (Operation *op : samples.inside)
    for (Value result : op->getResults())
      if (samples.sums.contains(op))
        sums += getTensorBytes(result);
      else if (!isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op))
        bytes += getTensorBytes(result);
  int64_t cache = l2Bytes;
  int64_t wanted = std::max(6 * cache, (sums <= 2 * cache ? 4 : 12) * sums);
  for (int64_t block = 1; block <= samples.count / 2; ++block)
    if (samples.count % block == 0 && bytes / samples.count * block >= wanted)
      return block;
  return samples.count;
}

/// Functions of one module compute the same things; where they do so for as
/// many samples, too, they have code in common: those that run in blocks all
/// have the largest ones that one of them asks for.
void BlockSamples::runOnOperation() {
  SmallVector<std::pair<func::FuncOp, Samples>> found;
  llvm::SmallDenseMap<int64_t, int64_t> largest; // by the size of the batch
  for (func::FuncOp function : getOperation().getOps<func::FuncOp>()) {
    FailureOr<Samples> samples = SampleFinder(function).run();
    if (failed(samples) || samples->inside.empty())
      continue;
    int64_t block = chooseBlock(*samples);
    if (block == samples->count)
      continue;
    int64_t &most = largest[samples->count];
    most = std::max(most, block);
    found.push_back({function, std::move(*samples)});
  }
  for (auto &[function, samples] : found)
    BlockBuilder(function, samples, largest.lookup(samples.count)).run();
  blocked += found.size();
}
