// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Pipelines/LocalityTwin.h"
#include "StateHops.h"
#include "VerifyCompile.h"
#include "pc/Pipelines/CompileEntries.h"
#include "pc/Runtime/Random.h"
#include "pc/Support/Names.h"
#include "llvm/Support/FormatVariadic.h"

#include <cstring>

using namespace llvm;
using namespace mlir;
using namespace mlir::pc;

/// More iterations than this show nothing new.
static constexpr unsigned maxIterations = 4;

namespace {
/// One number of iterations, compiled and run.
class Twin {
public:
  Twin(Executable &executable, const StateHops &hops,
       ArrayRef<std::string> names, unsigned iterations, TwinReport &report)
      : call(executable, gradientName), hops(hops), names(names),
        iterations(iterations), report(report) {}

  Error run(const TwinSetup &setup);

private:
  void draw(unsigned state, Random &random);
  void compare(unsigned changed, ArrayRef<Tensor> before);

  Invocation call;
  const StateHops &hops;
  ArrayRef<std::string> names;
  unsigned iterations;
  TwinReport &report;
};
} // namespace

std::string TwinReport::describe() const {
  return formatv("{0} states, up to {1} iterations: {2} of {3} comparisons "
                 "hold bit by bit",
                 states, iterations, comparisons - failures.size(),
                 comparisons);
}

void Twin::draw(unsigned state, Random &random) {
  Tensor &tensor =
      call.getArgument(*call.findArgument(roleState, names[state]));
  for (int64_t i = 0, e = tensor.getNumElements(); i != e; ++i)
    tensor.setFromDouble(i, random.uniform(0.25, 0.75));
}

/// Holds the states after a change of one against those without.
void Twin::compare(unsigned changed, ArrayRef<Tensor> before) {
  bool isAtReach = false, sees = false;
  SmallVector<unsigned> results = call.findResults(roleState);
  for (unsigned state = 0; state != names.size(); ++state) {
    const Tensor &after = call.getResult(results[state]);
    bool isSame = std::memcmp(after.data(), before[state].data(),
                              after.getByteSize()) == 0;
    std::optional<unsigned> distance = hops.get(changed, state);
    isAtReach |= distance == iterations;
    sees |= distance == iterations && !isSame;
    if (distance && *distance <= iterations)
      continue;
    ++report.comparisons;
    if (!isSame)
      report.failures.push_back(
          formatv("after {0} iterations a change of @{1} has reached @{2}, {3}",
                  iterations, names[changed], names[state],
                  distance ? formatv("{0} hops away", *distance).str()
                           : std::string("which it cannot reach")));
  }
  report.comparisons += isAtReach;
  if (isAtReach && !sees)
    report.failures.push_back(
        formatv("after {0} iterations a change of @{1} has reached nothing "
                "{0} hops away",
                iterations, names[changed]));
}

Error Twin::run(const TwinSetup &setup) {
  setup.setData(call);
  Random random(setup.seed + 1);
  for (unsigned state = 0; state != names.size(); ++state)
    draw(state, random);
  if (Error error = call.run())
    return error;
  std::vector<Tensor> before;
  for (unsigned result : call.findResults(roleState))
    before.push_back(call.getResult(result).clone());
  for (unsigned state = 0; state != names.size(); ++state) {
    unsigned argument = *call.findArgument(roleState, names[state]);
    Tensor saved = call.getArgument(argument).clone();
    draw(state, random);
    if (Error error = call.run())
      return error;
    compare(state, before);
    call.set(argument, saved);
  }
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Compiling
//===----------------------------------------------------------------------===//

/// The names of the exposed states, in the order of the results.
static std::vector<std::string> getStates(const Signature &signature) {
  std::vector<std::string> names;
  for (const PortInfo &port : signature.results)
    if (port.role == roleState)
      names.push_back(port.name);
  return names;
}

static Error fail() {
  return createStringError("the twin of locality cannot be compiled");
}

Error mlir::pc::runTwin(ModuleOp module, unsigned iterations,
                        const TwinSetup &setup, TwinReport &report) {
  auto graph = module.lookupSymbol<GraphOp>((modelName + graphSuffix).str());
  auto gradient = module.lookupSymbol<func::FuncOp>(gradientName);
  if (!graph || !gradient)
    return fail();
  FailureOr<Signature> signature = getSignature(gradient);
  if (failed(signature))
    return fail();
  std::vector<std::string> names = getStates(*signature);
  StateHops hops(graph, names, setup.recomputed);
  ExitStatus status;
  std::unique_ptr<Executable> executable =
      compileEntries(module, Phase::Relaxation, CompileOptions(),
                     {gradientName}, setup.machine, status);
  if (!executable)
    return fail();
  report.states = names.size();
  report.iterations = std::max(report.iterations, iterations);
  report.diameter = hops.getDiameter();
  return Twin(*executable, hops, names, iterations, report).run(setup);
}

Expected<TwinReport> mlir::pc::runTwin(ForwardModel &model,
                                       CompileOptions options,
                                       const TwinSetup &setup) {
  bool isFixed = StringRef(options.schedule).starts_with("fixed");
  if (!isFixed && options.schedule != "strict" && options.schedule != "nudged")
    return createStringError("the twin of locality expects one relaxation of "
                             "errors or activities, found " +
                             options.schedule);
  if (options.schedule == "fixed-exact") { // fewer iterations than it needs
    options.schedule = "fixed";
    options.step = 1.0;
  }
  options.checksLocality = options.checksRounding = false;
  options.exposesStates = true;
  TwinReport report;
  unsigned last = 1;
  for (unsigned t = 1; t <= last; ++t) {
    options.iterations = t;
    OwningOpRef<ModuleOp> module = model.module->clone();
    if (runPhases(*module, Phase::Import, Phase::Relaxation, options) !=
        PhaseStatus::Success)
      return fail();
    if (Error error = runTwin(*module, t, setup, report))
      return std::move(error);
    last = std::min(maxIterations, std::max(1u, report.diameter));
  }
  return report;
}
