// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Witnesses.h"
#include "pc/Support/Names.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>
#include <random>

using namespace mlir;
using namespace mlir::pc;
using namespace mlir::pc::test;
using llvm::StringRef;

namespace {

/// Slopes of two steps that differ by more show a kink, all relative to the
/// gradient; those that differ by less than round-off need not converge.
constexpr double smoothness = 1e-8;
constexpr double roundOff = 1e-10;

/// The smallest of four is 2^-11: there the round-off of the loss over the step
/// is near 1e-12.
constexpr double largestStep = 0x1p-8;

/// A gradient so much smaller than the loss drowns in the round-off of the
/// loss; distances are then relative to this part of the loss.
constexpr double floorOfScale = 1e-3;

/// The same numbers on every machine.
class Draw {
public:
  explicit Draw(uint64_t seed) : engine(seed) {}
  double uniform(double low, double high) {
    return low + (high - low) * static_cast<double>(engine() >> 11) * 0x1p-53;
  }

private:
  std::mt19937_64 engine;
};

/// A compiled function with its arguments.
class Call {
public:
  Call(Executable &executable, std::string entry)
      : executable(executable), entry(std::move(entry)),
        signature(executable.getSignature(this->entry)),
        results(signature.results.size()) {
    for (const PortInfo &port : signature.arguments)
      arguments.emplace_back(port.kind, port.shape);
  }

  const Signature &getSignature() const { return signature; }
  Tensor &getArgument(unsigned i) { return arguments[i]; }
  Tensor &getResult(unsigned i) { return results[i]; }

  /// Copies what `other` was given; the arguments of both begin alike.
  void setLike(Call &other) {
    unsigned count = std::min(arguments.size(), other.arguments.size());
    for (unsigned i = 0; i != count; ++i)
      arguments[i] = other.arguments[i].convertTo(signature.arguments[i].kind);
  }

  llvm::Error run() {
    llvm::SmallVector<Tensor *> pointers;
    for (Tensor &argument : arguments)
      pointers.push_back(&argument);
    return executable.run(entry, pointers, results);
  }

  /// The numbers of the results of a role.
  llvm::SmallVector<unsigned> findResults(StringRef role) const {
    llvm::SmallVector<unsigned> numbers;
    for (auto [i, port] : llvm::enumerate(signature.results))
      if (port.role == role)
        numbers.push_back(i);
    return numbers;
  }
  double getScalar(StringRef role) {
    return results[findResults(role).front()].getAsDouble(0);
  }

private:
  Executable &executable;
  std::string entry;
  const Signature &signature;
  std::vector<Tensor> arguments, results;
};

/// Every argument and gradient as numbers.
using Numbers = std::vector<double>;

Numbers toNumbers(const Tensor &tensor) {
  Numbers numbers(tensor.getNumElements());
  for (auto [i, number] : llvm::enumerate(numbers))
    number = tensor.getAsDouble(i);
  return numbers;
}

double norm(const Numbers &numbers) {
  double sum = 0;
  for (double number : numbers)
    sum += number * number;
  return std::sqrt(sum);
}

/// ‖a - b‖ relative to the larger of ‖b‖ and `floor`. NaN counts as infinite.
double distance(const Numbers &a, const Numbers &b, double floor) {
  Numbers difference(a.size());
  for (size_t i = 0; i != a.size(); ++i)
    difference[i] = a[i] - b[i];
  double relative = norm(difference) / std::max(norm(b), floor);
  return std::isfinite(relative) ? relative : HUGE_VAL;
}

/// All that is asked about one draw of arguments.
class Trial {
public:
  Trial(Executable &executable, const Case &theCase, uint64_t seed,
        StringRef suffix)
      : executable(executable), theCase(theCase), draw(seed),
        objective(executable, theCase.entry(objectiveSuffix)),
        autodiff(executable, theCase.entry(suffix)) {
    const Signature &signature = objective.getSignature();
    for (unsigned i = 0, e = signature.arguments.size(); i != e; ++i)
      fill(objective.getArgument(i), signature.arguments[i].name);
  }

  llvm::Error differentiate();
  /// Finite differences of all arguments; false when most elements have a kink
  /// nearby.
  llvm::Expected<bool> difference();
  double compareDifferences() const;
  double compareExpected() const;
  llvm::Expected<double> compareTangent();
  llvm::Expected<double> compareGradients(StringRef suffix);
  llvm::json::Value describe();

private:
  void fill(Tensor &tensor, const std::string &name);
  llvm::Expected<double> evaluate(unsigned argument, int64_t element,
                                  double value);
  llvm::Expected<std::optional<double>>
  smoothSlope(unsigned argument, int64_t element, double scale);
  double getFloor() const { return floorOfScale * (1 + std::abs(loss)); }

  Executable &executable;
  const Case &theCase;
  Draw draw;
  Call objective, autodiff;
  double loss = 0;
  std::vector<unsigned> wanted; // arguments with a gradient
  std::vector<Numbers> gradients;
  std::vector<std::vector<std::optional<double>>> differences;
};

} // namespace

