// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "mlir/IR/DialectRegistry.h"
#include "pc/Differentiation/ExternalModels/Register.h"

void mlir::pc::registerLinalgModels(DialectRegistry &registry) {}
