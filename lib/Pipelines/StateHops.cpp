// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "StateHops.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace mlir::pc;

using States = llvm::MapVector<Value, unsigned>;

static States findStates(GraphOp graph, ArrayRef<std::string> names) {
  States states;
  for (VertexOp vertex : getVertices(graph))
    for (OpResult result : vertex->getResults()) {
      std::string name = vertex.getSymName().str();
      if (vertex->getNumResults() > 1)
        name += "#" + std::to_string(result.getResultNumber());
      auto found = llvm::find(names, name);
      if (found != names.end())
        states[result] = found - names.begin();
    }
  return states;
}

/// The states that a vertex reads. One without a state is a part of those that
/// read it.
static void addRead(Operation *vertex, const States &states,
                    llvm::SetVector<unsigned> &read) {
  for (Value parent : cast<VertexOpInterface>(vertex).getParents()) {
    auto state = states.find(parent);
    if (state != states.end())
      read.insert(state->second);
    else if (Operation *op = parent.getDefiningOp())
      addRead(op, states, read);
  }
}

/// Breadth first from every state.
void StateHops::connect(ArrayRef<llvm::SmallVector<unsigned>> next) {
  size_t count = next.size();
  distances.assign(count, std::vector<std::optional<unsigned>>(count));
  for (unsigned from = 0; from != count; ++from) {
    llvm::SmallVector<unsigned> order{from};
    distances[from][from] = 0;
    for (size_t i = 0; i != order.size(); ++i)
      for (unsigned to : next[order[i]])
        if (!distances[from][to]) {
          distances[from][to] = *distances[from][order[i]] + 1;
          order.push_back(to);
        }
  }
}

StateHops::StateHops(GraphOp graph, ArrayRef<std::string> names,
                     bool recomputed) {
  States states = findStates(graph, names);
  std::vector<llvm::SmallVector<unsigned>> next(names.size());
  auto joinAll = [&](const llvm::SetVector<unsigned> &scope) {
    for (unsigned a : scope)
      for (unsigned b : scope)
        if (a != b)
          next[a].push_back(b);
  };
  for (auto &[activity, state] : states) {
    llvm::SetVector<unsigned> read;
    addRead(activity.getDefiningOp(), states, read);
    if (!recomputed)
      llvm::append_range(next[state], read);
    read.insert(state);
    if (recomputed)
      joinAll(read);
  }
  if (recomputed) { // clamped outputs have no state: the loss joins all
    llvm::SetVector<unsigned> read;
    addRead(graph.getLoss(), states, read);
    joinAll(read);
  }
  connect(next);
}

unsigned StateHops::getDiameter() const {
  unsigned largest = 0;
  for (const auto &row : distances)
    for (std::optional<unsigned> hops : row)
      largest = std::max(largest, hops.value_or(0));
  return largest;
}
