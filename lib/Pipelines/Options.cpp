// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Pipelines/Options.h"
#include "mlir/Support/Timing.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace mlir::pc;

//===----------------------------------------------------------------------===//
// Words
//===----------------------------------------------------------------------===//

static constexpr Choice floatTypes[] = {{"native", "as the model says"},
                                        {"f32", "compute everything in f32"},
                                        {"f64", "compute everything in f64"}};

static constexpr Choice targets[] = {
    {"cpu", "this machine, through LLVM"},
    {"vulkan", "a device of Vulkan, through SPIR-V"},
    {"dataflow", "a learning circuit, simulated cycle by cycle"}};

static constexpr Choice queueSizes[] = {
    {"live", "the shortest with which the circuit never deadlocks"},
    {"throughput", "the shortest with which it waits for none of them"}};

static constexpr Choice simulators[] = {
    {"verilator", "the hardware, by Verilator"},
    {"reference", "its words in exact integers, without cycles"},
    {"both", "the hardware, compared with these words to the bit"}};

static constexpr Choice schedules[] = {
    {"fixed-exact", "frozen predictions, step 1, as many iterations as the "
                    "graph is deep: equal to the gradient, provable"},
    {"fixed", "frozen predictions: tends to the gradient, bounded"},
    {"z-il", "step 1, parameters of level l learn at iteration l, on the "
             "levelled graph: equal to the gradient, provable"},
    {"strict", "predictions recomputed: an equilibrium, not the gradient"},
    {"nudged", "strict with the loss scaled by beta: error O(beta)"},
    {"centred-nudged", "difference of +beta and -beta: error O(beta^2)"},
    {"incremental", "activities and parameters move in every iteration"},
    {"sweep", "in place in reverse order: is reverse mode, not local"},
    {"autodiff", "reverse mode without a relaxation, for reference"}};

static constexpr Choice granularities[] = {
    {"node", "a vertex for each node of the model"},
    {"op", "a vertex for each operation"},
    {"block", "a vertex for each stretch between cut points"}};

static constexpr Choice losses[] = {
    {"model", "the scalar output of the model"},
    {"mse", "squared difference from a target"},
    {"cross-entropy", "of logits and class labels"},
    {"cotangent", "sum of the products of outputs and given cotangents"}};

static constexpr Choice reductions[] = {{"mean", "over elements or labels"},
                                        {"sum", "over elements or labels"}};

static constexpr Choice optimizers[] = {
    {"adam", "rate 0.001"}, {"momentum", "rate 0.01"}, {"sgd", "rate 0.1"}};

//===----------------------------------------------------------------------===//
// Groups
//===----------------------------------------------------------------------===//

ChoiceFlag::ChoiceFlag(StringRef name, StringRef help, ArrayRef<Choice> choices,
                       cl::OptionCategory &category)
    : choices(choices),
      flag(name, cl::desc(help), cl::init(Index(0)), cl::cat(category)) {
  for (auto [index, choice] : llvm::enumerate(choices))
    flag.getParser().addLiteralOption(choice.word, Index(index),
                                      choice.meaning);
}

std::string ChoiceFlag::get() const {
  return choices[static_cast<int>(flag.getValue())].word.str();
}

ImportFlags::ImportFlags()
    : dims("dim", cl::desc("size of a symbolic dimension (repeatable)"),
           cl::value_desc("NAME=N"), cl::cat(category)),
      learn("learn", cl::CommaSeparated,
            cl::desc("float inputs and parameters that are learned, and no "
                     "others: names, or regular expressions of names "
                     "(default: the weights of the model)"),
            cl::value_desc("NAME,..."), cl::cat(category)),
      freeze("freeze", cl::CommaSeparated,
             cl::desc("parameters that are not learned, likewise"),
             cl::value_desc("NAME,..."), cl::cat(category)),
      unroll("unroll",
             cl::desc("loops of an ONNX model of up to N iterations become N "
                      "copies of their body, longer ones a loop inside of a "
                      "vertex (default: 256)"),
             cl::value_desc("N"), cl::init(256), cl::cat(category)),
      checkpoint("checkpoint",
                 cl::desc("such a loop keeps its values at every N-th "
                          "iteration for the gradient and computes the others "
                          "again (default: keeps all)"),
                 cl::value_desc("N"), cl::cat(category)),
      straightThrough(
          "straight-through",
          cl::desc("let derivatives pass the rounding of quantised operators "
                   "of an ONNX model as if it were the identity, and none "
                   "where a value saturates"),
          cl::cat(category)) {}

