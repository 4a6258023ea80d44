// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "LocalityTwin.h"
#include "StateHops.h"
#include "VerifyCompile.h"
#include "pc/Pipelines/Phases.h"
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

  Error run(const VerifyData &data, uint64_t seed, const ForwardModel &model);

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

Error Twin::run(const VerifyData &data, uint64_t seed,
                const ForwardModel &model) {
  setData(call, data, seed, model);
  Random random(seed + 1);
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

/// The same relaxation for `iterations`, which may be too few for a gradient.
static CompileOptions getTwinOptions(CompileOptions options,
                                     unsigned iterations) {
  options.checksLocality = false;
  options.exposesStates = true;
  options.iterations = iterations;
  if (options.schedule == "fixed-exact") {
    options.schedule = "fixed";
    options.step = 1.0;
  }
  return options;
}

/// The names of the exposed states, in the order of the results.
static std::vector<std::string> getStates(const Signature &signature) {
  std::vector<std::string> names;
  for (const PortInfo &port : signature.results)
    if (port.role == roleState)
      names.push_back(port.name);
  return names;
}

namespace {
/// The relaxation of a model for one number of iterations.
struct CompiledTwin {
  std::unique_ptr<Executable> executable;
  OwningOpRef<GraphOp> graph;
};
} // namespace

static Expected<CompiledTwin> compileTwin(ForwardModel &model,
                                          const CompileOptions &options,
                                          const CPUOptions &cpu) {
  auto fail = [] {
    return createStringError("the twin of locality cannot be compiled");
  };
  OwningOpRef<ModuleOp> module = model.module->clone();
  if (runPhases(*module, Phase::Import, Phase::Relaxation, options) !=
      PhaseStatus::Success)
    return fail();
  CompiledTwin twin;
  twin.graph =
      module->lookupSymbol<GraphOp>((modelName + graphSuffix).str()).clone();
  if (runPhases(*module, Phase::Relaxation, Phase::Tensor, options) !=
      PhaseStatus::Success)
    return fail();
  FailureOr<std::unique_ptr<Executable>> executable =
      Executable::compile(*module, {gradientName}, cpu);
  if (failed(executable))
    return fail();
  twin.executable = std::move(*executable);
  return std::move(twin);
}

Expected<TwinReport> mlir::pc::runLocalityTwin(ForwardModel &model,
                                               const VerifyRequest &request,
                                               const CompileOptions &options,
                                               const VerifyData &data) {
  bool isFixed = StringRef(options.schedule).starts_with("fixed");
  if (!isFixed && options.schedule != "strict" && options.schedule != "nudged")
    return createStringError("the twin of locality expects one relaxation of "
                             "errors or activities, found " +
                             options.schedule);
  TwinReport report;
  unsigned last = 1;
  for (unsigned t = 1; t <= last; ++t) {
    Expected<CompiledTwin> compiled =
        compileTwin(model, getTwinOptions(options, t), request.cpu);
    if (!compiled)
      return compiled.takeError();
    std::vector<std::string> names =
        getStates(compiled->executable->getSignature(gradientName));
    StateHops hops(*compiled->graph, names, /*recomputed=*/!isFixed);
    report.states = names.size();
    report.iterations = t;
    last = std::min(maxIterations, std::max(1u, hops.getDiameter()));
    Twin twin(*compiled->executable, hops, names, t, report);
    if (Error error = twin.run(data, request.seed, model))
      return std::move(error);
  }
  return report;
}
