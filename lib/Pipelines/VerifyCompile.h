// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Gradients of a model, lowered, looked at and compiled.

#ifndef PC_LIB_PIPELINES_VERIFYCOMPILE_H
#define PC_LIB_PIPELINES_VERIFYCOMPILE_H

#include "pc/Pipelines/Model.h"
#include "pc/Pipelines/Verify.h"
#include "pc/Target/CPU/Executable.h"

namespace mlir::pc {

/// What is known without running anything.
struct StaticReport {
  struct Finding {
    Verdict verdict;
    double bound;
    bool isRelative;
    std::string reason;
  };
  std::map<std::string, Finding> verdicts; // by argument
  std::vector<VertexReport> vertices;
  LocalitySummary locality;
  StraightThrough straightThrough;
};

struct CompiledGradients {
  std::unique_ptr<Executable> executable;
};

/// Compiles a copy of the model in one float type. With `findings`, also
/// analyses the relaxation level and compiles the witnesses.
std::optional<CompiledGradients>
compileGradients(ForwardModel &model, CompileOptions options, ComputeType type,
                 const MachineOptions &machine, StaticReport *findings,
                 ExitStatus &status);

} // namespace mlir::pc

#endif // PC_LIB_PIPELINES_VERIFYCOMPILE_H
