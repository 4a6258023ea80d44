// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Everything that computes on tensors as structured ops.

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/LoopLikeInterface.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "pc/Target/CPU/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_STRUCTUREOPS
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;

/// The scalar that stands for `value` in every element: `value` itself, or the
/// element of a splat constant. Nothing for other tensors.
static Value getUniformScalar(OpBuilder &builder, Value value) {
  if (!isa<RankedTensorType>(value.getType()))
    return value;
  SplatElementsAttr splat;
  if (!matchPattern(value, m_Constant(&splat)))
    return {};
  return arith::ConstantOp::create(
      builder, value.getLoc(),
      cast<TypedAttr>(splat.getSplatValue<Attribute>()));
}

namespace {
/// `op(tensor, ...)` = a generic op with the scalar `op` in its body. The
/// result has an empty destination, so that later passes are free to choose
/// one.
struct ElementwiseToGeneric : public RewritePattern {
  explicit ElementwiseToGeneric(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}
  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override;
};

/// Softmax and its like = the ops that they are made of.
struct DecomposeAggregate
    : public OpInterfaceRewritePattern<linalg::AggregatedOpInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;
  LogicalResult matchAndRewrite(linalg::AggregatedOpInterface op,
                                PatternRewriter &rewriter) const override {
    FailureOr<SmallVector<Value>> values = op.decomposeOperation(rewriter);
    if (failed(values))
      return rewriter.notifyMatchFailure(op, "no decomposition");
    rewriter.replaceOp(op, *values);
    return success();
  }
};

/// A constant of one value as a destination, or as what a loop starts with = an
/// empty tensor, filled.
struct FillConstantDestination : public RewritePattern {
  explicit FillConstantDestination(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}
  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override;
};

/// gather(source, indices)[b, s] = source[.., indices[b, k], .., s, ..].
struct GatherToGeneric : public OpRewritePattern<tensor::GatherOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::GatherOp op,
                                PatternRewriter &rewriter) const override;
};

/// Tiles and back = padding, reshaping and transposing.
struct LowerPack : public OpRewritePattern<linalg::PackOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(linalg::PackOp op,
                                PatternRewriter &rewriter) const override {
    return linalg::lowerPack(rewriter, op);
  }
};

struct LowerUnPack : public OpRewritePattern<linalg::UnPackOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(linalg::UnPackOp op,
                                PatternRewriter &rewriter) const override {
    return linalg::lowerUnPack(rewriter, op);
  }
};

struct StructureOps : public mlir::pc::impl::StructureOpsBase<StructureOps> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns
        .add<ElementwiseToGeneric, DecomposeAggregate, FillConstantDestination,
             GatherToGeneric, LowerPack, LowerUnPack>(&getContext());
    tensor::populateDecomposeTensorConcatPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace

LogicalResult
ElementwiseToGeneric::matchAndRewrite(Operation *op,
                                      PatternRewriter &rewriter) const {
  if (op->getNumResults() == 0 || !OpTrait::hasElementwiseMappableTraits(op) ||
      !llvm::all_of(op->getResultTypes(), llvm::IsaPred<RankedTensorType>))
    return rewriter.notifyMatchFailure(op, "not elementwise on tensors");
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  if (!type.hasStaticShape())
    return rewriter.notifyMatchFailure(op, "dynamic shape");
  Location loc = op->getLoc();
  SmallVector<Value> scalars, inputs, outputs;
  for (Value operand : op->getOperands()) {
    scalars.push_back(getUniformScalar(rewriter, operand));
    if (!scalars.back())
      inputs.push_back(operand);
  }
  for (Type result : op->getResultTypes())
    outputs.push_back(tensor::EmptyOp::create(rewriter, loc, type.getShape(),
                                              getElementTypeOrSelf(result)));
  SmallVector<AffineMap> maps(inputs.size() + outputs.size(),
                              rewriter.getMultiDimIdentityMap(type.getRank()));
  SmallVector<utils::IteratorType> iterators(type.getRank(),
                                             utils::IteratorType::parallel);
  rewriter.replaceOpWithNewOp<linalg::GenericOp>(
      op, op->getResultTypes(), inputs, outputs, maps, iterators,
      [&](OpBuilder &builder, Location, ValueRange arguments) {
        SmallVector<Value> operands(scalars);
        for (Value &operand : operands)
          if (!operand) {
            operand = arguments.front();
            arguments = arguments.drop_front();
          }
        SmallVector<Type> types;
        for (Type result : op->getResultTypes())
          types.push_back(getElementTypeOrSelf(result));
        Operation *scalar = builder.create(loc, op->getName().getIdentifier(),
                                           operands, types, op->getAttrs());
        linalg::YieldOp::create(builder, loc, scalar->getResults());
      });
  return success();
}

