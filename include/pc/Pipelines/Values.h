// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tensors between the IR and host memory.

#ifndef PC_PIPELINES_VALUES_H
#define PC_PIPELINES_VALUES_H

#include "mlir/IR/BuiltinAttributes.h"
#include "pc/Runtime/Tensor.h"
#include <optional>

namespace mlir::pc {

/// The value of a constant; none if its type or its storage is not supported.
std::optional<Tensor> toTensor(ElementsAttr value);

/// The value as an attribute of type `type`, which has its kind and shape.
DenseElementsAttr toAttribute(const Tensor &tensor, ShapedType type);

} // namespace mlir::pc

#endif // PC_PIPELINES_VALUES_H
