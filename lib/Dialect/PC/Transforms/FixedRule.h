// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loops of fixed prediction, as the passes see them that know how such a loop
// ends: all that an iteration changes are errors, each by one update.

#ifndef PC_LIB_DIALECT_PC_TRANSFORMS_FIXEDRULE_H
#define PC_LIB_DIALECT_PC_TRANSFORMS_FIXEDRULE_H

#include "pc/Dialect/PC/IR/PC.h"
#include "llvm/ADT/BitVector.h"

namespace mlir::pc {

/// What the next error of one state is made from.
struct FixedRule {
  UpdateOp update;
  /// States whose errors the messages carry; a message that carries none, only
  /// frozen errors, is there from the start.
  llvm::BitVector sources;
  bool hasFrozenMessage = false;
  bool settles = false; // step 1: the old error has no influence
};

/// One rule for each state; nothing when the loop is not one of fixed
/// prediction.
std::optional<llvm::SmallVector<FixedRule>>
analyzeFixedPrediction(RelaxOp relax);

/// Calls `handle`, which may erase the loop, for every loop of fixed prediction
/// in `root`.
void forEachFixedLoop(
    Operation *root,
    llvm::function_ref<void(RelaxOp, llvm::SmallVector<FixedRule>)> handle);

/// The state whose old value `value` is, if it is one.
std::optional<unsigned> getOldState(RelaxOp relax, Value value);

/// The VJP in the loop's body that computes `message`; null when it is frozen.
VJPOp getMessageVJP(RelaxOp relax, Value message);

} // namespace mlir::pc

#endif // PC_LIB_DIALECT_PC_TRANSFORMS_FIXEDRULE_H