/// What passes report to; it prints when it goes.
struct ModelFlags::Timer {
  DefaultTimingManager manager;
  TimingScope root;
  std::vector<DeviceTime> kernels;
  ~Timer();
};

/// Those that take longest first.
ModelFlags::Timer::~Timer() {
  if (kernels.empty())
    return;
  double sum = 0;
  for (const DeviceTime &time : kernels)
    sum += time.nanoseconds;
  llvm::sort(kernels, [](const DeviceTime &a, const DeviceTime &b) {
    return std::tie(b.nanoseconds, a.function, a.kernel) <
           std::tie(a.nanoseconds, b.function, b.kernel);
  });
  errs() << "Time on the device by kernel, from the end of the dispatch before "
            "it\n";
  for (const DeviceTime &time : kernels)
    errs() << formatv("{0,10:f3} ms {1,6:f1} %  {2} of {3}, dispatches: {4}\n",
                      time.nanoseconds / 1e6,
                      sum > 0 ? 100 * time.nanoseconds / sum : 0, time.kernel,
                      time.function, time.dispatches);
}

ModelFlags::ModelFlags()
    : floatType("float", "type to compute in (default: native)", floatTypes,
                category),
      dumpPhases("dump-phases",
                 cl::desc("folder for the module at the end of each phase"),
                 cl::value_desc("DIR"), cl::cat(category)),
      without("without", cl::CommaSeparated,
              cl::desc("passes to leave out, which make code faster and "
                       "nothing else (docs/CPU.md and docs/GPU.md list "
                       "them)"),
              cl::value_desc("PASS,..."), cl::cat(category)),
      timing("timing", cl::desc("print what each pass takes when all is done"),
             cl::cat(category)),
      timer(std::make_unique<Timer>()) {}

ModelFlags::~ModelFlags() = default;

Error ImportFlags::getDims(std::map<std::string, int64_t> &result) const {
  for (const std::string &text : dims) {
    auto [name, size] = StringRef(text).split('=');
    int64_t value = 0;
    // A sequence may be empty, and an optional have nothing.
    bool takesZero = name.ends_with(".length") || name.ends_with(".present");
    if (name.empty() || size.getAsInteger(10, value) ||
        value < (takesZero ? 0 : 1))
      return createStringError("--dim: expected NAME=N with a positive "
                               "integer N, found `" +
                               text + "`");
    auto [place, isNew] = result.emplace(name.str(), value);
    if (!isNew && place->second != value)
      return createStringError("--dim: expected one size for `" + name +
                               "`, found " + Twine(place->second) + " and " +
                               Twine(value));
  }
  return Error::success();
}

void ImportFlags::fill(CompileOptions &options) const {
  options.unroll = unroll;
  if (checkpoint.getNumOccurrences() > 0)
    options.checkpoint = checkpoint;
  options.parameters = {{learn.begin(), learn.end()},
                        {freeze.begin(), freeze.end()}};
  options.straightThrough = straightThrough;
}

void ModelFlags::fill(CompileOptions &options) const {
  ImportFlags::fill(options);
  std::string word = floatType.get();
  options.floatType = word == "f32"   ? ComputeType::F32
                      : word == "f64" ? ComputeType::F64
                                      : ComputeType::Native;
  options.dumpFolder = dumpPhases;
  options.without.assign(without.begin(), without.end());
  if (!timing)
    return;
  timer->manager.setEnabled(true);
  timer->root = timer->manager.getRootScope();
  options.timing = &timer->root;
  options.times = &timer->kernels;
}

