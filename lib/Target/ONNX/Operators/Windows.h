// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How a kernel slides over an image: what convolutions and pools share.

#ifndef PC_LIB_TARGET_ONNX_OPERATORS_WINDOWS_H
#define PC_LIB_TARGET_ONNX_OPERATORS_WINDOWS_H

#include "Operators.h"

namespace mlir::pc {

/// One entry for each spatial dimension.
struct Window {
  llvm::SmallVector<int64_t> kernel, strides, dilations;
  llvm::SmallVector<int64_t> low, high; // padding that the model asks for
  llvm::SmallVector<int64_t> output;    // sizes of the result
  /// Rows that ceil_mode reads behind the padding.
  llvm::SmallVector<int64_t> extra;

  /// Elements that the kernel spans along dimension `i`.
  int64_t getExtent(size_t i) const {
    return (kernel[i] - 1) * dilations[i] + 1;
  }
};

/// Strides, dilations and explicit padding, defaults filled in and checked;
/// the sizes of the result are left open.
FailureOr<Window> readWindow(NodeContext &node, llvm::ArrayRef<int64_t> kernel);

/// The window of a convolution or pool over `spatial` sizes, with auto_pad and
/// ceil_mode worked out.
FailureOr<Window> getWindow(NodeContext &node, llvm::ArrayRef<int64_t> spatial,
                            llvm::ArrayRef<int64_t> kernel);

/// Fails when the padded operand 0 is too large.
LogicalResult checkPadded(NodeContext &node, const Window &window);

/// Pads the spatial dimensions behind batch and channel.
Value padImage(Emitter &b, Value image, llvm::ArrayRef<int64_t> low,
               llvm::ArrayRef<int64_t> high, double value);

/// A vector of integers as the attribute of a named operation.
DenseIntElementsAttr getWindowAttr(Builder &builder,
                                   llvm::ArrayRef<int64_t> values);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_ONNX_OPERATORS_WINDOWS_H
