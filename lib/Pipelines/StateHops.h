// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How many iterations the error of one activity needs to reach another, from
// the graph alone.

#ifndef PC_LIB_PIPELINES_STATEHOPS_H
#define PC_LIB_PIPELINES_STATEHOPS_H

#include "pc/Dialect/PC/IR/PC.h"
#include <optional>

namespace mlir::pc {

class StateHops {
public:
  /// States are named after their vertices, `h` or `h#1`. With `recomputed`
  /// predictions follow the activities: a hop leads to the Markov blanket, else
  /// to a parent.
  StateHops(GraphOp graph, llvm::ArrayRef<std::string> states, bool recomputed);

  /// Hops from state `from` to state `to`; none if it cannot be reached.
  std::optional<unsigned> get(unsigned from, unsigned to) const {
    return distances[from][to];
  }
  /// The largest number of hops.
  unsigned getDiameter() const;

private:
  void connect(llvm::ArrayRef<llvm::SmallVector<unsigned>> next);

  std::vector<std::vector<std::optional<unsigned>>> distances;
};

} // namespace mlir::pc

#endif // PC_LIB_PIPELINES_STATEHOPS_H