StringRef mlir::pc::claim(StringRef name) {
  if (cl::Option *other = cl::getRegisteredOptions().lookup(name))
    other->removeArgument();
  return name;
}

MachineFlags::MachineFlags(bool alsoUsesHost)
    : alsoUsesHost(alsoUsesHost),
      target("target", "what to compile for", targets, category),
      cpu("cpu", cl::init("native"), cl::value_desc("NAME"),
          cl::desc("native, or a name that LLVM knows"), cl::cat(category)),
      threads(claim("threads"), cl::init(1), cl::value_desc("N"),
              cl::desc("threads that share the work (default: 1); results do "
                       "not depend on their number"),
              cl::cat(category)),
      device("device", cl::value_desc("NAME"),
             cl::desc("number of a device of Vulkan, or part of its name "
                      "(default: the first discrete one, or the first)"),
             cl::cat(category)),
      deviceProfile(
          "device-profile", cl::value_desc("NAME"),
          cl::desc("what kernels of Vulkan are made for: lavapipe, "
                   "generic, h100, emulated or addressed (default: the "
                   "device; "
                   "lavapipe where there is none)"),
          cl::cat(category)),
      cache("cache", cl::init(getDefaultCacheFolder()), cl::value_desc("DIR"),
            cl::desc("folder for objects, simulations and pipelines of "
                     "Vulkan, which need not be compiled again, "
                     "or none (default: $PC_CACHE, or pc in the user's "
                     "caches)"),
            cl::cat(category)),
      format("format", cl::init("fixed<18,14>"), cl::value_desc("fixed<W,F>"),
             cl::desc("words of a circuit: bits, and how many of them are "
                      "behind the point (default: fixed<18,14>); fixed<W> "
                      "leaves that to the ranges of words"),
             cl::cat(category)),
      inputRange("input-range", cl::init(4), cl::value_desc("number"),
                 cl::desc("inputs and targets of a circuit keep to it, for the "
                          "ranges of words (default: 4)"),
                 cl::cat(category)),
      segments("segments", cl::init(256), cl::value_desc("N"),
               cl::desc("straight pieces of a table of a circuit, a power of "
                        "2 (default: 256)"),
               cl::cat(category)),
      lanes("lanes", cl::init(0), cl::value_desc("N"),
            cl::desc("multipliers that the weights of a circuit share "
                     "(default: one for each unit)"),
            cl::cat(category)),
      dsp("dsp", cl::init(0), cl::value_desc("N"),
          cl::desc("multipliers of a circuit in all, as its report counts "
                   "them, in place of --lanes"),
          cl::cat(category)),
      roundCycles("round-cycles", cl::init(0), cl::value_desc("N"),
                  cl::desc("cycles that a round of a circuit may take, in "
                           "place of --lanes"),
                  cl::cat(category)),
      queues("queues", "of a circuit (default: live)", queueSizes, category),
      simulator("simulator", "of a circuit (default: verilator)", simulators,
                category) {}

/// No flag that the target does not read is taken.
Error MachineFlags::checkTarget() const {
  bool isVulkan = target.get() == "vulkan";
  bool isCircuit = target.get() == "dataflow";
  for (const cl::Option *flag : {&device, &deviceProfile})
    if (!isVulkan && flag->getNumOccurrences())
      return createStringError("--" + flag->ArgStr +
                               ": expected --target=vulkan");
  const cl::Option *onCircuit[] = {&format, &inputRange, &segments,
                                   &lanes,  &dsp,        &roundCycles};
  for (const cl::Option *flag : onCircuit)
    if (!isCircuit && flag->getNumOccurrences())
      return createStringError("--" + flag->ArgStr +
                               ": expected --target=dataflow");
  if (!isCircuit && (queues.isGiven() || simulator.isGiven()))
    return createStringError(
        "--queues, --simulator: expected --target=dataflow");
  const cl::Option *onHost[] = {&cpu, &threads};
  for (const cl::Option *flag : onHost)
    if ((isVulkan || isCircuit) && !alsoUsesHost && flag->getNumOccurrences())
      return createStringError("--" + flag->ArgStr + ": expected --target=cpu");
  return Error::success();
}

