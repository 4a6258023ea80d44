// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A place to differentiate the body of an operation in before it is known what
// of the outcome is needed.

#ifndef PC_LIB_DIFFERENTIATION_EXTERNALMODELS_BODYCOPY_H
#define PC_LIB_DIFFERENTIATION_EXTERNALMODELS_BODYCOPY_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/DenseSet.h"

namespace mlir::pc {

/// A block in front of the insertion point, which sees what is visible there;
/// it is gone with this object.
class BodyCopy {
public:
  BodyCopy(OpBuilder &builder, Location loc);
  ~BodyCopy();
  BodyCopy(const BodyCopy &) = delete;

  /// Stands at the end of the block. A listener of the builder given to the
  /// constructor hears nothing of it.
  OpBuilder &getBuilder() { return inner; }
  Block &getBlock() { return *block; }

  /// Copies the operations of `body` without the terminator. `mapping` has what
  /// stands for values from outside, and receives what stands for the others.
  void copyOps(Block &body, IRMapping &mapping);
  /// The operations copied, without what has been added since.
  ArrayRef<Operation *> getOps() const { return ops; }

  /// `values` and all that they are computed from inside of the block.
  llvm::DenseSet<Value> getSlice(ValueRange values) const;

  /// Erases what `values` do not depend on and makes them the terminator.
  void keepOnly(ValueRange values);

  /// What `keepOnly` was given, computed at the place of another builder from
  /// what `mapping` has for the arguments of the block.
  llvm::SmallVector<Value> cloneTo(OpBuilder &builder, IRMapping &mapping);

private:
  OpBuilder inner;
  Operation *holder;
  Block *block;
  llvm::SmallVector<Operation *> ops;
};

} // namespace mlir::pc

#endif // PC_LIB_DIFFERENTIATION_EXTERNALMODELS_BODYCOPY_H