void Trial::fill(Tensor &tensor, const std::string &name) {
  // Where nothing is said, as of cotangents, numbers that are exact in f32 too;
  // and labels of the first two classes.
  bool isNumber = isFloat(tensor.getKind());
  auto entry = theCase.ranges.find(name);
  Range range = entry != theCase.ranges.end() ? entry->second
                : isNumber                    ? Range{-1, 1, 0x1p-12}
                                              : Range{0, 2};
  double unit = isNumber ? range.unit : 1;
  for (int64_t i = 0, e = tensor.getNumElements(); i != e; ++i) {
    double value = draw.uniform(range.low, range.high);
    tensor.setFromDouble(i, unit ? std::floor(value / unit) * unit : value);
  }
}

llvm::Error Trial::differentiate() {
  autodiff.setLike(objective);
  if (llvm::Error error = autodiff.run())
    return error;
  loss = autodiff.getScalar(roleLoss);
  const Signature &signature = autodiff.getSignature();
  for (unsigned result : autodiff.findResults(roleGradient)) {
    const std::string &name = signature.results[result].name;
    auto argument = llvm::find_if(
        signature.arguments, [&](const PortInfo &p) { return p.name == name; });
    wanted.push_back(argument - signature.arguments.begin());
    gradients.push_back(toNumbers(autodiff.getResult(result)));
  }
  return llvm::Error::success();
}

llvm::Expected<double> Trial::evaluate(unsigned argument, int64_t element,
                                       double value) {
  Tensor &tensor = objective.getArgument(argument);
  double old = tensor.getAsDouble(element);
  tensor.setFromDouble(element, value);
  llvm::Error error = objective.run();
  tensor.setFromDouble(element, old);
  if (error)
    return std::move(error);
  return objective.getScalar(roleLoss);
}

/// A column of Romberg's table: the error of `fourth[i]` is of the order of the
/// step^4, and so shrinks by 16 from one to the next. A kink inside of the
/// steps makes it shrink by less, or grow. The result is of the next column.
/// Without that, curvature alone reached 1.3e-9.
static std::optional<double> extrapolate(const double (&central)[4],
                                         double scale) {
  double fourth[3];
  for (int i = 0; i != 3; ++i)
    fourth[i] = (4 * central[i + 1] - central[i]) / 3;
  double wide = std::abs(fourth[1] - fourth[0]);
  double narrow = std::abs(fourth[2] - fourth[1]);
  bool converged = narrow <= roundOff * scale;
  bool converges = narrow <= smoothness * scale && 8 * narrow <= wide;
  if (!converged && !converges)
    return std::nullopt;
  return fourth[2] + (fourth[2] - fourth[1]) / 15;
}

/// The slope by finite differences, or nothing where there is a kink nearby.
llvm::Expected<std::optional<double>>
Trial::smoothSlope(unsigned argument, int64_t element, double scale) {
  double x = objective.getArgument(argument).getAsDouble(element);
  double central[4];
  for (auto [i, slope] : llvm::enumerate(central)) {
    double step = largestStep / (1 << i);
    llvm::Expected<double> above = evaluate(argument, element, x + step);
    if (!above)
      return above.takeError();
    llvm::Expected<double> below = evaluate(argument, element, x - step);
    if (!below)
      return below.takeError();
    slope = (*above - *below) / (2 * step);
  }
  return extrapolate(central, scale);
}

llvm::Expected<bool> Trial::difference() {
  int64_t elements = 0, smooth = 0;
  for (auto [argument, gradient] : llvm::zip_equal(wanted, gradients)) {
    double scale = std::max(norm(gradient), getFloor());
    std::vector<std::optional<double>> slopes;
    for (size_t element = 0; element != gradient.size(); ++element) {
      llvm::Expected<std::optional<double>> found =
          smoothSlope(argument, element, scale);
      if (!found)
        return found.takeError();
      slopes.push_back(*found);
      ++elements;
      smooth += found->has_value();
    }
    differences.push_back(std::move(slopes));
  }
  return 2 * smooth >= elements;
}

double Trial::compareDifferences() const {
  double largest = 0;
  for (auto [gradient, slopes] : llvm::zip_equal(gradients, differences)) {
    Numbers ours, theirs;
    for (auto [number, slope] : llvm::zip_equal(gradient, slopes)) {
      if (!slope)
        continue;
      ours.push_back(number);
      theirs.push_back(*slope);
    }
    largest = std::max(largest, distance(ours, theirs, getFloor()));
  }
  return largest;
}

double Trial::compareExpected() const {
  double largest = 0;
  for (auto [gradient, expected] : llvm::zip_equal(gradients, theCase.expected))
    largest = std::max(largest, distance(gradient, expected, getFloor()));
  return largest;
}

