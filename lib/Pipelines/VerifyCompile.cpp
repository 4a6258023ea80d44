// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "VerifyCompile.h"
#include "pc/Analysis/Locality.h"
#include "pc/Analysis/Rounding.h"
#include "pc/Pipelines/CompileEntries.h"
#include "pc/Support/Names.h"
#include "pc/Support/Signature.h"
#include "pc/Verification/Proof.h"

using namespace llvm;
using namespace mlir;
using namespace mlir::pc;

static Verdict toVerdict(Equivalence equivalence) {
  switch (equivalence) {
  case Equivalence::Proved:
    return Verdict::Proved;
  case Equivalence::Bounded:
    return Verdict::Bounded;
  case Equivalence::Measured:
    return Verdict::Measured;
  }
  llvm_unreachable("unknown equivalence");
}

/// Which gradients of the objective follow a rule for rounding.
static StraightThrough findStraightThrough(ModuleOp module) {
  auto objective = module.lookupSymbol<FunctionOpInterface>(objectiveName);
  RoundingReport found =
      findRounding(objective, getWantedArguments(objective, Wanted::All),
                   *getLossResult(objective));
  StraightThrough result;
  for (Operation *op : found.estimators) {
    std::string node =
        getNodeName(op->getLoc()).value_or(op->getName().getStringRef()).str();
    if (!llvm::is_contained(result.nodes, node))
      result.nodes.push_back(node);
  }
  for (unsigned i : found.estimated)
    result.arguments.push_back(getArgName(objective, i));
  return result;
}

/// What the relaxation level says of itself.
static void analyze(ModuleOp module, StaticReport &findings) {
  auto gradient = module.lookupSymbol<FunctionOpInterface>(gradientName);
  auto graph = module.lookupSymbol<GraphOp>(graphName);
  findings.straightThrough = findStraightThrough(module);
  LocalityReport locality = analyzeLocality(gradient);
  findings.locality.isLocal = locality.isLocal();
  findings.locality.iterations = locality.iterations;
  findings.locality.endsGlobally = locality.endsGlobally;
  for (const LocalityViolation &violation : locality.violations)
    findings.locality.violations.push_back(
        ("L" + Twine(violation.rule) + ": " + violation.edge).str());
  for (const LocalityNote &note : locality.notes)
    findings.locality.notes.push_back(
        ("L" + Twine(note.rule) + ": " + note.text).str());
  EquivalenceReport proof = proveEquivalence(gradient, graph);
  for (const ParameterVerdict &verdict : proof.parameters)
    findings.verdicts.emplace(
        verdict.name,
        StaticReport::Finding{toVerdict(verdict.status), verdict.bound,
                              verdict.isExact, verdict.reason});
  for (const VertexBound &vertex : proof.vertices)
    findings.vertices.push_back(
        {vertex.name, vertex.shortest, vertex.longest, vertex.missing});
}

std::optional<CompiledGradients>
mlir::pc::compileGradients(ForwardModel &model, CompileOptions options,
                           ComputeType type, const MachineOptions &machine,
                           StaticReport *findings, ExitStatus &status) {
  OwningOpRef<ModuleOp> module = model.module->clone();
  options.floatType = type;
  options.withAutodiff = options.withJVP = findings != nullptr;
  options.checksLocality = false;
  if (!findings) { // the module with the witnesses has been there already
    options.dumpFolder.clear();
    options.checksRounding = false;
  }
  status = toExitStatus(
      runPhases(*module, Phase::Import, Phase::Relaxation, options));
  if (status != ExitStatus::Success)
    return std::nullopt;
  if (findings)
    analyze(*module, *findings);
  SmallVector<StringRef> entries = {gradientName};
  if (findings)
    entries.append({autodiffName, objectiveName, jvpName});
  std::unique_ptr<Executable> executable = compileEntries(
      *module, Phase::Relaxation, options, entries, machine, status);
  if (!executable)
    return std::nullopt;
  if (findings)
    for (StringRef pass : getNonLocalPasses(
             module->lookupSymbol<FunctionOpInterface>(gradientName)))
      findings->locality.nonLocalPasses.push_back(pass.str());
  return CompiledGradients{std::move(executable)};
}
