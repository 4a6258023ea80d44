// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Pipelines/Verify.h"
#include "VerifyCompile.h"
#include "VerifyData.h"
#include "pc/Pipelines/DataFolder.h"
#include "pc/Pipelines/LocalityTwin.h"
#include "pc/Runtime/FiniteDifferences.h"
#include "pc/Runtime/Random.h"
#include "pc/Support/Names.h"
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
/// Extrapolated differences of a smooth loss are good to about 1e-9; a flipped
/// sign or a lost term is an error near 1.
static constexpr double differencesTolerance = 1e-6;
/// Forward and reverse mode sum the same products in other orders.
static constexpr double forwardTolerance = 1e-9;
/// A gradient smaller than this part of the largest one is round-off alone.
static constexpr double vanishing = 1e-12;
/// The first step of the differences, relative to a direction of size 1.
static constexpr double firstStep = 0.0625;
/// Tensors up to this size are differentiated element by element.
static constexpr int64_t elementLimit = 16;

namespace {
/// Compares the gradients of one model.
class Verifier {
public:
  Verifier(const VerifyRequest &request, ForwardModel &model,
           const VerifyData &data, CompiledGradients &wide,
           CompiledGradients &narrow, ModelReport &report)
      : request(request), model(model), data(data),
        wideCall(*wide.executable, gradientName),
        referenceCall(*wide.executable, autodiffName),
        objectiveCall(*wide.executable, objectiveName),
        jvpCall(*wide.executable, jvpName),
        narrowCall(*narrow.executable, gradientName), report(report) {}

  Error run();

private:
  Error runOnce();
  Error measure(unsigned result, GradientReport &gradient);
  Error measureDifferences(unsigned argument, const Tensor &reference,
                           GradientReport &gradient);
  Error measureForwardMode(unsigned argument, const Tensor &reference,
                           GradientReport &gradient);
  double evaluate(unsigned argument, const Tensor &direction, double step);
  bool vanishes(const Tensor &reference) const;
  Difference compareWith(const Tensor &reference, const Tensor &value) const;
  double getProductScale(const Tensor &reference) const;

  const VerifyRequest &request;
  ForwardModel &model;
  const VerifyData &data;
  Invocation wideCall, referenceCall, objectiveCall, jvpCall, narrowCall;
  ModelReport &report;
  double largest = 0; // norm of the largest gradient
  Error callError = Error::success();
};
} // namespace

/// A direction of norm 1, the same for every witness.
static Tensor drawDirection(const Tensor &like, Random random) {
  Tensor direction(ElementKind::F64, like.getShape());
  for (int64_t i = 0, e = direction.getNumElements(); i != e; ++i)
    direction.as<double>()[i] = random.normal();
  double size = norm(direction);
  for (int64_t i = 0, e = direction.getNumElements(); i != e; ++i)
    direction.as<double>()[i] /= size > 0 ? size : 1;
  return direction;
}

bool Verifier::vanishes(const Tensor &reference) const {
  return norm(reference) <= vanishing * largest;
}

Difference Verifier::compareWith(const Tensor &reference,
                                 const Tensor &value) const {
  Difference difference = compare(value, reference);
  if (vanishes(reference) && difference.maxAbs != 0)
    difference.relativeL2 =
        difference.maxAbs *
        std::sqrt(static_cast<double>(reference.getNumElements())) / largest;
  return difference;
}

/// What the product of a gradient with a random direction of norm 1 is like:
/// an error is relative to this, not to a product that may happen to be 0.
double Verifier::getProductScale(const Tensor &reference) const {
  double size = vanishes(reference) ? largest : norm(reference);
  return size / std::sqrt(std::max<double>(1, reference.getNumElements()));
}

static double getRelative(double error, double scale) {
  return error == 0 ? 0 : std::fabs(error) / scale;
}

double Verifier::evaluate(unsigned argument, const Tensor &direction,
                          double step) {
  Tensor &place = objectiveCall.getArgument(argument);
  const Tensor &origin = referenceCall.getArgument(argument);
  for (int64_t i = 0, e = place.getNumElements(); i != e; ++i)
    place.as<double>()[i] =
        origin.as<double>()[i] + step * direction.as<double>()[i];
  if (Error error = objectiveCall.run())
    callError = joinErrors(std::move(callError), std::move(error));
  unsigned loss = objectiveCall.findResults(roleLoss).front();
  return objectiveCall.getResult(loss).getAsDouble(0);
}

