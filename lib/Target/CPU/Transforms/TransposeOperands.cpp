// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operands of contractions in the order in which vectors are loaded.

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "pc/Target/CPU/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_TRANSPOSEOPERANDS
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;

namespace {
struct TransposeOperands
    : public mlir::pc::impl::TransposeOperandsBase<TransposeOperands> {
  void runOnOperation() override;
};
} // namespace

/// The loop along which the output of `op` is contiguous.
static std::optional<unsigned> getVectorLoop(linalg::LinalgOp op) {
  AffineMap map = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (map.getNumResults() == 0)
    return std::nullopt;
  auto dim = dyn_cast<AffineDimExpr>(map.getResults().back());
  if (!dim)
    return std::nullopt;
  return dim.getPosition();
}

/// The position of `loop` among the results of `map`, if it is there, alone,
/// and not already the last one.
static std::optional<unsigned> getMisplaced(AffineMap map, unsigned loop) {
  if (!map.isProjectedPermutation())
    return std::nullopt;
  for (unsigned i = 0, e = map.getNumResults(); i + 1 < e; ++i)
    if (map.getDimPosition(i) == loop)
      return i;
  return std::nullopt;
}

/// Every element of the operand is used often enough to pay for moving it.
static bool isReused(linalg::LinalgOp op, OpOperand &operand) {
  int64_t steps = 1;
  for (int64_t extent : op.getStaticLoopRanges()) {
    if (ShapedType::isDynamic(extent))
      return false;
    steps *= extent;
  }
  auto type = cast<RankedTensorType>(operand.get().getType());
  return steps >= 8 * type.getNumElements();
}

/// Puts dimension `position` of the operand last.
static void transpose(OpBuilder &builder, linalg::GenericOp op,
                      OpOperand &operand, unsigned position) {
  auto type = cast<RankedTensorType>(operand.get().getType());
  SmallVector<int64_t> permutation, shape;
  for (int64_t i = 0, e = type.getRank(); i != e; ++i)
    if (i != int64_t(position))
      permutation.push_back(i);
  permutation.push_back(position);
  AffineMap map = op.getMatchingIndexingMap(&operand);
  SmallVector<AffineExpr> results;
  for (int64_t i : permutation) {
    shape.push_back(type.getDimSize(i));
    results.push_back(map.getResult(i));
  }
  Value empty = tensor::EmptyOp::create(builder, op.getLoc(), shape,
                                        type.getElementType());
  auto moved = linalg::TransposeOp::create(builder, op.getLoc(), operand.get(),
                                           empty, permutation);
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  maps[operand.getOperandNumber()] =
      AffineMap::get(map.getNumDims(), 0, results, op.getContext());
  operand.set(moved->getResult(0));
  op.setIndexingMapsAttr(builder.getAffineMapArrayAttr(maps));
}

void TransposeOperands::runOnOperation() {
  IRRewriter rewriter(&getContext());
  SmallVector<linalg::LinalgOp> ops;
  getOperation().walk([&](linalg::LinalgOp op) {
    if (op.hasPureTensorSemantics() && op.getNumReductionLoops() > 0)
      ops.push_back(op);
  });
  for (linalg::LinalgOp op : ops) {
    std::optional<unsigned> loop = getVectorLoop(op);
    if (!loop)
      continue;
    for (unsigned i = 0, e = op.getNumDpsInputs(); i != e; ++i) {
      OpOperand &operand = op->getOpOperand(i);
      std::optional<unsigned> position =
          getMisplaced(op.getMatchingIndexingMap(&operand), *loop);
      if (!position || !isReused(op, operand))
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
