// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Pipelines/Verify.h"
#include "VerifyMeasure.h"
#include "pc/Pipelines/Circuit.h"
#include "pc/Pipelines/Divergence.h"
#include "pc/Pipelines/ImportData.h"
#include "pc/Pipelines/LocalityTwin.h"
#include "pc/Support/Names.h"
#include "pc/Target/ONNX/Inputs.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace llvm;
using namespace mlir;
using namespace mlir::pc;

//===----------------------------------------------------------------------===//
// What has to hold
//===----------------------------------------------------------------------===//

/// Two orders of the same f64 additions, in nets of some thousand terms.
static constexpr double wideTolerance = 1e-10;
/// The same in f32, with the depth of a real net.
static constexpr double narrowTolerance = 1e-4;
/// Forward and reverse mode sum the same products in other orders.
static constexpr double forwardTolerance = 1e-9;

StringRef mlir::pc::getName(Verdict verdict) {
  switch (verdict) {
  case Verdict::Proved:
    return "proved";
  case Verdict::Bounded:
    return "bounded";
  case Verdict::Measured:
    return "measured";
  }
  llvm_unreachable("unknown verdict");
}

bool ModelReport::holds() const {
  return failures.empty() && llvm::all_of(gradients, [](const auto &gradient) {
           return gradient.failures.empty();
         });
}

/// Fills in what does not hold. NaN compares false, so tests are for success.
static void judge(GradientReport &gradient) {
  auto expect = [&](bool holds, StringRef what, double found, double limit) {
    if (!holds)
      gradient.failures.push_back(formatv(
          "{0}: expected at most {1:e1}, found {2:e1}", what, limit, found));
  };
  // A bound in terms of path norms says nothing of one point: terms may cancel.
  if (gradient.verdict == Verdict::Proved ||
      (gradient.verdict == Verdict::Bounded && gradient.isRelative)) {
    double wide = gradient.bound + wideTolerance;
    double narrow = gradient.bound + narrowTolerance;
    expect(gradient.wide.relativeL2 <= wide, "f64 against reverse mode",
           gradient.wide.relativeL2, wide);
    expect(gradient.circuit || gradient.narrow.relativeL2 <= narrow,
           "f32 against reverse mode", gradient.narrow.relativeL2, narrow);
  }
  if (gradient.circuit && gradient.circuit->outside)
    gradient.failures.push_back(
        formatv("E2: expected every element within its bound, found {0} of {1} "
                "outside",
                gradient.circuit->outside, gradient.circuit->total));
  // Where values alone cannot tell (a kink nearby) they are no witness.
  if (!std::isfinite(gradient.wide.relativeL2) &&
      !std::isfinite(gradient.wide.maxAbs))
    gradient.failures.push_back(
        "expected a finite gradient, found one that is not");
  expect(!gradient.differencesTell ||
             gradient.differences <= differencesTolerance,
         "reverse mode against differences", gradient.differences,
         differencesTolerance);
  expect(gradient.forwardMode <= forwardTolerance,
         "reverse mode against forward mode", gradient.forwardMode,
         forwardTolerance);
}

static void judge(ModelReport &report) {
  for (GradientReport &gradient : report.gradients)
    judge(gradient);
  if (report.gradients.empty())
    report.failures.push_back("expected gradients, found no float argument");
  // `sweep` is reverse mode, and claims nothing else.
  if (!report.locality.isLocal && report.options.schedule != "sweep")
    report.failures.push_back("expected a local relaxation, found " +
                              report.locality.violations.front());
}

/// Takes verdicts and bounds of the static analysis over, by name.
static void assignFindings(StaticReport findings, ModelReport &report) {
  report.locality = std::move(findings.locality);
  report.vertices = std::move(findings.vertices);
  for (GradientReport &gradient : report.gradients) {
    auto found = findings.verdicts.find(gradient.name);
    if (found == findings.verdicts.end())
      continue;
    gradient.verdict = found->second.verdict;
    gradient.bound = found->second.bound;
    gradient.isRelative = found->second.isRelative;
    gradient.reason = found->second.reason;
  }
}

static bool isFinite(Invocation &call, unsigned result) {
  return findNaN(call.getResult(result), /*orInfinite=*/true) < 0;
}

/// Data at which the model has finite values: a square root or a logarithm may
/// not take what a normal distribution draws.
static Expected<VerifyData> findData(const VerifyRequest &request,
                                     ForwardModel &model,
                                     CompiledGradients &wide, bool isBound) {
  Expected<VerifyData> data =
      makeVerifyData(model, request, Distribution::Normal);
  if (!data || !request.dataFolder.empty() || isBound)
    return data;
  Invocation call(*wide.executable, autodiffName);
  setData(call, *data, request.seed, model);
  if (Error error = call.run())
    return error;
  for (size_t i = 0; i != call.getSignature().results.size(); ++i)
    if (!isFinite(call, i))
      return makeVerifyData(model, request, Distribution::Positive);
  return data;
}

static Error checkDivergence(const VerifyRequest &request, ForwardModel &model,
                             const VerifyData &data, ModelReport &report) {
  if (!mayDiverge(report.options))
    return Error::success();
  CompileOptions options = report.options;
  options.floatType = ComputeType::F64;
  Expected<std::unique_ptr<DivergenceWatch>> watch = DivergenceWatch::create(
      *model.module, options, request.machine.getHost());
  if (!watch)
    return watch.takeError();
  Expected<std::optional<Divergence>> found = (*watch)->find(
      [&](Invocation &call) { setData(call, data, request.seed, model); });
  if (!found)
    return found.takeError();
  if (*found)
    report.failures.push_back((*found)->describe());
  return Error::success();
}

