// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_DIALECT_DATAFLOW_TRANSFORMS_REPORT_H
#define PC_DIALECT_DATAFLOW_TRANSFORMS_REPORT_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/raw_ostream.h"

namespace mlir::pcflow {

/// Terms: JSON with what each estimate is computed from.
enum class ReportForm { Text, JSON, Terms };

/// Prints what the circuits of `module`, wired and with queues, are made of and
/// how they run (pcflow-report).
LogicalResult printReport(ModuleOp module, ReportForm form,
                          llvm::raw_ostream &os);

} // namespace mlir::pcflow

#endif // PC_DIALECT_DATAFLOW_TRANSFORMS_REPORT_H
