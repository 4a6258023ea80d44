// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Tape.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinOps.h"
#include "pc/Differentiation/Passes.h"
#include "pc/Support/DerivedFunction.h"
#include "pc/Support/Names.h"

namespace mlir::pc {
#define GEN_PASS_DEF_AUTODIFF
#include "pc/Differentiation/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;

namespace {

struct Autodiff : pc::impl::AutodiffBase<Autodiff> {
  using AutodiffBase::AutodiffBase;

  void runOnOperation() override {
    if (failed(differentiate()))
      signalPassFailure();
  }

private:
  LogicalResult differentiate() {
    FailureOr<pc::DerivedFunction> derived = pc::DerivedFunction::create(
        getOperation(), function, pc::autodiffSuffix);
    if (failed(derived))
      return failure();
    FunctionOpInterface copy = derived->getFunction();
    llvm::SmallVector<unsigned> numbers = pc::getWantedArguments(copy, wrt);
    llvm::SmallVector<Value> wanted = llvm::map_to_vector(
        numbers, [&](unsigned i) -> Value { return copy.getArgument(i); });

    pc::Activity activity(derived->getBody(), wanted, derived->getLoss());
    OpBuilder builder(derived->getReturn());
    FailureOr<llvm::SmallVector<Value>> gradients =
        pc::buildGradients(builder, activity, derived->getLoss(), wanted);
    if (failed(gradients))
      return failure();
    numDifferentiated += activity.getTape().size();
    for (auto [number, gradient] : llvm::zip_equal(numbers, *gradients))
      derived->addResult(gradient, pc::roleGradient,
                         pc::getArgName(copy, number));
    return success();
  }
};

} // namespace
