// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// L2 once more, where tensors have become memory: a buffer that a loop carries
// from one iteration to the next must not be read after it was written, by
// anything that makes the value of another one. Bufferization reuses memory; a
// state that is written too early is read as a new value, and the iteration has
// become a sweep.

#ifndef PC_ANALYSIS_STATEALIASING_H
#define PC_ANALYSIS_STATEALIASING_H

#include "mlir/IR/Operation.h"

namespace mlir::pc {

/// A read of a new value within the iteration that wrote it.
struct EarlyWrite {
  Operation *write; // of the state
  Operation *read;  // of the same memory, later in the iteration
};

/// The early writes of every outermost loop below `root`, in the order of the
/// code. States are buffers from outside of a loop that an iteration reads
/// before it writes them. For structured ops on buffers: where those have
/// become loops over elements, reads and writes of one op interleave.
llvm::SmallVector<EarlyWrite> findEarlyWrites(Operation *root);

} // namespace mlir::pc

#endif // PC_ANALYSIS_STATEALIASING_H
