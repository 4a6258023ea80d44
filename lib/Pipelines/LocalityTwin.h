// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The dynamic twin of pc-check-locality: compiled code is run, one state is
// changed, and what is out of reach must stay as it was, bit by bit. It sees
// what no analysis of the relaxation level can, such as a new value that was
// written over an old one too early.

#ifndef PC_LIB_PIPELINES_LOCALITYTWIN_H
#define PC_LIB_PIPELINES_LOCALITYTWIN_H

#include "VerifyData.h"

namespace mlir::pc {

struct TwinReport {
  unsigned states = 0;
  unsigned iterations = 0; // tried: 1 to this
  unsigned comparisons = 0;
  std::vector<std::string> failures;

  std::string describe() const;
};

/// Runs 1, 2, … iterations of the relaxation that `request` asks for, from
/// random states, changing one state after the other. After t iterations all
/// states farther than t hops are unchanged, and some at t hops has changed
/// (else the test sees nothing).
llvm::Expected<TwinReport> runLocalityTwin(ForwardModel &model,
                                           const VerifyRequest &request,
                                           const CompileOptions &options,
                                           const VerifyData &data);

} // namespace mlir::pc

#endif // PC_LIB_PIPELINES_LOCALITYTWIN_H
