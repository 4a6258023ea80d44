// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Places where the host can cut links: a gate on both ways of each.

#include "mlir/IR/Builders.h"
#include "pc/Dialect/Dataflow/IR/Channels.h"
#include "pc/Dialect/Dataflow/Transforms/Passes.h"

namespace mlir::pcflow {
#define GEN_PASS_DEF_GATELINKS
#include "pc/Dialect/Dataflow/Transforms/Passes.h.inc"
} // namespace mlir::pcflow

using namespace mlir;
using namespace mlir::pcflow;

namespace {

/// A way of a link: what is read, and where.
struct Way {
  std::string parent, child;
  OpOperand *operand;

  std::string getLink() const { return parent + ":" + child; }
};

struct GateLinks : pcflow::impl::GateLinksBase<GateLinks> {
  using GateLinksBase::GateLinksBase;

  void runOnOperation() override {
    for (auto graph : getOperation().getOps<GraphOp>())
      if (failed(gate(graph)))
        return signalPassFailure();
  }

private:
  LogicalResult gate(GraphOp graph) {
    if (graph.getWired())
      return graph.emitOpError("expected a graph that is not wired yet; run "
                               "pcflow-gate-links before "
                               "pcflow-materialize-forks");
    llvm::SmallVector<Way> ways = collect(graph);
    for (const std::string &name : links)
      if (llvm::none_of(ways, [&](const Way &way) { return is(way, name); }))
        return reportUnknown(graph, ways, name);
    for (const Way &way : ways)
      if (links.empty() || llvm::any_of(links, [&](const std::string &name) {
            return is(way, name);
          }))
        insert(way);
    return success();
  }

  static bool is(const Way &way, llvm::StringRef name) {
    return name == way.getLink() || name == way.parent || name == way.child;
  }

  /// Predictions down, then messages up; what has a gate is left out.
  static llvm::SmallVector<Way> collect(GraphOp graph) {
    llvm::SmallVector<Way> ways;
    auto getName = [&](Value value) -> std::string {
      if (auto argument = dyn_cast<BlockArgument>(value))
        return cast<StringAttr>(graph.getInputs()[argument.getArgNumber()])
            .str();
      auto vertex = value.getDefiningOp<VertexOp>();
      return vertex ? vertex.getSymName().str() : std::string();
    };
    auto isLoss = [](Value message) {
      auto vertex = message.getDefiningOp<VertexOp>();
      return vertex && vertex.getDown().empty();
    };
    for (auto vertex : graph.getOps<VertexOp>()) {
      std::string name = vertex.getSymName().str();
      if (vertex.getDown().empty()) // a loss
        continue;
      for (OpOperand &parent : vertex.getParentsMutable())
        if (std::string giver = getName(parent.get()); !giver.empty())
          ways.push_back({giver, name, &parent});
    }
    for (auto vertex : graph.getOps<VertexOp>())
      for (OpOperand &message : vertex.getMessagesMutable())
        if (std::string giver = getName(message.get());
            !giver.empty() && !isLoss(message.get()))
          ways.push_back({vertex.getSymName().str(), giver, &message});
    return ways;
  }

  static LogicalResult reportUnknown(GraphOp graph, ArrayRef<Way> ways,
                                     llvm::StringRef name) {
    InFlightDiagnostic diag = graph.emitOpError("has no link or vertex \"")
                              << name << "\" to gate; links are";
    llvm::StringRef before = " ";
    llvm::SmallVector<std::string> known;
    for (const Way &way : ways)
      if (!llvm::is_contained(known, way.getLink())) {
        known.push_back(way.getLink());
        diag << before << known.back();
        before = ", ";
      }
    return diag;
  }

  void insert(const Way &way) {
    OpBuilder builder(way.operand->getOwner());
    way.operand->set(GateOp::create(builder, way.operand->getOwner()->getLoc(),
                                    way.getLink(), way.operand->get()));
    ++numGates;
  }
};

} // namespace
