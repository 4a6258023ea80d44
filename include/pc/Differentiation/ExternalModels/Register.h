// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attaches DifferentiableOpInterface to upstream operations. Each function
// adds an extension, so that nothing loads before its dialect does.

#ifndef PC_DIFFERENTIATION_EXTERNALMODELS_REGISTER_H
#define PC_DIFFERENTIATION_EXTERNALMODELS_REGISTER_H

namespace mlir {
class DialectRegistry;
}

namespace mlir::pc {

void registerArithModels(DialectRegistry &registry);
void registerMathModels(DialectRegistry &registry);
void registerTensorModels(DialectRegistry &registry);
void registerLinalgModels(DialectRegistry &registry);
void registerSCFModels(DialectRegistry &registry);

} // namespace mlir::pc

#endif // PC_DIFFERENTIATION_EXTERNALMODELS_REGISTER_H
