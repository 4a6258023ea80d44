// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// N(i, l) and what is made of it: the graph's own side of the proof.

#include "Terms.h"
#include "pc/Interfaces/DifferentiableOpInterface.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>

using namespace mlir;
using namespace mlir::pc;

/// Paths that `expand` writes out at most.
static constexpr size_t maxPaths = 20000;

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
      for (Value result : use.getOwner()->getResults()) {
        llvm::BitVector below = getLengths(result); // the map may grow
        for (unsigned length : below.set_bits())
          add(isArgument ? length : length + 1);
      }
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
  Value target = atom.getVertex()->getOperand(atom.first);
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
    for (unsigned part : llvm::SmallVector<unsigned>(getDefinition(
             Value::getFromOpaquePointer(atom.what), atom.first))) {
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
