// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Analysis/Locality.h"
#include "LocalityNotes.h"
#include "LocalityTrace.h"
#include "pc/Support/Names.h"
#include "pc/Support/Signature.h"

using namespace mlir;
using namespace mlir::pc;

bool pc::isRelaxationOp(Operation *op) {
  return isa<RelaxOp, PredictOp, VJPOp, UpdateOp, ActivityOp, ErrorOp,
             AdvanceOp>(op);
}

bool pc::isRelaxationLevel(FunctionOpInterface function) {
  return function
      ->walk([](Operation *op) {
        return isRelaxationOp(op) ? WalkResult::interrupt()
                                  : WalkResult::advance();
      })
      .wasInterrupted();
}

static SymbolRefAttr findNamedVertex(FunctionOpInterface function) {
  SymbolRefAttr name;
  function->walk([&](Operation *op) {
    name = op->getAttrOfType<SymbolRefAttr>("vertex");
    return isRelaxationOp(op) && name ? WalkResult::interrupt()
                                      : WalkResult::advance();
  });
  return name;
}

GraphOp pc::findGraph(FunctionOpInterface function) {
  if (SymbolRefAttr name = findNamedVertex(function))
    if (VertexOpInterface vertex = lookupVertex(function, name))
      return vertex->getParentOfType<GraphOp>();
  auto module = function->getParentOfType<ModuleOp>();
  llvm::StringRef stem = function.getName();
  for (llvm::StringRef suffix : {gradientSuffix, autodiffSuffix, stepSuffix})
    if (stem.consume_back(suffix))
      break;
  if (auto graph = module.lookupSymbol<GraphOp>((stem + graphSuffix).str()))
    return graph;
  auto graphs = module.getOps<GraphOp>();
  return llvm::hasSingleElement(graphs) ? *graphs.begin() : GraphOp();
}

//===----------------------------------------------------------------------===//
// Gradients without relaxation
//===----------------------------------------------------------------------===//

/// The child on a longest path from `vertex` to a clamped output, and the
/// number of edges of that path; null and 0 for a clamped output.
static std::pair<Operation *, unsigned> findLongest(
    Operation *vertex,
    llvm::DenseMap<Operation *, std::pair<Operation *, unsigned>> &known) {
  if (auto entry = known.find(vertex); entry != known.end())
    return entry->second;
  std::pair<Operation *, unsigned> longest = {nullptr, 0};
  for (Operation *child : vertex->getUsers()) {
    if (!isa<VertexOp>(child))
      continue;
    unsigned length = findLongest(child, known).second + 1;
    if (length > longest.second)
      longest = {child, length};
  }
  return known[vertex] = longest;
}

/// L2 of a function that computes a gradient at once: all errors are new.
static void checkUnrelaxed(FunctionOpInterface function, GraphOp graph,
                           LocalityReport &report) {
  llvm::DenseMap<Operation *, std::pair<Operation *, unsigned>> known;
  for (BlockArgument argument : graph.getBody().getArguments()) {
    std::string name = getArgName(graph, argument.getArgNumber());
    bool wanted = false;
    for (unsigned i = 0, e = function.getNumResults(); i != e; ++i)
      wanted |= getResultRole(function, i) == roleGradient &&
                getResultName(function, i) == name;
    if (!wanted)
      continue;
    for (Operation *vertex : argument.getUsers()) {
      auto [child, length] = findLongest(vertex, known);
      if (!child)
        continue;
      report.violations.push_back(
          {2,
           getName(vertex) + " reads the new error of " + getName(child) +
               ": the gradient of '" + name +
               "' is computed without relaxation, " + std::to_string(length) +
               " edges in no iteration",
           function, vertex});
    }
  }
}

/// The same where no graph is there to tell: an edge between the derivatives
/// of two nodes of the model.
static void checkUnrelaxed(FunctionOpInterface function,
                           LocalityReport &report) {
  function->walk([&](Operation *op) {
    for (Value operand : op->getOperands()) {
      Operation *from = operand.getDefiningOp();
      if (!from || !isDerivativeLoc(op->getLoc()) ||
          !isDerivativeLoc(from->getLoc()))
        continue;
      auto reader = getNodeName(op->getLoc());
      auto read = getNodeName(from->getLoc());
      if (!reader || !read || *reader == *read)
        continue;
      report.violations.push_back({2,
                                   "node '" + reader->str() +
                                       "' reads the new error of node '" +
                                       read->str() + "' without relaxation",
                                   op, nullptr});
      return WalkResult::interrupt();
    }
    return WalkResult::advance();
  });
}

/// The same where nothing has a name.
static void checkNameless(FunctionOpInterface function,
                          LocalityReport &report) {
  Operation *terminator = function.getFunctionBody().back().getTerminator();
  for (unsigned i = 0, e = function.getNumResults(); i != e; ++i) {
    if (getResultRole(function, i) != roleGradient)
      continue;
    Operation *op = terminator->getOperand(i).getDefiningOp();
    if (!op || !op->hasTrait<OpTrait::ConstantLike>())
      report.violations.push_back({2,
                                   "the gradient of '" +
                                       getResultName(function, i) +
                                       "' is computed without relaxation",
                                   op ? op : terminator, nullptr});
  }
}

LocalityReport pc::analyzeLocality(FunctionOpInterface function) {
  LocalityReport report;
  GraphOp graph = findGraph(function);
  if (!isRelaxationLevel(function)) {
    if (graph)
      checkUnrelaxed(function, graph, report);
    else
      checkUnrelaxed(function, report);
    if (!graph && report.isLocal())
      checkNameless(function, report);
    return report;
  }
  LocalityTracer(function, report).run();
  if (graph)
    noteSharing(graph, report);
  noteControl(function, report);
  noteSymmetry(function, report);
  return report;
}

void LocalityReport::print(llvm::raw_ostream &os,
                           llvm::StringRef function) const {
  os << "locality of @" << function << ": "
     << (!isLocal()     ? "violated"
         : endsGlobally ? "L1 to L5 hold, but for the end of a relaxation"
                        : "L1 to L5 hold")
     << '\n';
  for (const LocalityViolation &violation : violations)
    os << "  L" << violation.rule << ": " << violation.edge << '\n';
  for (const LocalityNote &note : notes)
    os << "  L" << note.rule << ": " << note.text << '\n';
}