Error Verifier::measureDifferences(unsigned argument, const Tensor &reference,
                                   GradientReport &gradient) {
  int64_t size = reference.getNumElements();
  double error = 0, uncertainty = 0, scale = getProductScale(reference);
  auto take = [&](const Tensor &direction) {
    Derivative found = differentiate(
        [&](double step) { return evaluate(argument, direction, step); },
        firstStep);
    error = std::max(error, std::fabs(found.value - dot(reference, direction)));
    uncertainty = std::max(uncertainty, found.uncertainty);
  };
  if (size <= elementLimit) {
    for (int64_t i = 0; i != size; ++i) {
      Tensor direction(ElementKind::F64, reference.getShape());
      direction.as<double>()[i] = 1;
      take(direction);
    }
  } else {
    take(drawDirection(reference, Random(request.seed + argument)));
  }
  objectiveCall.set(argument, referenceCall.getArgument(argument));
  gradient.differences = getRelative(error, scale);
  gradient.differencesUncertainty = getRelative(uncertainty, scale);
  return std::move(callError);
}

Error Verifier::measureForwardMode(unsigned argument, const Tensor &reference,
                                   GradientReport &gradient) {
  std::optional<unsigned> tangent =
      jvpCall.findArgument(roleTangent, model.arguments[argument].name);
  if (!tangent)
    return createStringError("@" + Twine(modelName) + jvpSuffix +
                             ": expected a tangent of `" +
                             model.arguments[argument].name + "`");
  Tensor direction = drawDirection(reference, Random(request.seed + argument));
  jvpCall.set(*tangent, direction);
  if (Error error = jvpCall.run())
    return error;
  jvpCall.set(*tangent, Tensor(ElementKind::F64, reference.getShape()));
  unsigned result = jvpCall.findResults(roleTangent).front();
  gradient.forwardMode = getRelative(jvpCall.getResult(result).getAsDouble(0) -
                                         dot(reference, direction),
                                     getProductScale(reference));
  return Error::success();
}

/// The argument a gradient result belongs to.
static std::optional<unsigned> findArgument(const ForwardModel &model,
                                            StringRef name) {
  for (auto [index, port] : llvm::enumerate(model.arguments))
    if (port.name == name)
      return index;
  return std::nullopt;
}

Error Verifier::measure(unsigned result, GradientReport &gradient) {
  std::optional<unsigned> argument = findArgument(model, gradient.name);
  if (!argument)
    return createStringError("expected gradients of arguments of the model, "
                             "found one of `" +
                             gradient.name + "`");
  const ModelPort &port = model.arguments[*argument];
  gradient.role = port.role;
  gradient.shape = port.describe();
  const Tensor &reference = referenceCall.getResult(result);
  gradient.vanishes = vanishes(reference);
  gradient.wide = compareWith(reference, wideCall.getResult(result));
  gradient.narrow = compareWith(reference, narrowCall.getResult(result));
  if (Error error = measureDifferences(*argument, reference, gradient))
    return error;
  return measureForwardMode(*argument, reference, gradient);
}

Error Verifier::runOnce() {
  for (Invocation *call :
       {&wideCall, &referenceCall, &objectiveCall, &jvpCall, &narrowCall})
    setData(*call, data, request.seed, model);
  for (Invocation *call : {&wideCall, &referenceCall, &narrowCall})
    if (Error error = call->run())
      return error;
  return Error::success();
}

Error Verifier::run() {
  if (Error error = runOnce())
    return error;
  for (unsigned result : referenceCall.findResults(roleGradient))
    largest = std::max(largest, norm(referenceCall.getResult(result)));
  for (unsigned result : referenceCall.findResults(roleGradient)) {
    GradientReport gradient;
    gradient.name = referenceCall.getSignature().results[result].name;
    if (Error error = measure(result, gradient))
      return error;
    report.gradients.push_back(std::move(gradient));
  }
  return std::move(callError);
}

