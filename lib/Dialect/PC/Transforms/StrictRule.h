// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The strict rule: predictions and Jacobians are recomputed at the activities
// of every iteration (Whittington and Bogacz 2017),
//
//   e_i(t+1) = e_i(t) + eta_i (d_i - sum_j J_ji(v)^T d_j - [loss reads i] b_i),
//   d_i = pi_i (mu_i(v) - v_i),  v_i = mu_i(0) + e_i,  d_out = b = dL/dmu_out.

#ifndef PC_LIB_DIALECT_PC_TRANSFORMS_STRICTRULE_H
#define PC_LIB_DIALECT_PC_TRANSFORMS_STRICTRULE_H

#include "Expansion.h"

namespace mlir::pc {

class StrictRule {
public:
  /// All vertices that reach the loss relax, those that learn nothing too: they
  /// share the energy. `strength` multiplies the loss (the beta of a nudge).
  StrictRule(Expansion &expansion, double strength);

  /// Where everything is for given displacements.
  struct Point {
    ValueMap activities; // arguments too
    ValueMap errors;
    TermMap seeds; // b_i of the hidden vertices that the loss reads
  };

  /// The hidden vertices; the state of each is its displacement.
  ArrayRef<OpResult> getHidden() const { return hidden; }
  llvm::SmallVector<Attribute> getOwners() const;
  llvm::SmallVector<Value> getInitialStates();

  /// Predictions and errors at `displacements` (null: zero), with `arguments`
  /// (which may hold parameters that move) in place of those of the function.
  Point evaluate(ValueRange displacements, const ValueMap &arguments);

  /// The next displacements; null for those that are null.
  llvm::SmallVector<Value> advance(const Point &point, ValueRange displacements,
                                   std::optional<double> step = std::nullopt);

  /// Local gradients at a point, of one vertex.
  void addGradients(VertexOpInterface vertex, const Point &point,
                    TermMap &gradients);

private:
  void addErrors(VertexOpInterface vertex, const ValueMap &displaced,
                 Point &point);
  TermMap getMessages(const Point &point);

  Expansion &e;
  ErrorPaths paths; // of all that reaches the loss
  double strength;
  llvm::SmallVector<OpResult> hidden;
};

} // namespace mlir::pc

#endif // PC_LIB_DIALECT_PC_TRANSFORMS_STRICTRULE_H
