// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Dialect/Dataflow/Analysis/Timing.h"
#include "Clocked.h"
#include "pc/Dialect/Dataflow/Analysis/Liveness.h"
#include "pc/Dialect/Dataflow/IR/Channels.h"
#include "pc/Dialect/Dataflow/IR/Single.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::pcflow;

namespace {

class Simulator {
public:
  Simulator(GraphOp graph, int64_t samples, int64_t iterations,
            const Depths &depths, bool isSweep = false)
      : graph(graph), samples(samples), rounds(iterations + 1), depths(depths),
        isSweep(isSweep) {}

  LogicalResult build();
  Timing run();

private:
  Clocked *add(std::unique_ptr<Clocked> unit) {
    units.push_back(std::move(unit));
    return units.back().get();
  }
  std::unique_ptr<Clocked> create(UnitOpInterface unit);
  Link *getLink(Value source);

  GraphOp graph;
  int64_t samples, rounds;
  const Depths &depths;
  bool isSweep; // of one round, in which states hold nothing back
  llvm::MapVector<Value, int64_t> rates;
  llvm::MapVector<Value, std::unique_ptr<Link>> links; // by source
  std::vector<std::unique_ptr<Clocked>> units;
  Timing timing;
  int64_t patience = 64; // cycles
};

} // namespace

Link *Simulator::getLink(Value source) {
  std::unique_ptr<Link> &link = links[source];
  if (!link)
    link = std::make_unique<Link>();
  return link.get();
}

std::unique_ptr<Clocked> Simulator::create(UnitOpInterface unit) {
  if (isSweep && isa<StateOp, ActivityOp>(*unit))
    return std::make_unique<ClockedWires>();
  return llvm::TypeSwitch<Operation *, std::unique_ptr<Clocked>>(unit)
      .Case([&](BufferOp op) {
        QueueTiming &queue = timing.queues[op];
        auto depth = depths.find(op);
        return std::make_unique<ClockedQueue>(
            depth == depths.end() ? *op.getDepth() : depth->second,
            queue.highWater, queue.stalls);
      })
      .Case([&](ForkOp op) {
        return std::make_unique<ClockedFork>(op.getNumResults());
      })
      .Case<TapOp, GateOp, SumOp>(
          [](auto) { return std::make_unique<ClockedJoin>(); })
      .Case([](MapOp op) {
        return std::make_unique<ClockedMap>(op.getLatency());
      })
      .Case([&](StateOp op) {
        return std::make_unique<ClockedState>(
            op.getMessage().getType().getSize(), rounds, samples);
      })
      .Case([&](ActivityOp op) {
        return std::make_unique<ClockedActivity>(
            op.getPrediction().getType().getSize(), rounds);
      })
      .Case([&](FirstOp op) {
        return std::make_unique<ClockedFirst>(op.getInput().getType().getSize(),
                                              rounds);
      })
      .Case([&](LatchOp op) {
        return std::make_unique<ClockedLatch>(op.getInput().getType().getSize(),
                                              rounds);
      })
      .Case([&](LinearOp op) {
        return std::make_unique<ClockedLinear>(op, rounds, samples);
      })
      .Case<ConvOp, PoolOp>([&](auto op) {
        return std::make_unique<ClockedImage>(op, rounds, samples);
      })
      .Case([&](RearrangeOp op) {
        return std::make_unique<ClockedRearrange>(op);
      })
      .Case([&](SoftmaxErrorOp op) -> std::unique_ptr<Clocked> {
        auto format = dyn_cast<WordType>(op.getLogits().getType().getElement());
        if (!format)
          return nullptr; // a quotient has as many cycles as bits
        return std::make_unique<ClockedSoftmax>(
            op.getLogits().getType().getSize(),
            format.isFloat() ? quotientBits : format.getFraction());
      })
      .Case<SinkOp, OutputOp>([&](auto op) {
        return std::make_unique<ClockedSink>(
            samples * rates.lookup(getSource(op.getInput())));
      })
      .Default([](Operation *) { return nullptr; });
}

/// What a bench sees: words of the host, and errors at taps.
static bool isWatched(Value source) {
  return isa<BlockArgument>(source) ||
         llvm::any_of(getConsumers(source), [](OpOperand *use) {
           return isa<TapOp, OutputOp>(use->getOwner());
         });
}

