// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The cells of RNN, GRU and LSTM, and how they run over a sequence.

#ifndef PC_LIB_TARGET_ONNX_OPERATORS_RECURRENTCELLS_H
#define PC_LIB_TARGET_ONNX_OPERATORS_RECURRENTCELLS_H

#include "Operators.h"

namespace mlir::pc {

struct Activation {
  std::string name;
  double alpha = 0, beta = 0;
};

/// What is said by the attributes, and the operands of one direction, without
/// the dimension that tells directions apart.
struct Cell {
  int64_t gates, hidden, length, batch, inputs;
  llvm::SmallVector<Activation> activations;
  std::optional<double> clip; // of what activations see
  /// Iterations between two that the loop keeps for reverse mode.
  std::optional<int64_t> checkpoint;
  bool linearBeforeReset = false;
  bool couplesGates = false;   // the forget gate is one minus the input gate
  bool isBatchFirst = false;   // layout = 1
  int64_t unroll = 0;          // longer sequences are a loop
  Value input;                 // [length, batch, inputs]
  Value w, r;                  // [gates * hidden, inputs or hidden]
  Value inputBias, hiddenBias; // [gates * hidden], or null
  Value peepholes;             // [3 * hidden], or null
  Value lengths;               // of the sequences [batch, 1], or null for full
  Value state, memory;         // [batch, hidden]; memory of an LSTM only
};

/// Runs the cell over the sequence; returns the states [length, 1, batch,
/// hidden] in the order of the input.
Value runCell(Emitter &b, Cell &cell, bool isBackward);

/// Fills alpha and beta with the defaults of an activation, and says which of
/// them it reads. False where there is none of that name.
bool describeActivation(Activation &activation, bool &hasAlpha, bool &hasBeta);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_ONNX_OPERATORS_RECURRENTCELLS_H
