// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "LocalityNotes.h"
#include "MarkovBlanket.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Interfaces/LoopLikeInterface.h"
#include "mlir/Transforms/RegionUtils.h"
#include "pc/Support/Names.h"
#include "pc/Support/Signature.h"

using namespace mlir;
using namespace mlir::pc;

//===----------------------------------------------------------------------===//
// L6
//===----------------------------------------------------------------------===//

static void noteShared(GraphOp graph, LocalityReport &report) {
  for (BlockArgument argument : graph.getBody().getArguments()) {
    if (getArgRole(graph, argument.getArgNumber()) != roleParameter ||
        graph.getArgAttr(argument.getArgNumber(), frozenAttrName))
      continue;
    Origins users;
    for (Operation *user : argument.getUsers())
      if (isa<VertexOpInterface>(user))
        users.insert(user);
    if (users.size() < 2)
      continue;
    std::string text = getName(Value(argument)) + " is shared by " +
                       std::to_string(users.size()) + " vertices:";
    // Users are listed last first.
    for (Origin user : llvm::reverse(users))
      text += " " + getName(user);
    report.notes.push_back({6, text});
  }
}

/// The samples in a batch: the outer size that all inputs have, or -1.
static int64_t getBatch(GraphOp graph) {
  int64_t batch = -1;
  for (unsigned i = 0, e = graph.getNumArguments(); i != e; ++i) {
    auto type = dyn_cast<RankedTensorType>(graph.getArgument(i).getType());
    if (getArgRole(graph, i) != roleInput || !type || type.getRank() == 0)
      continue;
    if (batch != -1 && batch != type.getDimSize(0))
      return -1;
    batch = type.getDimSize(0);
  }
  return batch > 1 ? batch : -1;
}

static bool dependsOnParents(Value value, VertexOpInterface vertex) {
  llvm::SmallSetVector<Value, 16> work;
  work.insert(value);
  for (size_t i = 0; i != work.size(); ++i) {
    if (Operation *op = work[i].getDefiningOp())
      work.insert_range(op->getOperands());
    else if (cast<BlockArgument>(work[i]).getArgNumber() <
             vertex.getParents().size())
      return true;
  }
  return false;
}

/// A sum along the outer dimension of something made from activities.
static bool couplesSamples(linalg::LinalgOp op, VertexOpInterface vertex,
                           int64_t batch) {
  SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
  for (OpOperand *operand : op.getDpsInputOperands()) {
    auto type = dyn_cast<RankedTensorType>(operand->get().getType());
    if (!type || type.getRank() == 0 || type.getDimSize(0) != batch)
      continue;
    auto dim = dyn_cast<AffineDimExpr>(
        op.getMatchingIndexingMap(operand).getResult(0));
    if (dim && iterators[dim.getPosition()] == utils::IteratorType::reduction &&
        dependsOnParents(operand->get(), vertex))
      return true;
  }
  return false;
}

void pc::noteSharing(GraphOp graph, LocalityReport &report) {
  noteShared(graph, report);
  int64_t batch = getBatch(graph);
  for (auto vertex : graph.getBody().getOps<VertexOp>()) {
    bool loops = false, couples = false;
    vertex.getBody().walk([&](Operation *op) {
      loops |= isa<LoopLikeOpInterface>(op);
      if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
        couples |= batch != -1 && couplesSamples(linalgOp, vertex, batch);
    });
    std::string name = getName(vertex.getOperation());
    if (loops)
      report.notes.push_back({6, name + " runs through time inside"});
    if (couples)
      report.notes.push_back({6, name + " couples the samples of a batch"});
  }
}

//===----------------------------------------------------------------------===//
// L7 and L8
//===----------------------------------------------------------------------===//

static int64_t getBytes(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || !type.hasStaticShape() || !type.getElementType().isIntOrFloat())
    return 0;
  return type.getNumElements() *
         llvm::divideCeil(type.getElementTypeBitWidth(), 8u);
}

/// Parameters are there anyway, constants cost nothing.
static bool isFrozenActivity(Value value, FunctionOpInterface function) {
  if (Operation *op = value.getDefiningOp())
    return !op->hasTrait<OpTrait::ConstantLike>();
  return getArgRole(function, cast<BlockArgument>(value).getArgNumber()) !=
         roleParameter;
}

void pc::noteControl(FunctionOpInterface function, LocalityReport &report) {
  llvm::SetVector<Value> frozen;
  int64_t relaxations = 0;
  for (auto relax : function.getFunctionBody().getOps<RelaxOp>()) {
    ++relaxations;
    report.iterations += relax.getIterations();
    report.endsGlobally |= relax.stopsEarly();
    getUsedValuesDefinedAbove(relax.getBody(), frozen);
  }
  for (Value value : frozen) {
    if (!isFrozenActivity(value, function))
      continue;
    ++report.frozenValues;
    report.frozenBytes += getBytes(value);
  }
  auto count = [](int64_t number, const char *what) {
    return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
  };
  if (report.endsGlobally)
    report.notes.push_back({5, "the largest slope of all vertices ends a "
                               "relaxation, which is a global signal"});
  std::string text = (report.endsGlobally ? "at most " : "") +
                     count(report.iterations, "synchronous iteration") +
                     " in " + count(relaxations, "relaxation");
  if (relaxations > 1)
    text += ", which a global signal tells apart";
  report.notes.push_back({7, text});
  report.notes.push_back({7, count(report.frozenBytes, "byte") + " in " +
                                 count(report.frozenValues, "frozen value")});
}

void pc::noteSymmetry(FunctionOpInterface function, LocalityReport &report) {
  VertexTable table(function->getParentOfType<ModuleOp>());
  llvm::SetVector<std::pair<Operation *, Operation *>> edges;
  function->walk([&](VJPOp op) {
    VertexOpInterface child = table.lookup(op.getVertex());
    if (child.getParameters().empty())
      return;
    for (int64_t operand : op.getWrt())
      if (operand < static_cast<int64_t>(child.getParents().size()))
        if (Operation *parent = child->getOperand(operand).getDefiningOp())
          edges.insert({child, parent});
  });
  report.transposedEdges = edges.size();
  for (auto [child, parent] : edges)
    report.notes.push_back({8, getName(child) + " sends to " + getName(parent) +
                                   " through its transposed weights"});
}