/// `<gradient, tangents>` against the tangent of the loss, relative to the sum
/// of the sizes of the terms.
llvm::Expected<double> Trial::compareTangent() {
  Call jvp(executable, theCase.entry(jvpSuffix));
  jvp.setLike(objective);
  unsigned first = objective.getSignature().arguments.size();
  double sum = 0, size = getFloor();
  for (auto [i, gradient] : llvm::enumerate(gradients)) {
    Tensor &tangent = jvp.getArgument(first + i);
    for (auto [element, value] : llvm::enumerate(gradient)) {
      // Exact in f32 too, for functions with a part in f32.
      double direction = std::floor(draw.uniform(-1, 1) * 4096) / 4096;
      tangent.setFromDouble(element, direction);
      sum += value * direction;
      size += std::abs(value * direction);
    }
  }
  if (llvm::Error error = jvp.run())
    return std::move(error);
  double relative = std::abs(sum - jvp.getScalar("tangent")) / size;
  return std::isfinite(relative) ? relative : HUGE_VAL;
}

/// The largest distance of the gradients of another function from these.
llvm::Expected<double> Trial::compareGradients(StringRef suffix) {
  Call other(executable, theCase.entry(suffix));
  other.setLike(objective);
  if (llvm::Error error = other.run())
    return std::move(error);
  double largest = 0;
  for (auto [result, gradient] :
       llvm::zip_equal(other.findResults(roleGradient), gradients))
    largest = std::max(largest, distance(toNumbers(other.getResult(result)),
                                         gradient, getFloor()));
  return largest;
}

llvm::json::Value Trial::describe() {
  llvm::json::Array arguments, results;
  const Signature &signature = objective.getSignature();
  auto add = [](llvm::json::Array &array, const PortInfo &port,
                const Numbers &numbers) {
    array.push_back(llvm::json::Object{{"name", port.name},
                                       {"role", port.role},
                                       {"shape", llvm::json::Array(port.shape)},
                                       {"values", llvm::json::Array(numbers)}});
  };
  for (auto [i, port] : llvm::enumerate(signature.arguments))
    add(arguments, port, toNumbers(objective.getArgument(i)));
  for (auto [argument, gradient] : llvm::zip_equal(wanted, gradients))
    add(results, signature.arguments[argument], gradient);
  return llvm::json::Object{{"case", theCase.name},
                            {"loss", loss},
                            {"arguments", std::move(arguments)},
                            {"gradients", std::move(results)}};
}

//===----------------------------------------------------------------------===//
// Evidence
//===----------------------------------------------------------------------===//

static llvm::Error ask(Evidence &evidence, const char *witness,
                       double tolerance, llvm::Expected<double> found) {
  if (!found)
    return found.takeError();
  evidence.findings.push_back({witness, *found, *found <= tolerance});
  return llvm::Error::success();
}

static llvm::Expected<Evidence> askAll(Trial &trial, const Case &theCase,
                                       const CaseOptions &options,
                                       const Tolerances &tolerances) {
  Evidence evidence;
  llvm::Error first =
      theCase.expected.empty()
          ? ask(evidence, "differences", tolerances.finiteDifferences,
                trial.compareDifferences())
          : ask(evidence, "expected", 0, trial.compareExpected());
  if (first)
    return std::move(first);
  if (options.withTangent)
    if (llvm::Error error =
            ask(evidence, "jvp", tolerances.jvp, trial.compareTangent()))
      return std::move(error);
  if (!options.relaxation.empty())
    if (llvm::Error error = ask(evidence, "relaxation", tolerances.relaxation,
                                trial.compareGradients(gradientSuffix)))
      return std::move(error);
  if (options.withSingle)
    if (llvm::Error error = ask(evidence, "single", tolerances.single,
                                trial.compareGradients(singleSuffix)))
      return std::move(error);
  evidence.values = trial.describe();
  return evidence;
}

/// Two ways to the same numbers need no witness of what these are.
static llvm::Expected<Evidence> askReference(Trial &trial,
                                             const Tolerances &tolerances) {
  Evidence evidence;
  if (llvm::Error error = ask(evidence, "relaxation", tolerances.relaxation,
                              trial.compareGradients(gradientSuffix)))
    return std::move(error);
  evidence.values = trial.describe();
  return evidence;
}

llvm::Expected<Evidence>
pc::test::gatherEvidence(Executable &executable, const Case &theCase,
                         uint64_t seed, const CaseOptions &options,
                         const Tolerances &tolerances) {
  bool hasReference = !options.reference.empty();
  StringRef suffix = hasReference ? referenceSuffix : autodiffSuffix;
  for (uint64_t attempt = 0; attempt != 20; ++attempt) {
    Trial trial(executable, theCase, seed + 1000003 * attempt, suffix);
    if (llvm::Error error = trial.differentiate())
      return std::move(error);
    if (hasReference)
      return askReference(trial, tolerances);
    if (!theCase.expected.empty())
      return askAll(trial, theCase, options, tolerances);
    llvm::Expected<bool> isSmooth = trial.difference();
    if (!isSmooth)
      return isSmooth.takeError();
    if (*isSmooth)
      return askAll(trial, theCase, options, tolerances);
  }
  return llvm::createStringError(
      "found no arguments that are mostly away from kinks and jumps");
}
