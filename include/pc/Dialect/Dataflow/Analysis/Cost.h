// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What units take of a part of the Xilinx 7 series, as Yosys maps them
// (synth_xilinx -flatten).

#ifndef PC_DIALECT_DATAFLOW_ANALYSIS_COST_H
#define PC_DIALECT_DATAFLOW_ANALYSIS_COST_H

#include "pc/Dialect/Dataflow/IR/Dataflow.h"

namespace mlir::pcflow {

/// Multipliers and halves of block memories (18 Kbit) follow from the rules of
/// the mapping; look-up tables (those used as memory included) and registers
/// are estimates.
struct Cost {
  int64_t dsp = 0, lut = 0, ff = 0, bram = 0;

  Cost &operator+=(const Cost &other);
};

/// What an estimate is made of: `lut` and `ff` are sums of terms, each with a
/// coefficient of the kind of unit (CostTable.inc), and of what is certain.
struct CostTerms {
  llvm::StringRef kind; // empty: costs nothing
  Cost certain;
  llvm::SmallVector<double> lut, ff;
};

CostTerms getCostTerms(Operation *unit);
Cost estimateCost(const CostTerms &terms);

/// Multipliers of a signed product of words of `a` and `b` bits.
int64_t countMultipliers(int64_t a, int64_t b);

} // namespace mlir::pcflow

#endif // PC_DIALECT_DATAFLOW_ANALYSIS_COST_H
