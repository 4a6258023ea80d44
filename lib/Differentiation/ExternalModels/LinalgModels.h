// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The linalg operations that are no structured operations.

#ifndef PC_LIB_DIFFERENTIATION_EXTERNALMODELS_LINALGMODELS_H
#define PC_LIB_DIFFERENTIATION_EXTERNALMODELS_LINALGMODELS_H

namespace mlir {
class MLIRContext;
}

namespace mlir::pc {

void attachLinalgRelayouts(MLIRContext &context);
void attachLinalgSoftmax(MLIRContext &context);

} // namespace mlir::pc

#endif // PC_LIB_DIFFERENTIATION_EXTERNALMODELS_LINALGMODELS_H
