// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The VJP of scf.for with `pc.checkpoint = k`: it keeps what the loop carries
// at every k-th iteration only, and does for each k iterations on their own,
// last ones first, what is done for all of them otherwise: T / k + k values
// instead of T, for one more run of the loop.

#include "SCFForVJP.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using llvm::SmallVector;
using mlir::pc::ForVJP;

int64_t ForVJP::getInterval() const {
  auto interval = op->getAttrOfType<IntegerAttr>(pc::checkpointAttrName);
  return interval ? std::clamp<int64_t>(interval.getInt(), 1, count) : count;
}

/// What is run again in each segment, as it is there at first, stacked.
SmallVector<Value> ForVJP::keepCheckpoints(int64_t interval, int64_t segments) {
  SmallVector<Value> initial = getReplayedInits(), inits = initial;
  size_t numValues = inits.size();
  for (Value init : initial) {
    auto type = pc::getStackType(segments, init.getType());
    inits.push_back(tensor::EmptyOp::create(builder, loc, type.getShape(),
                                            type.getElementType()));
  }
  Value end = arith::ConstantIndexOp::create(builder, loc, segments);
  scf::ForOp outer = createLoop(end, inits);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(outer.getBody());
  ValueRange carried = outer.getRegionIterArgs().take_front(numValues);
  Value size = arith::ConstantIndexOp::create(builder, loc, interval);
  Value start =
      arith::MulIOp::create(builder, loc, outer.getInductionVar(), size);
  SmallVector<Value> kept;
  for (auto [i, value] : llvm::enumerate(carried))
    kept.push_back(pc::pushItem(builder, loc,
                                outer.getRegionIterArg(numValues + i), value,
                                outer.getInductionVar()));
  // What comes behind the last segment is not read.
  Value count = arith::ConstantIndexOp::create(builder, loc, this->count);
  Value rest = arith::SubIOp::create(builder, loc, count, start);
  Value length = arith::MinSIOp::create(builder, loc, size, rest);
  scf::ForOp inner = createLoop(length, carried);
  {
    OpBuilder::InsertionGuard inside(builder);
    builder.setInsertionPointToEnd(inner.getBody());
    Value iteration =
        arith::AddIOp::create(builder, loc, start, inner.getInductionVar());
    scf::YieldOp::create(
        builder, loc, runBody(builder, iteration, inner.getRegionIterArgs()));
  }
  SmallVector<Value> next(inner.getResults());
  llvm::append_range(next, kept);
  scf::YieldOp::create(builder, loc, next);
  return SmallVector<Value>(outer.getResults().drop_front(numValues));
}

SmallVector<Value> ForVJP::goBackBySegments(ValueRange inits,
                                            int64_t interval) {
  int64_t segments = llvm::divideCeil(count, interval);
  SmallVector<Value> kept = keepCheckpoints(interval, segments);
  Value end = arith::ConstantIndexOp::create(builder, loc, segments);
  scf::ForOp outer = createLoop(end, inits);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(outer.getBody());
  Value last = arith::ConstantIndexOp::create(builder, loc, segments - 1);
  Value segment =
      arith::SubIOp::create(builder, loc, last, outer.getInductionVar());
  Value size = arith::ConstantIndexOp::create(builder, loc, interval);
  Value start = arith::MulIOp::create(builder, loc, segment, size);
  Value all = arith::ConstantIndexOp::create(builder, loc, count);
  Value rest = arith::SubIOp::create(builder, loc, all, start);
  Value length = arith::MinSIOp::create(builder, loc, size, rest);
  SmallVector<Value> initial;
  for (auto [stack, init] : llvm::zip_equal(kept, getReplayedInits()))
    initial.push_back(
        pc::getItem(builder, loc, stack, init.getType(), segment));
  replay(initial, start, length, interval);
  scf::YieldOp::create(builder, loc,
                       goBack(outer.getRegionIterArgs(), start, length));
  return SmallVector<Value>(outer.getResults());
}
