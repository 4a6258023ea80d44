// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Terms.h"
#include <cmath>

using namespace mlir;
using namespace mlir::pc;

//===----------------------------------------------------------------------===//
// Coefficients
//===----------------------------------------------------------------------===//

/// Both follow one recurrence in a different order of operations, so that a
/// thousand roundings may lie between them.
bool Weight::isNear(const Weight &other) const {
  double scale = std::max({1.0, std::abs(present), std::abs(other.present)});
  return std::abs(present - other.present) <= 1e-12 * scale;
}

Weight Weight::plus(const Weight &other) const {
  return {present + other.present, missing + other.missing - 1.0};
}

/// A coefficient divided by itself is 1: the rounding of the quotient is one of
/// floating-point order.
Weight Weight::times(double factor) const {
  if (factor == 1.0)
    return *this;
  double product = present * factor;
  if (std::abs(product - 1.0) <= 1e-14)
    return {1.0, 0.0};
  return {product, 1.0 - product};
}

void TermPool::addTo(Term &term, unsigned atom, Weight weight) {
  auto [entry, isNew] = term.try_emplace(atom, weight);
  if (isNew)
    return;
  entry->second = entry->second.plus(weight);
  if (entry->second.present == 0.0)
    term.erase(entry);
}

Term TermPool::add(const Term &a, const Term &b) {
  Term result = a;
  for (const auto &[atom, weight] : b)
    addTo(result, atom, weight);
  return result;
}

Term TermPool::scale(const Term &term, double factor) {
  Term result;
  if (factor != 0.0)
    for (const auto &[atom, weight] : term)
      result.emplace(atom, weight.times(factor));
  return result;
}

Term TermPool::mix(const Term &a, const Term &b, double step) {
  Term result;
  auto lookUp = [](const Term &term, unsigned atom) {
    auto entry = term.find(atom);
    return entry == term.end() ? Weight{0.0, 1.0} : entry->second;
  };
  auto mixOne = [&](unsigned atom) {
    Weight old = lookUp(a, atom), come = lookUp(b, atom), mixed;
    mixed.missing = (1.0 - step) * old.missing + step * come.missing;
    mixed.present = (1.0 - step) * old.present + step * come.present;
    if (mixed.missing == 0.0)
      mixed.present = 1.0;
    if (mixed.present != 0.0)
      result[atom] = mixed;
  };
  for (const auto &entry : a)
    mixOne(entry.first);
  for (const auto &entry : b)
    if (!a.count(entry.first))
      mixOne(entry.first);
  return result;
}

//===----------------------------------------------------------------------===//
// Atoms
//===----------------------------------------------------------------------===//

bool Atom::operator<(const Atom &other) const {
  return std::tie(kind, what, first, second, inner) <
         std::tie(other.kind, other.what, other.first, other.second,
                  other.inner);
}

TermPool::TermPool(GraphOp graph) : graph(graph) {}

unsigned TermPool::intern(Atom atom) {
  auto [entry, isNew] = atomNumbers.try_emplace(atom, atoms.size());
  if (isNew)
    atoms.push_back(std::move(atom));
  return entry->second;
}

unsigned TermPool::intern(const Term &term) {
  std::vector<double> key;
  for (const auto &[atom, weight] : term)
    key.insert(key.end(), {double(atom), weight.present, weight.missing});
  return termNumbers.try_emplace(std::move(key), termNumbers.size())
      .first->second;
}

VertexOpInterface Atom::getVertex() const {
  return cast<VertexOpInterface>(
      static_cast<Operation *>(const_cast<void *>(what)));
}

bool TermPool::isOfReverseMode(unsigned atom) const {
  AtomKind kind = atoms[atom].kind;
  return kind == AtomKind::Seed || kind == AtomKind::Paths ||
         kind == AtomKind::Message;
}

int TermPool::getLength(unsigned atom) const {
  int edges = 0;
  while (atoms[atom].kind == AtomKind::Message) {
    ++edges;
    atom = atoms[atom].inner.front();
  }
  return atoms[atom].kind == AtomKind::Paths ? edges + int(atoms[atom].first)
                                             : edges - 1;
}

Term TermPool::applyVJP(VertexOpInterface vertex, unsigned operand,
                        unsigned result, const Term &error) {
  Term messages, rest;
  for (const auto &[atom, weight] : error) {
    if (!isOfReverseMode(atom)) {
      rest.emplace(atom, weight);
      continue;
    }
    unsigned message = intern(Atom{
        AtomKind::Message, vertex.getOperation(), operand, result, {atom}});
    addTo(messages, message, weight);
  }
  if (!rest.empty())
    messages = add(messages, applyMovedVJP(vertex, operand, result, {}, rest));
  return fold(messages);
}

Term TermPool::applyMovedVJP(VertexOpInterface vertex, unsigned operand,
                             unsigned result, std::vector<unsigned> point,
                             const Term &error) {
  if (error.empty())
    return {};
  point.push_back(intern(error));
  return single(intern(Atom{AtomKind::Moved, vertex.getOperation(), operand,
                            result, std::move(point)}));
}

std::string TermPool::describe(unsigned number) const {
  const Atom &atom = atoms[number];
  std::string edges = std::to_string(std::max(0, getLength(number)));
  switch (atom.kind) {
  case AtomKind::Message: {
    auto vertex = atom.getVertex();
    int length = std::max(0, getLength(atom.inner.front()));
    return "what arrives at @" + vertex.getSymName().str() + " over paths of " +
           std::to_string(length) + (length == 1 ? " edge" : " edges");
  }
  case AtomKind::Moved:
    return "a VJP of @" + atom.getVertex().getSymName().str() +
           " away from the feed-forward point";
  case AtomKind::Paths:
    return "an error over paths of length " + edges;
  case AtomKind::Argument:
    return "argument " + std::to_string(atom.first);
  case AtomKind::Opaque:
    return "a value that no vertex makes";
  case AtomKind::Prediction:
    return "a prediction of @" + atom.getVertex().getSymName().str();
  case AtomKind::Seed:
    return "the seed of the loss";
  }
  llvm_unreachable("unknown kind of atom");
}
