// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_LIB_TARGET_VULKAN_BUILDPLAN_H
#define PC_LIB_TARGET_VULKAN_BUILDPLAN_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "pc/Target/CPU/Signature.h"
#include "pc/Target/Vulkan/Plan/Plan.h"

namespace mlir::pc {

/// The plan of `function`, which consists of launches whose kernels are SPIR-V
/// modules beside it. `signature` is that of the function on tensors.
FailureOr<Plan> buildPlan(func::FuncOp function, const Signature &signature);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_VULKAN_BUILDPLAN_H
