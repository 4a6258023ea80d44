// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Evaluation of nodes whose operands are known: shape arithmetic.

#ifndef PC_LIB_TARGET_ONNX_FOLD_H
#define PC_LIB_TARGET_ONNX_FOLD_H

#include "NodeContext.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace mlir::pc {

/// Results that are evaluated have at most this many elements; larger ones are
/// computed by the compiled code.
inline constexpr int64_t maxFoldedElements = 1 << 16;

using Integers = llvm::ArrayRef<int64_t>;

/// A result of this kind and shape, or null if it is too large to fold.
std::unique_ptr<Tensor> makeFolded(ElementKind kind, Integers shape);
/// Element `index` as an exact integer; `tensor` has integers or booleans.
int64_t getInteger(const Tensor &tensor, int64_t index);
/// Stores an integer into an element of any kind, wrapping as C does.
void setInteger(Tensor &tensor, int64_t index, int64_t value);
/// A vector of 64-bit integers.
Constant makeIntegers(Integers values);

/// Elementwise with broadcasting, on floats or on integers.
struct ScalarFunctions {
  double (*onFloats)(llvm::ArrayRef<double>);
  int64_t (*onIntegers)(llvm::ArrayRef<int64_t>); // null: does not fold
  bool isPredicate = false;
};
bool foldElementwise(NodeContext &node, const ScalarFunctions &functions);

/// A result of shape `shape` whose element at `index` is element
/// `source(index)` of `tensor`.
bool foldGather(NodeContext &node, unsigned output, const Tensor &tensor,
                Integers shape, llvm::function_ref<int64_t(Integers)> source);
/// The first operand in another shape.
bool foldReshape(NodeContext &node, Integers shape);

/// Row-major strides of `shape`.
llvm::SmallVector<int64_t> getStrides(Integers shape);
/// The position in an operand of shape `own` that broadcasts to `index`.
int64_t getBroadcastPosition(Integers own, Integers index);
/// Steps `index` through `shape`; returns false at the end.
bool advance(llvm::MutableArrayRef<int64_t> index, Integers shape);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_ONNX_FOLD_H