LogicalResult Simulator::build() {
  FailureOr<llvm::MapVector<Value, int64_t>> inferred =
      inferRates(graph, rounds - 1);
  if (failed(inferred))
    return failure();
  rates = std::move(*inferred);
  llvm::SmallVector<UnitOpInterface> ops = getUnits(graph);
  for (UnitOpInterface op : ops) // nothing waits longer than for all tiles
    if (auto learner = dyn_cast<LearnerOpInterface>(*op))
      patience += learner.getRows() * learner.getPositions() *
                  std::max<int64_t>(learner.getColumns(), 3);
  for (UnitOpInterface op : ops)
    if (auto pool = dyn_cast<PoolOp>(*op))
      patience +=
          pool.getPrediction().getType().getSize() * pool.getWindow().getTaps();
  for (UnitOpInterface op : ops)
    if (auto rearrange = dyn_cast<RearrangeOp>(*op))
      patience +=
          rearrange.getTerms() * rearrange.getResult().getType().getSize();
  for (UnitOpInterface op : ops) // their addresses stay from here on
    if (isa<BufferOp>(op))
      timing.queues[op] = {};
  for (BlockArgument argument : graph.getBody().getArguments()) {
    Clocked *unit =
        add(std::make_unique<ClockedSource>(samples * rates[argument]));
    unit->outputs.push_back(getLink(argument));
    *unit->outputs.front() = {unit};
  }
  for (UnitOpInterface op : ops) {
    std::unique_ptr<Clocked> created = create(op);
    if (!created)
      return op->emitOpError("has no timing yet; has pcflow-quantize run?");
    Clocked *unit = add(std::move(created));
    for (auto [index, operand] : llvm::enumerate(op->getOperands())) {
      Link *link = getLink(getSource(operand));
      link->taker = unit;
      link->input = index;
      unit->inputs.push_back(link);
    }
    for (auto [index, result] : llvm::enumerate(op->getResults())) {
      Link *link = getLink(result);
      link->giver = unit;
      link->output = index;
      unit->outputs.push_back(link);
    }
  }
  for (auto &[source, link] : links)
    link->watched = isWatched(source);
  return success();
}

Timing Simulator::run() {
  for (int64_t cycle = 1;; ++cycle) {
    for (auto &[source, link] : links) {
      link->fires = link->giver->isValid(link->output) &&
                    link->taker->isReady(link->input);
      if (!link->fires)
        continue;
      timing.lastMove = cycle;
      if (link->watched)
        timing.cycles = cycle;
    }
    for (auto &unit : units)
      unit->clock();
    bool done = llvm::all_of(units, [](auto &unit) { return unit->isDone(); });
    // Computation without a handshake is shorter than this, unless nothing ever
    // moves again.
    if (timing.lastMove != cycle &&
        (done || cycle - timing.lastMove > patience)) {
      timing.stopped = !done;
      return std::move(timing);
    }
  }
}

/// Of a graph that is wired and has its queues.
static FailureOr<Timing> simulate(GraphOp graph, int64_t samples,
                                  int64_t iterations, const Depths &depths) {
  Simulator simulator(graph, samples, iterations, depths);
  if (failed(simulator.build()))
    return failure();
  return simulator.run();
}

FailureOr<Timing> pcflow::simulateCycles(GraphOp graph, int64_t samples,
                                         int64_t iterations,
                                         const Depths &depths) {
  if (failed(buildNetwork(graph))) // is it wired, is there a queue everywhere?
    return failure();
  return simulate(graph, samples, iterations, depths);
}

FailureOr<Timing> pcflow::simulateSweep(GraphOp graph) {
  if (failed(buildNetwork(graph)))
    return failure();
  Depths depths;
  Simulator simulator(graph, /*samples=*/1, /*iterations=*/0, depths,
                      /*isSweep=*/true);
  if (failed(simulator.build()))
    return failure();
  Timing timing = simulator.run();
  if (!timing.stopped)
    return timing;
  // Queues as short as the relaxation stays alive with are another matter.
  graph.walk([&](BufferOp buffer) {
    depths[buffer] = std::max<int64_t>(
        *buffer.getDepth(), 2 * buffer.getInput().getType().getSize());
  });
  Simulator roomy(graph, 1, 0, depths, true);
  if (failed(roomy.build()))
    return failure();
  return roomy.run();
}

/// Far enough from the start that every further sample or iteration takes
/// equally long.
static constexpr int64_t warm = 3;

FailureOr<CycleCounts> pcflow::countCycles(GraphOp graph,
                                           const Depths &depths) {
  int64_t iterations = graph.getIterations();
  auto run = [&](int64_t samples, int64_t more) {
    return simulateCycles(graph, samples, iterations + more, depths);
  };
  FailureOr<Timing> first = run(1, 0), few = run(warm, 0),
                    many = run(warm + 1, 0), longer = run(1, warm),
                    longest = run(1, warm + 1);
  if (failed(first) || failed(few) || failed(many) || failed(longer) ||
      failed(longest))
    return failure();
  return CycleCounts{
      first->cycles, first->lastMove, many->lastMove - few->lastMove,
      longest->lastMove - longer->lastMove, many->stopped || longest->stopped};
}

FailureOr<bool> pcflow::isAsFast(GraphOp graph, const Depths &depths,
                                 const CycleCounts &counts) {
  auto run = [&](int64_t samples, int64_t more) {
    return simulate(graph, samples, graph.getIterations() + more, depths);
  };
  // The shortest runs first: most that is too slow is so at once.
  FailureOr<Timing> first = run(1, 0);
  if (failed(first))
    return failure();
  if (first->stopped || first->lastMove > counts.last)
    return false;
  FailureOr<Timing> longest = run(1, warm + 1), longer = run(1, warm);
  if (failed(longest) || failed(longer))
    return failure();
  if (longest->stopped ||
      longest->lastMove - longer->lastMove > counts.perIteration)
    return false;
  FailureOr<Timing> many = run(warm + 1, 0), few = run(warm, 0);
  if (failed(many) || failed(few))
    return failure();
  return !many->stopped && many->lastMove - few->lastMove <= counts.perSample;
}
