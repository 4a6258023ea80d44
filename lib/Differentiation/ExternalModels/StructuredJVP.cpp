// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Forward mode of a structured operation: the same operation on pairs of a
// value and its tangent. Values of results are carried only where tangents
// depend on them.

#include "Structured.h"
#include "mlir/Transforms/RegionUtils.h"
#include "pc/Differentiation/BlockVJP.h"
#include "pc/Support/Names.h"

using namespace mlir;
using pc::PointBody;

namespace {

class StructuredJVP {
public:
  StructuredJVP(linalg::LinalgOp op, OpBuilder &builder,
                function_ref<Value(Value)> tangents)
      : op(op), builder(builder), loc(pc::getDerivativeLoc(op.getLoc())),
        tangentOf(tangents), body(builder, op) {}

  FailureOr<llvm::SmallVector<Value>> build();

private:
  void readTangents();
  void carryTangents();
  bool dependsOnRunningValues(ArrayRef<Value> yielded);
  void carryValues(llvm::SmallVectorImpl<Value> &yielded);

  linalg::LinalgOp op;
  OpBuilder &builder;
  Location loc;
  function_ref<Value(Value)> tangentOf;
  PointBody body;
  llvm::DenseMap<Value, Value> tangents; // of scalars of the body
  llvm::SmallVector<unsigned> floatResults;
};

} // namespace

/// Tangents of what a point only reads.
void StructuredJVP::readTangents() {
  for (OpOperand *input : op.getDpsInputOperands()) {
    Value tangent = pc::isDifferentiable(input->get().getType())
                        ? tangentOf(input->get())
                        : Value();
    Value argument = body.getArgument(*input);
    if (tangent && argument)
      tangents[argument] =
          body.addRead(tangent, op.getMatchingIndexingMap(input));
  }
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(op->getRegions(), captured);
  for (Value value : captured)
    if (pc::isDifferentiable(value.getType()))
      if (Value tangent = tangentOf(value))
        tangents[value] = tangent;
}

/// Tangents of the results, which start from those of the initial values.
void StructuredJVP::carryTangents() {
  for (auto [number, init] : llvm::enumerate(op.getDpsInits())) {
    auto type = cast<RankedTensorType>(init.getType());
    if (!pc::isDifferentiable(type))
      continue;
    floatResults.push_back(number);
    Value tangent = tangentOf(init);
    Value start = tangent ? tangent : pc::createZeroTensor(builder, loc, type);
    Value carried = body.addResult(start, pc::getResultMap(op, number));
    Value argument = body.getArgument(*op.getDpsInitOperand(number));
    // Elements that no point writes keep their tangents, even of zero, only if
    // the body reads them.
    bool isOverwritten =
        pc::isBijective(pc::getResultMap(op, number), body.getExtents(), type);
    if (argument && (tangent || !isOverwritten))
      tangents[argument] = carried;
  }
}

bool StructuredJVP::dependsOnRunningValues(ArrayRef<Value> yielded) {
  llvm::DenseSet<Value> slice = body.getSlice(yielded);
  for (auto [number, init] : llvm::enumerate(op.getDpsInitsMutable()))
    if (pc::isRunning(op, number) && slice.contains(body.getArgument(init)))
      return true;
  return false;
}

/// Makes the results of the operation results here too.
void StructuredJVP::carryValues(llvm::SmallVectorImpl<Value> &yielded) {
  llvm::append_range(yielded, body.getYields());
  for (auto [number, init] : llvm::enumerate(op.getDpsInitsMutable())) {
    Value running = body.addResult(init.get(), pc::getResultMap(op, number));
    Value argument = body.getArgument(init);
    if (!argument)
      continue;
    argument.replaceAllUsesWith(running);
    llvm::replace(yielded, argument, running);
  }
}

FailureOr<llvm::SmallVector<Value>> StructuredJVP::build() {
  readTangents();
  carryTangents();
  OpBuilder &inner = body.getBuilder();
  if (failed(pc::buildBlockJVP(inner, body.getOps(), tangents)))
    return failure();
  llvm::SmallVector<Value> yielded;
  for (unsigned number : floatResults) {
    Value yield = body.getYields()[number];
    Value tangent = tangents.lookup(yield);
    yielded.push_back(tangent ? tangent
                              : pc::createZero(inner, loc, yield.getType()));
  }
  if (dependsOnRunningValues(yielded))
    carryValues(yielded);
  llvm::SmallVector<Value> results(op->getNumResults());
  llvm::SmallVector<Value> emitted = body.emit(builder, loc, yielded);
  for (auto [i, number] : llvm::enumerate(floatResults))
    results[number] = emitted[i];
  return results;
}

FailureOr<llvm::SmallVector<Value>>
pc::buildStructuredJVP(linalg::LinalgOp op, OpBuilder &builder,
                       function_ref<Value(Value)> tangents) {
  if (!op.hasPureTensorSemantics())
    return op->emitOpError("has no derivative: expected tensors");
  return StructuredJVP(op, builder, tangents).build();
}
