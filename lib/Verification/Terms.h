// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Symbolic values of the relaxation level: linear combinations of atoms, each
// of which exists once.
//
// The atom N(i, l) is the sum over all paths of l edges from activity i to a
// clamped output of J_p^T b. It is defined by the graph alone,
//   N(i, 0) = sum of the VJPs of the loss that go to i,
//   N(i, l) = sum over children j of i of J_ji^T N(j, l - 1),
// and reverse mode is the sum over l of N(i, l). A combination in which all
// terms of this definition stand with one coefficient is written with N, so
// that the number of terms is that of lengths, not of paths.

#ifndef PC_LIB_VERIFICATION_TERMS_H
#define PC_LIB_VERIFICATION_TERMS_H

#include "pc/Dialect/PC/IR/PC.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/MapVector.h"
#include <map>
#include <vector>

namespace mlir::pc {

/// A coefficient, and what it lacks to 1. The latter follows a recurrence of
/// its own, as it can be far smaller than the precision of the former.
struct Weight {
  double present = 1;
  double missing = 0;

  bool operator==(const Weight &other) const {
    return present == other.present && missing == other.missing;
  }
  bool isNear(const Weight &other) const;
  Weight plus(const Weight &other) const;
  Weight times(double factor) const;
};

enum class AtomKind {
  Argument,   // of the function
  Opaque,     // a result of an operation that is not looked into
  Prediction, // a result of a vertex at its operands
  Seed,       // dL/dL
  Paths,      // N(i, l)
  Message,    // VJP of a vertex at its feed-forward point, of another atom
  Moved       // VJP of a vertex at another point, or of something else
};

/// Ordered by number of atom.
using Term = std::map<unsigned, Weight>;

struct Atom {
  AtomKind kind;
  const void *what = nullptr; // vertex, operation or graph value
  unsigned first = 0;         // number of argument, operand or result; length
  unsigned second = 0;        // result of the vertex, for a VJP
  std::vector<unsigned> inner = {}; // atoms (Message) or terms

  bool operator<(const Atom &other) const;
  VertexOpInterface getVertex() const;
};

/// Interns atoms and terms, and knows N(i, l).
class TermPool {
public:
  explicit TermPool(GraphOp graph);

  const Atom &get(unsigned atom) const { return atoms[atom]; }
  unsigned intern(Atom atom);
  unsigned intern(const Term &term);
  static Term single(unsigned atom) { return {{atom, Weight()}}; }

  static Term add(const Term &a, const Term &b);
  static Term scale(const Term &term, double factor);
  /// (1 - step) a + step b, with the missing parts by their recurrence.
  static Term mix(const Term &a, const Term &b, double step);

  /// The VJP of `vertex` for its operand `operand` of `error`, the error of its
  /// result `result`, at the feed-forward point.
  Term applyVJP(VertexOpInterface vertex, unsigned operand, unsigned result,
                const Term &error);
  /// The same at any other point.
  Term applyMovedVJP(VertexOpInterface vertex, unsigned operand,
                     unsigned result, std::vector<unsigned> point,
                     const Term &error);

  /// What reverse mode sends to a value of the graph, an argument or an
  /// activity.
  Term getReverse(Value graphValue);
  /// The lengths of the paths of a value of the graph.
  const llvm::BitVector &getLengths(Value graphValue);

  /// Edges to the clamped output; -1 for the seed.
  int getLength(unsigned atom) const;
  /// True for sums of paths of the graph at its feed-forward point.
  bool isOfReverseMode(unsigned atom) const;

  /// Writes `term` without N. Nothing when that takes too many paths.
  std::optional<Term> expand(const Term &term);

  /// Applies the definition of N backwards wherever all of it is there.
  Term fold(const Term &term);

  /// In words, for reports.
  std::string describe(unsigned atom) const;

private:
  static void addTo(Term &term, unsigned atom, Weight weight);
  const llvm::SmallVector<unsigned> &getDefinition(Value activity,
                                                   unsigned length);
  std::optional<std::pair<Value, unsigned>> getTarget(unsigned atom) const;
  const llvm::SmallVector<unsigned> *expandAtom(unsigned atom);

  GraphOp graph;
  std::vector<Atom> atoms;
  std::map<Atom, unsigned> atomNumbers;
  std::map<std::vector<double>, unsigned> termNumbers;
  std::map<const void *, llvm::BitVector> lengths; // never iterated
  std::map<std::pair<const void *, unsigned>, llvm::SmallVector<unsigned>>
      definitions;                                            // never iterated
  std::map<unsigned, llvm::SmallVector<unsigned>> expansions; // of atoms
};

} // namespace mlir::pc

#endif // PC_LIB_VERIFICATION_TERMS_H
