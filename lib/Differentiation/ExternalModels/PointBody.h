// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A structured operation seen from one point of its iteration domain: a block
// of scalars, each read from a tensor through an affine map. Rules add
// derivatives to a copy of the body and turn the outcome into a linalg.generic
// or into the body of a loop.

#ifndef PC_LIB_DIFFERENTIATION_EXTERNALMODELS_POINTBODY_H
#define PC_LIB_DIFFERENTIATION_EXTERNALMODELS_POINTBODY_H

#include "BodyCopy.h"
#include "TensorModels.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace mlir::pc {

class PointBody {
public:
  /// What stands for a block argument at a point of the domain: the element of
  /// `value` at `map`; a scalar is its own element.
  struct Access {
    Value value;
    AffineMap map;
  };

  /// A copy of the body of `op`. A maximum or minimum with the running value of
  /// a result has it first.
  PointBody(OpBuilder &builder, linalg::LinalgOp op);

  MutableArrayRef<int64_t> getExtents() { return extents; }
  /// Stands at the end of the copied body.
  OpBuilder &getBuilder() { return copy.getBuilder(); }
  /// The operations copied, without what has been added since.
  ArrayRef<Operation *> getOps() const { return copy.getOps(); }
  /// The scalars that the body yields, one per result.
  ArrayRef<Value> getYields() const { return yields; }
  /// The scalar that stands for an operand; null where the body has none.
  Value getArgument(OpOperand &operand);

  Value addRead(Value value, AffineMap map);
  /// The running value of a result that starts from `init`.
  Value addResult(Value init, AffineMap map);
  /// Reads elements of the operation's results where a derivative would compute
  /// them again, if each has one point that writes it.
  void readResults();
  /// The access of a read; null for anything else.
  Access *getRead(Value argument);

  /// `values` and all that they are computed from inside of the body.
  llvm::DenseSet<Value> getSlice(ValueRange values) const {
    return copy.getSlice(values);
  }
  /// The reads that `values` depend on, in order.
  llvm::SmallVector<Value> getUsedReads(ValueRange values);
  /// Whether `values` depend on a linalg.index of dimension `dim`.
  bool usesIndex(unsigned dim, ValueRange values);

  /// Makes a linalg.generic, with the dimensions of the results in front:
  /// `yielded` has one scalar for each addResult. Uses the body up, as does
  /// `inlineAt`.
  llvm::SmallVector<Value> emit(OpBuilder &builder, Location loc,
                                ValueRange yielded);

  /// Computes `values` at `point`, which has an index for each dimension.
  llvm::SmallVector<Value> inlineAt(OpBuilder &builder, Location loc,
                                    ValueRange point, ValueRange values);

private:
  void putRunningValuesFirst();
  void orderDimensions();

  linalg::LinalgOp op;
  BodyCopy copy;
  IRMapping mapping;
  llvm::SmallVector<int64_t> extents;
  llvm::SmallVector<Value> yields;
  llvm::DenseMap<Value, Access> reads; // looked up by key, never iterated
  llvm::SmallVector<std::pair<Value, Access>> results;
};

/// Whether `op` is one of the four maxima and minima of arith; null is not.
bool isExtremum(Operation *op);

/// The dimensions that stand alone in a result of `map`.
llvm::SmallBitVector getLoneDims(AffineMap map);

/// Every dimension longer than one stands alone in a result of `map`, so that
/// no element is reached from two points of a domain of these extents.
bool isInjective(AffineMap map, ArrayRef<int64_t> extents);

/// `map` reaches each element of `type` from exactly one point.
bool isBijective(AffineMap map, ArrayRef<int64_t> extents, Type type);

/// The element of `value` at `map(point)`; of a scalar the scalar itself.
Value createRead(OpBuilder &builder, Location loc, PointBody::Access access,
                 ValueRange point);

/// `map(point)` in arith.
llvm::SmallVector<Value> createIndices(OpBuilder &builder, Location loc,
                                       AffineMap map, ValueRange point);

} // namespace mlir::pc

#endif // PC_LIB_DIFFERENTIATION_EXTERNALMODELS_POINTBODY_H
