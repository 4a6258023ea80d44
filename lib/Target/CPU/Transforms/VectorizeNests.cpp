// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Structured ops on buffers to loops around vectors.

#include "FindFill.h"
#include "NestEmitter.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "pc/Target/CPU/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_VECTORIZENESTS
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

namespace {
struct VectorizeNests
    : public mlir::pc::impl::VectorizeNestsBase<VectorizeNests> {
  using VectorizeNestsBase::VectorizeNestsBase;
  void runOnOperation() override;

private:
  bool vectorize(linalg::LinalgOp op, ArrayRef<linalg::FillOp> fills,
                 const VectorTarget &target);
};
} // namespace

/// For each output of `op` the fill that it starts from, or none.
static SmallVector<linalg::FillOp> getFills(linalg::LinalgOp op) {
  SmallVector<linalg::FillOp> fills;
  for (OpOperand &output : op.getDpsInitsMutable())
    fills.push_back(op.hasPureBufferSemantics() ? findFill(op, output)
                                                : linalg::FillOp());
  return fills;
}

bool VectorizeNests::vectorize(linalg::LinalgOp op,
                               ArrayRef<linalg::FillOp> fills,
                               const VectorTarget &target) {
  if (!op.hasPureBufferSemantics() || !hasVectorForm(op))
    return false;
  FailureOr<StridedNest> nest = getStridedNest(op);
  if (failed(nest))
    return false;
  NestBody body = getNestBody(op);
  body.canTurn &= turnOutputs;
  std::optional<NestTiling> tiling = chooseTiling(*nest, target, body);
  if (!tiling)
    return false;
  NestBlocking blocking;
  if (body.canFold && blockReductions)
    blocking = chooseBlocking(*nest, *tiling, target, body.elementBits / 8);
  OpBuilder builder(op);
  SmallVector<Value> initial;
  for (linalg::FillOp fill : fills)
    initial.push_back(fill ? fill.getInputs().front() : Value());
  emitNest(builder, op, *nest, *tiling, blocking, target, initial);
  op->erase();
  for (linalg::FillOp fill : fills)
    if (fill)
      fill->erase();
  return true;
}

void VectorizeNests::runOnOperation() {
  VectorTarget target{vectorBits, registers, fma, l2Bytes};
  // All fills are found before loops stand in between.
  SmallVector<std::pair<linalg::LinalgOp, SmallVector<linalg::FillOp>>> ops;
  getOperation().walk([&](linalg::LinalgOp op) {
    if (!isa<linalg::FillOp>(op))
      ops.push_back({op, getFills(op)});
  });
  for (auto &[op, fills] : ops) {
    if (vectorize(op, fills, target))
      ++vectorized;
    else
      ++scalar;
  }
  SmallVector<linalg::LinalgOp> others;
  getOperation().walk([&](linalg::FillOp op) { others.push_back(op); });
  for (linalg::LinalgOp op : others)
    vectorize(op, getFills(op), target);
}
