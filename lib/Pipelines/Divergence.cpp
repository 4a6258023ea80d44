// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Pipelines/Divergence.h"
#include "pc/Pipelines/CompileEntries.h"
#include "pc/Pipelines/Model.h"
#include "pc/Support/Names.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>
#include <limits>

using namespace mlir;
using namespace mlir::pc;

/// Of the strict schedules, where nothing is said.
static constexpr int64_t usualIterations = 100;
/// Energies that are no quadratics may move activities further for a while.
static constexpr double tolerableGrowth = 10;

std::string Divergence::describe() const {
  std::string where = "iteration " + std::to_string(iteration);
  if (std::isfinite(growth))
    return llvm::formatv("the relaxation diverged: expected updates that fade, "
                         "but {0} moves vertex @{1} and the others {2:f0} "
                         "times as far as an earlier one did; a smaller --step "
                         "may help",
                         where, vertex, growth);
  return "the relaxation diverged: expected finite activities, but after " +
         where + " vertex @" + vertex + " is not; a smaller --step may help";
}

bool mlir::pc::mayDiverge(const CompileOptions &options) {
  return !options.forwardOnly &&
         llvm::StringSwitch<bool>(options.schedule)
             .Cases({"strict", "nudged", "centred-nudged", "incremental"}, true)
             .Default(false);
}

llvm::Expected<std::unique_ptr<DivergenceWatch>>
DivergenceWatch::create(ModuleOp forward, CompileOptions options,
                        const MachineOptions &machine) {
  int64_t iterations = options.iterations.value_or(usualIterations);
  OwningOpRef<ModuleOp> module = forward.clone();
  options.iterations = 1;
  options.exposesStates = true;
  options.checksLocality = options.checksRounding = false;
  options.learn.reset();
  options.dumpFolder.clear();
  ExitStatus status;
  std::unique_ptr<Executable> executable = compileEntries(
      *module, Phase::Import, options, {gradientName}, machine, status);
  if (!executable)
    return llvm::createStringError("the relaxation cannot be watched");
  return std::unique_ptr<DivergenceWatch>(
      new DivergenceWatch(std::move(executable), iterations));
}

namespace {
/// How far one iteration moved the activities.
struct Movement {
  double length = 0;   // of all updates together
  double distance = 0; // of the activities from where they started
  unsigned furthest = 0;
};
} // namespace

/// Makes the results of an iteration the arguments of the next.
static Movement advance(Invocation &call, ArrayRef<unsigned> results) {
  Movement movement;
  double largest = -1;
  for (unsigned result : results) {
    const std::string &name = call.getSignature().results[result].name;
    unsigned argument = *call.findArgument(roleState, name);
    const Tensor &after = call.getResult(result),
                 &before = call.getArgument(argument);
    double update = 0;
    for (int64_t i = 0, e = after.getNumElements(); i != e; ++i) {
      double moved = after.getAsDouble(i) - before.getAsDouble(i);
      update += moved * moved;
      movement.distance += after.getAsDouble(i) * after.getAsDouble(i);
    }
    movement.length += update;
    bool isFurther = !(update <= largest); // NaN is furthest
    if (isFurther && !std::isnan(largest)) {
      largest = update;
      movement.furthest = result;
    }
    call.set(argument, after);
  }
  movement.length = std::sqrt(movement.length);
  movement.distance = std::sqrt(movement.distance);
  return movement;
}

llvm::Expected<std::optional<Divergence>>
DivergenceWatch::find(function_ref<void(Invocation &)> setArguments) {
  Invocation call(*executable, gradientName);
  setArguments(call);
  llvm::SmallVector<unsigned> states = call.findResults(roleState);
  double least = std::numeric_limits<double>::infinity();
  std::optional<Divergence> first; // while it lasts
  for (int64_t iteration = 1; iteration <= iterations; ++iteration) {
    if (llvm::Error error = call.run())
      return std::move(error);
    Movement movement = advance(call, states);
    const std::string &vertex =
        states.empty() ? ""
                       : call.getSignature().results[movement.furthest].name;
    if (!std::isfinite(movement.length))
      return Divergence{vertex, iteration,
                        std::numeric_limits<double>::infinity()};
    // Rounding moves activities that have arrived.
    bool isRounding = movement.length < 1e-3 * movement.distance;
    double growth = movement.length / least;
    if (isRounding || !(growth > tolerableGrowth))
      first.reset();
    else if (!first)
      first = Divergence{vertex, iteration, growth};
    if (movement.length > 0)
      least = std::min(least, movement.length);
  }
  return first;
}

llvm::Error
DivergenceWatch::check(function_ref<void(Invocation &)> setArguments) {
  llvm::Expected<std::optional<Divergence>> found = find(setArguments);
  if (!found)
    return found.takeError();
  return *found ? llvm::createStringError((*found)->describe())
                : llvm::Error::success();
}
