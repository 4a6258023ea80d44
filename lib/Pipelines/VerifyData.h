// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The point at which gradients are compared.

#ifndef PC_LIB_PIPELINES_VERIFYDATA_H
#define PC_LIB_PIPELINES_VERIFYDATA_H

#include "pc/Pipelines/Invocation.h"
#include "pc/Pipelines/Model.h"
#include "pc/Pipelines/Verify.h"

namespace mlir::pc {

/// Values for the arguments of the model, and for targets by name.
struct VerifyData {
  std::map<unsigned, Tensor> arguments;
  std::map<std::string, Tensor> targets;
  std::string description; // "seed 0, standard normal"
};

/// How floats are drawn when there is no folder. Everything is rounded to the
/// type of the model, so that f32 and f64 see the same point.
enum class Distribution { Normal, Positive };

/// The folder's inputs and cotangents, or values drawn from the seed.
llvm::Expected<VerifyData> makeVerifyData(ForwardModel &model,
                                          const VerifyRequest &request,
                                          Distribution distribution);

/// The loss of the request, or what suits the model: its own scalar output if
/// that is all it returns, else cotangents on all outputs.
std::string chooseVerifyLoss(const ForwardModel &model,
                             const VerifyRequest &request);

/// Puts the data where `call` takes it; targets that the data lacks are drawn.
void setData(Invocation &call, const VerifyData &data, uint64_t seed,
             const ForwardModel &model);

} // namespace mlir::pc

#endif // PC_LIB_PIPELINES_VERIFYDATA_H
