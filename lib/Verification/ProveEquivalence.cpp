// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Support/Names.h"
#include "pc/Verification/Passes.h"
#include "llvm/Support/raw_ostream.h"

namespace mlir::pc {
#define GEN_PASS_DEF_PROVEEQUIVALENCE
#include "pc/Verification/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;

namespace {
struct ProveEquivalence : pc::impl::ProveEquivalenceBase<ProveEquivalence> {
  using ProveEquivalenceBase::ProveEquivalenceBase;

  void runOnOperation() override;
  LogicalResult annotate(FunctionOpInterface gradient,
                         const pc::EquivalenceReport &report);
};
} // namespace

LogicalResult ProveEquivalence::annotate(FunctionOpInterface gradient,
                                         const pc::EquivalenceReport &report) {
  LogicalResult result = success();
  for (const pc::ParameterVerdict &verdict : report.parameters) {
    llvm::StringRef status = pc::stringifyEquivalence(verdict.status);
    gradient.setResultAttr(verdict.result, pc::verdictAttrName,
                           StringAttr::get(&getContext(), status));
    numProved += verdict.status == pc::Equivalence::Proved;
    numBounded += verdict.status == pc::Equivalence::Bounded;
    if (verdict.status <= require)
      continue;
    InFlightDiagnostic diag = gradient.emitError("expected the gradient of '")
                              << verdict.name << "' to be "
                              << pc::stringifyEquivalence(require)
                              << ", but it is " << status;
    if (!verdict.reason.empty())
      diag << ": " << verdict.reason;
    result = diag;
  }
  return result;
}

void ProveEquivalence::runOnOperation() {
  ModuleOp module = getOperation();
  std::string name = function + pc::gradientSuffix.str();
  auto gradient = module.lookupSymbol<FunctionOpInterface>(name);
  auto graph =
      module.lookupSymbol<pc::GraphOp>(function + pc::graphSuffix.str());
  if (!gradient || !graph || gradient.isExternal()) {
    module.emitError("expected @")
        << name << " and pc.graph @" << function << pc::graphSuffix
        << "; does pc-expand-inference come first?";
    return signalPassFailure();
  }
  if (gradient.getNumArguments() < graph.getNumArguments()) {
    gradient.emitError("expected the ")
        << graph.getNumArguments() << " arguments of the graph, but got "
        << gradient.getNumArguments();
    return signalPassFailure();
  }
  pc::EquivalenceReport report = pc::proveEquivalence(gradient, graph);
  if (print)
    report.print(llvm::outs(), gradient.getName());
  if (failed(annotate(gradient, report)))
    signalPassFailure();
}
