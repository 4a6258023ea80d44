// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// scf.if: the derivative makes the same choice, and computes what the branch
// taken needs again.

#include "SCFModels.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/RegionUtils.h"
#include "pc/Differentiation/BlockVJP.h"
#include "pc/Support/Names.h"

using namespace mlir;
using llvm::SmallVector;

static SmallVector<Value> getCaptured(Operation *op) {
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(op->getRegions(), captured);
  return captured.takeVector();
}

/// Whether a result with a cotangent depends on `value` in one of the branches.
static bool isOnPath(scf::IfOp op, ArrayRef<Value> cotangents, Value value) {
  for (Block *branch : {op.thenBlock(), op.elseBlock()}) {
    llvm::DenseSet<Value> dependent =
        pc::getDependentValues(pc::getBody(*branch), value);
    for (auto [yielded, cotangent] :
         llvm::zip_equal(branch->getTerminator()->getOperands(), cotangents))
      if (cotangent && dependent.contains(yielded))
        return true;
  }
  return false;
}

/// Copies a branch to the insertion point; returns its operations and what it
/// yields.
static std::pair<SmallVector<Operation *>, SmallVector<Value>>
copyBranch(OpBuilder &builder, Block &branch) {
  IRMapping mapping;
  SmallVector<Operation *> ops;
  for (Operation *op : pc::getBody(branch))
    ops.push_back(builder.clone(*op, mapping));
  SmallVector<Value> yielded;
  for (Value value : branch.getTerminator()->getOperands())
    yielded.push_back(mapping.lookupOrDefault(value));
  return {ops, yielded};
}

namespace {

struct IfModel
    : pc::DifferentiableOpInterface::ExternalModel<IfModel, scf::IfOp> {
  LogicalResult buildVJP(Operation *op, OpBuilder &builder,
                         ArrayRef<Value> cotangents,
                         pc::CotangentSink &sink) const {
    auto choice = cast<scf::IfOp>(op);
    Location loc = pc::getDerivativeLoc(op->getLoc());
    SmallVector<Value> wanted;
    for (Value value : getCaptured(op))
      if (sink.wants(value) && isOnPath(choice, cotangents, value))
        wanted.push_back(value);
    if (wanted.empty())
      return success();
    OpBuilder::InsertionGuard guard(builder);
    auto result =
        scf::IfOp::create(builder, loc, ValueRange(wanted).getTypes(),
                          choice.getCondition(), /*withElseRegion=*/true);
    bool failed = false;
    for (auto [from, to] :
         {std::pair(choice.thenBlock(), result.thenBlock()),
          std::pair(choice.elseBlock(), result.elseBlock())}) {
      builder.setInsertionPointToEnd(to);
      auto [ops, yielded] = copyBranch(builder, *from);
      auto terms = pc::buildBlockVJP(builder, ops, yielded, cotangents, wanted);
      failed |= mlir::failed(terms);
      SmallVector<Value> yields;
      for (auto [i, value] : llvm::enumerate(wanted)) {
        Value term = mlir::failed(terms) ? Value() : (*terms)[i];
        yields.push_back(term ? term
                              : pc::createZero(builder, loc, value.getType()));
      }
      scf::YieldOp::create(builder, loc, yields);
    }
    if (failed)
      return failure();
    builder.setInsertionPointAfter(result);
    for (auto [value, term] : llvm::zip_equal(wanted, result.getResults()))
      sink.add(builder, value, term);
    return success();
  }

  FailureOr<SmallVector<Value>>
  buildJVP(Operation *op, OpBuilder &builder,
           function_ref<Value(Value)> tangents) const {
    auto choice = cast<scf::IfOp>(op);
    Location loc = pc::getDerivativeLoc(op->getLoc());
    SmallVector<Type> types;
    for (Type type : op->getResultTypes())
      if (pc::isDifferentiable(type))
        types.push_back(type);
    OpBuilder::InsertionGuard guard(builder);
    auto result = scf::IfOp::create(builder, loc, types, choice.getCondition(),
                                    /*withElseRegion=*/true);
    bool failed = false;
    for (auto [from, to] :
         {std::pair(choice.thenBlock(), result.thenBlock()),
          std::pair(choice.elseBlock(), result.elseBlock())}) {
      builder.setInsertionPointToEnd(to);
      auto [ops, yielded] = copyBranch(builder, *from);
      llvm::DenseMap<Value, Value> known;
      for (Value value : getCaptured(op))
        if (Value tangent = tangents(value))
          known[value] = tangent;
      failed |= mlir::failed(pc::buildBlockJVP(builder, ops, known));
      SmallVector<Value> yields;
      for (Value value : yielded) {
        if (!pc::isDifferentiable(value.getType()))
          continue;
        Value tangent = known.lookup(value);
        yields.push_back(
            tangent ? tangent : pc::createZero(builder, loc, value.getType()));
      }
      scf::YieldOp::create(builder, loc, yields);
    }
    if (failed)
      return failure();
    SmallVector<Value> results(op->getNumResults());
    size_t next = 0;
    for (auto [number, type] : llvm::enumerate(op->getResultTypes()))
      if (pc::isDifferentiable(type))
        results[number] = result.getResult(next++);
    return results;
  }
};

} // namespace

void pc::attachSCFIf(MLIRContext &context) {
  scf::IfOp::attachInterface<IfModel>(context);
}
