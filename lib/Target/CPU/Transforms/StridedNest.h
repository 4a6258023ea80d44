// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A structured op on buffers, seen as a nest of loops over linear memory. In
// this view a matrix product, a convolution and a bias differ in numbers only.

#ifndef PC_LIB_TARGET_CPU_STRIDEDNEST_H
#define PC_LIB_TARGET_CPU_STRIDEDNEST_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace mlir::pc {

/// `constant + sum of coefficients[d] * i_d`.
struct LinearForm {
  int64_t constant = 0;
  SmallVector<int64_t> coefficients;
};

/// Fails, without a diagnostic, where `expr` is not linear.
FailureOr<LinearForm> getLinearForm(AffineExpr expr, unsigned numDims);

/// One loop: where it came from does not matter unless the body asks for its
/// number.
struct NestDim {
  int64_t extent;
  bool isReduction;
};

/// An operand: element `offset + sum of strides[d] * i_d` of linear memory.
struct NestAccess {
  OpOperand *operand = nullptr;
  /// False for a scalar operand, which has no strides.
  bool inMemory = false;
  bool isOutput = false;
  int64_t offset = 0;
  SmallVector<int64_t> strides;
};

/// Nothing is added in iterations in which the place `form` in some operand is
/// outside of first...end - 1.
struct NestBound {
  LinearForm form;
  int64_t first, end;
};

struct StridedNest {
  SmallVector<NestDim> dims;
  SmallVector<NestAccess> accesses;
  SmallVector<NestBound> bounds;
  /// Operands of an op that is computed on what a tile ends with, but for that.
  SmallVector<NestAccess> epilogue;
  /// For each loop of the op its number in `dims`, or nothing if it runs once.
  SmallVector<std::optional<unsigned>> dimOfLoop;

  bool reduces() const {
    return llvm::any_of(dims,
                        [](const NestDim &dim) { return dim.isReduction; });
  }
  /// Whether every operand changes with `dim`, as in a batch of products.
  bool isSharedByNone(unsigned dim) const {
    return llvm::all_of(accesses, [&](const NestAccess &access) {
      return !access.inMemory || access.strides[dim] != 0;
    });
  }
};

/// Where the elements of an operand lie, as `map` sees them.
struct OperandLayout {
  AffineMap map;
  SmallVector<int64_t> strides;
};

/// Elements of a tensor of this shape in row-major order.
OperandLayout getRowMajorLayout(AffineMap map, ArrayRef<int64_t> shape);

/// The layout of each operand of `op`; of tensors, and of what slices of them
/// are of, that in row-major order.
/// Fails, without a diagnostic, where it is not static.
FailureOr<SmallVector<OperandLayout>> getLayouts(linalg::LinalgOp op);

/// Reads `op`, drops loops that run once, and merges neighbours that no operand
/// can tell from one long loop. Fails, without a diagnostic, on dynamic shapes
/// and on maps that are not linear.
FailureOr<StridedNest> getStridedNest(linalg::LinalgOp op);

/// The same for operands that lie elsewhere.
FailureOr<StridedNest> getStridedNest(linalg::LinalgOp op,
                                      ArrayRef<OperandLayout> layouts);

/// A product with the elementwise op that reads its output as `sums`: their
/// loops are cut where either ends, and become those of both.
/// Fails, without a diagnostic, where they cannot be.
FailureOr<StridedNest> getStridedNest(linalg::LinalgOp product,
                                      OpOperand &sums);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_CPU_STRIDEDNEST_H
