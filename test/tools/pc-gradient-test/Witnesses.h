// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Independent witnesses of one gradient: central finite differences, the
// tangent of forward mode, the relaxation, and the same in f32.

#ifndef PC_TEST_TOOLS_GRADIENTTEST_WITNESSES_H
#define PC_TEST_TOOLS_GRADIENTTEST_WITNESSES_H

#include "Cases.h"
#include "pc/Target/CPU/Executable.h"
#include "llvm/Support/JSON.h"

namespace mlir::pc::test {

/// Largest accepted distances, all relative.
struct Tolerances {
  double finiteDifferences = 1e-9;
  double jvp = 1e-12;
  double relaxation = 1e-12;
  double single = 1e-4;
};

/// What one witness found.
struct Finding {
  std::string witness;
  double distance;
  bool holds;
};

struct Evidence {
  std::vector<Finding> findings;
  llvm::json::Value values = nullptr; // arguments and gradients, for others
};

/// Draws arguments from `seed` and asks every witness that the batch has
/// functions for. Elements with a kink or a jump of the objective nearby, where
/// finite differences do not converge as they do elsewhere, are not compared
/// with them; when these are most, other arguments are drawn, and
/// after 20 of them the case fails.
llvm::Expected<Evidence> gatherEvidence(Executable &executable,
                                        const Case &theCase, uint64_t seed,
                                        const CaseOptions &options,
                                        const Tolerances &tolerances);

} // namespace mlir::pc::test

#endif // PC_TEST_TOOLS_GRADIENTTEST_WITNESSES_H
