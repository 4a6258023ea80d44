// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Analysis/ErrorPaths.h"
#include "pc/Interfaces/DifferentiableOpInterface.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace mlir::pc;

/// The activities that a change of a wanted argument reaches.
static llvm::DenseSet<Value> getDependent(GraphOp graph, Wanted wanted) {
  llvm::DenseSet<Value> dependent;
  for (unsigned argument : getWantedArguments(graph, wanted))
    dependent.insert(graph.getArgument(argument));
  for (VertexOp vertex : getVertices(graph))
    if (llvm::any_of(vertex->getOperands(),
                     [&](Value v) { return dependent.contains(v); }))
      for (Value activity : vertex.getActivities())
        if (isDifferentiable(activity.getType()))
          dependent.insert(activity);
  return dependent;
}

/// into |= from << shift
static void unite(llvm::BitVector &into, const llvm::BitVector &from,
                  unsigned shift) {
  if (from.none())
    return;
  unsigned size = from.find_last() + shift + 1;
  if (into.size() < size)
    into.resize(size);
  for (unsigned bit : from.set_bits())
    into.set(bit + shift);
}

ErrorPaths::ErrorPaths(GraphOp graph, std::optional<Wanted> wanted) {
  llvm::DenseSet<Value> dependent;
  if (wanted)
    dependent = getDependent(graph, *wanted);
  auto mayCarry = [&](Value activity) {
    return activity.getDefiningOp<VertexOp>() &&
           isDifferentiable(activity.getType()) &&
           (!wanted || dependent.contains(activity));
  };

  llvm::DenseMap<Value, llvm::BitVector> found;
  for (Value parent : graph.getLoss().getParents())
    if (mayCarry(parent))
      unite(found[parent], llvm::BitVector(1, true), 0);
  llvm::SmallVector<VertexOp> vertices = getVertices(graph);
  for (VertexOp child : llvm::reverse(vertices)) {
    llvm::BitVector ofChild;
    for (Value activity : child.getActivities())
      if (auto entry = found.find(activity); entry != found.end())
        unite(ofChild, entry->second, 0);
    if (ofChild.none())
      continue;
    for (Value parent : child.getParents())
      if (mayCarry(parent))
        unite(found[parent], ofChild, 1);
  }

  for (VertexOp vertex : vertices)
    for (OpResult activity : vertex->getResults())
      if (auto entry = found.find(activity); entry != found.end()) {
        activities.push_back(activity);
        depth = std::max<unsigned>(depth, entry->second.find_last());
        lengths.insert({activity, std::move(entry->second)});
      }
}

const llvm::BitVector &ErrorPaths::getLengths(Value activity) const {
  auto entry = lengths.find(activity);
  assert(entry != lengths.end() && "the activity carries no error");
  return entry->second;
}

unsigned ErrorPaths::getShortest(Value activity) const {
  return getLengths(activity).find_first();
}

unsigned ErrorPaths::getLongest(Value activity) const {
  return getLengths(activity).find_last();
}

std::optional<unsigned> ErrorPaths::getOnlyLength(Value activity) const {
  const llvm::BitVector &all = getLengths(activity);
  if (all.count() != 1)
    return std::nullopt;
  return all.find_first();
}

void ErrorPaths::print(llvm::raw_ostream &os) const {
  os << "depth " << depth << ", start clamped\n";
  for (OpResult activity : activities) {
    os << "  @" << cast<VertexOp>(activity.getOwner()).getSymName();
    if (activity.getOwner()->getNumResults() > 1)
      os << "#" << activity.getResultNumber();
    os << ": lengths ";
    llvm::interleave(getLengths(activity).set_bits(), os, " ");
    os << (isClamped(activity) ? ", clamped\n" : "\n");
  }
}
