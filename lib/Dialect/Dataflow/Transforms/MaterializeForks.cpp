// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "mlir/IR/Builders.h"
#include "pc/Dialect/Dataflow/Transforms/Passes.h"

namespace mlir::pcflow {
#define GEN_PASS_DEF_MATERIALIZEFORKS
#include "pc/Dialect/Dataflow/Transforms/Passes.h.inc"
} // namespace mlir::pcflow

using namespace mlir;
using namespace mlir::pcflow;

namespace {

struct MaterializeForks : pcflow::impl::MaterializeForksBase<MaterializeForks> {
  void runOnOperation() override {
    for (auto graph : getOperation().getOps<GraphOp>()) {
      if (graph.getWired())
        continue;
      llvm::SmallVector<Value> streams;
      addStreams(graph.getBody().front(), streams);
      for (auto vertex : graph.getOps<VertexOp>())
        addStreams(vertex.getBody().front(), streams);
      for (Value stream : streams)
        wire(stream);
      graph.setWired(true);
    }
  }

private:
  static void addStreams(Block &block, llvm::SmallVector<Value> &streams) {
    llvm::append_range(streams, block.getArguments());
    for (Operation &op : block)
      if (isa<UnitOpInterface, VertexOp>(op))
        llvm::append_range(streams, op.getResults());
  }

  void wire(Value stream) {
    if (stream.hasOneUse())
      return;
    OpBuilder builder(stream.getContext());
    builder.setInsertionPointAfterValue(stream);
    Location loc = stream.getLoc();
    if (stream.use_empty()) {
      SinkOp::create(builder, loc, stream);
      ++numSinks;
      return;
    }
    // In the order of the readers, which is not that of the list of uses.
    auto uses = llvm::map_to_vector(stream.getUses(),
                                    [](OpOperand &use) { return &use; });
    auto fork = ForkOp::create(
        builder, loc, llvm::SmallVector<Type>(uses.size(), stream.getType()),
        stream);
    for (auto [use, copy] :
         llvm::zip_equal(llvm::reverse(uses), fork.getCopies()))
      use->set(copy);
    ++numForks;
  }
};

} // namespace
