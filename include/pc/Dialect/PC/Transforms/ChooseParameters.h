// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which arguments of a forward function are learned, by name.

#ifndef PC_DIALECT_PC_TRANSFORMS_CHOOSEPARAMETERS_H
#define PC_DIALECT_PC_TRANSFORMS_CHOOSEPARAMETERS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include <string>
#include <vector>

namespace mlir::pc {

/// Names, or regular expressions that match whole names.
struct ParameterChoice {
  /// These float inputs and parameters are learned and no others; empty: what
  /// the function says.
  std::vector<std::string> learn;
  /// These parameters are not learned, of `learn` neither.
  std::vector<std::string> freeze;

  bool isGiven() const { return !learn.empty() || !freeze.empty(); }
};

/// Sets roles and `pc.frozen` of the arguments. Reports words that name
/// nothing, each with the nearest name, and a choice that leaves nothing to
/// learn.
LogicalResult chooseParameters(func::FuncOp function,
                               const ParameterChoice &choice);

} // namespace mlir::pc

#endif // PC_DIALECT_PC_TRANSFORMS_CHOOSEPARAMETERS_H
