// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Terms.h"
#include "pc/Interfaces/DifferentiableOpInterface.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>

using namespace mlir;
using namespace mlir::pc;

/// Paths that `expand` writes out at most.
static constexpr size_t maxPaths = 20000;

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

static void addTo(Term &term, unsigned atom, Weight weight) {
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

static VertexOpInterface getVertex(const Atom &atom) {
  return cast<VertexOpInterface>(
      static_cast<Operation *>(const_cast<void *>(atom.what)));
}

static Value getValue(const Atom &atom) {
  return Value::getFromOpaquePointer(atom.what);
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

//===----------------------------------------------------------------------===//
// Paths
//===----------------------------------------------------------------------===//

const llvm::BitVector &TermPool::getLengths(Value graphValue) {
  if (auto entry = lengths.find(graphValue.getAsOpaquePointer());
      entry != lengths.end())
    return entry->second;
  llvm::BitVector found;
  auto add = [&](unsigned length) {
    if (found.size() <= length)
      found.resize(length + 1);
    found.set(length);
  };
  bool isArgument = isa<BlockArgument>(graphValue);
  if (isDifferentiable(graphValue.getType()))
    for (OpOperand &use : graphValue.getUses()) {
      if (isa<LossOp>(use.getOwner()))
        add(0);
      if (!isa<VertexOp>(use.getOwner()))
        continue;
      for (Value result : use.getOwner()->getResults())
        for (unsigned length : llvm::BitVector(getLengths(result)).set_bits())
          add(isArgument ? length : length + 1);
    }
  return lengths[graphValue.getAsOpaquePointer()] = found;
}

/// The messages that N(activity, length) is the sum of.
const llvm::SmallVector<unsigned> &TermPool::getDefinition(Value activity,
                                                           unsigned length) {
  auto key = std::make_pair(activity.getAsOpaquePointer(), length);
  if (auto entry = definitions.find(key); entry != definitions.end())
    return entry->second;
  llvm::SmallVector<unsigned> messages;
  auto add = [&](OpOperand &use, unsigned result, unsigned inner) {
    messages.push_back(intern(Atom{AtomKind::Message,
                                   use.getOwner(),
                                   use.getOperandNumber(),
                                   result,
                                   {inner}}));
  };
  for (OpOperand &use : activity.getUses()) {
    if (isa<LossOp>(use.getOwner()) && length == 0)
      add(use, 0, intern(Atom{AtomKind::Seed}));
    if (!isa<VertexOp>(use.getOwner()) || length == 0)
      continue;
    for (OpResult result : use.getOwner()->getResults()) {
      const llvm::BitVector &those = getLengths(result);
      if (length - 1 < those.size() && those.test(length - 1))
        add(use, result.getResultNumber(),
            intern(Atom{AtomKind::Paths, result.getAsOpaquePointer(),
                        length - 1}));
    }
  }
  llvm::sort(messages);
  return definitions[key] = messages;
}

/// The N that a message is a part of, if it is.
std::optional<std::pair<Value, unsigned>>
TermPool::getTarget(unsigned number) const {
  const Atom &atom = atoms[number];
  if (atom.kind != AtomKind::Message ||
      atoms[atom.inner.front()].kind == AtomKind::Message)
    return std::nullopt;
  Value target = getVertex(atom)->getOperand(atom.first);
  if (isa<BlockArgument>(target))
    return std::nullopt;
  return std::make_pair(target, unsigned(getLength(number)));
}

Term TermPool::fold(const Term &term) {
  // Parts of each N, with the parts of those that are there as a whole.
  llvm::MapVector<std::pair<Value, unsigned>, Term> groups;
  Term result;
  for (const auto &[atom, weight] : term) {
    if (auto target = getTarget(atom))
      groups[*target].emplace(atom, weight);
    else
      result.emplace(atom, weight);
  }
  for (auto &group : groups) {
    const std::pair<Value, unsigned> &target = group.first;
    Term &parts = group.second;
    unsigned whole = intern(Atom{
        AtomKind::Paths, target.first.getAsOpaquePointer(), target.second});
    const llvm::SmallVector<unsigned> &definition =
        getDefinition(target.first, target.second);
    if (auto entry = result.find(whole); entry != result.end()) {
      for (unsigned part : definition)
        addTo(parts, part, entry->second);
      result.erase(entry);
    }
    Weight first = parts.empty() ? Weight() : parts.begin()->second;
    for (const auto &part : parts)
      if (std::abs(part.second.missing) > std::abs(first.missing))
        first = part.second;
    bool isWhole = llvm::all_of(definition, [&](unsigned part) {
      auto entry = parts.find(part);
      return entry != parts.end() && entry->second.isNear(first);
    });
    if (isWhole && parts.size() == definition.size())
      addTo(result, whole, first);
    else
      result.insert(parts.begin(), parts.end());
  }
  return result;
}

Term TermPool::getReverse(Value graphValue) {
  Term result;
  if (!isDifferentiable(graphValue.getType()))
    return result;
  if (!isa<BlockArgument>(graphValue)) {
    for (unsigned length : getLengths(graphValue).set_bits())
      addTo(result,
            intern(
                Atom{AtomKind::Paths, graphValue.getAsOpaquePointer(), length}),
            Weight());
    return result;
  }
  for (OpOperand &use : graphValue.getUses()) {
    auto vertex = dyn_cast<VertexOpInterface>(use.getOwner());
    if (!vertex)
      continue;
    bool isLoss = isa<LossOp>(use.getOwner());
    for (OpResult output : vertex->getResults()) {
      Term error =
          isLoss ? single(intern(Atom{AtomKind::Seed})) : getReverse(output);
      result = add(result, applyVJP(vertex, use.getOperandNumber(),
                                    output.getResultNumber(), error));
    }
  }
  return result;
}

/// The paths that an atom is the sum of, null when they are too many.
const llvm::SmallVector<unsigned> *TermPool::expandAtom(unsigned number) {
  if (auto entry = expansions.find(number); entry != expansions.end())
    return &entry->second;
  const Atom atom = atoms[number];
  llvm::SmallVector<unsigned> paths;
  if (atom.kind == AtomKind::Paths) {
    for (unsigned part : llvm::SmallVector<unsigned>(
             getDefinition(getValue(atom), atom.first))) {
      const llvm::SmallVector<unsigned> *inner = expandAtom(part);
      if (!inner || paths.size() + inner->size() > maxPaths)
        return nullptr;
      llvm::append_range(paths, *inner);
    }
  } else if (atom.kind == AtomKind::Message) {
    const llvm::SmallVector<unsigned> *inner = expandAtom(atom.inner.front());
    if (!inner)
      return nullptr;
    for (unsigned path : llvm::SmallVector<unsigned>(*inner))
      paths.push_back(intern(
          Atom{AtomKind::Message, atom.what, atom.first, atom.second, {path}}));
  } else {
    paths.push_back(number);
  }
  return &(expansions[number] = paths);
}

std::optional<Term> TermPool::expand(const Term &term) {
  Term result;
  for (const auto &[atom, weight] : term) {
    const llvm::SmallVector<unsigned> *paths = expandAtom(atom);
    if (!paths || result.size() + paths->size() > maxPaths)
      return std::nullopt;
    for (unsigned path : *paths)
      addTo(result, path, weight);
  }
  return result;
}

std::string TermPool::describe(unsigned number) const {
  const Atom &atom = atoms[number];
  std::string edges = std::to_string(std::max(0, getLength(number)));
  switch (atom.kind) {
  case AtomKind::Message: {
    auto vertex = getVertex(atom);
    int length = std::max(0, getLength(atom.inner.front()));
    return "what arrives at @" + vertex.getSymName().str() + " over paths of " +
           std::to_string(length) + (length == 1 ? " edge" : " edges");
  }
  case AtomKind::Moved:
    return "a VJP of @" + getVertex(atom).getSymName().str() +
           " away from the feed-forward point";
  case AtomKind::Paths:
    return "an error over paths of length " + edges;
  case AtomKind::Argument:
    return "argument " + std::to_string(atom.first);
  case AtomKind::Opaque:
    return "a value that no vertex makes";
  case AtomKind::Prediction:
    return "a prediction of @" + getVertex(atom).getSymName().str();
  case AtomKind::Seed:
    return "the seed of the loss";
  }
  llvm_unreachable("unknown kind of atom");
}
