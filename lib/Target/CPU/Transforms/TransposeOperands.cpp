// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operands of contractions in the order in which vectors are loaded.

#include "OperandOrder.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "pc/Target/CPU/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_TRANSPOSEOPERANDS
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

namespace {
struct TransposeOperands
    : public mlir::pc::impl::TransposeOperandsBase<TransposeOperands> {
  using TransposeOperandsBase::TransposeOperandsBase;
  void runOnOperation() override;
};
} // namespace

/// `value` with dimension `position` last. A part of a tensor is a part of the
/// transposed tensor, which other parts are taken from too.
static Value moveLast(OpBuilder &builder, Location loc, Value value,
                      unsigned position) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> order = getOrderWithLast(type.getRank(), position);
  auto slice = value.getDefiningOp<tensor::ExtractSliceOp>();
  if (slice && slice.getSourceType().getRank() == type.getRank() &&
      slice.getSourceType().hasStaticShape())
    return tensor::ExtractSliceOp::create(
        builder, loc, moveLast(builder, loc, slice.getSource(), position),
        applyPermutation(slice.getMixedOffsets(), order),
        applyPermutation(slice.getMixedSizes(), order),
        applyPermutation(slice.getMixedStrides(), order));
  Value empty = tensor::EmptyOp::create(
      builder, loc, applyPermutation(type.getShape(), order),
      type.getElementType());
  return linalg::TransposeOp::create(builder, loc, value, empty, order)
      ->getResult(0);
}

/// Puts dimension `position` of the operand last.
static void transpose(OpBuilder &builder, linalg::GenericOp op,
                      OpOperand &operand, unsigned position) {
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  maps[operand.getOperandNumber()] = moveLast(op, operand, position).first;
  operand.set(moveLast(builder, op.getLoc(), operand.get(), position));
  op.setIndexingMapsAttr(builder.getAffineMapArrayAttr(maps));
}

/// Bytes of a first cache: a smaller operand stays there, however it is read.
static constexpr int64_t fewBytes = 32 << 10;

/// The position that has to become the last one for what rows of tiles share
/// to be read along memory, step by step of a reduction, where the operand does
/// not change in the loop around: moved once, it is read in every iteration.
static std::optional<unsigned> getFrozen(linalg::LinalgOp op,
                                         OpOperand &operand, unsigned lanes) {
  auto loop = op->getParentOfType<LoopLikeOpInterface>();
  AffineMap map = op.getMatchingIndexingMap(&operand);
  auto type = dyn_cast<RankedTensorType>(operand.get().getType());
  if (!loop || !type || !loop.isDefinedOutsideOfLoop(operand.get()) ||
      !map.isProjectedPermutation() || map.isFunctionOfDim(lanes) ||
      !type.getElementType().isFloat() ||
      type.getNumElements() * type.getElementTypeBitWidth() <= 8 * fewBytes)
    return std::nullopt;
  auto kinds = op.getIteratorTypesArray();
  auto isReduction = [&](unsigned position) {
    return kinds[map.getDimPosition(position)] ==
           utils::IteratorType::reduction;
  };
  unsigned last = map.getNumResults() - 1;
  if (isReduction(last))
    return std::nullopt;
  auto found = llvm::find_if(llvm::seq(0u, last), isReduction);
  if (found == llvm::seq(0u, last).end())
    return std::nullopt;
  return *found;
}

void TransposeOperands::runOnOperation() {
  IRRewriter rewriter(&getContext());
  SmallVector<linalg::LinalgOp> ops;
  getOperation().walk([&](linalg::LinalgOp op) {
    if (op.hasPureTensorSemantics() && op.getNumReductionLoops() > 0)
      ops.push_back(op);
  });
  for (linalg::LinalgOp op : ops) {
    std::optional<VectorLoop> lanes =
        chooseVectorLoop(op, VectorTarget{vectorBits, registers}, chooseLanes);
    if (!lanes)
      continue;
    for (unsigned i = 0, e = op.getNumDpsInputs(); i != e; ++i) {
      OpOperand &operand = op->getOpOperand(i);
      std::optional<unsigned> position =
          getTransposed(op, operand, lanes->loop);
      if (!position)
        position = getFrozen(op, operand, lanes->loop);
      if (!position)
        continue;
      rewriter.setInsertionPoint(op);
      FailureOr<linalg::GenericOp> generic =
          linalg::generalizeNamedOp(rewriter, op);
      if (succeeded(generic))
        op = *generic;
      rewriter.setInsertionPoint(op);
      transpose(rewriter, cast<linalg::GenericOp>(op), op->getOpOperand(i),
                *position);
      ++transposed;
    }
  }
}
