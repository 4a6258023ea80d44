// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_TRANSFORMS_PASSES_H
#define PC_TRANSFORMS_PASSES_H

#include "mlir/Pass/Pass.h"

namespace mlir::pc {

/// The element type that pc-change-float-type leaves.
enum class FloatKind { F64, F32, F16, BF16 };

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "pc/Transforms/Passes.h.inc"

} // namespace mlir::pc

#endif // PC_TRANSFORMS_PASSES_H
