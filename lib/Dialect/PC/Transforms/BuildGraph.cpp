// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Makes the graph level from an objective: clusters of operations become
// vertices, what crosses between clusters becomes activities.

#include "Clusters.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "pc/Dialect/PC/IR/PC.h"
#include "pc/Dialect/PC/Transforms/Passes.h"
#include "pc/Interfaces/DifferentiableOpInterface.h"
#include "pc/Support/Names.h"
#include "pc/Support/Signature.h"
#include "pc/Support/ValueGroups.h"
#include "llvm/ADT/StringSet.h"

namespace mlir::pc {
#define GEN_PASS_DEF_BUILDGRAPH
#include "pc/Dialect/PC/Transforms/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

namespace {

/// Writes the graph of one objective.
class GraphBuilder {
public:
  GraphBuilder(func::FuncOp objective, const ClusterPlan &plan,
               unsigned lossResult)
      : objective(objective), plan(plan), lossResult(lossResult),
        builder(objective) {}

  GraphOp build(StringRef name);

private:
  /// What a cluster reads from outside, parents and parameters apart.
  struct Reads {
    llvm::SetVector<Value> parents, parameters;
  };

  void collectReads(ArrayRef<Operation *> ops, Reads &reads);
  llvm::SmallVector<Value> toGraph(const llvm::SetVector<Value> &group);
  void buildVertex(const Cluster &cluster);
  Value buildLoss(Value loss);
  void fillBody(Operation *vertex, const Reads &reads,
                ArrayRef<Operation *> ops, ValueRange predictions);
  bool isParameter(Value value);
  StringAttr makeName(StringRef wish);

