// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which vertex reads what in one iteration: the rules of locality.
//
// L1 data: the next error of a vertex reads its own old error and those of its
//    children; where predictions are recomputed, the old activities and the
//    parameters of its Markov blanket.
// L2 no hidden sweep: within an iteration no new value of one vertex makes the
//    new value of another.
// L3 messages: what crosses from vertex to vertex is an activity (down) or a
// VJP
//    of a child with the child's own error (up).
// L4 parameters: the change of a parameter reads the inputs, the error and the
//    optimiser state of the vertices that learn it.
// L5 no global coupling: nothing joins the values of several vertices, but a
//    monitor, and nothing reads a monitor. A test of all states that ends a
//    relaxation is the one global signal that is reported and not failed.
// L6 sharing, L7 control and L8 weight symmetry are reported, never failed.

#ifndef PC_ANALYSIS_LOCALITY_H
#define PC_ANALYSIS_LOCALITY_H

#include "pc/Dialect/PC/IR/PC.h"

namespace mlir::pc {

struct LocalityViolation {
  unsigned rule;     // 1 to 5
  std::string edge;  // what reads what, "@o reads the new error of @h"
  Operation *op;     // where it happens
  Operation *reader; // the vertex that reads, or null
};

/// A property of local code that one should know of (L5 where values decide
/// when a relaxation ends, L6, L7, L8).
struct LocalityNote {
  unsigned rule; // 5 to 8
  std::string text;
};

struct LocalityReport {
  llvm::SmallVector<LocalityViolation> violations; // in the order of the code
  llvm::SmallVector<LocalityNote> notes;
  int64_t iterations = 0;    // of all relaxations together, at most
  bool endsGlobally = false; // a test of all states ends some relaxation
  int64_t frozenValues = 0;  // that the iterations read and do not change
  int64_t frozenBytes = 0;   // parameters and constants not counted
  int64_t transposedEdges = 0;

  bool isLocal() const { return violations.empty(); }
  void print(llvm::raw_ostream &os, llvm::StringRef function) const;
};

/// True for `pc.relax` and the operations that speak of a vertex.
bool isRelaxationOp(Operation *op);

/// True when `function` holds operations of the relaxation level.
bool isRelaxationLevel(FunctionOpInterface function);

/// The graph that `function` computes gradients of: the one its operations
/// name, or that of its stem, or the only one. Null if there is none.
GraphOp findGraph(FunctionOpInterface function);

/// Checks a function that computes gradients. One that does so without any
/// relaxation is a backward sweep (L2).
LocalityReport analyzeLocality(FunctionOpInterface function);

} // namespace mlir::pc

#endif // PC_ANALYSIS_LOCALITY_H
