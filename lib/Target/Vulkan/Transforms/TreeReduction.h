// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reductions whose results are so few that the invocations of a workgroup take
// parts of each, and join them as a tree.

#ifndef PC_LIB_TARGET_VULKAN_TRANSFORMS_TREEREDUCTION_H
#define PC_LIB_TARGET_VULKAN_TRANSFORMS_TREEREDUCTION_H

#include "KernelTiling.h"

namespace mlir::pc {

/// How an op joins what it has so far with what comes next, and what changes
/// nothing.
struct Combiner {
  Operation *op;
  TypedAttr neutral;
};

/// Nothing where the op has no combiner, or one that cannot join parts.
std::optional<Combiner> getCombiner(linalg::LinalgOp op);

/// The steps that reducing so many results takes, `steps` each, if as many
/// invocations of a workgroup share each as is best.
double estimateTree(int64_t steps, int64_t results, const DeviceModel &device);

/// How many invocations, a power of two, take parts of each result; 1 where
/// that is not worth more than the tile `own` of invocations that share
/// nothing.
int64_t chooseTreeWidth(ArrayRef<linalg::LinalgOp> ops,
                        const KernelDomain &domain, ArrayRef<int64_t> own,
                        const DeviceModel &device);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_VULKAN_TRANSFORMS_TREEREDUCTION_H
