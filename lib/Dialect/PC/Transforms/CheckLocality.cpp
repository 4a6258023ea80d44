// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Analysis/Locality.h"
#include "pc/Dialect/PC/Transforms/Passes.h"
#include "pc/Support/Names.h"
#include "llvm/Support/raw_ostream.h"

namespace mlir::pc {
#define GEN_PASS_DEF_CHECKLOCALITY
#include "pc/Dialect/PC/Transforms/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;

namespace {
struct CheckLocality : pc::impl::CheckLocalityBase<CheckLocality> {
  using CheckLocalityBase::CheckLocalityBase;

  void runOnOperation() override;
  LogicalResult check(FunctionOpInterface function);
};
} // namespace

/// The functions that a claim of locality is about.
static FailureOr<SmallVector<FunctionOpInterface>> collect(ModuleOp module,
                                                           StringRef name) {
  SmallVector<FunctionOpInterface> functions;
  for (auto function : module.getOps<FunctionOpInterface>()) {
    if (function.isExternal() || isa<pc::GraphOp>(function))
      continue;
    bool wanted = name.empty()
                      ? function.getName().ends_with(pc::gradientSuffix) ||
                            pc::isRelaxationLevel(function)
                      : function.getName() == name;
    if (wanted)
      functions.push_back(function);
  }
  if (!functions.empty())
    return functions;
  if (!name.empty())
    return module.emitError("expected a function @") << name;
  return module.emitError("expected a function of the relaxation level, but "
                          "found none; does pc-expand-inference come first?");
}

LogicalResult CheckLocality::check(FunctionOpInterface function) {
  pc::LocalityReport report = pc::analyzeLocality(function);
  if (print)
    report.print(llvm::outs(), function.getName());
  numViolations += report.violations.size();
  if (!gate)
    return success();
  for (const pc::LocalityViolation &violation : report.violations) {
    InFlightDiagnostic diag = violation.op->emitError("L")
                              << violation.rule << ": " << violation.edge;
    if (violation.reader)
      diag.attachNote(violation.reader->getLoc()) << "the reader is here";
  }
  return success(report.isLocal());
}

void CheckLocality::runOnOperation() {
  auto functions = collect(getOperation(), function);
  if (failed(functions))
    return signalPassFailure();
  for (FunctionOpInterface candidate : *functions)
    if (failed(check(candidate)))
      signalPassFailure();
}
