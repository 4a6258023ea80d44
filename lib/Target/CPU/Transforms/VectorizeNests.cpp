// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Structured ops on buffers to loops around vectors.

#include "FindFill.h"
#include "NestEmitter.h"
#include "RootBuffer.h"
#include "TensorBytes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "pc/Target/CPU/Passes.h"
#include <numeric>

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
  bool vectorizeBoth(linalg::LinalgOp product, ArrayRef<linalg::FillOp> fills,
                     linalg::LinalgOp epilogue, const VectorTarget &target);
  NestBlocking getBlocking(const StridedNest &nest, const NestTiling &tiling,
                           const NestBody &body, const VectorTarget &target);
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

/// What the accumulators start from instead of memory.
static SmallVector<Value> getInitial(ArrayRef<linalg::FillOp> fills) {
  return llvm::map_to_vector(fills, [](linalg::FillOp fill) {
    return fill ? fill.getInputs().front() : Value();
  });
}

static void eraseAll(linalg::LinalgOp op, ArrayRef<linalg::FillOp> fills) {
  op->erase();
  for (linalg::FillOp fill : fills)
    if (fill)
      fill->erase();
}

NestBlocking VectorizeNests::getBlocking(const StridedNest &nest,
                                         const NestTiling &tiling,
                                         const NestBody &body,
                                         const VectorTarget &target) {
  if (!nest.reduces())
    return chooseLineBlocks(nest, tiling, body.elementBits / 8);
  if (!body.canFold || !blockReductions)
    return NestBlocking();
  return chooseBlocking(nest, tiling, target, body.elementBits / 8);
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
  OpBuilder builder(op);
  emitNest(builder, op, *nest, *tiling,
           getBlocking(*nest, *tiling, body, target), target,
           getInitial(fills));
  eraseAll(op, fills);
  return true;
}

/// The operand by which the epilogue reads what the product has summed up.
static OpOperand *getSums(linalg::LinalgOp product, linalg::LinalgOp epilogue) {
  Value root = getRootBuffer(product.getDpsInits().front());
  for (OpOperand *input : epilogue.getDpsInputOperands())
    if (getRootBuffer(input->get()) == root)
      return input;
  return nullptr;
}

/// The most lines that fall into one set of the first cache (64 sets of lines
/// of 64 bytes) where a tile ends: what lies a multiple of 4096 bytes apart, as
/// images of powers of two do channel by channel, shares one.
static int64_t countLinesOfSet(const NestTiling &tiling,
                               const StridedNest &nest) {
  constexpr int64_t allSets = 4096;
  int64_t lines = 0;
  llvm::SmallDenseSet<Value> counted;
  for (const NestAccess &access : nest.epilogue) {
    Value memory = access.operand->get();
    if (!access.inMemory || !counted.insert(memory).second)
      continue;
    int64_t bytes = getElementBytes(getElementTypeOrSelf(memory));
    auto count = [&](std::optional<unsigned> dim, int64_t steps) {
      int64_t distance = dim ? std::abs(access.strides[*dim]) * bytes : 0;
      if (distance == 0)
        return int64_t(1);
      int64_t apart = allSets / std::gcd(distance, allSets);
      return int64_t(llvm::divideCeil(steps, apart));
    };
    bool hasColumns = tiling.columnDim && tiling.columnDim != tiling.vectorDim;
    lines += count(tiling.rowDim, tiling.rows) *
             (hasColumns ? count(tiling.columnDim, tiling.columns) : 1);
  }
  return lines;
}

/// Whether the lanes of the product lie as well in the operands of the
/// epilogue, and the first cache, of eight ways or more, holds what a tile ends
/// with.
static bool suitsEpilogue(const NestTiling &tiling, const StridedNest &nest) {
  constexpr int64_t ways = 8;
  if (tiling.foldsLanes || tiling.turnsOutputs ||
      countLinesOfSet(tiling, nest) > ways)
    return false;
  return llvm::all_of(nest.epilogue, [&](const NestAccess &access) {
    int64_t stride = access.strides[tiling.vectorDim];
    return stride == 1 || (stride == 0 && !access.isOutput);
  });
}

/// Both at once. False, and nothing has changed, where each is better alone.
bool VectorizeNests::vectorizeBoth(linalg::LinalgOp product,
                                   ArrayRef<linalg::FillOp> fills,
                                   linalg::LinalgOp epilogue,
                                   const VectorTarget &target) {
  OpOperand *sums = getSums(product, epilogue);
  FailureOr<StridedNest> nest = failure();
  if (!sums || failed(nest = getStridedNest(product, *sums)))
    return false;
  NestBody body = getNestBody(product);
  body.canTurn &= turnOutputs;
  std::optional<NestTiling> tiling = chooseTiling(*nest, target, body);
  if (!tiling || !suitsEpilogue(*tiling, *nest))
    return false;
  OpBuilder builder(epilogue);
  emitNest(builder, product, *nest, *tiling,
           getBlocking(*nest, *tiling, body, target), target, getInitial(fills),
           sums);
  epilogue->erase();
  eraseAll(product, fills);
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
  for (size_t i = 0; i != ops.size(); ++i) {
    auto &[op, fills] = ops[i];
    linalg::LinalgOp next = i + 1 != ops.size() ? ops[i + 1].first : nullptr;
    if (next && next->hasAttr(epilogueAttrName) &&
        vectorizeBoth(op, fills, next, target)) {
      vectorized += 2;
      ++i;
    } else if (vectorize(op, fills, target)) {
      ++vectorized;
    } else {
      ++scalar;
    }
  }
  SmallVector<linalg::LinalgOp> others;
  getOperation().walk([&](linalg::FillOp op) { others.push_back(op); });
  for (linalg::LinalgOp op : others)
    vectorize(op, getFills(op), target);
}
