// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_DIFFERENTIATION_PASSES_H
#define PC_DIFFERENTIATION_PASSES_H

#include "mlir/Pass/Pass.h"
#include "pc/Support/Signature.h"

namespace mlir::pc {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "pc/Differentiation/Passes.h.inc"

} // namespace mlir::pc

#endif // PC_DIFFERENTIATION_PASSES_H
