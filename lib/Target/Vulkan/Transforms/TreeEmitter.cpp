// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The part of TileEmitter for results that several invocations reduce together.

#include "TileEmitter.h"
#include "TreeReduction.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace mlir::pc;

void TileEmitter::placeTree(gpu::GPUFuncOp function, Value group,
                            Value invocation, int64_t width, int64_t results) {
  int64_t invocations = (*function.getKnownBlockSize())[0];
  int64_t each = invocations / width;
  Value lanes = constant(width);
  Value number =
      arith::AddIOp::create(builder, multiply(group, each),
                            arith::DivUIOp::create(builder, invocation, lanes));
  Value lane = arith::RemUIOp::create(builder, invocation, lanes);
  isFirst = arith::CmpIOp::create(builder, arith::CmpIPredicate::eq, lane,
                                  constant(0));
  isStoring = isFirst;
  if (results % each != 0) {
    Value isThere = arith::CmpIOp::create(builder, arith::CmpIPredicate::ult,
                                          number, constant(results));
    isStoring = arith::AndIOp::create(builder, isFirst, isThere);
    number = arith::MinUIOp::create(builder, number, constant(results - 1));
  }
  place(number);
  kernel = function;
  thread = invocation;
  treeLane = lane;
  treeWidth = width;
}

/// The steps of this invocation: every `treeWidth`-th one. Where there are not
/// as many for all, the last round changes nothing for some.
Value TileEmitter::emitPart(Context &context, Value first) {
  int64_t steps = countSteps(context.op, context.domain);
  auto loop = scf::ForOp::create(builder, constant(0), constant(steps),
                                 constant(treeWidth), first);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  Value step = arith::AddIOp::create(builder, loop.getInductionVar(), treeLane);
  Value exists;
  if (steps % treeWidth != 0) {
    exists = arith::CmpIOp::create(builder, arith::CmpIPredicate::ult, step,
                                   constant(steps));
    step = arith::MinUIOp::create(builder, step, constant(steps - 1));
  }
  setStep(context, step, context.ivs);
  Value sum = loop.getRegionIterArg(0);
  Value next = emitStep(context, sum).front();
  if (exists)
    next = arith::SelectOp::create(builder, exists, next, sum);
  scf::YieldOp::create(builder, next);
  return loop.getResult(0);
}

/// Each invocation reduces its part; then the lower half of those that are left
/// join theirs with the upper half's, until there is one. The order is the same
/// in every run.
Value TileEmitter::emitTree(Context &context, Value initial) {
  Combiner combiner = *getCombiner(context.op);
  Value neutral = arith::ConstantOp::create(builder, combiner.neutral);
  Value part = emitPart(
      context, arith::SelectOp::create(builder, isFirst, initial, neutral));
  Value parts = addMemory({(*kernel.getKnownBlockSize())[0]}, part.getType());
  memref::StoreOp::create(builder, part, parts, thread);
  gpu::BarrierOp::create(builder);
  Value sum =
      context.op.getMatchingBlockArgument(context.op.getDpsInitOperand(0));
  for (int64_t half = treeWidth / 2; half != 0; half /= 2) {
    Value joins = arith::CmpIOp::create(builder, arith::CmpIPredicate::ult,
                                        treeLane, constant(half));
    auto within = scf::IfOp::create(builder, joins, /*withElse=*/false);
    {
      OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPointToStart(within.thenBlock());
      IRMapping mapping;
      for (Value operand : combiner.op->getOperands()) {
        Value place = operand == sum ? thread : add(thread, half);
        mapping.map(operand, memref::LoadOp::create(builder, parts, place));
      }
      Value joined = builder.clone(*combiner.op, mapping)->getResult(0);
      memref::StoreOp::create(builder, joined, parts, thread);
    }
    gpu::BarrierOp::create(builder);
  }
  return memref::LoadOp::create(
      builder, parts,
      arith::SubIOp::create(builder, thread, treeLane).getResult());
}
