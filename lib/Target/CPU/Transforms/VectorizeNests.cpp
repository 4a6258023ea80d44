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
  bool vectorize(linalg::LinalgOp op, const VectorTarget &target);
};
} // namespace

bool VectorizeNests::vectorize(linalg::LinalgOp op,
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
  SmallVector<Operation *> fills;
  for (OpOperand &output : op.getDpsInitsMutable()) {
    initial.emplace_back();
    linalg::FillOp fill = findFill(op, output);
    if (!fill)
      continue;
    initial.back() = fill.getInputs().front();
    fills.push_back(fill);
  }
  emitNest(builder, op, *nest, *tiling, blocking, target, initial);
  op->erase();
  for (Operation *fill : fills)
    fill->erase();
  return true;
}

void VectorizeNests::runOnOperation() {
  VectorTarget target{vectorBits, registers, fma, l2Bytes};
  SmallVector<linalg::LinalgOp> ops;
  getOperation().walk([&](linalg::LinalgOp op) {
    if (!isa<linalg::FillOp>(op))
      ops.push_back(op);
  });
  for (linalg::LinalgOp op : ops) {
    if (vectorize(op, target))
      ++vectorized;
    else
      ++scalar;
  }
  SmallVector<linalg::LinalgOp> fills;
  getOperation().walk([&](linalg::FillOp op) { fills.push_back(op); });
  for (linalg::LinalgOp op : fills)
    vectorize(op, target);
}
