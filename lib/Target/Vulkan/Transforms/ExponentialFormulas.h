// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_LIB_TARGET_VULKAN_TRANSFORMS_EXPONENTIALFORMULAS_H
#define PC_LIB_TARGET_VULKAN_TRANSFORMS_EXPONENTIALFORMULAS_H

#include "mlir/IR/PatternMatch.h"

namespace mlir::pc {

/// exp and expm1 of f32 as sums and products that need no fused multiply-add.
void populateExponentialFormulas(RewritePatternSet &patterns);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_VULKAN_TRANSFORMS_EXPONENTIALFORMULAS_H
