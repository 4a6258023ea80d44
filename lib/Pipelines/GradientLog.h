// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How far the gradients that a model learns from are from those of reverse
// mode, while it learns.

#ifndef PC_LIB_PIPELINES_GRADIENTLOG_H
#define PC_LIB_PIPELINES_GRADIENTLOG_H

#include "pc/Pipelines/Classifier.h"
#include "pc/Pipelines/CompileOptions.h"
#include "pc/Pipelines/MachineOptions.h"
#include "pc/Runtime/Compare.h"

namespace mlir::pc {

/// Of the parameters, in the order of the model.
using GradientDivergences = std::vector<std::pair<std::string, Difference>>;

class GradientLog {
public:
  /// Compiles both gradients in the type that the model learns in. What is
  /// wrong goes to the diagnostics of the context and into `status`.
  static std::unique_ptr<GradientLog> create(ForwardModel &model,
                                             const ClassifierPorts &ports,
                                             const CompileOptions &options,
                                             const MachineOptions &machine,
                                             ExitStatus &status);

  /// Compares them at these parameters, on the first batch of `data`.
  llvm::Expected<GradientDivergences>
  measure(const std::map<std::string, const Tensor *> &parameters,
          const Dataset &data);

private:
  GradientLog(const ClassifierPorts &ports,
              std::unique_ptr<Executable> executable);

  ClassifierPorts ports;
  std::unique_ptr<Executable> executable;
  Invocation gradientCall, referenceCall;
};

} // namespace mlir::pc

#endif // PC_LIB_PIPELINES_GRADIENTLOG_H
