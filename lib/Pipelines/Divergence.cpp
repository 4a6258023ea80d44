// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Pipelines/Divergence.h"
#include "pc/Pipelines/Model.h"
#include "pc/Pipelines/Phases.h"
#include "pc/Support/Names.h"
#include "llvm/ADT/StringSwitch.h"
#include <cmath>

using namespace mlir;
using namespace mlir::pc;

std::string Divergence::describe() const {
  return "the relaxation diverged: expected finite activities, but after "
         "iteration " +
         std::to_string(iteration) + " vertex @" + vertex +
         " is not; a smaller --step may help";
}

bool mlir::pc::mayDiverge(const CompileOptions &options) {
  return !options.forwardOnly &&
         llvm::StringSwitch<bool>(options.schedule)
             .Cases({"strict", "nudged", "incremental"}, true)
             .Default(false);
}

static bool isFinite(const Tensor &tensor) {
  if (!isFloat(tensor.getKind()))
    return true;
  for (int64_t i = 0, e = tensor.getNumElements(); i != e; ++i)
    if (!std::isfinite(tensor.getAsDouble(i)))
      return false;
  return true;
}

bool mlir::pc::hasNonFinite(Invocation &call, StringRef role) {
  return llvm::any_of(call.findResults(role), [&](unsigned result) {
    return !isFinite(call.getResult(result));
  });
}

/// The first vertex that is not finite after `iterations`, or "".
static std::string findBroken(ModuleOp forward, CompileOptions options,
                              const CPUOptions &cpu, int64_t iterations,
                              function_ref<void(Invocation &)> setArguments) {
  OwningOpRef<ModuleOp> module = forward.clone();
  options.iterations = iterations;
  options.exposesStates = true;
  options.checksLocality = false;
  options.learn.reset();
  if (runPhases(*module, Phase::Import, Phase::Tensor, options) !=
      PhaseStatus::Success)
    return "";
  std::string entry = (modelName + gradientSuffix).str();
  auto executable = Executable::compile(*module, {StringRef(entry)}, cpu);
  if (failed(executable))
    return "";
  Invocation call(**executable, entry);
  setArguments(call);
  if (llvm::Error error = call.run()) {
    llvm::consumeError(std::move(error));
    return "";
  }
  for (unsigned result : call.findResults(roleState))
    if (!isFinite(call.getResult(result)))
      return call.getSignature().results[result].name;
  return "";
}

/// Of the strict schedules, where nothing is said.
static constexpr int64_t usualIterations = 100;

std::optional<Divergence>
mlir::pc::findDivergence(ModuleOp forward, const CompileOptions &options,
                         const CPUOptions &cpu,
                         function_ref<void(Invocation &)> setArguments) {
  // What is not finite stays so: the first bad iteration is found by halving.
  int64_t good = 0, bad = options.iterations.value_or(usualIterations);
  std::string vertex = findBroken(forward, options, cpu, bad, setArguments);
  if (vertex.empty())
    return std::nullopt;
  while (bad - good > 1) {
    int64_t middle = good + (bad - good) / 2;
    std::string broken =
        findBroken(forward, options, cpu, middle, setArguments);
    if (broken.empty()) {
      good = middle;
    } else {
      bad = middle;
      vertex = broken;
    }
  }
  return Divergence{vertex, bad};
}
