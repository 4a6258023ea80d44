// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinOps.h"
#include "pc/Differentiation/BlockVJP.h"
#include "pc/Differentiation/Passes.h"
#include "pc/Support/DerivedFunction.h"
#include "pc/Support/Names.h"

namespace mlir::pc {
#define GEN_PASS_DEF_JVP
#include "pc/Differentiation/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;

namespace {

struct JVP : pc::impl::JVPBase<JVP> {
  using JVPBase::JVPBase;

  void runOnOperation() override {
    if (failed(differentiate()))
      signalPassFailure();
  }

private:
  LogicalResult differentiate() {
    FailureOr<pc::DerivedFunction> derived =
        pc::DerivedFunction::create(getOperation(), function, pc::jvpSuffix);
    if (failed(derived))
      return failure();
    llvm::DenseMap<Value, Value> tangents = addTangents(*derived);
    OpBuilder builder(derived->getReturn());
    Value loss = derived->getLoss();
    llvm::SmallVector<Operation *> ops =
        findAncestors(derived->getBody(), loss);
    if (failed(pc::buildBlockJVP(builder, ops, tangents)))
      return failure();
    Value tangent = tangents.lookup(loss);
    if (!tangent)
      tangent = pc::createZero(builder, pc::getDerivativeLoc(loss.getLoc()),
                               loss.getType());
    derived->addResult(tangent, pc::roleTangent, "loss");
    return success();
  }

  /// One argument for the tangent of each wanted argument.
  llvm::DenseMap<Value, Value> addTangents(pc::DerivedFunction &derived) {
    FunctionOpInterface copy = derived.getFunction();
    llvm::DenseMap<Value, Value> tangents;
    for (unsigned i : pc::getWantedArguments(copy, wrt)) {
      Value primal = copy.getArgument(i);
      tangents[primal] =
          derived.addArgument(primal.getType(), pc::roleTangent,
                              pc::getArgName(copy, i), primal.getLoc());
    }
    return tangents;
  }

  /// The operations that `value` depends on, in order; no other needs a rule.
  static llvm::SmallVector<Operation *> findAncestors(Block &block,
                                                      Value value) {
    llvm::DenseSet<Value> read{value};
    llvm::SmallVector<Operation *> ops;
    for (Operation &op : llvm::reverse(block.without_terminator())) {
      if (!llvm::any_of(op.getResults(),
                        [&](Value v) { return read.contains(v); }))
        continue;
      ops.push_back(&op);
      for (Value v : pc::getReadValues(&op))
        read.insert(v);
    }
    std::reverse(ops.begin(), ops.end());
    return ops;
  }
};

} // namespace
