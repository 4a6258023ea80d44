// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The dynamic twin of pc-check-locality: compiled code is run, one state is
// changed, and what is out of reach must stay as it was, bit by bit. It sees
// what no analysis of the relaxation level can, such as a new value that was
// written over an old one too early.

#ifndef PC_PIPELINES_LOCALITYTWIN_H
#define PC_PIPELINES_LOCALITYTWIN_H

#include "pc/Pipelines/CompileOptions.h"
#include "pc/Pipelines/Invocation.h"
#include "pc/Pipelines/MachineOptions.h"
#include "pc/Pipelines/Model.h"
#include <functional>

namespace mlir::pc {

struct TwinSetup {
  MachineOptions machine;
  uint64_t seed = 0; // of the states
  /// Predictions follow the activities (`strict`, `nudged`): one iteration
  /// reaches the Markov blanket, not only the parents.
  bool recomputed = false;
  /// Gives every other argument its value.
  std::function<void(Invocation &)> setData;
};

struct TwinReport {
  unsigned states = 0;
  unsigned iterations = 0; // tried: 1 to this
  unsigned diameter = 0;   // hops between the states farthest apart
  unsigned comparisons = 0;
  std::vector<std::string> failures;

  std::string describe() const;
};

/// Compiles and runs `module`, of the relaxation level, whose @model_gradient
/// has its states as arguments and as results and iterates `iterations` times.
/// Changes one random state after the other: all states farther away than
/// `iterations` hops stay as they were, and some just as far away changes (else
/// the test sees nothing). Adds to `report`.
llvm::Error runTwin(ModuleOp module, unsigned iterations,
                    const TwinSetup &setup, TwinReport &report);

/// The same for 1, 2, ... iterations of a model, up to the largest distance
/// between two states, at most 4. For fixed, fixed-exact, strict and nudged.
llvm::Expected<TwinReport> runTwin(ForwardModel &model, CompileOptions options,
                                   const TwinSetup &setup);

} // namespace mlir::pc

#endif // PC_PIPELINES_LOCALITYTWIN_H
