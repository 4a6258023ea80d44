// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The numbers of a report: gradients against each other and against witnesses.

#ifndef PC_LIB_PIPELINES_VERIFYMEASURE_H
#define PC_LIB_PIPELINES_VERIFYMEASURE_H

#include "VerifyCompile.h"
#include "VerifyData.h"

namespace mlir::pc {

/// Adds a report for each gradient of the model, without verdicts.
llvm::Error measureGradients(const VerifyRequest &request, ForwardModel &model,
                             const VerifyData &data, CompiledGradients &wide,
                             CompiledGradients &narrow, ModelReport &report);

} // namespace mlir::pc

#endif // PC_LIB_PIPELINES_VERIFYMEASURE_H