Error MachineFlags::fillCircuit(CircuitChoice &circuit) const {
  for (const cl::opt<int64_t> *flag : {&segments, &lanes, &dsp, &roundCycles})
    if (flag->getNumOccurrences() && *flag < 1)
      return createStringError("--" + flag->ArgStr +
                               ": expected at least 1, found " + Twine(*flag));
  if (bool(lanes) + bool(dsp) + bool(roundCycles) > 1)
    return createStringError("--lanes, --dsp, --round-cycles: expected one "
                             "budget, which chooses the others");
  if (format != "f32" && (StringRef(format).contains_insensitive(' ') ||
                          !StringRef(format).starts_with("fixed<")))
    return createStringError("--format: expected fixed<W,F> or f32, found '" +
                             format + "'");
  if (!(inputRange > 0 && inputRange < 1e6))
    return createStringError("--input-range: expected a number between 0 and "
                             "1e6, both excluded, found " +
                             formatNumber(inputRange));
  circuit.format = format;
  circuit.inputRange = inputRange;
  circuit.segments = segments;
  if (lanes)
    circuit.lanes = lanes;
  if (dsp)
    circuit.dsp = dsp;
  if (roundCycles)
    circuit.cycles = roundCycles;
  circuit.queues = queues.get();
  circuit.simulator = simulator.get();
  return Error::success();
}

Error MachineFlags::fill(MachineOptions &options) const {
  constexpr unsigned mostThreads = 1024;
  if (threads < 1 || threads > mostThreads)
    return createStringError("--threads: expected a number from 1 to " +
                             Twine(mostThreads) + ", found " + Twine(threads));
  if (Error error = checkTarget())
    return error;
  std::string word = target.get();
  options.target = word == "vulkan"     ? Target::Vulkan
                   : word == "dataflow" ? Target::Dataflow
                                        : Target::CPU;
  if (Error error = fillCircuit(options.circuit))
    return error;
  options.cpu.cpu = cpu;
  options.cpu.threads = threads;
  options.cpu.cache = cache == "none" ? std::string() : cache.getValue();
  options.vulkan.device = device;
  options.vulkan.profile = deviceProfile;
  options.vulkan.cache = options.cpu.cache;
  return Error::success();
}

ScheduleFlags::ScheduleFlags()
    : schedule("schedule", "how the errors relax (default: fixed-exact)",
               schedules, category),
      step("step",
           cl::desc("size of an update, between 0 and 2 (default: 1 where the "
                    "schedule is exact)"),
           cl::value_desc("eta"), cl::cat(category)),
      iterations("iterations",
                 cl::desc("number of updates (default: the depth of the "
                          "graph where the schedule is exact)"),
                 cl::value_desc("T"), cl::cat(category)),
      tolerance("tolerance",
                cl::desc("largest relative error of --schedule=fixed, in "
                         "place of --iterations; of strict and the nudged "
                         "schedules, the largest slope of the energy along an "
                         "activity with which they end, after at most "
                         "--iterations"),
                cl::value_desc("tau"), cl::cat(category)),
      beta("beta", cl::desc("scale of the loss of the nudged schedules"),
           cl::value_desc("number"), cl::cat(category)),
      innerRate("inner-rate",
                cl::desc("learning rate inside the iterations of "
                         "--schedule=incremental (default: 0.01)"),
                cl::value_desc("number"), cl::cat(category)),
      fold("fold",
           cl::desc("execute one sweep in place of the iterations of "
                    "--schedule=fixed: the same numbers, but not local"),
           cl::cat(category)),
      granularity("granularity", "what becomes a vertex (default: node)",
                  granularities, category),
      cuts("cuts", cl::CommaSeparated,
           cl::desc("nodes after which a vertex ends, with "
                    "--granularity=block"),
           cl::value_desc("NODE,..."), cl::cat(category)) {}

