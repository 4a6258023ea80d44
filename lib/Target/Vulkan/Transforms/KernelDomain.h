// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the ops of one kernel have in common: elements that they share out.

#ifndef PC_LIB_TARGET_VULKAN_TRANSFORMS_KERNELDOMAIN_H
#define PC_LIB_TARGET_VULKAN_TRANSFORMS_KERNELDOMAIN_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace mlir::pc {

/// The elements of the results of an op, in the order of the dimensions of the
/// first result, and which loop of the op runs over each dimension.
struct KernelDomain {
  SmallVector<int64_t> sizes;
  SmallVector<unsigned> loops, reductions;
  int64_t count = 1;
};

/// Nothing where some result has not one element for each point of the
/// parallel loops.
std::optional<KernelDomain> getDomain(linalg::LinalgOp op);

/// Element e of the domain accesses element e of the operand and no other.
bool isElementLocal(linalg::LinalgOp op, OpOperand &operand);

/// The op sets every element of the result without a look at what it was.
bool overwrites(linalg::LinalgOp op, OpOperand &init);

/// The whole buffer that `memory` is a part of. What lies in an arena are
/// buffers of their own: two of them that share memory are not in use at once.
Value getRoot(Value memory);

/// All values that the op reads from outside of itself, operands first.
SmallVector<Value> collectOperands(Operation *op);

/// What the body of the op takes from outside, operands of the op aside.
SmallVector<Value> collectCaptured(linalg::LinalgOp op);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_VULKAN_TRANSFORMS_KERNELDOMAIN_H
