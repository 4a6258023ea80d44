// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_LIB_DIFFERENTIATION_EXTERNALMODELS_SCFMODELS_H
#define PC_LIB_DIFFERENTIATION_EXTERNALMODELS_SCFMODELS_H

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "pc/Interfaces/DifferentiableOpInterface.h"

namespace mlir::pc {

void attachSCFIf(MLIRContext &context);
void attachSCFFor(MLIRContext &context);

/// The VJP of a loop of `count` iterations.
LogicalResult buildForVJP(scf::ForOp op, int64_t count, OpBuilder &builder,
                          ArrayRef<Value> cotangents, CotangentSink &sink);

} // namespace mlir::pc

#endif // PC_LIB_DIFFERENTIATION_EXTERNALMODELS_SCFMODELS_H
