// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Derivatives of the math dialect, generated from Rules/MathRules.td.

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/DialectRegistry.h"
#include "pc/Differentiation/ExternalModels/Register.h"
#include "pc/Differentiation/Rules/Support.h"
#include "pc/Interfaces/DifferentiableOpInterface.h"
#include "pc/Support/Names.h"

using namespace mlir;

#include "pc/Differentiation/Rules/MathModels.inc"

void pc::registerMathModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, math::MathDialect *) {
    attachModels(*context);
    // Derivatives of one of the two dialects use the other.
    context->loadDialect<arith::ArithDialect, math::MathDialect>();
  });
}
