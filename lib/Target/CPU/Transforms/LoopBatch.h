// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loops over the iterations of a relaxation that treat every sample of a batch
// alone: their samples may lie elsewhere, or be taken some at a time.

#ifndef PC_LIB_TARGET_CPU_LOOPBATCH_H
#define PC_LIB_TARGET_CPU_LOOPBATCH_H

#include "mlir/Dialect/SCF/IR/SCF.h"

namespace mlir::pc {

/// Which dimension of each tensor counts the samples.
struct LoopBatch {
  int64_t samples = 0;
  /// Of tensors that the loop carries or computes.
  DenseMap<Value, unsigned> dims;
  /// Of tensors from outside, where they are used.
  DenseMap<OpOperand *, unsigned> captured;

  /// Nothing for a tensor that is the same for all samples.
  std::optional<unsigned> getDim(OpOperand &operand) const;
};

/// The batch of which all tensors that `loop` carries have the samples first.
/// Named ops in its body become generic ones.
/// Fails, without a diagnostic, where there is none, where so few iterations do
/// not pay for moving or cutting up their tensors, where some op mixes
/// samples, and where their places cannot be told.
FailureOr<LoopBatch> findBatch(scf::ForOp loop);

/// Where samples are in a loop that is built anew, and how many.
struct BatchForm {
  int64_t samples;
  bool isLast;

  RankedTensorType convert(RankedTensorType type, unsigned dim) const;
};

/// Whether nothing has been computed for `value`: it is empty, or filled.
bool isBlank(Value value);

/// What is blank as `value` is, of another type.
Value createBlank(OpBuilder &builder, Value value, RankedTensorType type);

/// A loop that does in `form` what `loop` does. `import` gives tensors from
/// outside, of which a dimension counts the samples, in this form.
scf::ForOp rebuild(OpBuilder &builder, scf::ForOp loop, const LoopBatch &batch,
                   BatchForm form,
                   llvm::function_ref<Value(Value, unsigned)> import);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_CPU_LOOPBATCH_H
