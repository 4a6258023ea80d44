// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reverse and forward mode over operations that follow each other in a block.
// An operation without a rule is reported and then treated as if its
// derivative were zero, so that the walk meets all the others too; what was
// built is of no use after a failure and is dropped with the pass's output.

#include "pc/Differentiation/BlockVJP.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace {

/// Lets through what depends on the wanted values.
class PathSink final : public pc::CotangentSink {
public:
  PathSink(pc::CotangentMap &map, function_ref<bool(Value)> dependsOnWanted)
      : map(map), dependsOnWanted(dependsOnWanted) {}

  bool wants(Value primal) const override {
    return map.wants(primal) && dependsOnWanted(primal);
  }
  void add(OpBuilder &builder, Value primal, Value cotangent) override {
    if (wants(primal))
      map.add(builder, primal, cotangent);
  }

private:
  pc::CotangentMap &map;
  function_ref<bool(Value)> dependsOnWanted;
};

} // namespace

llvm::SmallVector<Value> pc::getReadValues(Operation *op) {
  llvm::SmallVector<Value> values(op->getOperands());
  if (op->getNumRegions() != 0) {
    llvm::SetVector<Value> captured;
    getUsedValuesDefinedAbove(op->getRegions(), captured);
    llvm::append_range(values, captured);
  }
  return values;
}

llvm::DenseSet<Value> pc::getDependentValues(ArrayRef<Operation *> ops,
                                             ValueRange wanted) {
  llvm::DenseSet<Value> dependent;
  for (Value value : wanted)
    if (isDifferentiable(value.getType()))
      dependent.insert(value);
  for (Operation *op : ops) {
    if (!llvm::any_of(getReadValues(op),
                      [&](Value v) { return dependent.contains(v); }))
      continue;
    for (Value result : op->getResults())
      if (isDifferentiable(result.getType()))
        dependent.insert(result);
  }
  return dependent;
}

llvm::SmallVector<Operation *> pc::getBody(Block &block) {
  llvm::SmallVector<Operation *> ops;
  for (Operation &op : block.without_terminator())
    ops.push_back(&op);
  return ops;
}

static bool isDynamic(Value value) {
  auto shaped = dyn_cast<ShapedType>(value.getType());
  return shaped && !shaped.hasStaticShape();
}

/// The rule of an operation, or a report that there is none.
static pc::DifferentiableOpInterface findRule(Operation *op) {
  if (llvm::any_of(op->getOperands(), isDynamic) ||
      llvm::any_of(op->getResults(), isDynamic)) {
    op->emitOpError("has no derivative: expected static shapes");
    return nullptr;
  }
  auto rule = dyn_cast<pc::DifferentiableOpInterface>(op);
  if (!rule)
    op->emitOpError("has no derivative rule");
  return rule;
}

/// `0` for every value of `op` that a VJP of it would have to reach.
static void sendZeros(OpBuilder &builder, Operation *op,
                      pc::CotangentSink &sink) {
  for (Value value : pc::getReadValues(op))
    if (sink.wants(value) && !isDynamic(value))
      sink.add(builder, value,
               pc::createZero(builder, op->getLoc(), value.getType()));
}

LogicalResult pc::buildBlockVJP(OpBuilder &builder, ArrayRef<Operation *> ops,
                                CotangentMap &cotangents,
                                function_ref<bool(Value)> dependsOnWanted) {
  PathSink sink(cotangents, dependsOnWanted);
  bool failed = false;
  for (Operation *op : llvm::reverse(ops)) {
    llvm::SmallVector<Value> seeds;
    for (Value result : op->getResults())
      seeds.push_back(cotangents.lookup(result));
    bool isSeeded = llvm::any_of(seeds, [](Value v) { return Value(v); });
    if (!isSeeded || !llvm::any_of(getReadValues(op),
                                   [&](Value v) { return sink.wants(v); }))
      continue;
    DifferentiableOpInterface rule = findRule(op);
    if (rule && succeeded(buildVJPOf(rule, builder, seeds, sink)))
      continue;
    failed = true;
    sendZeros(builder, op, sink);
  }
  return failure(failed);
}

FailureOr<llvm::SmallVector<Value>> pc::buildBlockVJP(OpBuilder &builder,
                                                      ArrayRef<Operation *> ops,
                                                      ValueRange outputs,
                                                      ArrayRef<Value> seeds,
                                                      ValueRange wanted) {
  assert(outputs.size() == seeds.size() && "one seed for each output");
  llvm::DenseSet<Value> dependent = getDependentValues(ops, wanted);
  auto isDependent = [&](Value v) { return dependent.contains(v); };
  CotangentMap cotangents(isDependent);
  for (auto [output, seed] : llvm::zip_equal(outputs, seeds))
    if (seed)
      cotangents.add(builder, output, seed);
  if (failed(buildBlockVJP(builder, ops, cotangents, isDependent)))
    return failure();
  return llvm::map_to_vector(wanted,
                             [&](Value v) { return cotangents.lookup(v); });
}

LogicalResult pc::buildBlockJVP(OpBuilder &builder, ArrayRef<Operation *> ops,
                                llvm::DenseMap<Value, Value> &tangents) {
  auto tangentOf = [&](Value value) { return tangents.lookup(value); };
  bool failed = false;
  for (Operation *op : ops) {
    bool reads = llvm::any_of(getReadValues(op), tangentOf);
    bool writes = llvm::any_of(op->getResultTypes(), isDifferentiable);
    if (!reads || !writes)
      continue;
    DifferentiableOpInterface rule = findRule(op);
    FailureOr<llvm::SmallVector<Value>> results = failure();
    if (rule)
      results = buildJVPOf(rule, builder, tangentOf);
    if (mlir::failed(results)) {
      failed = true;
      continue;
    }
    for (auto [result, tangent] : llvm::zip_equal(op->getResults(), *results))
      tangents[result] = tangent;
  }
  return failure(failed);
}
