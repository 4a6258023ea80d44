// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Analysis/Rounding.h"
#include "pc/Dialect/PC/Transforms/Passes.h"
#include "pc/Support/Names.h"

namespace mlir::pc {
#define GEN_PASS_DEF_CHECKROUNDING
#include "pc/Dialect/PC/Transforms/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;

namespace {
struct CheckRounding : pc::impl::CheckRoundingBase<CheckRounding> {
  using CheckRoundingBase::CheckRoundingBase;

  void runOnOperation() override;
};
} // namespace

/// "`w1`, `w2` and 3 more".
static std::string listNames(FunctionOpInterface function,
                             ArrayRef<unsigned> arguments) {
  constexpr size_t limit = 3;
  llvm::SmallVector<std::string> names;
  for (unsigned i : arguments.take_front(limit))
    names.push_back("`" + pc::getArgName(function, i) + "`");
  std::string text = llvm::join(names, ", ");
  if (arguments.size() > limit)
    text += " and " + std::to_string(arguments.size() - limit) + " more";
  return text;
}

static StringRef getOperator(Operation *conversion) {
  return conversion->getAttrOfType<StringAttr>(pc::quantizesAttrName)
      .getValue();
}

/// One report for all places: their number, and the first.
static void report(FunctionOpInterface objective, unsigned loss,
                   const pc::RoundingReport &found, bool isError) {
  Operation *first = found.ends.front();
  InFlightDiagnostic diag = isError ? first->emitError() : first->emitWarning();
  diag << getOperator(first) << ": expected a derivative, but the gradient of "
       << listNames(objective, found.ended) << " ends at rounded numbers, here";
  if (found.ends.size() > 1)
    diag << " and at " << found.ends.size() - 1 << " more place"
         << (found.ends.size() > 2 ? "s" : "");
  if (found.estimators.empty()) {
    diag << "; --straight-through lets it pass";
    return;
  }
  diag << ", because an operator that reads them has no straight-through "
          "derivative";
  if (Operation *end = pc::findReturn(first, objective, loss))
    diag.attachNote(end->getLoc()) << "it comes before they are floats again, "
                                      "here";
}

void CheckRounding::runOnOperation() {
  FailureOr<FunctionOpInterface> objective =
      pc::findObjective(getOperation(), function);
  if (failed(objective))
    return signalPassFailure();
  FailureOr<unsigned> loss = pc::getLossResult(*objective);
  if (failed(loss))
    return signalPassFailure();
  pc::RoundingReport found = pc::findRounding(
      *objective, pc::getWantedArguments(*objective, wrt), *loss);
  numEnds += found.ends.size();
  numEstimators += found.estimators.size();
  if (found.ends.empty())
    return;
  report(*objective, *loss, found, gate);
  if (gate)
    signalPassFailure();
}
