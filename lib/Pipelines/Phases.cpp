// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Pipelines/Phases.h"
#include "mlir/Pass/PassRegistry.h"
#include "pc/Support/AtomicFile.h"
#include "pc/Support/PassTimer.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace mlir::pc;

namespace {
struct PhaseInfo {
  Phase phase;
  llvm::StringLiteral name;
};
struct StepInfo {
  Phase phase;
  llvm::StringLiteral pass;
};
} // namespace

static constexpr PhaseInfo phases[] = {
#define PC_PHASE(id, name, meaning) {Phase::id, name},
#include "pc/Pipelines/Phases.def"
};

static constexpr StepInfo steps[] = {
#define PC_STEP(id, pass) {Phase::id, pass},
#include "pc/Pipelines/Phases.def"
};

llvm::StringRef mlir::pc::getName(Phase phase) {
  return phases[static_cast<size_t>(phase)].name;
}

std::optional<Phase> mlir::pc::parsePhase(llvm::StringRef name) {
  for (const PhaseInfo &info : phases)
    if (info.name == name)
      return info.phase;
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Options of each pass
//===----------------------------------------------------------------------===//

/// "pass{a=1 b=2}" from pairs; empty values are left to the pass.
static std::string
write(llvm::StringRef pass,
      ArrayRef<std::pair<llvm::StringRef, std::string>> options) {
  SmallVector<std::string> parts;
  for (const auto &[name, value] : options)
    if (!value.empty())
      parts.push_back((name + "=" + value).str());
  return parts.empty() ? pass.str()
                       : (pass + "{" + llvm::join(parts, " ") + "}").str();
}

static std::string print(const std::optional<int64_t> &value) {
  return value ? std::to_string(*value) : std::string();
}

static std::string print(const std::optional<double> &value) {
  return value ? formatNumber(*value) : std::string();
}

static std::string getWanted(const CompileOptions &options) {
  return options.wantsInputs ? "all" : "parameters";
}

/// Whether `pass` is on the way that `options` asks for.
static bool isNeeded(llvm::StringRef pass, const CompileOptions &options) {
  if (llvm::is_contained(options.without, pass))
    return false;
  bool differentiates = !options.forwardOnly;
  bool relaxes = differentiates && !options.isAutodiff();
  return llvm::StringSwitch<bool>(pass)
      .Case("pc-change-float-type", options.floatType != ComputeType::Native)
      .Case("pc-attach-loss", differentiates)
      .Case("pc-check-rounding", differentiates && options.checksRounding)
      .Case("pc-autodiff",
            differentiates && (options.withAutodiff || options.isAutodiff()))
      .Case("pc-jvp", differentiates && options.withJVP)
      .Case("pc-level-graph", relaxes && options.schedule == "z-il")
      .Case("pc-learn", differentiates && options.learn.has_value())
      .Case("pc-check-locality",
            relaxes && options.checksLocality && options.schedule != "sweep")
      .Case("pc-fold-relaxation", relaxes && options.folds)
      .Case("pcflow-fold", options.circuit.cycles || options.circuit.lanes ||
                               options.circuit.dsp)
      .Case("convert-pc-to-linalg", differentiates)
      .Cases({"pc-build-graph", "pc-expand-inference", "pc-prune-wavefront",
              "pc-defer-messages", "pc-lower-vjp"},
             relaxes)
      .Default(true);
}

static std::string getPass(llvm::StringRef pass,
                           const CompileOptions &options) {
  if (pass == "pc-change-float-type")
    return write(
        pass,
        {{"type", options.floatType == ComputeType::F64 ? "f64" : "f32"}});
  if (pass == "pc-attach-loss")
    return write(pass, {{"loss", options.loss},
                        {"reduction", options.reduction},
                        {"output", options.output}});
  if (pass == "pc-check-rounding")
    return write(pass, {{"wrt", getWanted(options)},
                        {"gate", options.learn ? "true" : "false"}});
  if (pass == "pc-autodiff" || pass == "pc-jvp")
    return write(pass, {{"wrt", getWanted(options)}});
  if (pass == "pc-build-graph")
    return write(pass, {{"granularity", options.granularity},
                        {"cuts", llvm::join(options.cuts, ",")}});
  if (pass == "pc-expand-inference")
    return write(pass,
                 {{"schedule", options.schedule},
                  {"wrt", getWanted(options)},
                  {"step", print(options.step)},
                  {"iterations", print(options.iterations)},
                  {"tolerance", print(options.tolerance)},
                  {"beta", print(options.beta)},
                  {"rate", print(options.innerRate)},
                  {"expose-states", options.exposesStates ? "true" : ""}});
  if (pass == "pc-learn")
    return write(pass, {{"source", options.isAutodiff() ? "autodiff" : ""},
                        {"optimizer", options.learn->optimizer},
                        {"rate", print(std::optional(options.learn->rate))},
                        {"momentum", options.learn->optimizer == "momentum"
                                         ? formatNumber(options.learn->momentum)
                                         : ""}});
  if (pass == "pcflow-quantize")
    return write(pass,
                 {{"format", options.circuit.format},
                  {"inputs", formatNumber(options.circuit.inputRange)},
                  {"segments", std::to_string(options.circuit.segments)}});
  if (pass == "pcflow-analyze-ranges")
    return write(pass, {{"inputs", formatNumber(options.circuit.inputRange)}});
  if (pass == "pcflow-fold")
    return write(pass, {{"target-cycles", print(options.circuit.cycles)},
                        {"max-lanes", print(options.circuit.lanes)},
                        {"max-dsp", print(options.circuit.dsp)}});
  if (pass == "pcflow-size-buffers")
    return write(pass, {{"mode", options.circuit.queues}});
  return pass.str();
}

/// The way to a circuit leaves the others behind the relaxation level.
static bool isOnWay(Phase phase, Phase from, Phase to) {
  bool isPassedBy = phase > Phase::Relaxation && phase != to;
  return phase > from && phase <= to && !(to == Phase::Dataflow && isPassedBy);
}

SmallVector<Step> mlir::pc::getSteps(Phase from, Phase to,
                                     const CompileOptions &options) {
  SmallVector<Step> result;
  for (const StepInfo &step : steps)
    if (isOnWay(step.phase, from, to) && isNeeded(step.pass, options))
      result.push_back({step.phase, getPass(step.pass, options)});
  return result;
}

LogicalResult mlir::pc::buildPipeline(OpPassManager &pm, Phase from, Phase to,
                                      const CompileOptions &options) {
  for (const Step &step : getSteps(from, to, options))
    if (failed(parsePassPipeline(step.pass, pm)))
      return failure();
  return success();
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

/// These see what was asked for beside what the model is; elsewhere a
/// failure means that something in the model is not supported.
static PhaseStatus getStatusOfFailure(const Step &step) {
  llvm::StringRef pass = step.pass;
  bool readsRequest = pass.starts_with("pc-attach-loss") ||
                      pass.starts_with("pc-check-rounding") ||
                      pass.starts_with("pc-expand-inference") ||
                      pass.starts_with("pcflow-quantize") ||
                      pass.starts_with("pcflow-fold");
  return readsRequest ? PhaseStatus::Error : PhaseStatus::Unsupported;
}

static LogicalResult dump(ModuleOp module, Phase phase,
                          llvm::StringRef folder) {
  llvm::SmallString<128> path = folder;
  int number = phase == Phase::Dataflow
                   ? static_cast<int>(Phase::Relaxation) + 1
                   : static_cast<int>(phase);
  std::string file = llvm::formatv("{0}-{1}.mlir", number, pc::getName(phase));
  llvm::sys::path::append(path, file);
  std::error_code code = llvm::sys::fs::create_directories(folder);
  llvm::Error error =
      code ? llvm::createFileError(folder, code)
           : writeFileAtomically(path, [&](llvm::raw_pwrite_stream &os) {
               module.print(os, OpPrintingFlags().enableDebugInfo());
               return llvm::Error::success();
             });
  if (!error)
    return success();
  return emitError(UnknownLoc::get(module.getContext()))
         << llvm::toString(std::move(error));
}

PhaseStatus mlir::pc::runPhases(ModuleOp module, Phase from, Phase to,
                                const CompileOptions &options) {
  llvm::StringRef dumpFolder = options.dumpFolder;
  SmallVector<Step> todo = getSteps(from, to, options);
  if (!dumpFolder.empty() && failed(dump(module, from, dumpFolder)))
    return PhaseStatus::Error;
  for (auto [index, step] : llvm::enumerate(todo)) {
    PassManager pm(module->getContext());
    PassTimer timer(pm, options.timing);
    if (failed(parsePassPipeline(step.pass, pm)))
      return PhaseStatus::Error;
    if (failed(pm.run(module)))
      return getStatusOfFailure(step);
    bool isLast =
        index + 1 == todo.size() || todo[index + 1].phase > step.phase;
    if (isLast && !dumpFolder.empty() &&
        failed(dump(module, step.phase, dumpFolder)))
      return PhaseStatus::Error;
  }
  return PhaseStatus::Success;
}
