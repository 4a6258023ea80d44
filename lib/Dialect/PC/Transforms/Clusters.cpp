// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A cluster is a run of operations that follow each other in the function, so
// that the clusters in their order are a topological order: no cycle between
// vertices can arise, whatever the names of the operations are.

#include "Clusters.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/RegionUtils.h"
#include "pc/Interfaces/DifferentiableOpInterface.h"
#include "pc/Support/Names.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace mlir::pc;

llvm::SetVector<Value> pc::getOutsideOperands(Operation *op) {
  llvm::SetVector<Value> values(op->operand_begin(), op->operand_end());
  if (op->getNumRegions() != 0)
    getUsedValuesDefinedAbove(op->getRegions(), values);
  return values;
}

/// Moves elements and computes nothing.
static bool isView(Operation *op) {
  return isa<linalg::TransposeOp, tensor::CastOp, tensor::CollapseShapeOp,
             tensor::ExpandShapeOp, tensor::ReshapeOp>(op);
}

namespace {

class Planner {
public:
  Planner(func::FuncOp objective, unsigned lossResult, Granularity granularity,
          ArrayRef<std::string> cuts)
      : block(objective.getBody().front()), lossResult(lossResult),
        granularity(granularity), cuts(cuts) {}

  FailureOr<ClusterPlan> plan(func::FuncOp objective);

private:
  /// A run of operations, and whether every reader makes its own copy.
  struct Run {
    std::string name;
    llvm::SmallVector<Operation *> ops;
    bool isCopied = false;
  };

  LogicalResult checkCuts(func::FuncOp objective);
  void findNeeded();
  void findConstants();
  void findRuns();
  void copyViews();
  Run *runOf(Value value);
  void addCopies(Value value, llvm::DenseSet<Operation *> &inside);
  Cluster makeCluster(const Run &run);
  void findLiveOuts(llvm::MutableArrayRef<Cluster> clusters,
                    ArrayRef<Run *> owners);

  Block &block;
  unsigned lossResult;
  Granularity granularity;
  ArrayRef<std::string> cuts;
  llvm::DenseSet<Operation *> needed;    // by some result
  llvm::DenseSet<Operation *> constants; // depend on no argument; not returned
  std::vector<Run> runs;
  llvm::DenseMap<Operation *, unsigned> runIndex;
  llvm::StringMap<unsigned> unnamed; // running numbers by kind of operation
};

} // namespace

LogicalResult Planner::checkCuts(func::FuncOp objective) {
  if (granularity != Granularity::Block) {
    if (!cuts.empty())
      return objective.emitError("cut points need granularity block");
    return success();
  }
  llvm::StringSet<> names;
  for (Operation &op : block)
    if (std::optional<StringRef> name = getNodeName(op.getLoc()))
      names.insert(*name);
  for (const std::string &cut : cuts)
    if (!names.contains(cut))
      return objective.emitError("no node is called '")
             << cut << "', which was given as a cut point";
  return success();
}

void Planner::findNeeded() {
  llvm::SmallVector<Value> work(block.getTerminator()->getOperands());
  while (!work.empty()) {
    Operation *op = work.pop_back_val().getDefiningOp();
    if (!op || !needed.insert(op).second)
      continue;
    llvm::append_range(work, getOutsideOperands(op));
  }
}

void Planner::findConstants() {
  auto isReturned = [&](Operation &op) {
    return llvm::is_contained(op.getUsers(), block.getTerminator());
  };
  for (Operation &op : block.without_terminator())
    if (!isReturned(op) && llvm::all_of(getOutsideOperands(&op), [&](Value v) {
          Operation *producer = v.getDefiningOp();
          return producer && constants.contains(producer);
        }))
      constants.insert(&op);
}

void Planner::findRuns() {
  std::string open; // name of the run that the next operation may join
  bool isOpen = false;
  for (Operation &op : block.without_terminator()) {
    if (!needed.contains(&op) || constants.contains(&op))
      continue;
    std::optional<StringRef> node = getNodeName(op.getLoc());
    bool joins = isOpen;
    if (granularity == Granularity::Op)
      joins = false;
    else if (granularity == Granularity::Node)
      joins = isOpen && node && open == *node;
    if (!joins) {
      StringRef kind = op.getName().stripDialect();
      std::string name =
          node ? node->str() : (kind + "_" + Twine(unnamed[kind]++)).str();
      runs.push_back({name, {}, false});
    }
    runs.back().ops.push_back(&op);
    if (node)
      runs.back().name = node->str(); // a block is named by its last node
    runIndex[&op] = runs.size() - 1;
    open = node ? node->str() : "";
    isOpen = true;
    if (granularity == Granularity::Block && node &&
        llvm::is_contained(cuts, *node)) {
      // The cut comes after the last operation of the node.
      Operation *next = op.getNextNode();
      isOpen = next && getNodeName(next->getLoc()) == node;
    }
  }
}

