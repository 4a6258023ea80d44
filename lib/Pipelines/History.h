// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a run of training leaves behind beside the model: files of its epochs.

#ifndef PC_LIB_PIPELINES_HISTORY_H
#define PC_LIB_PIPELINES_HISTORY_H

#include "GradientLog.h"
#include "pc/Pipelines/Learner.h"
#include "pc/Pipelines/Train.h"

namespace mlir::pc {

struct Epoch {
  Score training, heldOut;
  double seconds = 0;
};

/// Writes what the request asks for, each file whole or not at all.
/// `divergences` has those before the first epoch, then those after each.
llvm::Error writeHistory(const TrainRequest &request,
                         llvm::ArrayRef<Epoch> epochs,
                         llvm::ArrayRef<GradientDivergences> divergences);

} // namespace mlir::pc

#endif // PC_LIB_PIPELINES_HISTORY_H