LogicalResult
FillConstantDestination::matchAndRewrite(Operation *op,
                                         PatternRewriter &rewriter) const {
  MutableArrayRef<OpOperand> destinations;
  if (auto structured = dyn_cast<linalg::LinalgOp>(op))
    destinations = structured.getDpsInitsMutable();
  else if (auto loop = dyn_cast<LoopLikeOpInterface>(op))
    destinations = loop.getInitsMutable();
  bool changed = false;
  for (OpOperand &init : destinations) {
    auto type = dyn_cast<RankedTensorType>(init.get().getType());
    SplatElementsAttr splat;
    if (!type || !matchPattern(init.get(), m_Constant(&splat)))
      continue;
    Value scalar = getUniformScalar(rewriter, init.get());
    Value empty = tensor::EmptyOp::create(
        rewriter, op->getLoc(), type.getShape(), type.getElementType());
    Value filled = linalg::FillOp::create(rewriter, op->getLoc(), scalar, empty)
                       .getResult(0);
    rewriter.modifyOpInPlace(op, [&] { init.set(filled); });
    changed = true;
  }
  return success(changed);
}

LogicalResult
GatherToGeneric::matchAndRewrite(tensor::GatherOp op,
                                 PatternRewriter &rewriter) const {
  RankedTensorType type = op.getResultType();
  RankedTensorType source = op.getSourceType();
  ArrayRef<int64_t> gathered = op.getGatherDims();
  int64_t batchRank = op.getIndicesType().getRank() - 1;
  bool keepsUnits = type.getRank() == batchRank + source.getRank();
  if (!type.hasStaticShape())
    return rewriter.notifyMatchFailure(op, "dynamic shape");
  Location loc = op.getLoc();
  Value empty = tensor::EmptyOp::create(rewriter, loc, type.getShape(),
                                        type.getElementType());
  SmallVector<utils::IteratorType> iterators(type.getRank(),
                                             utils::IteratorType::parallel);
  auto body = [&](OpBuilder &builder, Location, ValueRange) {
    SmallVector<Value> batch, position;
    for (int64_t i = 0; i != batchRank; ++i)
      batch.push_back(linalg::IndexOp::create(builder, loc, i));
    int64_t suffix = batchRank;
    for (int64_t dim = 0; dim != source.getRank(); ++dim) {
      const int64_t *found = llvm::find(gathered, dim);
      if (found == gathered.end()) {
        position.push_back(linalg::IndexOp::create(builder, loc, suffix++));
        continue;
      }
      suffix += keepsUnits;
      SmallVector<Value> at(batch);
      at.push_back(arith::ConstantIndexOp::create(builder, loc,
                                                  found - gathered.begin()));
      Value index =
          tensor::ExtractOp::create(builder, loc, op.getIndices(), at);
      if (!index.getType().isIndex())
        index = arith::IndexCastOp::create(builder, loc, builder.getIndexType(),
                                           index);
      position.push_back(index);
    }
    Value element =
        tensor::ExtractOp::create(builder, loc, op.getSource(), position);
    linalg::YieldOp::create(builder, loc, element);
  };
  rewriter.replaceOpWithNewOp<linalg::GenericOp>(
      op, TypeRange(type), ValueRange(), ValueRange(empty),
      ArrayRef(rewriter.getMultiDimIdentityMap(type.getRank())), iterators,
      body);
  return success();
}
