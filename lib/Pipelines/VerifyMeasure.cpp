// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "VerifyMeasure.h"
#include "pc/Pipelines/Circuit.h"
#include "pc/Runtime/FiniteDifferences.h"
#include "pc/Runtime/Random.h"
#include "pc/Support/Names.h"

#include <cmath>

using namespace llvm;
using namespace mlir;
using namespace mlir::pc;

/// A gradient smaller than this part of the largest one is round-off alone.
static constexpr double vanishing = 1e-12;
/// The first step of the differences, relative to a direction of size 1.
static constexpr double firstStep = 0.0625;
/// Tensors up to this size are differentiated element by element, larger ones
/// in so many random directions.
static constexpr int64_t elementLimit = 16, numDirections = 4;

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
        narrowCall(*narrow.executable, gradientName), report(report) {
    if (request.machine.target == Target::Dataflow)
      circuit = static_cast<CircuitExecutable *>(narrow.executable.get());
  }

  Error run();

private:
  Error runOnce();
  void quantizeData();
  Error measureCircuit();
  CircuitError compareWithBound(unsigned result, StringRef name);
  Error measure(unsigned result, GradientReport &gradient);
  Error measureDifferences(unsigned argument, const Tensor &reference,
                           const Tensor &relaxed, GradientReport &gradient);
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
  CircuitExecutable *circuit = nullptr; // what narrowCall runs, if it is one
  std::map<std::string, std::vector<double>> bounds; // of its rounding
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

namespace {
/// A derivative along one direction, by differences and by two gradients.
struct Probe {
  double differences, uncertainty, reverse, relaxed;
};
} // namespace

/// Unit vectors of a small tensor, random directions of a large one.
static std::vector<Tensor> makeDirections(const Tensor &like, uint64_t seed) {
  std::vector<Tensor> directions;
  int64_t size = like.getNumElements();
  if (size > elementLimit)
    for (int64_t k = 0; k != numDirections; ++k)
      directions.push_back(
          drawDirection(like, Random(seed + k * 0x9e3779b97f4a7c15)));
  else
    for (int64_t i = 0; i != size; ++i) {
      directions.emplace_back(ElementKind::F64, like.getShape());
      directions.back().as<double>()[i] = 1;
    }
  return directions;
}

/// Leaves out the probes that cross a kink, if any others remain.
static void summarize(std::vector<Probe> probes, double scale,
                      GradientReport &gradient) {
  auto isBlind = [&](const Probe &probe) {
    return getRelative(probe.uncertainty, scale) > differencesTolerance;
  };
  for (const Probe &probe : probes)
    gradient.differencesUncertainty = std::max(
        gradient.differencesUncertainty, getRelative(probe.uncertainty, scale));
  gradient.differencesTell = !llvm::all_of(probes, isBlind);
  if (gradient.differencesTell)
    llvm::erase_if(probes, isBlind);
  std::vector<int64_t> shape{static_cast<int64_t>(probes.size())};
  Tensor found(ElementKind::F64, shape), relaxed(ElementKind::F64, shape);
  for (auto [i, probe] : llvm::enumerate(probes)) {
    found.as<double>()[i] = probe.differences;
    relaxed.as<double>()[i] = probe.relaxed;
    gradient.differences =
        std::max(gradient.differences,
                 getRelative(probe.differences - probe.reverse, scale));
  }
  gradient.relaxedAgainstDifferences = compare(relaxed, found);
}

Error Verifier::measureDifferences(unsigned argument, const Tensor &reference,
                                   const Tensor &relaxed,
                                   GradientReport &gradient) {
  std::vector<Probe> probes;
  for (const Tensor &direction :
       makeDirections(reference, request.seed + argument)) {
    Derivative found = differentiate(
        [&](double step) { return evaluate(argument, direction, step); },
        firstStep);
    probes.push_back({found.value, found.uncertainty, dot(reference, direction),
                      dot(relaxed, direction)});
  }
  objectiveCall.set(argument, referenceCall.getArgument(argument));
  summarize(std::move(probes), getProductScale(reference), gradient);
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
  if (circuit)
    gradient.circuit = compareWithBound(result, gradient.name);
  gradient.isStraightThrough =
      llvm::is_contained(report.straightThrough.arguments, gradient.name);
  if (!gradient.isStraightThrough)
    if (Error error = measureDifferences(*argument, reference,
                                         wideCall.getResult(result), gradient))
      return error;
  return measureForwardMode(*argument, reference, gradient);
}

/// All witnesses look at a point whose numbers are words of the circuit.
void Verifier::quantizeData() {
  for (Invocation *call :
       {&wideCall, &referenceCall, &objectiveCall, &jvpCall, &narrowCall})
    for (auto [i, port] : llvm::enumerate(call->getSignature().arguments))
      if (isFloat(port.kind) && port.role != roleTangent)
        circuit->quantize(call->getArgument(i));
}

Error Verifier::measureCircuit() {
  SmallVector<Tensor *> arguments;
  for (size_t i = 0; i != narrowCall.getSignature().arguments.size(); ++i)
    arguments.push_back(&narrowCall.getArgument(i));
  auto found = circuit->bound(gradientName, arguments);
  if (!found)
    return found.takeError();
  bounds = std::move(*found);
  report.circuit = circuit->describeWork();
  return Error::success();
}

/// What the relaxation leaves open is not the circuit's: where it is not exact,
/// the relaxation in f64 is what the circuit computes.
CircuitError Verifier::compareWithBound(unsigned result, StringRef name) {
  Invocation &exact =
      report.options.schedule == "fixed-exact" ? referenceCall : wideCall;
  const Tensor &wanted = exact.getResult(result);
  const Tensor &given = narrowCall.getResult(result);
  CircuitError error;
  std::vector<double> ratios;
  for (auto [i, bound] : llvm::enumerate(bounds.at(name.str()))) {
    double found = std::fabs(given.getAsDouble(i) - wanted.getAsDouble(i));
    error.largestError = std::max(error.largestError, found);
    error.largestBound = std::max(error.largestBound, bound);
    error.outside += !(found <= bound);
    ratios.push_back(found == 0 ? HUGE_VAL : bound / found);
  }
  error.total = ratios.size();
  llvm::sort(ratios);
  error.medianRatio = ratios[ratios.size() / 2];
  return error;
}

Error Verifier::runOnce() {
  for (Invocation *call :
       {&wideCall, &referenceCall, &objectiveCall, &jvpCall, &narrowCall})
    setData(*call, data, request.seed, model);
  if (circuit)
    quantizeData();
  for (Invocation *call : {&wideCall, &referenceCall, &narrowCall})
    if (Error error = call->run())
      return error;
  return circuit ? measureCircuit() : Error::success();
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

Error mlir::pc::measureGradients(const VerifyRequest &request,
                                 ForwardModel &model, const VerifyData &data,
                                 CompiledGradients &wide,
                                 CompiledGradients &narrow,
                                 ModelReport &report) {
  return Verifier(request, model, data, wide, narrow, report).run();
}
