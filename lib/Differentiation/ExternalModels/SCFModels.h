// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_LIB_DIFFERENTIATION_EXTERNALMODELS_SCFMODELS_H
#define PC_LIB_DIFFERENTIATION_EXTERNALMODELS_SCFMODELS_H

namespace mlir {
class MLIRContext;
}

namespace mlir::pc {

void attachSCFIf(MLIRContext &context);
void attachSCFFor(MLIRContext &context);

} // namespace mlir::pc

#endif // PC_LIB_DIFFERENTIATION_EXTERNALMODELS_SCFMODELS_H
