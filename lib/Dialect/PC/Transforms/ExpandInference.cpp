// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From the graph level to the relaxation level: what a schedule does, written
// out message by message.

#include "Expansion.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "pc/Dialect/PC/Transforms/Passes.h"
#include "pc/Support/Names.h"

namespace mlir::pc {
#define GEN_PASS_DEF_EXPANDINFERENCE
#include "pc/Dialect/PC/Transforms/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

namespace {

struct ExpandInference : pc::impl::ExpandInferenceBase<ExpandInference> {
  using ExpandInferenceBase::ExpandInferenceBase;

  /// The graph's own schedule where the options name none.
  ScheduleAttr getSchedule(GraphOp graph) {
    if (schedule.empty() && graph.getScheduleAttr())
      return graph.getScheduleAttr();
    std::string name = schedule.empty() ? "fixed-exact" : schedule.getValue();
    std::optional<ScheduleKind> kind = symbolizeScheduleKind(name);
    if (!kind) {
      graph.emitError("no schedule is called '") << name << "'";
      return nullptr;
    }
    bool isStrict = *kind == ScheduleKind::Strict ||
                    *kind == ScheduleKind::Nudged ||
                    *kind == ScheduleKind::CentredNudged ||
                    *kind == ScheduleKind::Incremental;
    bool isSmall = isStrict || *kind == ScheduleKind::Fixed;
    double usedStep = step != 0.0 ? step : (isSmall ? 0.1 : 1.0);
    int64_t usedIterations = iterations == 0 && isStrict ? 100 : iterations;
    return ScheduleAttr::getChecked(
        [&] { return graph.emitError(); }, &getContext(), *kind,
        APFloat(usedStep), usedIterations, APFloat(double(tolerance)),
        APFloat(double(beta)), APFloat(double(rate)));
  }

  void runOnOperation() override {
    auto graph =
        getOperation().lookupSymbol<GraphOp>(function + graphSuffix.str());
    if (!graph) {
      getOperation().emitError("expected pc.graph @")
          << function << graphSuffix
          << "; pc-build-graph makes it from an objective";
      return signalPassFailure();
    }
    ScheduleAttr kind = getSchedule(graph);
    if (!kind)
      return signalPassFailure();
    Expansion expansion(
        graph, kind,
        {wrt, debias, exposeStates, allowUnstable, allowUnlevelled});
    if (!expansion.expand(function + gradientSuffix.str()))
      return signalPassFailure();
    numStates += expansion.paths.getActivities().size();
  }
};

} // namespace
