// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// scf.for: its JVP is the loop on pairs of value and tangent.

#include "SCFModels.h"
#include "TensorModels.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/RegionUtils.h"
#include "pc/Differentiation/BlockVJP.h"
#include "pc/Support/Names.h"

using namespace mlir;
using llvm::SmallVector;

/// The loop again, with the tangents of its float values beside them.
static FailureOr<SmallVector<Value>>
buildForJVP(scf::ForOp op, OpBuilder &builder,
            function_ref<Value(Value)> tangents) {
  Location loc = pc::getDerivativeLoc(op.getLoc());
  SmallVector<Value> inits(op.getInitArgs());
  SmallVector<unsigned> floats;
  for (auto [number, init] : llvm::enumerate(op.getInitArgs()))
    if (pc::isDifferentiable(init.getType())) {
      Value tangent = tangents(init);
      inits.push_back(tangent ? tangent
                              : pc::createZeroOf(builder, loc, init.getType()));
      floats.push_back(number);
    }
  auto loop = scf::ForOp::create(builder, loc, op.getLowerBound(),
                                 op.getUpperBound(), op.getStep(), inits);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(loop.getBody());
  size_t numValues = op.getInitArgs().size();
  IRMapping mapping;
  mapping.map(op.getInductionVar(), loop.getInductionVar());
  mapping.map(op.getRegionIterArgs(),
              loop.getRegionIterArgs().take_front(numValues));
  llvm::DenseMap<Value, Value> known;
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(op->getRegions(), captured);
  for (Value value : captured)
    if (Value tangent = tangents(value))
      known[value] = tangent;
  for (auto [i, number] : llvm::enumerate(floats))
    known[loop.getRegionIterArg(number)] = loop.getRegionIterArg(numValues + i);
  SmallVector<Operation *> ops;
  for (Operation &inside : op.getBody()->without_terminator())
    ops.push_back(builder.clone(inside, mapping));
  if (failed(pc::buildBlockJVP(builder, ops, known)))
    return failure();
  SmallVector<Value> next;
  for (Value yielded : op.getYieldedValues())
    next.push_back(mapping.lookupOrDefault(yielded));
  for (unsigned number : floats) {
    Value tangent = known.lookup(next[number]);
    next.push_back(
        tangent ? tangent
                : pc::createZeroOf(builder, loc, next[number].getType()));
  }
  scf::YieldOp::create(builder, loc, next);
  SmallVector<Value> results(op->getNumResults());
  for (auto [i, number] : llvm::enumerate(floats))
    results[number] = loop.getResult(numValues + i);
  return results;
}

namespace {

struct ForModel
    : pc::DifferentiableOpInterface::ExternalModel<ForModel, scf::ForOp> {
  LogicalResult buildVJP(Operation *op, OpBuilder &builder,
                         ArrayRef<Value> cotangents,
                         pc::CotangentSink &sink) const {
    auto loop = cast<scf::ForOp>(op);
    std::optional<APInt> count = loop.getStaticTripCount();
    if (!count)
      return op->emitOpError("has no derivative: expected constant bounds and "
                             "a constant step");
    return pc::buildForVJP(loop, count->getSExtValue(), builder, cotangents,
                           sink);
  }
  FailureOr<SmallVector<Value>>
  buildJVP(Operation *op, OpBuilder &builder,
           function_ref<Value(Value)> tangents) const {
    return buildForJVP(cast<scf::ForOp>(op), builder, tangents);
  }
};

} // namespace

void pc::attachSCFFor(MLIRContext &context) {
  scf::ForOp::attachInterface<ForModel>(context);
}
