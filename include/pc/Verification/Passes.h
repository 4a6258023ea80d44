// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_VERIFICATION_PASSES_H
#define PC_VERIFICATION_PASSES_H

#include "mlir/Pass/Pass.h"
#include "pc/Verification/Proof.h"

namespace mlir::pc {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "pc/Verification/Passes.h.inc"

} // namespace mlir::pc

#endif // PC_VERIFICATION_PASSES_H
