// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_DIALECT_PC_TRANSFORMS_ATTACHLOSS_H
#define PC_DIALECT_PC_TRANSFORMS_ATTACHLOSS_H

namespace mlir::pc {

/// Where the scalar that is differentiated comes from.
enum class LossKind {
  Model,            ///< a scalar output of the model
  MeanSquaredError, ///< (output - target)^2
  CrossEntropy,     ///< -log softmax(logits)[label], class axis 1
  Cotangent         ///< sum over all float outputs of <cotangent, output>
};

/// How the terms of a loss become one number.
enum class Reduction { Mean, Sum };

} // namespace mlir::pc

#endif // PC_DIALECT_PC_TRANSFORMS_ATTACHLOSS_H
