// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The largest slope of the energy along an element of any state, which a
// tolerance is held against.

#ifndef PC_LIB_CONVERSION_PCTOLINALG_LARGESTSLOPE_H
#define PC_LIB_CONVERSION_PCTOLINALG_LARGESTSLOPE_H

#include "mlir/Transforms/DialectConversion.h"
#include "pc/Dialect/PC/IR/PC.h"

namespace mlir::pc {

class LargestSlope {
public:
  /// Of a relaxation that stops early.
  explicit LargestSlope(RelaxOp relax);

  /// A tensor of one number; above every tolerance, so that there is a first
  /// iteration.
  Value createStart(OpBuilder &builder, Location loc) const;
  /// Whether `largest` is not at most the tolerance; true for no number.
  Value createTest(OpBuilder &builder, Location loc, Value largest) const;
  /// Replaces `op` by the next state, and takes its slope into account.
  Value advance(ConversionPatternRewriter &rewriter, AdvanceOp op);
  /// The largest of all slopes, in the place of `old`.
  Value createLargest(OpBuilder &builder, Location loc, Value old) const;

private:
  double tolerance;
  FloatType type; // the widest of all states, at least f32
  llvm::SmallVector<Value> slopes;
};

} // namespace mlir::pc

#endif // PC_LIB_CONVERSION_PCTOLINALG_LARGESTSLOPE_H
