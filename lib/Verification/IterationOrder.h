// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where a relaxation arrives, without its iterations. At step 1 a state is made
// anew in each of them from the states of its children. Where no state depends
// on itself, the first iteration makes those without children final, the second
// their parents, and so on: after as many iterations as the longest chain
// has states, each is what the body makes of the final ones it reads.

#ifndef PC_LIB_VERIFICATION_ITERATIONORDER_H
#define PC_LIB_VERIFICATION_ITERATIONORDER_H

#include "pc/Dialect/PC/IR/PC.h"

namespace mlir::pc {

struct IterationOrder {
  /// All operations of the body, each after those that make what it reads, be
  /// it in the same iteration or, through a state, in the one before.
  std::vector<Operation *> operations;
  /// Iterations after which every state is final.
  int64_t depth = 0;
};

/// Nothing where a state depends on itself.
std::optional<IterationOrder> findIterationOrder(RelaxOp relax);

} // namespace mlir::pc

#endif // PC_LIB_VERIFICATION_ITERATIONORDER_H
