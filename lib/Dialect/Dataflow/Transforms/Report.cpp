// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Dialect/Dataflow/Analysis/Timing.h"
#include "pc/Dialect/Dataflow/IR/Channels.h"
#include "pc/Dialect/Dataflow/Transforms/Passes.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"

namespace mlir::pcflow {
#define GEN_PASS_DEF_REPORT
#include "pc/Dialect/Dataflow/Transforms/Passes.h.inc"
} // namespace mlir::pcflow

using namespace mlir;
using namespace mlir::pcflow;

namespace {

struct UnitFacts {
  std::string name, kind;
  int64_t lanes = 0, pe = 0, simd = 0, stages = 0, words = 0;
};

struct QueueFacts {
  std::string name;
  int64_t depth, highWater, stalls;
};

struct GraphFacts {
  std::string name;
  int64_t iterations, batch, width = 0, fraction = 0, lanes = 0, words = 0,
                             queueWords = 0;
  CycleCounts cycles;
  llvm::SmallVector<UnitFacts> units;
  llvm::SmallVector<QueueFacts> queues;
};

} // namespace

/// Words of memory: parameters, their velocities, sums of gradients, frozen
/// words, tables.
static int64_t countWords(Operation *op, int64_t batch) {
  if (auto learner = dyn_cast<LearnerOpInterface>(op)) {
    int64_t words = learner.getRows() * learner.getColumns();
    if (learner.getBiasAttr())
      words += learner.getRows();
    bool sums = learner.getRateAttr() && batch * learner.getPositions() > 1;
    words *= 1 + sums + bool(learner.getMomentumAttr());
    words += cast<StreamType>(op->getOperand(0).getType()).getSize();
    // One frame for predictions and errors.
    return words +
           (isa<ConvOp>(op) ? learner.getRows() * learner.getPositions() : 0);
  }
  if (auto latch = dyn_cast<LatchOp>(op))
    return latch.getInput().getType().getSize();
  if (auto activity = dyn_cast<ActivityOp>(op)) // and the error of a round
    return 2 * activity.getPrediction().getType().getSize();
  if (auto state = dyn_cast<StateOp>(op))
    return state.getStep().convertToDouble() == 1.0
               ? 0
               : state.getMessage().getType().getSize();
  if (auto softmax = dyn_cast<SoftmaxErrorOp>(op))
    return softmax.getKnots() ? softmax.getKnots()->size() : 0;
  int64_t words = 0;
  if (auto map = dyn_cast<MapOp>(op))
    map.walk([&](LookupOp table) { words += table.getKnots().size(); });
  return words;
}

static FailureOr<GraphFacts> collect(GraphOp graph) {
  FailureOr<CycleCounts> cycles = countCycles(graph);
  FailureOr<Timing> timing =
      simulateCycles(graph, /*samples=*/3, graph.getIterations());
  if (failed(cycles) || failed(timing))
    return failure();
  if (cycles->stopped)
    return graph.emitOpError("deadlocks; pcflow-verify-liveness shows where");
  GraphFacts facts{graph.getSymName().str(), int64_t(graph.getIterations()),
                   int64_t(graph.getBatch())};
  facts.cycles = *cycles;
  for (Type type : graph.getBody().getArgumentTypes())
    if (auto fixed = dyn_cast<FixedType>(cast<StreamType>(type).getElement())) {
      facts.width = fixed.getWidth();
      facts.fraction = fixed.getFraction();
    }
  UnitNames names(graph);
  for (UnitOpInterface op : getUnits(graph)) {
    if (isa<BufferOp, TapOp, GateOp, SinkOp, OutputOp, ForkOp>(op))
      continue;
    UnitFacts unit{names.getUnit(op), op->getName().stripDialect().str()};
    if (auto learner = dyn_cast<LearnerOpInterface>(*op)) {
      unit.pe = learner.getPeRows();
      unit.simd = learner.getSimdColumns();
      unit.lanes = unit.pe * unit.simd;
    }
    if (auto map = dyn_cast<MapOp>(*op))
      unit.stages = map.getLatency();
    unit.words = countWords(op, facts.batch);
    facts.lanes += unit.lanes;
    facts.words += unit.words;
    facts.units.push_back(std::move(unit));
  }
  for (auto &[op, queue] : timing->queues) {
    int64_t depth = *cast<BufferOp>(op).getDepth();
    facts.queueWords += depth;
    facts.queues.push_back(
        {names.getStream(getSource(cast<BufferOp>(op).getInput())), depth,
         queue.highWater, queue.stalls});
  }
  return facts;
}

