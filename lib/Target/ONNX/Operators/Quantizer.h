// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How floats become quantised numbers.
//
// With --straight-through a quantised tensor is also a tensor of floats, its
// steps: clip(round(x / scale) + zero point) before it becomes an integer,
// where rounding has the derivative 1 (Bengio, Leonard and Courville 2013;
// Jacob et al. 2018) and clipping its own. Whoever reads a quantised tensor
// reads the steps where there are some. They hold the same integers exactly, so
// that no value depends on the option; all derivatives, those of scales as
// well, follow from the formula.

#ifndef PC_LIB_TARGET_ONNX_OPERATORS_QUANTIZER_H
#define PC_LIB_TARGET_ONNX_OPERATORS_QUANTIZER_H

#include "Operators.h"

namespace mlir::pc {

/// Integers and floats of at most 16 bits that numbers are quantised to.
bool isQuantized(Type type);

/// The type to compute differences of quantised tensors in: i32, where narrow
/// integers have room, or the widest of floats and steps.
Type getWideType(NodeContext &node, ValueRange operands);

/// x - zeroPoint, in `wide`; no zero point is 0.
Value emitDifference(ImplicitLocOpBuilder &b, ValueRange xAndZeroPoint,
                     Type wide);

/// Rounds what a node computes to what `type` holds.
class Quantizer {
public:
  Quantizer(NodeContext &node, Type type, bool saturates = true);

  /// Sets output `i` to what `quotient` of the operands, f32, is rounded to,
  /// and its steps; the zero point is the operand of that number. Returns what
  /// other operations of the node are to read.
  Value setOutput(unsigned i, llvm::ArrayRef<int64_t> shape,
                  ValueRange operands, Emitter::Body quotient,
                  std::optional<unsigned> zeroPoint);

private:
  Value emitSteps(ImplicitLocOpBuilder &b, Value x, Value zeroPoint);
  Value emitNarrow(ImplicitLocOpBuilder &b, Value x);
  Value emitNarrowSteps(ImplicitLocOpBuilder &b, Value x);
  Value emitConversion(ImplicitLocOpBuilder &b, Value steps);
  Value mark(Value converted);

  NodeContext &node;
  Type type;
  bool saturates, isStraightThrough;
};

} // namespace mlir::pc

#endif // PC_LIB_TARGET_ONNX_OPERATORS_QUANTIZER_H
