// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "VerifyCompile.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "pc/Pipelines/Phases.h"
#include "pc/Support/Names.h"
#include "pc/Verification/Proof.h"

using namespace llvm;
using namespace mlir;
using namespace mlir::pc;

/// Runs one pass; its first error goes into `text` instead of to the user.
static LogicalResult runQuietly(ModuleOp module, StringRef pass,
                                std::string &text) {
  ScopedDiagnosticHandler handler(
      module.getContext(), [&](Diagnostic &diagnostic) {
        if (diagnostic.getSeverity() == DiagnosticSeverity::Error &&
            text.empty())
          text = diagnostic.str();
        return success();
      });
  PassManager pm(module->getContext());
  if (failed(parsePassPipeline(pass, pm)))
    return failure();
  return pm.run(module);
}

static void checkLocality(ModuleOp module, StaticReport &findings) {
  findings.isLocal =
      succeeded(runQuietly(module, "pc-check-locality", findings.locality));
  if (findings.isLocal)
    findings.locality = "local";
}

static Verdict toVerdict(Equivalence equivalence) {
  switch (equivalence) {
  case Equivalence::Proved:
    return Verdict::Proved;
  case Equivalence::Bounded:
    return Verdict::Bounded;
  case Equivalence::Measured:
    return Verdict::Measured;
  }
  llvm_unreachable("unknown verdict");
}

static void prove(ModuleOp module, StaticReport &findings) {
  auto gradient = module.lookupSymbol<FunctionOpInterface>(gradientName);
  auto graph = module.lookupSymbol<GraphOp>((modelName + graphSuffix).str());
  if (!gradient || !graph)
    return;
  for (const ParameterVerdict &verdict :
       proveEquivalence(gradient, graph).parameters)
    findings.verdicts[verdict.name] = {toVerdict(verdict.status), verdict.bound,
                                       verdict.isExact, verdict.reason};
}

static ExitStatus toExitStatus(PhaseStatus status) {
  return status == PhaseStatus::Success       ? ExitStatus::Success
         : status == PhaseStatus::Unsupported ? ExitStatus::Unsupported
                                              : ExitStatus::Failure;
}

std::optional<CompiledGradients>
mlir::pc::compileGradients(ForwardModel &model, CompileOptions options,
                           ComputeType type, const CPUOptions &cpu,
                           StaticReport *findings, ExitStatus &status) {
  OwningOpRef<ModuleOp> module = model.module->clone();
  options.floatType = type;
  options.withAutodiff = options.withJVP = findings != nullptr;
  options.checksLocality = false;
  status = toExitStatus(
      runPhases(*module, Phase::Import, Phase::Relaxation, options));
  if (status != ExitStatus::Success)
    return std::nullopt;
  if (findings) {
    checkLocality(*module, *findings);
    prove(*module, *findings);
  }
  status = toExitStatus(
      runPhases(*module, Phase::Relaxation, Phase::Tensor, options));
  if (status != ExitStatus::Success)
    return std::nullopt;
  SmallVector<StringRef> entries = {gradientName};
  if (findings)
    entries.append({autodiffName, objectiveName, jvpName});
  FailureOr<std::unique_ptr<Executable>> executable =
      Executable::compile(*module, entries, cpu);
  if (succeeded(executable))
    return CompiledGradients{std::move(*executable)};
  status = ExitStatus::Unsupported;
  return std::nullopt;
}
