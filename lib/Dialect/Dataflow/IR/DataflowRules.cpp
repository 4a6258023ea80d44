// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules of a whole graph.

#include "mlir/IR/Builders.h"
#include "pc/Dialect/Dataflow/IR/Channels.h"
#include "pc/Dialect/Dataflow/IR/Dataflow.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace mlir::pcflow;

void GraphOp::build(OpBuilder &builder, OperationState &state,
                    llvm::StringRef name, ArrayAttr inputs, int64_t iterations,
                    int64_t batch) {
  state.addAttribute(getSymNameAttrName(state.name),
                     builder.getStringAttr(name));
  state.addAttribute(getInputsAttrName(state.name), inputs);
  state.addAttribute(getIterationsAttrName(state.name),
                     builder.getI64IntegerAttr(iterations));
  state.addAttribute(getBatchAttrName(state.name),
                     builder.getI64IntegerAttr(batch));
  state.addRegion();
}

LogicalResult GraphOp::verify() {
  if (getInputs().size() != getBody().getNumArguments())
    return emitOpError("expected one name for each of the ")
           << getBody().getNumArguments() << " arguments, but got "
           << getInputs().size();
  if (!llvm::all_of(getBody().getArgumentTypes(), llvm::IsaPred<StreamType>))
    return emitOpError("expected streams as arguments");
  return success();
}

/// D6: what does arithmetic belongs to a vertex.
static LogicalResult verifyContents(GraphOp graph) {
  for (Operation &op : graph.getBody().front())
    if (!isa<VertexOp, ForkOp, BufferOp, TapOp, GateOp, FirstOp, SinkOp,
             OutputOp>(op))
      return op.emitOpError("D6: expected to be inside a vertex");
  return success();
}

/// D1.
static LogicalResult verifySingleUse(GraphOp graph) {
  auto verify = [](Value value, Operation *at) -> LogicalResult {
    if (value.hasOneUse())
      return success();
    int64_t uses = std::distance(value.use_begin(), value.use_end());
    return at->emitOpError("D1: expected one use of each stream of a wired "
                           "graph, but ")
           << (isa<BlockArgument>(value) ? "an argument" : "a result")
           << " has " << uses;
  };
  WalkResult result = graph.walk([&](Operation *op) {
    if (!isa<UnitOpInterface, VertexOp, GraphOp>(op))
      return WalkResult::advance();
    for (Value value : op->getResults())
      if (failed(verify(value, op)))
        return WalkResult::interrupt();
    if (isa<GraphOp, VertexOp>(op))
      for (Value value : op->getRegion(0).getArguments())
        if (failed(verify(value, op)))
          return WalkResult::interrupt();
    return WalkResult::advance();
  });
  return success(!result.wasInterrupted());
}

/// The vertex result or argument of the graph that a value between vertices is
/// a copy of.
static Value getOrigin(Value value) {
  Operation *op = value.getDefiningOp();
  while (op && isa<ForkOp, BufferOp, TapOp, GateOp>(op)) {
    value = op->getOperand(0);
    op = value.getDefiningOp();
  }
  return value;
}

static bool isDown(Value value) {
  auto vertex = value.getDefiningOp<VertexOp>();
  return vertex && llvm::is_contained(vertex.getDown(), value);
}

/// D3 of one message that arrives at `vertex`.
static LogicalResult verifyMessage(VertexOp vertex, Value message) {
  Value origin = getOrigin(message);
  auto child = origin.getDefiningOp<VertexOp>();
  if (!child || isDown(origin))
    return vertex.emitOpError(
        "D3: expected messages that other vertices send up");
  unsigned index =
      cast<OpResult>(origin).getResultNumber() - child.getDown().size();
  Value answered = getOrigin(child.getParents()[child.getAnswered(index)]);
  if (answered.getDefiningOp() == vertex)
    return success();
  InFlightDiagnostic diag = vertex.emitOpError("D3: @")
                            << vertex.getSymName() << " reads a message of @"
                            << child.getSymName() << " to another vertex";
  diag.attachNote(child.getLoc()) << "the child is here";
  return diag;
}

/// D3.
static LogicalResult verifyBorders(GraphOp graph) {
  for (auto vertex : graph.getOps<VertexOp>()) {
    for (Value parent : vertex.getParents()) {
      Value origin = getOrigin(parent);
      if (!isa<BlockArgument>(origin) && !isDown(origin))
        return vertex.emitOpError("D3: expected parents to be predictions of "
                                  "other vertices or data");
    }
    for (Value message : vertex.getMessages())
      if (failed(verifyMessage(vertex, message)))
        return failure();
  }
  return success();
}

/// The link of the gate that `value`, between vertices, has passed, or nothing.
static llvm::StringRef getPassedGate(Value value) {
  Operation *op = value.getDefiningOp();
  while (op && isa<ForkOp, BufferOp, TapOp>(op))
    op = op->getOperand(0).getDefiningOp();
  auto gate = dyn_cast_or_null<GateOp>(op);
  return gate ? gate.getLink() : llvm::StringRef();
}

/// The name of what gives `value`, a vertex or an argument of the graph.
static std::string getGiverName(GraphOp graph, Value value) {
  Value origin = getOrigin(value);
  if (auto argument = dyn_cast<BlockArgument>(origin))
    return cast<StringAttr>(graph.getInputs()[argument.getArgNumber()]).str();
  return origin.getDefiningOp<VertexOp>().getSymName().str();
}

