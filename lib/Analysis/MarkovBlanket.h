// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who stands next to whom in a graph.

#ifndef PC_LIB_ANALYSIS_MARKOVBLANKET_H
#define PC_LIB_ANALYSIS_MARKOVBLANKET_H

#include "pc/Dialect/PC/IR/PC.h"
#include "llvm/ADT/PointerUnion.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::pc {

/// What a value of the relaxation belongs to: a vertex (or the loss), or an
/// argument of the graph, that is an input or a parameter.
using Origin = llvm::PointerUnion<Operation *, Value>;
using Origins = llvm::SmallSetVector<Origin, 4>;

/// The origin of a value of a graph.
Origin getOrigin(Value graphValue);

/// `@h` for a vertex, `'w'` for an argument.
std::string getName(Origin origin);

inline bool isLoss(Origin origin) {
  auto *op = dyn_cast<Operation *>(origin);
  return op && isa<LossOp>(op);
}

/// Neighbourhoods, where a vertex without a state of its own counts as part of
/// its children: nothing relaxes in it.
class MarkovBlanket {
public:
  MarkovBlanket(GraphOp graph, const Origins &states);

  /// What an update of `origin` may read: its children's errors if predictions
  /// are frozen, else its Markov blanket with the parameters in it.
  Origins getAllowed(Origin origin, bool recomputed) const;

  bool isClamped(Origin origin) const { return clamped.contains(origin); }
  const Origins &getClamped() const { return clamped; }

private:
  bool hasState(Origin origin) const {
    return states.contains(origin) || clamped.contains(origin);
  }
  void addParents(Origin vertex, Origins &result) const;
  void addErrorReads(Origin vertex, bool recomputed, Origins &result) const;

  Origins states;
  Origins clamped; // read by the loss
};

} // namespace mlir::pc

#endif // PC_LIB_ANALYSIS_MARKOVBLANKET_H