  func::FuncOp objective;
  const ClusterPlan &plan;
  unsigned lossResult;
  OpBuilder builder;
  IRMapping values; // of the function, to those of the graph
  llvm::StringSet<> names;
};

} // namespace

bool GraphBuilder::isParameter(Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  return argument && argument.getOwner() == &objective.getBody().front() &&
         getArgRole(objective, argument.getArgNumber()) == roleParameter;
}

StringAttr GraphBuilder::makeName(StringRef wish) {
  std::string name = wish.str();
  for (unsigned i = 1; !names.insert(name).second; ++i)
    name = (wish + "_" + Twine(i)).str();
  return builder.getStringAttr(name);
}

void GraphBuilder::collectReads(ArrayRef<Operation *> ops, Reads &reads) {
  llvm::DenseSet<Operation *> inside(ops.begin(), ops.end());
  for (Operation *op : ops)
    for (Value value : getOutsideOperands(op)) {
      Operation *producer = value.getDefiningOp();
      if (producer && inside.contains(producer))
        continue;
      (isParameter(value) ? reads.parameters : reads.parents).insert(value);
    }
}

void GraphBuilder::fillBody(Operation *vertex, const Reads &reads,
                            ArrayRef<Operation *> ops, ValueRange predictions) {
  OpBuilder::InsertionGuard guard(builder);
  Block *body = builder.createBlock(&vertex->getRegion(0));
  IRMapping inside;
  for (const llvm::SetVector<Value> *group :
       {&reads.parents, &reads.parameters})
    for (Value value : *group)
      inside.map(value, body->addArgument(value.getType(), value.getLoc()));
  for (Operation *op : ops)
    builder.clone(*op, inside);
  auto mapped = llvm::map_to_vector(predictions,
                                    [&](Value v) { return inside.lookup(v); });
  PredictionOp::create(builder, vertex->getLoc(), mapped);
}

llvm::SmallVector<Value>
GraphBuilder::toGraph(const llvm::SetVector<Value> &group) {
  return llvm::map_to_vector(group, [&](Value v) { return values.lookup(v); });
}

void GraphBuilder::buildVertex(const Cluster &cluster) {
  Reads reads;
  collectReads(cluster.ops, reads);
  Location loc = cluster.ops.back()->getLoc();
  auto vertex = VertexOp::create(
      builder, loc, TypeRange(ValueRange(cluster.liveOuts)),
      makeName(cluster.name), toGraph(reads.parents), toGraph(reads.parameters),
      /*energy=*/nullptr, /*step=*/nullptr, /*iterations=*/nullptr);
  fillBody(vertex, reads, cluster.ops, cluster.liveOuts);
  for (auto [value, activity] :
       llvm::zip_equal(cluster.liveOuts, vertex.getActivities()))
    values.map(value, activity);
}

Value GraphBuilder::buildLoss(Value loss) {
  Reads reads;
  ArrayRef<Operation *> ops;
  if (plan.loss) {
    ops = plan.loss->ops;
    collectReads(ops, reads);
  } else {
    reads.parents.insert(loss);
  }
  auto op = LossOp::create(
      builder, loss.getLoc(), loss.getType(),
      makeName(plan.loss ? plan.loss->name : "loss"), toGraph(reads.parents),
      toGraph(reads.parameters),
      EnergyAttr::get(builder.getContext(), EnergyKind::Objective, 1.0));
  fillBody(op, reads, ops, loss);
  return op.getValue();
}

GraphOp GraphBuilder::build(StringRef name) {
  Operation *end = objective.getBody().front().getTerminator();
  FunctionType type = objective.getFunctionType();
  llvm::SmallVector<Type> results(type.getResults());
  results.erase(results.begin() + lossResult);
  results.push_back(type.getResult(lossResult));
  builder.setInsertionPointAfter(objective);
  auto graph =
      GraphOp::create(builder, objective.getLoc(), name,
                      builder.getFunctionType(type.getInputs(), results));
  if (ArrayAttr attributes = objective.getArgAttrsAttr())
    graph.setArgAttrsAttr(attributes);
  copyValueGroups(objective, graph);
  if (ArrayAttr attributes = objective.getResAttrsAttr()) {
    llvm::SmallVector<Attribute> moved(attributes.getValue());
    Attribute ofLoss = moved[lossResult];
    moved.erase(moved.begin() + lossResult);
    moved.push_back(ofLoss);
    graph.setResAttrsAttr(builder.getArrayAttr(moved));
  }

  builder.setInsertionPointToStart(&graph.getBody().front());
  values.map(objective.getArguments(), graph.getBody().getArguments());
  for (const Cluster &cluster : plan.vertices)
    buildVertex(cluster);
  // A loss that the model returns as well is read back from pc.loss; where it
  // is an activity, the output is the activity.
  Value loss = end->getOperand(lossResult);
  Value lossValue = buildLoss(loss);
  llvm::SmallVector<Value> returned;
  for (auto [index, value] : llvm::enumerate(end->getOperands()))
    if (index != lossResult)
      returned.push_back(values.contains(value) ? values.lookup(value)
                                                : lossValue);
  returned.push_back(lossValue);
  ReturnOp::create(builder, end->getLoc(), returned);
  return graph;
}

namespace {

struct BuildGraph : pc::impl::BuildGraphBase<BuildGraph> {
  using BuildGraphBase::BuildGraphBase;

  void runOnOperation() override {
    FailureOr<FunctionOpInterface> found =
        findObjective(getOperation(), function);
    if (failed(found))
      return signalPassFailure();
    auto objective = dyn_cast<func::FuncOp>(found->getOperation());
    FailureOr<unsigned> loss =
        objective ? getLossResult(*found) : FailureOr<unsigned>(failure());
    if (failed(loss))
      return signalPassFailure();
    FailureOr<ClusterPlan> plan =
        planClusters(objective, *loss, granularity, cuts);
    if (failed(plan))
      return signalPassFailure();
    numVertices += plan->vertices.size();
    GraphBuilder(objective, *plan, *loss)
        .build((getFunctionStem(objective.getName()) + graphSuffix).str());
  }
};

} // namespace
