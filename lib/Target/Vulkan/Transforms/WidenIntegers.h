// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_LIB_TARGET_VULKAN_TRANSFORMS_WIDENINTEGERS_H
#define PC_LIB_TARGET_VULKAN_TRANSFORMS_WIDENINTEGERS_H

#include "mlir/IR/PatternMatch.h"

namespace mlir::pc {

/// Integers of 2 and 4 bits as bits of wider ones, and comparisons of what was
/// widened for nothing.
void populateWidenIntegers(RewritePatternSet &patterns);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_VULKAN_TRANSFORMS_WIDENINTEGERS_H
