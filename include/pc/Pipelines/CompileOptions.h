// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What may be chosen on the way from a model to compiled code. Plain data; the
// flags of the tools (Options.h) and other front ends fill it in.

#ifndef PC_PIPELINES_COMPILEOPTIONS_H
#define PC_PIPELINES_COMPILEOPTIONS_H

#include "pc/Dialect/PC/Transforms/ChooseParameters.h"
#include "pc/Pipelines/MachineOptions.h"
#include "llvm/Support/Error.h"
#include <optional>
#include <string>
#include <vector>

namespace mlir::pc {

enum class ComputeType { Native, F32, F64 };

/// The rule by which a step function moves the parameters.
struct OptimizerChoice {
  std::string optimizer; // `sgd`, `momentum` or `adam`
  double rate;
  double momentum = 0.9; // of `momentum`, from 0 to below 1
};

struct CompileOptions {
  /// `fixed`, `fixed-exact`, `z-il`, `strict`, `nudged`, `centred-nudged`,
  /// `incremental`, `sweep`; `autodiff` is reverse mode without a relaxation.
  std::string schedule = "fixed-exact";
  std::optional<double> step;        // between 0 and 2
  std::optional<int64_t> iterations; // from 1 on
  /// Of `fixed`: chooses the iterations. Of `strict` and the nudged schedules:
  /// the largest slope with which they end.
  std::optional<double> tolerance;
  std::optional<double> beta;        // of the nudged schedules
  std::optional<double> innerRate;   // of `incremental`
  int64_t unroll = 256;              // iterations that become copies of a body
  std::optional<int64_t> checkpoint; // iterations between two that are kept
  ParameterChoice parameters;        // that are learned
  bool straightThrough = false;      // derivatives of quantised operators
  std::string granularity = "node";  // `op`, `node` or `block`
  std::vector<std::string> cuts;     // nodes that end a vertex (`block`)
  bool folds = false;                // run one sweep in place of the iterations
  std::string loss = "model";        // `mse`, `cross-entropy`, `cotangent`
  std::string reduction = "mean";    // or `sum`
  std::string output;                // the loss reads it; empty: the only one
  bool wantsInputs = false;          // gradients of inputs, not only parameters
  ComputeType floatType = ComputeType::Native;
  bool exposesStates = false;           // as arguments and results
  bool forwardOnly = false;             // stop at @model itself
  bool checksLocality = true;           // fail where L1 to L5 do not hold
  bool checksRounding = true;           // say where gradients end at integers
  bool withAutodiff = false;            // also make @model_autodiff
  bool withJVP = false;                 // also make @model_jvp
  std::optional<OptimizerChoice> learn; // also make @model_step
  CircuitChoice circuit;                // of the phase `dataflow`
  std::string dumpFolder;           // for the module at the end of each phase
  std::vector<std::string> without; // passes that only make code faster
  TimingScope *timing = nullptr;    // of what each pass takes
  std::vector<DeviceTime> *times = nullptr; // of kernels, on a device

  bool isAutodiff() const { return schedule == "autodiff"; }
  /// Whether the values decide after which iteration a relaxation ends.
  bool stopsEarly() const;
};

/// As few digits as read back as the same number.
std::string formatNumber(double value);

/// Checks what can be checked without a model. The message names the flag, what
/// was expected and what was found.
llvm::Error validate(const CompileOptions &options,
                     Target target = Target::CPU);

} // namespace mlir::pc

#endif // PC_PIPELINES_COMPILEOPTIONS_H
