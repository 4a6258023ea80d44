// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Identity vertices on the edges that skip levels.

#include "pc/Analysis/ErrorPaths.h"
#include "pc/Dialect/PC/IR/PC.h"
#include "pc/Dialect/PC/Transforms/Passes.h"
#include "pc/Support/Names.h"

namespace mlir::pc {
#define GEN_PASS_DEF_LEVELGRAPH
#include "pc/Dialect/PC/Transforms/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

namespace {

class Leveller {
public:
  explicit Leveller(GraphOp graph)
      : graph(graph), paths(graph, std::nullopt), builder(graph) {
    for (auto vertex : graph.getBody().getOps<VertexOpInterface>())
      names.insert(vertex.getSymNameAttr());
  }

  /// Returns the number of vertices added.
  unsigned run();

private:
  unsigned getLevel(VertexOp vertex) const;
  Value delay(Value activity, unsigned from, unsigned to);
  StringAttr makeName(StringRef base, unsigned level);

  GraphOp graph;
  ErrorPaths paths;
  OpBuilder builder;
  llvm::DenseSet<StringAttr> names;
  /// Activity at a level lower than its own.
  llvm::DenseMap<std::pair<Value, unsigned>, Value> delayed;
  unsigned added = 0;
};

} // namespace

unsigned Leveller::getLevel(VertexOp vertex) const {
  unsigned level = 0;
  for (Value activity : vertex.getActivities())
    if (paths.carriesError(activity))
      level = std::max(level, paths.getLongest(activity));
  return level;
}

StringAttr Leveller::makeName(StringRef base, unsigned level) {
  std::string stem = (base + "_at_" + Twine(level)).str(), name = stem;
  for (unsigned i = 1; names.contains(builder.getStringAttr(name)); ++i)
    name = stem + "_" + std::to_string(i);
  names.insert(builder.getStringAttr(name));
  return builder.getStringAttr(name);
}

/// `activity`, a value of level `from`, handed down to level `to` by identity
/// vertices; readers of one level share them.
Value Leveller::delay(Value activity, unsigned from, unsigned to) {
  if (from == to)
    return activity;
  auto entry = delayed.find({activity, to});
  if (entry != delayed.end())
    return entry->second;
  Value above = delay(activity, from, to + 1);
  auto source = activity.getDefiningOp<VertexOp>();
  builder.setInsertionPointAfter(above.getDefiningOp());
  auto identity = VertexOp::create(
      builder, source.getLoc(), activity.getType(),
      makeName(source.getSymName(), to), above, ValueRange(),
      /*energy=*/nullptr, /*step=*/nullptr, /*iterations=*/nullptr);
  Block *body = builder.createBlock(&identity.getBody());
  Value argument = body->addArgument(activity.getType(), source.getLoc());
  PredictionOp::create(builder, source.getLoc(), argument);
  ++added;
  Value result = identity.getActivities().front();
  delayed[{activity, to}] = result;
  return result;
}

unsigned Leveller::run() {
  llvm::SmallVector<VertexOp> vertices = getVertices(graph);
  llvm::DenseMap<Operation *, unsigned> levels;
  for (VertexOp vertex : vertices)
    levels[vertex] = getLevel(vertex);
  auto levelReads = [&](VertexOpInterface reader, unsigned readLevel) {
    for (OpOperand &operand : reader->getOpOperands()) {
      Value activity = operand.get();
      if (!paths.carriesError(activity))
        continue;
      unsigned level = levels.lookup(activity.getDefiningOp());
      operand.set(delay(activity, level, readLevel));
    }
  };
  for (VertexOp vertex : vertices)
    if (llvm::any_of(vertex.getActivities(),
                     [&](Value v) { return paths.carriesError(v); }))
      levelReads(vertex, levels.lookup(vertex) + 1);
  levelReads(graph.getLoss(), 0);
  return added;
}

namespace {

struct LevelGraph : pc::impl::LevelGraphBase<LevelGraph> {
  using LevelGraphBase::LevelGraphBase;

  void runOnOperation() override {
    auto graph =
        getOperation().lookupSymbol<GraphOp>(function + graphSuffix.str());
    if (!graph) {
      getOperation().emitError("expected pc.graph @")
          << function << graphSuffix
          << "; pc-build-graph makes it from an objective";
      return signalPassFailure();
    }
    numIdentities += Leveller(graph).run();
  }
};

} // namespace
