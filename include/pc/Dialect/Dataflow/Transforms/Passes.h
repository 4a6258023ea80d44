// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_DIALECT_DATAFLOW_TRANSFORMS_PASSES_H
#define PC_DIALECT_DATAFLOW_TRANSFORMS_PASSES_H

#include "mlir/Pass/Pass.h"
#include "pc/Dialect/Dataflow/IR/Dataflow.h"

namespace mlir::pcflow {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "pc/Dialect/Dataflow/Transforms/Passes.h.inc"

} // namespace mlir::pcflow

#endif // PC_DIALECT_DATAFLOW_TRANSFORMS_PASSES_H
