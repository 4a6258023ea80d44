// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Dialect/Dataflow/Transforms/Report.h"
#include "pc/Dialect/Dataflow/Analysis/Cost.h"
#include "pc/Dialect/Dataflow/Analysis/Timing.h"
#include "pc/Dialect/Dataflow/IR/Channels.h"
#include "pc/Dialect/Dataflow/Transforms/Passes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include <cmath>

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
  CostTerms terms = {};
  Cost cost = {};
};

struct QueueFacts {
  std::string name;
  int64_t depth, highWater, stalls;
  CostTerms terms = {};
  Cost cost = {};
};

struct GraphFacts {
  std::string name;
  int64_t iterations, batch, width = 0, fraction = 0, lanes = 0, words = 0,
                             queueWords = 0;
  bool isFloat = false;
  CycleCounts cycles;
  int64_t sweep = 0;
  int64_t saturated = 0;                // words of first contents
  Cost cost;                            // of units, queues and forks
  std::optional<double> inputs;         // that ranges are for
  double largest = 0, limit = 0;        // of a word
  std::vector<std::string> maySaturate; // units
  std::vector<UnitFacts> units;
  std::vector<QueueFacts> queues;
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
  if (auto pool = dyn_cast<PoolOp>(op)) // the greatest are remembered
    return pool.getInput().getType().getSize() +
           pool.getError().getType().getSize() * (pool.getMax() ? 2 : 1);
  if (auto rearrange = dyn_cast<RearrangeOp>(op))
    return rearrange.getInput().getType().getSize();
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

/// First words at an end of the range: the format had no other for them.
static int64_t countSaturated(WeightsOp weights, int64_t width) {
  int64_t limit = int64_t(1) << (width - 1);
  return llvm::count_if(
      weights.getInitial().value_or(ArrayRef<int64_t>()),
      [&](int64_t word) { return word == -limit || word == limit - 1; });
}

static FailureOr<GraphFacts> collect(GraphOp graph) {
  FailureOr<CycleCounts> cycles = countCycles(graph);
  FailureOr<Timing> timing =
      simulateCycles(graph, /*samples=*/3, graph.getIterations());
  FailureOr<Timing> sweep = simulateSweep(graph);
  if (failed(cycles) || failed(timing) || failed(sweep))
    return failure();
  if (cycles->stopped)
    return graph.emitOpError("deadlocks; pcflow-verify-liveness shows where");
  GraphFacts facts{graph.getSymName().str(), int64_t(graph.getIterations()),
                   int64_t(graph.getBatch())};
  facts.cycles = *cycles;
  facts.sweep = sweep->cycles;
  if (WordType format = getWordType(graph)) {
    facts.width = format.getWidth();
    facts.fraction = format.getFraction();
    facts.isFloat = format.isFloat();
  }
  if (graph.getInputRange()) {
    facts.inputs = graph.getInputRange()->convertToDouble();
    facts.largest = graph.getLargestWord()->convertToDouble();
    facts.limit = std::ldexp(1.0, int(facts.width - facts.fraction) - 1);
    if (graph.getMaySaturate())
      for (llvm::StringRef name :
           graph.getMaySaturate()->getAsValueRange<StringAttr>())
        facts.maySaturate.push_back(name.str());
  }
  if (!facts.isFloat)
    graph.walk([&](WeightsOp weights) {
      facts.saturated += countSaturated(weights, facts.width);
    });
  UnitNames names(graph);
  for (UnitOpInterface op : getUnits(graph)) {
    CostTerms terms = getCostTerms(op);
    Cost cost = estimateCost(terms);
    facts.cost += cost;
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
    unit.terms = std::move(terms);
    unit.cost = cost;
    facts.lanes += unit.lanes;
    facts.words += unit.words;
    facts.units.push_back(std::move(unit));
  }
  for (auto &[op, queue] : timing->queues) {
    int64_t depth = *cast<BufferOp>(op).getDepth();
    facts.queueWords += depth;
    CostTerms terms = getCostTerms(op);
    Cost cost = estimateCost(terms);
    facts.queues.push_back(
        {names.getStream(getSource(cast<BufferOp>(op).getInput())), depth,
         queue.highWater, queue.stalls, std::move(terms), cost});
  }
  return facts;
}

static void printText(const GraphFacts &facts, llvm::raw_ostream &os) {
  os << facts.name << ": " << facts.iterations << " iterations, batch "
     << facts.batch << ", ";
  if (facts.isFloat)
    os << "f32\n";
  else
    os << "fixed<" << facts.width << "," << facts.fraction << ">\n";
  os << "  cycles  " << facts.cycles.first << " of the first sample, "
     << facts.cycles.perSample << " of each further one, "
     << facts.cycles.perIteration << " of each further iteration\n";
  os << "  sweep   " << facts.sweep
     << " cycles of the first sample, were it one backward sweep on the same "
        "units\n";
  os << "  lanes   " << facts.lanes << "\n";
  os << "  memory  " << facts.words << " words, " << facts.words * facts.width
     << " bits; queues " << facts.queueWords << " words\n";
  if (facts.inputs)
    os << "  ranges  inputs within " << llvm::format("%g", *facts.inputs)
       << ": words within " << llvm::format("%.4g", facts.largest) << " of "
       << llvm::format("%g", facts.limit) << "; "
       << (facts.maySaturate.empty()
               ? "no unit can saturate with these parameters"
               : "may saturate: " + llvm::join(facts.maySaturate, ", "))
       << "\n";
  if (facts.saturated)
    os << "  saturated: " << facts.saturated
       << " first words of parameters are at an end of the range\n";
  os << "  takes   " << facts.cost.dsp << " DSP, about " << facts.cost.lut
     << " LUT, about " << facts.cost.ff << " FF, " << facts.cost.bram
     << " BRAM of 18 Kbit (Xilinx 7 series)\n";
  os << "\n";
  os << llvm::formatv("  {0,-28} {1,-14} {2,5} {3,5} {4,7} {5,7} {6,5} {7,6} "
                      "{8,6} {9,5}\n",
                      "unit", "kind", "pe", "simd", "stages", "words", "DSP",
                      "LUT", "FF", "BRAM");
  for (const UnitFacts &unit : facts.units) {
    os << llvm::formatv("  {0,-28} {1,-14} {2,5} {3,5} {4,7} {5,7} {6,5} {7,6} "
                        "{8,6} {9,5}\n",
                        unit.name, unit.kind, unit.pe, unit.simd, unit.stages,
                        unit.words, unit.cost.dsp, unit.cost.lut, unit.cost.ff,
                        unit.cost.bram);
  }
  os << llvm::formatv("\n  {0,-43} {1,5} {2,6} {3,7} {4,6} {5,6}\n",
                      "queue behind", "depth", "most", "stalls", "LUT", "FF");
  for (const QueueFacts &queue : facts.queues)
    os << llvm::formatv("  {0,-43} {1,5} {2,6} {3,7} {4,6} {5,6}\n", queue.name,
                        queue.depth, queue.highWater, queue.stalls,
                        queue.cost.lut, queue.cost.ff);
}

static llvm::json::Object toJSON(const Cost &cost) {
  return llvm::json::Object{{"dsp", cost.dsp},
                            {"lut", cost.lut},
                            {"ff", cost.ff},
                            {"bram18", cost.bram}};
}

/// What `cost` is computed from, for a calibration.
static llvm::json::Object toJSON(const CostTerms &terms) {
  return llvm::json::Object{{"kind", terms.kind},
                            {"certain", toJSON(terms.certain)},
                            {"lut", llvm::json::Array(terms.lut)},
                            {"ff", llvm::json::Array(terms.ff)}};
}

static llvm::json::Value toJSON(const GraphFacts &facts, bool withTerms) {
  llvm::json::Array units, queues;
  for (const UnitFacts &unit : facts.units) {
    llvm::json::Object object{{"name", unit.name},
                              {"kind", unit.kind},
                              {"pe", unit.pe},
                              {"simd", unit.simd},
                              {"stages", unit.stages},
                              {"words", unit.words},
                              {"takes", toJSON(unit.cost)}};
    if (withTerms)
      object["terms"] = toJSON(unit.terms);
    units.push_back(std::move(object));
  }
  for (const QueueFacts &queue : facts.queues) {
    llvm::json::Object object{{"behind", queue.name},
                              {"depth", queue.depth},
                              {"most", queue.highWater},
                              {"stalls", queue.stalls},
                              {"takes", toJSON(queue.cost)}};
    if (withTerms)
      object["terms"] = toJSON(queue.terms);
    queues.push_back(std::move(object));
  }
  llvm::json::Value ranges(nullptr);
  if (facts.inputs)
    ranges = llvm::json::Object{
        {"inputs", *facts.inputs},
        {"largest", facts.largest},
        {"limit", facts.limit},
        {"may_saturate", llvm::json::Array(facts.maySaturate)}};
  return llvm::json::Object{{"name", facts.name},
                            {"ranges", std::move(ranges)},
                            {"iterations", facts.iterations},
                            {"batch", facts.batch},
                            {"float", facts.isFloat},
                            {"width", facts.width},
                            {"fraction", facts.fraction},
                            {"cycles", facts.cycles.first},
                            {"sample_cycles", facts.cycles.perSample},
                            {"iteration_cycles", facts.cycles.perIteration},
                            {"sweep_cycles", facts.sweep},
                            {"saturated_words", facts.saturated},
                            {"lanes", facts.lanes},
                            {"memory_words", facts.words},
                            {"queue_words", facts.queueWords},
                            {"takes", toJSON(facts.cost)},
                            {"units", std::move(units)},
                            {"queues", std::move(queues)}};
}

LogicalResult pcflow::printReport(ModuleOp module, ReportForm form,
                                  llvm::raw_ostream &os) {
  llvm::json::Array graphs;
  for (auto graph : module.getOps<GraphOp>()) {
    FailureOr<GraphFacts> facts = collect(graph);
    if (failed(facts))
      return failure();
    if (form == ReportForm::Text)
      printText(*facts, os);
    else
      graphs.push_back(toJSON(*facts, form == ReportForm::Terms));
  }
  if (form != ReportForm::Text)
    os << llvm::formatv("{0:2}\n", llvm::json::Value(std::move(graphs)));
  return success();
}

namespace {

struct Report : pcflow::impl::ReportBase<Report> {
  using ReportBase::ReportBase;

  void runOnOperation() override {
    markAllAnalysesPreserved();
    ReportForm form = terms  ? ReportForm::Terms
                      : json ? ReportForm::JSON
                             : ReportForm::Text;
    if (failed(printReport(getOperation(), form, llvm::outs())))
      signalPassFailure();
  }
};

} // namespace
