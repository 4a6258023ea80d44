// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How far errors have come. They start at the outputs and travel one edge an
// iteration: what they have not reached is where the feed-forward pass has left
// it, whatever the rule and the step.

#ifndef PC_LIB_DIALECT_PC_TRANSFORMS_ERRORFRONT_H
#define PC_LIB_DIALECT_PC_TRANSFORMS_ERRORFRONT_H

#include "pc/Dialect/PC/IR/PC.h"
#include "llvm/ADT/BitVector.h"

namespace mlir::pc {

class ErrorFront {
public:
  explicit ErrorFront(RelaxOp relax);

  /// False where every state moves from the first iteration on.
  bool findStages();
  /// Replaces the loop by one for every stage, which has only the states that
  /// have moved by its end, and reads the others as zero.
  void write();

  unsigned pruned = 0, kept = 0; // updates, over all iterations

private:
  /// Iterations that read the same states as zero.
  struct Stage {
    int64_t iterations;
    llvm::BitVector readAsZero, zeroAfter;
  };
  /// What is known of the values of an iteration before it runs.
  struct Knowledge {
    llvm::DenseSet<Value> zeros;
    llvm::DenseMap<Value, Value> same; // values from outside the loop

    bool isZero(Value value) const;
    /// Whether the iteration has no use for `op`.
    bool covers(Operation *op) const;
  };

  Knowledge propagate(const llvm::BitVector &isZero) const;
  /// The value of `value` before the loop; null when only the loop knows it.
  Value getOutside(Value value, const Knowledge &known) const;
  void visit(Operation *op, Knowledge &known) const;
  void visitPrediction(PredictOp op, Knowledge &known) const;
  unsigned countLeftOut(const llvm::BitVector &isZero) const;
  /// The states that are zero after an iteration that begins with `isZero`.
  llvm::BitVector advance(const llvm::BitVector &isZero);
  void writeStage(const Stage &stage);
  void copyOp(Operation *op, const Knowledge &known, IRMapping &copies);
  Value copyValue(Value value, const Knowledge &known, IRMapping &copies);

  RelaxOp relax;
  Block *body;
  OpBuilder builder;
  llvm::SmallVector<Stage> stages;
  llvm::SmallVector<Value> current; // states between the stages
};

} // namespace mlir::pc

#endif // PC_LIB_DIALECT_PC_TRANSFORMS_ERRORFRONT_H