void ScheduleFlags::fill(CompileOptions &options) const {
  options.schedule = schedule.get();
  options.folds = fold;
  options.granularity = granularity.get();
  options.cuts.assign(cuts.begin(), cuts.end());
  if (step.getNumOccurrences())
    options.step = step;
  if (iterations.getNumOccurrences())
    options.iterations = iterations;
  if (tolerance.getNumOccurrences())
    options.tolerance = tolerance;
  if (beta.getNumOccurrences())
    options.beta = beta;
  if (innerRate.getNumOccurrences())
    options.innerRate = innerRate;
}

LossFlags::LossFlags()
    : loss("loss",
           "the scalar that is differentiated (default: what suits "
           "the model)",
           losses, category),
      reduction("reduction", "of mse and cross-entropy (default: mean)",
                reductions, category),
      output("output",
             cl::desc("output that the loss reads (default: the only one)"),
             cl::value_desc("NAME"), cl::cat(category)) {}

void LossFlags::fill(CompileOptions &options) const {
  if (loss.isGiven())
    options.loss = loss.get();
  options.reduction = reduction.get();
  options.output = output;
}

TrainingFlags::TrainingFlags()
    : optimizer("optimizer", "rule of the parameter update (default: adam)",
                optimizers, category),
      rate("rate", cl::desc("learning rate (default: by optimizer)"),
           cl::value_desc("number"), cl::cat(category)),
      momentum("momentum",
               cl::desc("share of the velocity that --optimizer=momentum keeps "
                        "(default: 0.9)"),
               cl::value_desc("number"), cl::init(0.9), cl::cat(category)),
      epochs("epochs", cl::desc("passes over the training data (default: 20)"),
             cl::value_desc("N"), cl::init(20), cl::cat(category)),
      batch("batch", cl::desc("samples in a step (default: 32)"),
            cl::value_desc("N"), cl::init(32), cl::cat(category)),
      heldOut("held-out",
              cl::desc("rows of a table that are not learned, but tell the "
                       "accuracy (default: 0.2)"),
              cl::value_desc("share"), cl::init(0.2), cl::cat(category)),
      backprop("backprop",
               cl::desc("learn from reverse mode instead, for comparison"),
               cl::cat(category)) {}

Error TrainingFlags::validate() const {
  if (epochs < 1)
    return createStringError("--epochs: expected at least 1, found " +
                             Twine(epochs));
  if (batch < 1)
    return createStringError("--batch: expected at least 1, found " +
                             Twine(batch));
  if (!(heldOut > 0 && heldOut < 1))
    return createStringError("--held-out: expected a share between 0 and 1, "
                             "both excluded, found " +
                             formatNumber(heldOut));
  return Error::success();
}

static double getDefaultRate(StringRef rule) {
  return rule == "adam" ? 1e-3 : rule == "momentum" ? 1e-2 : 1e-1;
}

Expected<OptimizerChoice> TrainingFlags::getOptimizer() const {
  OptimizerChoice choice{optimizer.get(), rate};
  if (!rate.getNumOccurrences())
    choice.rate = getDefaultRate(choice.optimizer);
  if (!(choice.rate > 0 && choice.rate < 1e6))
    return createStringError("--rate: expected a number between 0 and 1e6, "
                             "both excluded, found " +
                             formatNumber(choice.rate));
  if (!momentum.getNumOccurrences())
    return choice;
  if (choice.optimizer != "momentum")
    return createStringError(
        "--momentum: expected --optimizer=momentum, found " + choice.optimizer);
  choice.momentum = momentum;
  if (!(choice.momentum >= 0 && choice.momentum < 1))
    return createStringError("--momentum: expected a number from 0 to below 1, "
                             "found " +
                             formatNumber(choice.momentum));
  return choice;
}

void mlir::pc::parseFlags(int argc, char **argv, StringRef overview,
                          ArrayRef<const cl::OptionCategory *> categories) {
  cl::HideUnrelatedOptions(categories);
  cl::SetVersionPrinter([](raw_ostream &os) { os << "pc 0.1.0\n"; });
  cl::ParseCommandLineOptions(argc, argv, overview);
}