static Error measure(const VerifyRequest &request, ForwardModel &model,
                     CompiledGradients &wide, CompiledGradients &narrow,
                     bool isBound, ModelReport &report) {
  Expected<VerifyData> data = findData(request, model, wide, isBound);
  if (!data)
    return data.takeError();
  report.data = data->description;
  if (Error error =
          measureGradients(request, model, *data, wide, narrow, report))
    return error;
  if (Error error = checkDivergence(request, model, *data, report))
    return error;
  if (!request.twin)
    return Error::success();
  TwinSetup setup;
  setup.machine = request.machine;
  setup.seed = request.seed;
  setup.recomputed = !StringRef(report.options.schedule).starts_with("fixed");
  setup.setData = [&](Invocation &call) {
    setData(call, *data, request.seed, model);
  };
  CompileOptions options = report.options;
  options.folds = false; // it looks at iterations
  Expected<TwinReport> twin = runTwin(model, options, setup);
  if (!twin)
    return twin.takeError();
  report.twin = twin->describe();
  llvm::append_range(report.failures, twin->failures);
  return Error::success();
}

/// Enough samples for sums over them, and few enough to be quick.
static constexpr int64_t defaultBatch = 4;

/// Gives the first dimension of an input a size where the model and --dim leave
/// it open: that is where batches are.
static Error fillBatch(const VerifyRequest &request,
                       ONNXImportOptions &import) {
  Expected<std::vector<ONNXInput>> inputs = readONNXInputs(request.model);
  if (!inputs)
    return inputs.takeError();
  for (const ONNXInput &input : *inputs)
    if (!input.shape.empty() && !input.shape.front().name.empty())
      import.dims.emplace(input.shape.front().name, defaultBatch);
  return Error::success();
}

/// Sizes that follow from data are those at the point that is drawn first.
static ONNXEvaluator makeDrawnEvaluator(const VerifyRequest &request,
                                        const CompileOptions &options,
                                        bool &isBound) {
  return makeEvaluator(
      options, request.machine.cpu,
      [&request,
       &isBound](ForwardModel &model) -> Expected<std::map<unsigned, Tensor>> {
        isBound = true;
        Expected<VerifyData> data =
            makeVerifyData(model, request, Distribution::Normal);
        if (!data)
          return data.takeError();
        return std::move(data->arguments);
      });
}

/// Makes `import` know sizes; `isBound` is set when the model is for one point.
static Error readShapes(const VerifyRequest &request, ONNXImportOptions &import,
                        bool &isBound) {
  import = getImportOptions(request.compile, request.dims);
  if (!StringRef(request.model).ends_with(".onnx"))
    return Error::success(); // sizes are known
  CompileOptions options = request.compile;
  options.floatType = ComputeType::F64;
  if (request.dataFolder.empty()) {
    import.evaluate = makeDrawnEvaluator(request, options, isBound);
    return fillBatch(request, import);
  }
  return importForFolder(request.model, request.dataFolder, options,
                         request.machine.cpu, import)
      .takeError();
}

std::optional<ModelReport> mlir::pc::verify(const VerifyRequest &request,
                                            MLIRContext *context,
                                            Reporter &reporter,
                                            ExitStatus &status) {
  if (request.twin && request.machine.target == Target::Dataflow) {
    status = reporter.fail("--twin: expected --target=cpu or vulkan, whose "
                           "states are arguments");
    return std::nullopt;
  }
  if (request.twin && request.compile.stopsEarly()) {
    status = reporter.fail("--twin: expected no --tolerance with --schedule=" +
                           request.compile.schedule +
                           ", which all states have a say in");
    return std::nullopt;
  }
  ONNXImportOptions import;
  bool isBound = false;
  if (Error error = readShapes(request, import, isBound)) {
    status = reporter.fail(std::move(error));
    return std::nullopt;
  }
  std::optional<ForwardModel> model = loadModel(
      request.model, context, import, request.compile.parameters, status);
  if (!model)
    return std::nullopt;
  // The hardware is held against its words in exact integers.
  MachineOptions machine = request.machine;
  bool isCircuit = machine.target == Target::Dataflow;
  if (isCircuit && machine.circuit.simulator == "verilator")
    machine.circuit.simulator = "both";
  ModelReport report;
  report.model = request.model;
  report.options = request.compile;
  if (isCircuit)
    report.options = getCircuitOptions(report.options);
  // Messages to the data stay inside of a circuit.
  report.options.wantsInputs =
      !request.compile.parameters.isGiven() && !isCircuit;
  report.loss = report.options.loss = chooseVerifyLoss(*model, request);
  StaticReport findings;
  std::optional<CompiledGradients> wide =
      compileGradients(*model, report.options, ComputeType::F64,
                       request.machine.getHost(), &findings, status);
  if (!wide)
    return std::nullopt;
  std::optional<CompiledGradients> narrow = compileGradients(
      *model, report.options, ComputeType::F32, machine, nullptr, status);
  if (!narrow)
    return std::nullopt;
  report.straightThrough = std::move(findings.straightThrough);
  if (Error error = measure(request, *model, *wide, *narrow, isBound, report)) {
    status = reporter.fail(std::move(error));
    return std::nullopt;
  }
  assignFindings(std::move(findings), report);
  judge(report);
  status = report.holds() ? ExitStatus::Success : ExitStatus::Failure;
  return report;
}
