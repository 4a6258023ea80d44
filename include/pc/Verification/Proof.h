// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What can be said of a schedule for all inputs and parameters, before anything
// is run: its gradients are terms over the vertices of the graph, and so are
// those of reverse mode.
//
//   proved    the terms are equal; numbers differ by the order of
//   floating-point
//             operations alone
//   bounded   every term of reverse mode is there with a known part of it, and
//             with the coefficient c_k(T) of fixed prediction; start `clamped`
//   measured  nothing is known but what a run shows

#ifndef PC_VERIFICATION_PROOF_H
#define PC_VERIFICATION_PROOF_H

#include "pc/Dialect/PC/IR/PC.h"

namespace mlir::pc {

/// Set by pc-prove-equivalence on results of role gradient: a verdict.
inline constexpr llvm::StringLiteral verdictAttrName = "pc.verdict";

enum class Equivalence { Proved, Bounded, Measured };

/// `proved`, `bounded` or `measured`.
llvm::StringRef stringifyEquivalence(Equivalence equivalence);

struct ParameterVerdict {
  std::string name; // of the parameter or input
  unsigned result;  // of the function
  Equivalence status = Equivalence::Measured;
  /// bounded: the largest part of a path that is missing. The relative error
  /// of the gradient if `isExact`, else a bound relative to the sum of the
  /// norms of its paths.
  double bound = 0;
  bool isExact = false;
  std::string reason; // measured: why nothing better is known
};

/// The error of one activity at the end of fixed prediction.
struct VertexBound {
  std::string name;           // "@h"
  unsigned shortest, longest; // its paths to a clamped output, in edges
  double missing;             // as `bound` above
};

struct EquivalenceReport {
  llvm::SmallVector<ParameterVerdict> parameters; // in the order of the results
  llvm::SmallVector<VertexBound> vertices; // empty but for fixed prediction
  int64_t iterations = 0;                  // of all relaxations together
  std::optional<double> step;              // if all updates take the same one

  /// The weakest verdict; `proved` if there is no gradient.
  Equivalence getStatus() const;
  void print(llvm::raw_ostream &os, llvm::StringRef function) const;
};

/// Compares the gradients of `function`, of the relaxation level, with reverse
/// mode over the vertices of `graph`. Arguments of the function are those of
/// the graph, then maybe others.
EquivalenceReport proveEquivalence(FunctionOpInterface function, GraphOp graph);

} // namespace mlir::pc

#endif // PC_VERIFICATION_PROOF_H
