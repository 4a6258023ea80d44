// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reverse mode over the operations of one block. Written apart from BlockVJP
// and the relaxation, so that an error in one of the three walks shows as a
// difference.

#ifndef PC_LIB_DIFFERENTIATION_REVERSEMODE_TAPE_H
#define PC_LIB_DIFFERENTIATION_REVERSEMODE_TAPE_H

#include "pc/Interfaces/DifferentiableOpInterface.h"
#include "llvm/ADT/DenseSet.h"

namespace mlir::pc {

/// The operations of a block through which some wanted value reaches the loss.
class Activity {
public:
  Activity(Block &block, ValueRange wanted, Value loss);

  /// The values on a path from a wanted value to the loss.
  bool isActive(Value value) const { return active.contains(value); }

  /// The operations on such a path, in the order of the block.
  ArrayRef<Operation *> getTape() const { return tape; }

private:
  llvm::DenseSet<Value> active; // looked up, never iterated
  llvm::SmallVector<Operation *> tape;
};

/// Cotangents of active values: all that arrive, added up when they are read.
class Adjoints final : public CotangentSink {
public:
  explicit Adjoints(const Activity &activity) : activity(activity) {}

  bool wants(Value primal) const override;
  void add(OpBuilder &builder, Value primal, Value cotangent) override;

  /// The sum of all terms, which leaves that sum in their place; null when
  /// there is none.
  Value read(OpBuilder &builder, Value primal);

private:
  const Activity &activity;
  llvm::DenseMap<Value, llvm::SmallVector<Value, 2>> terms;
};

/// Appends to the block of `loss` what computes `dloss / dwanted`, one value
/// for each of `wanted`. Reports every operation without a rule, then fails.
FailureOr<llvm::SmallVector<Value>> buildGradients(OpBuilder &builder,
                                                   const Activity &activity,
                                                   Value loss,
                                                   ValueRange wanted);

} // namespace mlir::pc

#endif // PC_LIB_DIFFERENTIATION_REVERSEMODE_TAPE_H
