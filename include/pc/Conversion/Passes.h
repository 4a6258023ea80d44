// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_CONVERSION_PASSES_H
#define PC_CONVERSION_PASSES_H

#include "mlir/Pass/Pass.h"

namespace mlir {
class RewritePatternSet;
}

namespace mlir::pc {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "pc/Conversion/Passes.h.inc"

/// One pattern for each operation of the relaxation level but `pc.predict` and
/// `pc.vjp`, which pc-lower-vjp has replaced before.
void populatePCToLinalgPatterns(RewritePatternSet &patterns);

} // namespace mlir::pc

#endif // PC_CONVERSION_PASSES_H