static LogicalResult verifyGate(VertexOp vertex, llvm::StringRef link,
                                const std::string &expected) {
  if (link.empty() || link == expected)
    return success();
  return vertex.emitOpError("D11: expected a gate of the link \"")
         << expected << "\", but got one of \"" << link << "\"";
}

/// D11.
static LogicalResult verifyGates(GraphOp graph) {
  llvm::StringSet<> cutDown;
  for (auto vertex : graph.getOps<VertexOp>())
    for (Value parent : vertex.getParents()) {
      llvm::StringRef link = getPassedGate(parent);
      if (failed(verifyGate(vertex, link,
                            getGiverName(graph, parent) + ":" +
                                vertex.getSymName().str())))
        return failure();
      cutDown.insert(link);
    }
  for (auto vertex : graph.getOps<VertexOp>())
    for (Value message : vertex.getMessages()) {
      llvm::StringRef link = getPassedGate(message);
      std::string expected =
          vertex.getSymName().str() + ":" + getGiverName(graph, message);
      if (failed(verifyGate(vertex, link, expected)))
        return failure();
      if (link.empty() == cutDown.contains(expected))
        return vertex.emitOpError("D11: expected gates on both ways of the "
                                  "link \"")
               << expected << "\", but the "
               << (link.empty() ? "message" : "prediction") << " has none";
    }
  return success();
}

/// Rows come first, unless they are transposed; what is in a row has any shape,
/// and so have the rows of one word.
static bool hasRightSize(LearnerOpInterface unit, WeightsOp weights) {
  auto type = cast<ShapedType>(weights.getValue().getType());
  int64_t rows = unit.getRows(), columns = unit.getColumns();
  if (weights.getTransposed())
    return type.getShape() == ArrayRef<int64_t>{columns, rows};
  return type.getNumElements() == rows * columns &&
         (columns == 1 || (type.getRank() >= 2 && type.getDimSize(0) == rows));
}

/// D4.
static LogicalResult verifyWeights(GraphOp graph) {
  llvm::DenseMap<StringAttr, WeightsOp> owners;
  for (auto vertex : graph.getOps<VertexOp>())
    for (auto weights : vertex.getBody().getOps<WeightsOp>()) {
      auto [entry, isNew] =
          owners.try_emplace(weights.getSymNameAttr(), weights);
      if (isNew)
        continue;
      InFlightDiagnostic diag = weights.emitOpError("D4: @")
                                << weights.getSymName()
                                << " belongs to another vertex already";
      diag.attachNote(entry->second.getLoc()) << "the owner is here";
      return diag;
    }
  llvm::DenseSet<Operation *> used;
  WalkResult result = graph.walk([&](LearnerOpInterface unit) {
    WeightsOp bias = unit.getBiasOp(), weights = unit.getWeightsOp();
    if (!weights || (unit.getBiasAttr() && !bias)) {
      unit.emitOpError("D4: expected weights of this vertex");
      return WalkResult::interrupt();
    }
    if (!hasRightSize(unit, weights) ||
        (bias && bias.getValue().getNumElements() != unit.getRows())) {
      unit.emitOpError("D8: expected weights of ")
          << unit.getRows() << " rows and " << unit.getColumns() << " columns";
      return WalkResult::interrupt();
    }
    for (WeightsOp memory : {weights, bias})
      if (memory && !used.insert(memory).second) {
        unit.emitOpError("D4: @")
            << memory.getSymName() << " is used by another unit already";
        return WalkResult::interrupt();
      }
    return WalkResult::advance();
  });
  return success(!result.wasInterrupted());
}

namespace {

/// Depth-first search along streams that do not wait for a round to pass.
class CycleSearch {
public:
  LogicalResult visit(UnitOpInterface unit, unsigned result) {
    Value source = unit->getResult(result);
    auto [entry, isNew] = states.try_emplace(source, /*isOpen=*/true);
    if (!isNew) {
      if (entry->second)
        return unit->emitOpError(
            "D5: expected a pcflow.state or pcflow.activity on the cycle of "
            "streams through here");
      return success();
    }
    for (OpOperand *use : getConsumers(source)) {
      auto reader = dyn_cast<UnitOpInterface>(use->getOwner());
      if (!reader)
        continue;
      for (unsigned next : llvm::seq(reader->getNumResults()))
        if (reader.isImmediate(use->getOperandNumber(), next) &&
            failed(visit(reader, next)))
          return failure();
    }
    states[source] = false;
    return success();
  }

private:
  llvm::DenseMap<Value, bool> states; // never iterated
};

} // namespace

LogicalResult GraphOp::verifyRegions() {
  if (failed(verifyContents(*this)) || failed(verifyBorders(*this)) ||
      failed(verifyGates(*this)) || failed(verifyWeights(*this)) ||
      (getWired() && failed(verifySingleUse(*this))))
    return failure();
  CycleSearch search;
  for (UnitOpInterface unit : getUnits(*this))
    for (unsigned result : llvm::seq(unit->getNumResults()))
      if (failed(search.visit(unit, result)))
        return failure();
  return failed(inferRates(*this)) ? failure() : success();
}
