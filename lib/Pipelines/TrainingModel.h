// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Models and data that fit together.

#ifndef PC_LIB_PIPELINES_TRAININGMODEL_H
#define PC_LIB_PIPELINES_TRAININGMODEL_H

#include "pc/Pipelines/Learner.h"
#include "pc/Pipelines/Train.h"

namespace mlir::pc {

/// Reads the model of the request with shapes that take batches of `data`.
std::optional<ForwardModel>
loadTrainingModel(const TrainRequest &request, const SplitDataset &data,
                  MLIRContext *context, Reporter &reporter, ExitStatus &status);

/// Whether samples and classes of the data are those of the model.
llvm::Error checkFit(const ForwardModel &model, const ClassifierPorts &ports,
                     const TrainRequest &request, const SplitDataset &data);

/// The loss of the request, or what suits the model.
std::string chooseLoss(const ForwardModel &model, const ClassifierPorts &ports,
                       const TrainRequest &request);

/// Writes the model with the parameters of `learner`, whole or not at all.
llvm::Error writeModel(ForwardModel &model, Learner &learner,
                       llvm::StringRef path);

} // namespace mlir::pc

#endif // PC_LIB_PIPELINES_TRAININGMODEL_H
