// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which loop of a contraction becomes the lanes of vectors, and which operands
// have to be transposed for it.

#ifndef PC_LIB_TARGET_CPU_OPERANDORDER_H
#define PC_LIB_TARGET_CPU_OPERANDORDER_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "pc/Target/CPU/VectorTarget.h"

namespace mlir::pc {

/// Numbers of `rank` dimensions with `position` last.
SmallVector<int64_t> getOrderWithLast(int64_t rank, unsigned position);

/// Map and shape of the operand with dimension `position` last.
std::pair<AffineMap, SmallVector<int64_t>>
moveLast(linalg::LinalgOp op, OpOperand &operand, unsigned position);

/// The position that has to become the last one for vectors along `loop` to be
/// loaded, if the operand is used often enough to pay for that.
std::optional<unsigned> getTransposed(linalg::LinalgOp op, OpOperand &operand,
                                      unsigned loop);

/// A loop as lanes, and what the op takes then with its operands in the order
/// for that, in multiply-adds of a vector; 0 where that is not known.
struct VectorLoop {
  unsigned loop;
  double cost;
};

/// The loop of the lanes: the last one of the output, unless, with
/// `comparesAll`, another one makes up for the way of its operands.
std::optional<VectorLoop> chooseVectorLoop(linalg::LinalgOp op,
                                           const VectorTarget &target,
                                           bool comparesAll = true);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_CPU_OPERANDORDER_H