Planner::Run *Planner::runOf(Value value) {
  auto entry = runIndex.find(value.getDefiningOp());
  return entry == runIndex.end() ? nullptr : &runs[entry->second];
}

/// Runs of views alone go into their readers, unless the function returns them.
void Planner::copyViews() {
  if (granularity != Granularity::Node)
    return;
  llvm::DenseSet<Value> returned;
  for (Value value : block.getTerminator()->getOperands())
    returned.insert(value);
  for (Run &run : runs)
    run.isCopied = llvm::all_of(run.ops, [&](Operation *op) {
      return isView(op) && llvm::none_of(op->getResults(), [&](Value v) {
               return returned.contains(v);
             });
    });
}

/// Adds what `value` needs of constants and copied views to a body.
void Planner::addCopies(Value value, llvm::DenseSet<Operation *> &inside) {
  Operation *op = value.getDefiningOp();
  if (!op || inside.contains(op))
    return;
  Run *run = runOf(value);
  if (!constants.contains(op) && !(run && run->isCopied))
    return;
  inside.insert(op);
  for (Value operand : getOutsideOperands(op))
    addCopies(operand, inside);
}

Cluster Planner::makeCluster(const Run &run) {
  llvm::DenseSet<Operation *> inside(run.ops.begin(), run.ops.end());
  for (Operation *op : run.ops)
    for (Value operand : getOutsideOperands(op))
      addCopies(operand, inside);
  Cluster cluster;
  cluster.name = run.name;
  cluster.ops.assign(inside.begin(), inside.end());
  llvm::sort(cluster.ops,
             [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  return cluster;
}

/// A value is live out of the cluster that owns it when it is returned, or read
/// by a cluster that does not hold a copy.
void Planner::findLiveOuts(llvm::MutableArrayRef<Cluster> clusters,
                           ArrayRef<Run *> owners) {
  llvm::DenseSet<Value> read;
  for (Value value : block.getTerminator()->getOperands())
    read.insert(value);
  for (Cluster &cluster : clusters) {
    llvm::DenseSet<Operation *> inside(cluster.ops.begin(), cluster.ops.end());
    for (Operation *op : cluster.ops)
      for (Value operand : getOutsideOperands(op))
        if (!inside.contains(operand.getDefiningOp()))
          read.insert(operand);
  }
  for (auto [cluster, owner] : llvm::zip_equal(clusters, owners))
    for (Operation *op : owner->ops)
      for (Value result : op->getResults())
        if (read.contains(result))
          cluster.liveOuts.push_back(result);
}

FailureOr<ClusterPlan> Planner::plan(func::FuncOp objective) {
  if (failed(checkCuts(objective)))
    return failure();
  findNeeded();
  findConstants();
  findRuns();
  copyViews();

  Value loss = block.getTerminator()->getOperand(lossResult);
  ClusterPlan plan;
  Run *lossRun = loss.getDefiningOp() ? runOf(loss) : nullptr;
  if (!lossRun)
    return objective.emitError("the loss depends on no input and no parameter");
  llvm::SmallVector<Run *> owners;
  for (Run &run : runs) {
    if (run.isCopied)
      continue;
    owners.push_back(&run);
    plan.vertices.push_back(makeCluster(run));
  }
  findLiveOuts(plan.vertices, owners);

  // The loss gets a body of its own when it is all that its run is for.
  unsigned lossIndex = llvm::find(owners, lossRun) - owners.begin();
  Cluster &cluster = plan.vertices[lossIndex];
  bool isReadElsewhere = llvm::any_of(loss.getUsers(), [&](Operation *user) {
    return user != block.getTerminator();
  });
  if (cluster.liveOuts.size() == 1 && !isReadElsewhere) {
    plan.loss = std::move(cluster);
    plan.vertices.erase(plan.vertices.begin() + lossIndex);
  }
  return plan;
}

FailureOr<ClusterPlan> pc::planClusters(func::FuncOp objective,
                                        unsigned lossResult,
                                        Granularity granularity,
                                        ArrayRef<std::string> cuts) {
  return Planner(objective, lossResult, granularity, cuts).plan(objective);
}
