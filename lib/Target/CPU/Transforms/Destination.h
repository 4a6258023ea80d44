// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_LIB_TARGET_CPU_DESTINATION_H
#define PC_LIB_TARGET_CPU_DESTINATION_H

#include "mlir/Dialect/SCF/IR/SCF.h"

namespace mlir::pc {

/// Gives `destination` to the op at the root of the chain of destinations that
/// ends in `value`, where that root is an empty tensor and nothing else reads
/// what lies between. Returns whether it did.
bool replaceEmptyDestination(Value value, Value destination);

/// True when `value` may lie in memory that a block argument or the caller
/// owns after bufferization, unless that is the memory of `own`.
bool mayAliasOther(Value value, Value own);

/// For each value that the body of `loop` yields, what the body has of the old
/// one: the condition hands them on in an order of its own. Null where it does
/// not.
SmallVector<Value> getCarried(scf::WhileOp loop);

/// A copy of `value` in memory of its own.
Value copyTensor(OpBuilder &builder, Value value);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_CPU_DESTINATION_H
