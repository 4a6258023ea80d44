// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What pc-train does: a classifier and labelled data in, a trained model out.

#ifndef PC_PIPELINES_TRAIN_H
#define PC_PIPELINES_TRAIN_H

#include "pc/Pipelines/CompileOptions.h"
#include "pc/Pipelines/Diagnostics.h"
#include "pc/Pipelines/MachineOptions.h"
#include <map>

namespace mlir::pc {

struct TrainRequest {
  std::string model, data;
  std::string parameters; // folder of their first values; empty: the model's
  std::string out;        // of the trained model; empty: not kept
  std::string json;       // of the history; empty: none
  std::string csv;        // the same as a table; empty: none
  /// Of how far the gradients are from reverse mode, before the first epoch
  /// and after each; empty: not measured.
  std::string divergence;
  std::map<std::string, int64_t> dims;
  int64_t epochs = 20;
  /// None: 32, unless the model has a fixed batch.
  std::optional<int64_t> batch;
  uint64_t seed = 0;
  double heldOut = 0.2;
  bool hasLoss = false; // compile.loss was asked for
  /// Learns from the gradients of reverse mode, for comparison.
  bool backprop = false;
  /// Print what went between host and device.
  bool printsTraffic = false;
  CompileOptions compile;
  MachineOptions machine;
};

/// Writes what happens to `os`; stops after the step at hand when the process
/// is interrupted.
ExitStatus train(const TrainRequest &request, MLIRContext *context,
                 Reporter &reporter, llvm::raw_ostream &os);

} // namespace mlir::pc

#endif // PC_PIPELINES_TRAIN_H