static void printText(const GraphFacts &facts, llvm::raw_ostream &os) {
  os << facts.name << ": " << facts.iterations << " iterations, batch "
     << facts.batch << ", fixed<" << facts.width << "," << facts.fraction
     << ">\n";
  os << "  cycles  " << facts.cycles.first << " of the first sample, "
     << facts.cycles.perSample << " of each further one, "
     << facts.cycles.perIteration << " of each further iteration\n";
  os << "  lanes   " << facts.lanes << "\n";
  os << "  memory  " << facts.words << " words, " << facts.words * facts.width
     << " bits; queues " << facts.queueWords << " words\n\n";
  os << llvm::formatv("  {0,-28} {1,-14} {2,5} {3,5} {4,7} {5,7}\n", "unit",
                      "kind", "pe", "simd", "stages", "words");
  for (const UnitFacts &unit : facts.units)
    os << llvm::formatv("  {0,-28} {1,-14} {2,5} {3,5} {4,7} {5,7}\n",
                        unit.name, unit.kind, unit.pe, unit.simd, unit.stages,
                        unit.words);
  os << llvm::formatv("\n  {0,-43} {1,5} {2,6} {3,7}\n", "queue behind",
                      "depth", "most", "stalls");
  for (const QueueFacts &queue : facts.queues)
    os << llvm::formatv("  {0,-43} {1,5} {2,6} {3,7}\n", queue.name,
                        queue.depth, queue.highWater, queue.stalls);
}

static llvm::json::Value toJSON(const GraphFacts &facts) {
  llvm::json::Array units, queues;
  for (const UnitFacts &unit : facts.units)
    units.push_back(llvm::json::Object{{"name", unit.name},
                                       {"kind", unit.kind},
                                       {"pe", unit.pe},
                                       {"simd", unit.simd},
                                       {"stages", unit.stages},
                                       {"words", unit.words}});
  for (const QueueFacts &queue : facts.queues)
    queues.push_back(llvm::json::Object{{"behind", queue.name},
                                        {"depth", queue.depth},
                                        {"most", queue.highWater},
                                        {"stalls", queue.stalls}});
  return llvm::json::Object{{"name", facts.name},
                            {"iterations", facts.iterations},
                            {"batch", facts.batch},
                            {"width", facts.width},
                            {"fraction", facts.fraction},
                            {"cycles", facts.cycles.first},
                            {"sample_cycles", facts.cycles.perSample},
                            {"iteration_cycles", facts.cycles.perIteration},
                            {"lanes", facts.lanes},
                            {"memory_words", facts.words},
                            {"queue_words", facts.queueWords},
                            {"units", std::move(units)},
                            {"queues", std::move(queues)}};
}

namespace {

struct Report : pcflow::impl::ReportBase<Report> {
  using ReportBase::ReportBase;

  void runOnOperation() override {
    markAllAnalysesPreserved();
    llvm::json::Array graphs;
    for (auto graph : getOperation().getOps<GraphOp>()) {
      FailureOr<GraphFacts> facts = collect(graph);
      if (failed(facts))
        return signalPassFailure();
      if (json)
        graphs.push_back(toJSON(*facts));
      else
        printText(*facts, llvm::outs());
    }
    if (json)
      llvm::outs() << llvm::formatv("{0:2}\n",
                                    llvm::json::Value(std::move(graphs)));
  }
};

} // namespace
