// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writes a tiled nest as loops around vectors.

#ifndef PC_LIB_TARGET_CPU_NESTEMITTER_H
#define PC_LIB_TARGET_CPU_NESTEMITTER_H

#include "NestBlocking.h"

namespace mlir::pc {

/// True when every operation of the body has a vector form.
bool hasVectorForm(linalg::LinalgOp op);

/// True when a body has few instructions on vectors: it can be written out for
/// every register of a tile.
bool isShortBody(linalg::LinalgOp op);

/// For each output the operation that adds one more value to it, where that is
/// all that the body does with it and the operation has a neutral element.
/// Empty if any output is made in another way.
SmallVector<Operation *> getCombiners(linalg::LinalgOp op);

/// Emits the loops that compute `op` before it; the caller erases it. Where
/// `initial` has a value, the accumulators of that output start with it instead
/// of with what the output holds. With `sums`, an operand of the epilogue of
/// `nest`, that is computed on what the tiles end with.
void emitNest(OpBuilder &builder, linalg::LinalgOp op, const StridedNest &nest,
              const NestTiling &tiling, const NestBlocking &blocking,
              const VectorTarget &target, ArrayRef<Value> initial,
              OpOperand *sums = nullptr);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_CPU_NESTEMITTER_H
