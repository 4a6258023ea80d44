// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Pipelines/CompileOptions.h"
#include "pc/Target/CPU/Passes.h"
#include "pc/Target/Vulkan/Transforms/Passes.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;
using namespace mlir::pc;

std::string mlir::pc::formatNumber(double value) {
  char text[32];
  for (int digits = 6; digits <= 17; ++digits) {
    std::snprintf(text, sizeof(text), "%.*g", digits, value);
    if (std::strtod(text, nullptr) == value)
      break;
  }
  return text;
}

bool CompileOptions::stopsEarly() const {
  return tolerance && (schedule == "strict" || schedule == "nudged" ||
                       schedule == "centred-nudged");
}

static Error reject(StringRef flag, const Twine &expected, const Twine &found) {
  return createStringError(Twine("--") + flag + ": expected " + expected +
                           ", found " + found);
}

/// The schedules that are exact because every update moves all the way.
static bool hasUnitStep(StringRef schedule) {
  return StringSwitch<bool>(schedule)
      .Cases({"fixed-exact", "z-il", "sweep"}, true)
      .Default(false);
}

static Error validateStep(const CompileOptions &options) {
  if (!options.step)
    return Error::success();
  double step = *options.step;
  std::string found = formatNumber(step);
  if (!(step > 0 && step < 2))
    return reject("step",
                  "a number between 0 and 2, both excluded, where the "
                  "relaxation settles",
                  found);
  if (hasUnitStep(options.schedule) && step != 1)
    return reject("step",
                  "1 with --schedule=" + options.schedule +
                      " (--schedule=fixed takes others)",
                  found);
  return Error::success();
}

/// A tolerance chooses the iterations of `fixed` beforehand; of what iterates
/// to an equilibrium it ends them.
static Error validateTolerance(const CompileOptions &options) {
  if (!options.tolerance)
    return Error::success();
  if (options.stopsEarly())
    return *options.tolerance > 0 && *options.tolerance < 1e6
               ? Error::success()
               : reject("tolerance",
                        "a number between 0 and 1e6, both excluded",
                        formatNumber(*options.tolerance));
  if (options.schedule != "fixed")
    return reject("tolerance",
                  "--schedule=fixed, whose iterations it chooses, or strict, "
                  "nudged or centred-nudged, which it ends",
                  "--schedule=" + options.schedule);
  if (options.iterations)
    return reject("tolerance", "no --iterations, which it chooses",
                  "--iterations=" + Twine(*options.iterations));
  if (!(*options.tolerance > 0 && *options.tolerance < 1))
    return reject("tolerance", "a number between 0 and 1, both excluded",
                  formatNumber(*options.tolerance));
  return Error::success();
}

static Error validateIterations(const CompileOptions &options) {
  if (options.iterations && *options.iterations < 1)
    return reject("iterations", "at least 1", Twine(*options.iterations));
  return validateTolerance(options);
}

static Error validateWithout(const CompileOptions &options, Target target) {
  SmallVector<StringRef> optional{"pc-prune-wavefront", "pc-defer-messages"};
  llvm::append_range(optional, target == Target::Vulkan
                                   ? getOptionalGPUPasses()
                                   : getOptionalCPUPasses());
  for (const std::string &pass : options.without)
    if (!is_contained(optional, pass))
      return reject("without", "some of " + llvm::join(optional, ", "),
                    "'" + pass + "'");
  return Error::success();
}

static Error validateBeta(const CompileOptions &options) {
  if (!options.beta)
    return Error::success();
  if (!StringRef(options.schedule).ends_with("nudged"))
    return reject("beta", "a nudged schedule, whose loss it scales",
                  "--schedule=" + options.schedule);
  if (!(*options.beta > 0 && *options.beta < 1e6))
    return reject("beta", "a number between 0 and 1e6, both excluded",
                  formatNumber(*options.beta));
  return Error::success();
}

static Error validateInnerRate(const CompileOptions &options) {
  if (!options.innerRate)
    return Error::success();
  if (options.schedule != "incremental")
    return reject("inner-rate",
                  "--schedule=incremental, whose parameters move while it "
                  "relaxes",
                  "--schedule=" + options.schedule);
  if (!(*options.innerRate > 0 && *options.innerRate < 1e6))
    return reject("inner-rate", "a number between 0 and 1e6, both excluded",
                  formatNumber(*options.innerRate));
  return Error::success();
}

static Error validateFold(const CompileOptions &options) {
  if (!options.folds || StringRef(options.schedule).starts_with("fixed"))
    return Error::success();
  return reject("fold",
                "--schedule=fixed or fixed-exact, whose iterations are linear "
                "in the errors",
                "--schedule=" + options.schedule);
}

/// Names go to a pass in the text of a pipeline.
static Error validateCuts(const CompileOptions &options) {
  if (options.cuts.empty())
    return Error::success();
  if (options.granularity != "block")
    return reject("cuts", "--granularity=block, whose vertices they end",
                  "--granularity=" + options.granularity);
  for (const std::string &cut : options.cuts)
    if (cut.empty() || cut.find_first_of(" \t\n,(){}[]<>'\"=") != cut.npos)
      return reject("cuts",
                    "names of nodes without spaces, quotes, brackets "
                    "and =",
                    "`" + cut + "`");
  return Error::success();
}

/// What no circuit has is refused before there is a model.
static Error validateCircuit(const CompileOptions &options) {
  if (options.floatType == ComputeType::F64)
    return reject("float",
                  "f32 with --target=dataflow, whose words the host "
                  "sees as such",
                  "f64");
  if (options.folds)
    return reject("fold",
                  "none with --target=dataflow: folded code is not "
                  "local",
                  "--fold");
  if (!options.without.empty())
    return reject("without", "none with --target=dataflow",
                  "'" + options.without.front() + "'");
  if (options.isAutodiff())
    return reject("schedule",
                  "one of predictive coding with "
                  "--target=dataflow",
                  options.schedule);
  if (options.stopsEarly())
    return reject(
        "tolerance",
        "none with --target=dataflow and --schedule=" + options.schedule +
            ": no signal of a circuit comes from all units",
        formatNumber(*options.tolerance));
  if (options.learn && options.learn->optimizer == "adam")
    return reject("optimizer",
                  "sgd or momentum with --target=dataflow, whose "
                  "units have no square root",
                  "adam");
  return Error::success();
}

Error mlir::pc::validate(const CompileOptions &options, Target target) {
  if (target == Target::Dataflow)
    if (Error error = validateCircuit(options))
      return error;
  if (options.unroll < 0)
    return reject("unroll", "at least 0", Twine(options.unroll));
  if (options.checkpoint && *options.checkpoint < 1)
    return reject("checkpoint", "at least 1", Twine(*options.checkpoint));
  if (Error error = validateStep(options))
    return error;
  if (Error error = validateIterations(options))
    return error;
  if (Error error = validateBeta(options))
    return error;
  if (Error error = validateInnerRate(options))
    return error;
  if (Error error = validateFold(options))
    return error;
  if (Error error = validateWithout(options, target))
    return error;
  return validateCuts(options);
}
