// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_DIALECT_PC_TRANSFORMS_PASSES_H
#define PC_DIALECT_PC_TRANSFORMS_PASSES_H

#include "mlir/Pass/Pass.h"
#include "pc/Dialect/PC/IR/PC.h"
#include "pc/Dialect/PC/Transforms/AttachLoss.h"
#include "pc/Dialect/PC/Transforms/Granularity.h"
#include "pc/Support/Signature.h"

namespace mlir::pc {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "pc/Dialect/PC/Transforms/Passes.h.inc"

} // namespace mlir::pc

#endif // PC_DIALECT_PC_TRANSFORMS_PASSES_H
