// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_TARGET_CPU_MATHFORMULAS_H
#define PC_TARGET_CPU_MATHFORMULAS_H

#include "mlir/IR/PatternMatch.h"

namespace mlir::pc {

enum class FormulaTypes { Vectors, ScalarsAndVectors };

/// tanh and erf of f32, and exp of vectors of it, within 4 units in the last
/// place, as arithmetic.
void populateMathFormulas(RewritePatternSet &patterns, FormulaTypes types);

} // namespace mlir::pc

#endif // PC_TARGET_CPU_MATHFORMULAS_H
