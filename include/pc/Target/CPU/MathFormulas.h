// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_TARGET_CPU_MATHFORMULAS_H
#define PC_TARGET_CPU_MATHFORMULAS_H

#include "mlir/IR/PatternMatch.h"

namespace mlir::pc {

enum class FormulaTypes { Vectors, ScalarsAndVectors };

/// tanh and erf of f32 within 4 units in the last place, as arithmetic and exp.
void populateMathFormulas(RewritePatternSet &patterns, FormulaTypes types);

} // namespace mlir::pc

#endif // PC_TARGET_CPU_MATHFORMULAS_H
