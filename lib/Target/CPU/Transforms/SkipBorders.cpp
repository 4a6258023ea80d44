// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where the factors of a sum of products are zero because they are a border.

#include "NestEmitter.h"
#include "StridedNest.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Matchers.h"
#include "pc/Target/CPU/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_SKIPBORDERS
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

/// Whether each input of `op` is a factor of the one product that it adds up.
static bool addsProducts(linalg::LinalgOp op) {
  SmallVector<Operation *> combiners = getCombiners(op);
  if (combiners.size() != 1 || !isa<arith::AddFOp>(combiners.front()))
    return false;
  return llvm::any_of(combiners.front()->getOperands(), [&](Value term) {
    auto product = term.getDefiningOp<arith::MulFOp>();
    return product && product->getBlock() == op.getBlock() &&
           llvm::all_of(op.getRegionInputArgs(), [&](Value input) {
             return llvm::is_contained(product->getOperands(), input);
           });
  });
}

/// Whether `expr` moves with a reduction of `op`: a window, whose steps can be
/// left out.
static bool isWindow(linalg::LinalgOp op, AffineExpr expr) {
  SmallVector<unsigned> reductions;
  op.getReductionDims(reductions);
  return succeeded(getLinearForm(expr, op.getNumLoops())) &&
         !isa<AffineDimExpr>(expr) &&
         llvm::any_of(reductions,
                      [&](unsigned dim) { return expr.isFunctionOfDim(dim); });
}

/// The bounds of what is not border along each dimension that a window moves
/// along, of a part that was put into zeros.
static void addBounds(linalg::LinalgOp op, OpOperand &input,
                      SmallVectorImpl<Attribute> &bounds) {
  auto insert = input.get().getDefiningOp<tensor::InsertSliceOp>();
  auto fill = insert ? insert.getDest().getDefiningOp<linalg::FillOp>()
                     : linalg::FillOp();
  if (!fill || !matchPattern(fill.getInputs().front(), m_AnyZeroFloat()) ||
      !insert.hasUnitStride() ||
      insert.getSourceType().getRank() != insert.getDestType().getRank())
    return;
  AffineMap map = op.getMatchingIndexingMap(&input);
  for (auto [dim, expr] : llvm::enumerate(map.getResults())) {
    int64_t first = insert.getStaticOffsets()[dim];
    int64_t size = insert.getStaticSizes()[dim];
    if (ShapedType::isDynamic(first) || ShapedType::isDynamic(size) ||
        size == insert.getDestType().getDimSize(dim) || !isWindow(op, expr))
      continue;
    bounds.push_back(DenseI64ArrayAttr::get(
        op.getContext(),
        {input.getOperandNumber(), int64_t(dim), first, first + size}));
  }
}

namespace {
struct SkipBorders : public mlir::pc::impl::SkipBordersBase<SkipBorders> {
  using SkipBordersBase::SkipBordersBase;

  void runOnOperation() override {
    getOperation().walk([&](linalg::LinalgOp op) {
      if (!addsProducts(op))
        return;
      SmallVector<Attribute> bounds;
      for (OpOperand *input : op.getDpsInputOperands())
        addBounds(op, *input, bounds);
      if (bounds.empty())
        return;
      op->setAttr(boundsAttrName, ArrayAttr::get(&getContext(), bounds));
      ++bounded;
    });
  }
};
} // namespace
