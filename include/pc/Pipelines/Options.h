// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one vocabulary of flags: an option reads the same in every tool. A tool
// makes the groups that it takes as local variables of `main`; there are no
// global options.

#ifndef PC_PIPELINES_OPTIONS_H
#define PC_PIPELINES_OPTIONS_H

#include "pc/Pipelines/CompileOptions.h"
#include "pc/Pipelines/MachineOptions.h"
#include "llvm/Support/CommandLine.h"
#include <map>

namespace mlir::pc {

/// A word that an option may have as its value, and what it means.
struct Choice {
  llvm::StringLiteral word, meaning;
};

/// An option that takes one of some words; the first of them is the default.
class ChoiceFlag {
public:
  ChoiceFlag(llvm::StringRef name, llvm::StringRef help,
             llvm::ArrayRef<Choice> choices,
             llvm::cl::OptionCategory &category);

  std::string get() const;
  bool isGiven() const { return flag.getNumOccurrences() > 0; }

private:
  enum class Index : int {};
  llvm::ArrayRef<Choice> choices;
  llvm::cl::opt<Index> flag;
};

/// --dim, --learn, --freeze, --unroll, --checkpoint, --straight-through: how
/// the model is read.
class ImportFlags {
public:
  ImportFlags();
  llvm::cl::OptionCategory category{"Model"};

  /// Checks --dim and fills `dims`.
  llvm::Error getDims(std::map<std::string, int64_t> &dims) const;
  void fill(CompileOptions &options) const;

private:
  llvm::cl::list<std::string> dims, learn, freeze;
  llvm::cl::opt<int64_t> unroll, checkpoint;
  llvm::cl::opt<bool> straightThrough;
};

/// And --float, --dump-phases, --without, --timing: what is computed.
class ModelFlags : public ImportFlags {
public:
  ModelFlags();
  ~ModelFlags();

  void fill(CompileOptions &options) const;

private:
  ChoiceFlag floatType;
  llvm::cl::opt<std::string> dumpPhases;
  llvm::cl::list<std::string> without;
  llvm::cl::opt<bool> timing;
  struct Timer;
  std::unique_ptr<Timer> timer;
};

/// --target, --cpu, --threads, --device, --device-profile, --cache: what
/// compiled code runs on.
/// --format, --input-range, --segments, --lanes, --dsp, --round-cycles,
/// --queues, --simulator: what a circuit is like.
class MachineFlags {
public:
  /// `alsoUsesHost`: what is read for this machine is so whatever the target.
  explicit MachineFlags(bool alsoUsesHost = false);
  llvm::cl::OptionCategory category{"Machine"};

  llvm::Error fill(MachineOptions &options) const;
  bool isCacheGiven() const { return cache.getNumOccurrences() > 0; }

private:
  llvm::Error checkTarget() const;
  llvm::Error fillCircuit(CircuitChoice &circuit) const;

  bool alsoUsesHost;
  ChoiceFlag target;
  llvm::cl::opt<std::string> cpu;
  llvm::cl::opt<unsigned> threads;
  llvm::cl::opt<std::string> device, deviceProfile, cache, format;
  llvm::cl::opt<double> inputRange;
  llvm::cl::opt<int64_t> segments, lanes, dsp, roundCycles;
  ChoiceFlag queues, simulator;
};

/// --schedule, --step, --iterations, --tolerance, --beta, --inner-rate,
/// --fold, --granularity, --cuts.
class ScheduleFlags {
public:
  ScheduleFlags();
  llvm::cl::OptionCategory category{"Predictive coding"};

  void fill(CompileOptions &options) const;

private:
  ChoiceFlag schedule;
  llvm::cl::opt<double> step;
  llvm::cl::opt<int64_t> iterations;
  llvm::cl::opt<double> tolerance, beta, innerRate;
  llvm::cl::opt<bool> fold;
  ChoiceFlag granularity;
  llvm::cl::list<std::string> cuts;
};

/// --loss, --reduction, --output: the scalar that is differentiated.
class LossFlags {
public:
  LossFlags();
  llvm::cl::OptionCategory category{"Loss"};

  /// Without --loss a tool chooses what suits the model.
  bool isGiven() const { return loss.isGiven(); }
  void fill(CompileOptions &options) const;

private:
  ChoiceFlag loss, reduction;
  llvm::cl::opt<std::string> output;
};

/// --optimizer, --rate, --momentum, --epochs, --batch, --held-out, --backprop.
class TrainingFlags {
public:
  TrainingFlags();
  llvm::cl::OptionCategory category{"Training"};

  ChoiceFlag optimizer;
  llvm::cl::opt<double> rate, momentum;
  llvm::cl::opt<int64_t> epochs, batch;
  llvm::cl::opt<double> heldOut;
  llvm::cl::opt<bool> backprop;

  llvm::Error validate() const;
  /// --optimizer with --rate, or what suits it, and --momentum.
  llvm::Expected<OptimizerChoice> getOptimizer() const;
};

/// Takes `name` from the option that LLVM's library has under it for some tool
/// of its own.
llvm::StringRef claim(llvm::StringRef name);

/// Reads the command line, showing nothing but the options of pc in --help.
void parseFlags(int argc, char **argv, llvm::StringRef overview,
                llvm::ArrayRef<const llvm::cl::OptionCategory *> categories);

} // namespace mlir::pc

#endif // PC_PIPELINES_OPTIONS_H