//===----------------------------------------------------------------------===//
// Lowering and compiling
//===----------------------------------------------------------------------===//

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
          "{0}: expected at most {1:E2}, found {2:E2}", what, limit, found));
  };
  // A bound in terms of path norms says nothing of one point: terms may cancel.
  if (gradient.verdict == Verdict::Proved ||
      (gradient.verdict == Verdict::Bounded && gradient.isRelative)) {
    double wide = gradient.bound + wideTolerance;
    double narrow = gradient.bound + narrowTolerance;
    expect(gradient.wide.relativeL2 <= wide, "f64 against reverse mode",
           gradient.wide.relativeL2, wide);
    expect(gradient.narrow.relativeL2 <= narrow, "f32 against reverse mode",
           gradient.narrow.relativeL2, narrow);
  }
  // Where values alone cannot tell (a kink nearby) they are no witness.
  if (!std::isfinite(gradient.wide.relativeL2) &&
      !std::isfinite(gradient.wide.maxAbs))
    gradient.failures.push_back(
        "expected a finite gradient, found one that is not");
  bool canTell = gradient.differencesUncertainty <= differencesTolerance;
  expect(!canTell || gradient.differences <= differencesTolerance,
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
                                     CompiledGradients &wide) {
  Expected<VerifyData> data =
      makeVerifyData(model, request, Distribution::Normal);
  if (!data || !request.dataFolder.empty())
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

static Error measure(const VerifyRequest &request, ForwardModel &model,
                     CompiledGradients &wide, CompiledGradients &narrow,
                     ModelReport &report) {
  Expected<VerifyData> data = findData(request, model, wide);
  if (!data)
    return data.takeError();
  report.data = data->description;
  if (Error error = Verifier(request, model, *data, wide, narrow, report).run())
    return error;
  if (!request.twin)
    return Error::success();
  TwinSetup setup;
  setup.cpu = request.cpu;
  setup.seed = request.seed;
  setup.recomputed = !StringRef(report.options.schedule).starts_with("fixed");
  setup.setData = [&](Invocation &call) {
    setData(call, *data, request.seed, model);
  };
  Expected<TwinReport> twin = runTwin(model, report.options, setup);
  if (!twin)
    return twin.takeError();
  report.twin = twin->describe();
  llvm::append_range(report.failures, twin->failures);
  return Error::success();
}

static Error readShapes(const VerifyRequest &request,
                        ONNXImportOptions &import) {
  if (request.dataFolder.empty())
    return Error::success();
  Expected<std::map<unsigned, DataFile>> files =
      readDataFolder(request.dataFolder, "input");
  if (!files)
    return files.takeError();
  describeInputs(*files, import);
  return Error::success();
}

std::optional<ModelReport> mlir::pc::verify(const VerifyRequest &request,
                                            MLIRContext *context,
                                            Reporter &reporter,
                                            ExitStatus &status) {
  ONNXImportOptions import;
  import.dims = request.dims;
  if (Error error = readShapes(request, import)) {
    status = reporter.fail(std::move(error));
    return std::nullopt;
  }
  std::optional<ForwardModel> model =
      loadModel(request.model, context, import, status);
  if (!model)
    return std::nullopt;
  ModelReport report;
  report.model = request.model;
  report.options = request.compile;
  report.options.wantsInputs = true;
  report.loss = report.options.loss = chooseVerifyLoss(*model, request);
  StaticReport findings;
  std::optional<CompiledGradients> wide = compileGradients(
      *model, report.options, ComputeType::F64, request.cpu, &findings, status);
  if (!wide)
    return std::nullopt;
  std::optional<CompiledGradients> narrow = compileGradients(
      *model, report.options, ComputeType::F32, request.cpu, nullptr, status);
  if (!narrow)
    return std::nullopt;
  if (Error error = measure(request, *model, *wide, *narrow, report)) {
    status = reporter.fail(std::move(error));
    return std::nullopt;
  }
  assignFindings(std::move(findings), report);
  judge(report);
  status = report.holds() ? ExitStatus::Success : ExitStatus::Failure;
  return report;
}
