// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "mlir/IR/Builders.h"
#include "pc/Dialect/Dataflow/Analysis/Ranges.h"
#include "pc/Dialect/Dataflow/IR/Channels.h"
#include "pc/Dialect/Dataflow/Transforms/Passes.h"

namespace mlir::pcflow {
#define GEN_PASS_DEF_ANALYZERANGES
#include "pc/Dialect/Dataflow/Transforms/Passes.h.inc"
} // namespace mlir::pcflow

using namespace mlir;
using namespace mlir::pcflow;

namespace {

struct AnalyzeRanges : pcflow::impl::AnalyzeRangesBase<AnalyzeRanges> {
  using AnalyzeRangesBase::AnalyzeRangesBase;

  void runOnOperation() override {
    for (auto graph : getOperation().getOps<GraphOp>()) {
      if (!isQuantized(graph)) {
        graph.emitOpError("expected a quantised circuit; has pcflow-quantize "
                          "run?");
        return signalPassFailure();
      }
      if (getWordType(graph).isFloat())
        continue; // a float has room for all
      RangeFacts facts = analyzeRanges(graph, inputs);
      UnitNames names(graph);
      llvm::SmallVector<std::string> found;
      for (BlockArgument argument : graph.getBody().getArguments())
        if (!facts.inputsFit &&
            isa<FixedType>(cast<StreamType>(argument.getType()).getElement()))
          found.push_back(names.getStream(argument));
      for (Operation *op : facts.saturating)
        found.push_back(names.getUnit(op));
      numSaturating += found.size();
      llvm::SmallVector<llvm::StringRef> texts(found.begin(), found.end());
      Builder builder(graph.getContext());
      graph.setInputRange(APFloat(double(inputs)));
      graph.setLargestWord(APFloat(facts.largest));
      graph.setMaySaturateAttr(texts.empty() ? ArrayAttr()
                                             : builder.getStrArrayAttr(texts));
    }
  }

private:
  static bool isQuantized(GraphOp graph) {
    WalkResult walk = graph.walk([](WeightsOp memory) {
      return memory.getInitial() ? WalkResult::advance()
                                 : WalkResult::interrupt();
    });
    return !walk.wasInterrupted() && getWordType(graph);
  }
};

} // namespace
