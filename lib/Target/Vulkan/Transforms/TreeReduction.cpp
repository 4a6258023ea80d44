// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which reductions become trees. Time is counted in steps of a reduction.

#include "TreeReduction.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace mlir;
using namespace mlir::pc;

/// What a level of the tree takes, and how much faster a tree has to be.
static constexpr double level = 2, gain = 2;

std::optional<Combiner> mlir::pc::getCombiner(linalg::LinalgOp op) {
  if (op.getNumDpsInits() != 1)
    return std::nullopt;
  Block *body = op.getBlock();
  Value sum = op.getMatchingBlockArgument(op.getDpsInitOperand(0));
  Operation *combine = body->getTerminator()->getOperand(0).getDefiningOp();
  if (!sum.hasOneUse() || !combine || *sum.getUsers().begin() != combine ||
      !isa<arith::AddFOp, arith::MulFOp, arith::MaximumFOp, arith::MinimumFOp,
           arith::MaxNumFOp, arith::MinNumFOp, arith::AddIOp, arith::MulIOp,
           arith::MaxSIOp, arith::MaxUIOp, arith::MinSIOp, arith::MinUIOp,
           arith::AndIOp, arith::OrIOp, arith::XOrIOp>(combine))
    return std::nullopt;
  std::optional<TypedAttr> neutral = arith::getNeutralElement(combine);
  if (!neutral)
    return std::nullopt;
  return Combiner{combine, *neutral};
}

/// So many invocations, each of which takes so many steps.
static double getTime(double each, int64_t invocations,
                      const DeviceModel &device) {
  double busy = double(device.lanes * device.subgroups);
  return each * std::ceil(double(invocations) / busy);
}

static double getTime(int64_t steps, int64_t results, int64_t width,
                      const DeviceModel &device) {
  return getTime(double(llvm::divideCeil(steps, width)) +
                     level * llvm::Log2_64(width),
                 results * width, device);
}

double mlir::pc::estimateTree(int64_t steps, int64_t results,
                              const DeviceModel &device) {
  double best = getTime(steps, results, 1, device);
  for (int64_t width = 4; width <= std::min(device.invocations, steps);
       width *= 2)
    best = std::min(best, getTime(steps, results, width, device));
  return best;
}

int64_t mlir::pc::chooseTreeWidth(ArrayRef<linalg::LinalgOp> ops,
                                  const KernelDomain &domain,
                                  ArrayRef<int64_t> own,
                                  const DeviceModel &device) {
  int64_t steps = 0, bytes = 0;
  for (linalg::LinalgOp op : ops) {
    KernelDomain reduced = *getDomain(op);
    if (reduced.reductions.empty())
      continue;
    if (steps != 0 || !getCombiner(op))
      return 1;
    steps = 1;
    for (unsigned loop : reduced.reductions)
      steps *= op.getStaticLoopRanges()[loop];
    Type type = getElementTypeOrSelf(op.getDpsInits().front());
    bytes = type.isIntOrFloat()
                ? llvm::divideCeil(type.getIntOrFloatBitWidth(), 8)
                : device.sharedBytes;
  }
  if (device.invocations * bytes > device.sharedBytes)
    return 1;
  int64_t elements = 1;
  for (int64_t size : own)
    elements *= size;
  double time =
      getTime(double(steps * elements), countTiles(domain, own), device) / gain;
  int64_t best = 1;
  for (int64_t width = 4; width <= std::min(device.invocations, steps);
       width *= 2) {
    double other = getTime(steps, domain.count, width, device);
    if (other >= time)
      continue;
    time = other;
    best = width;
  }
  return best;
}
