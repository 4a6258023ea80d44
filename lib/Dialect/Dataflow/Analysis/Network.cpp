// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Units as the actors that the hardware makes of them. What may be taken and
// given at once decides about deadlocks, so it is that of the units, exactly.

#include "pc/Dialect/Dataflow/Analysis/Liveness.h"
#include "pc/Dialect/Dataflow/IR/Channels.h"

using namespace mlir;
using namespace mlir::pcflow;

namespace {

class NetworkBuilder {
public:
  explicit NetworkBuilder(GraphOp graph) : graph(graph), names(graph) {}

  LogicalResult build();
  Network network;

private:
  LogicalResult addQueues();
  FailureOr<unsigned> getPlaceBehind(Value source);
  FailureOr<unsigned> getPlaceBefore(OpOperand &operand);
  LogicalResult addHost(BlockArgument argument);
  LogicalResult addUnit(UnitOpInterface unit);
  void addLatch(std::string name, unsigned from, unsigned to, int64_t size);
  void addMap(MapOp map, std::string name, std::vector<Run> runs);

  GraphOp graph;
  UnitNames names;
  llvm::MapVector<Value, int64_t> rates;
  llvm::DenseMap<Value, unsigned> places; // of results of buffers, and of
                                          // streams to sinks and outputs
};

} // namespace

/// Whether words pass `op` as they do a wire.
static bool isWire(Operation *op) { return isa_and_nonnull<TapOp, GateOp>(op); }

/// The unit that takes the words of `source`, behind any wires.
static OpOperand *getTaker(Value source) {
  OpOperand *use = getConsumers(source).front();
  while (isWire(use->getOwner()))
    use = getConsumers(use->getOwner()->getResult(0)).front();
  return use;
}

/// What gives words to `operand`, before any wires.
static Value getGiver(Value operand) {
  Value source = getSource(operand);
  while (isWire(source.getDefiningOp()))
    source = getSource(source.getDefiningOp()->getOperand(0));
  return source;
}

LogicalResult NetworkBuilder::addQueues() {
  WalkResult walk = graph.walk([&](BufferOp buffer) {
    if (!buffer.getDepth()) {
      buffer.emitOpError("expected a depth; has pcflow-size-buffers run?");
      return WalkResult::interrupt();
    }
    places[buffer.getResult()] =
        network.addPlace(*buffer.getDepth(),
                         names.getStream(getGiver(buffer.getInput())), buffer);
    return WalkResult::advance();
  });
  return success(!walk.wasInterrupted());
}

FailureOr<unsigned> NetworkBuilder::getPlaceBehind(Value source) {
  OpOperand *use = getTaker(source);
  if (auto buffer = dyn_cast<BufferOp>(use->getOwner()))
    return places[buffer.getResult()];
  if (isa<SinkOp, OutputOp>(use->getOwner())) // always ready: no storage needed
    return places[source] =
               network.addPlace(1, names.getStream(source), nullptr);
  return use->getOwner()->emitOpError("expected a pcflow.buffer in front of "
                                      "operand ")
         << use->getOperandNumber() << "; has pcflow-size-buffers run?";
}

FailureOr<unsigned> NetworkBuilder::getPlaceBefore(OpOperand &operand) {
  Value giver = getGiver(operand.get());
  if (auto place = places.find(giver); place != places.end())
    return place->second;
  return getPlaceBehind(giver); // of a unit that comes later, or an error
}

LogicalResult NetworkBuilder::addHost(BlockArgument argument) {
  FailureOr<unsigned> place = getPlaceBehind(argument);
  if (failed(place))
    return failure();
  network.addActor({"host " + names.getStream(argument),
                    {Run{rates[argument], {}, {*place}}}});
  return success();
}

/// Words may leave as soon as they have come, so the memory is a queue of its
/// own, filled once and given again in every round.
void NetworkBuilder::addLatch(std::string name, unsigned from, unsigned to,
                              int64_t size) {
  unsigned memory = network.addPlace(size, name + " memory", nullptr);
  network.addActor({name, {Run{size, {from}, {memory}}}});
  network.addActor({name,
                    {Run{size, {memory}, {to}},
                     Run{size * (graph.getRounds() - 1), {}, {to}}}});
}

/// A pipeline stores one word in each of its stages.
void NetworkBuilder::addMap(MapOp map, std::string name,
                            std::vector<Run> runs) {
  unsigned stages =
      network.addPlace(map.getLatency(), name + " stages", nullptr);
  llvm::SmallVector<unsigned, 2> gives = runs.front().gives;
  runs.front().gives = {stages};
  network.addActor({name, runs});
  network.addActor({name, {Run{runs.front().count, {stages}, gives}}});
}

LogicalResult NetworkBuilder::addUnit(UnitOpInterface unit) {
  if (isWire(unit))
    return success();
  if (auto buffer = dyn_cast<BufferOp>(*unit)) { // into another queue, or away
    OpOperand *use = getTaker(buffer.getResult());
    if (auto next = dyn_cast<BufferOp>(use->getOwner()))
      network.addActor({names.getUnit(unit),
                        {Run{rates[buffer.getResult()],
                             {places[buffer.getResult()]},
                             {places[next.getResult()]}}}});
    return success();
  }
  llvm::SmallVector<unsigned> before, behind;
  for (OpOperand &operand : unit->getOpOperands()) {
    FailureOr<unsigned> place = getPlaceBefore(operand);
    if (failed(place))
      return failure();
    before.push_back(*place);
  }
  for (Value result : unit->getResults()) {
    auto known = places.find(result);
    FailureOr<unsigned> place = known != places.end()
                                    ? FailureOr<unsigned>(known->second)
                                    : getPlaceBehind(result);
    if (failed(place))
      return failure();
    behind.push_back(*place);
  }
  std::string name = names.getUnit(unit);
  std::vector<Run> runs;
  for (Run run : unit.getRuns(graph.getIterations())) {
    for (unsigned &operand : run.takes)
      operand = before[operand];
    for (unsigned &result : run.gives)
      result = behind[result];
    runs.push_back(std::move(run));
  }
  if (unit.isRateless())
    runs.front().count =
        rates[unit->getNumOperands() ? getSource(unit->getOperand(0))
                                     : Value(unit->getResult(0))];
  if (auto latch = dyn_cast<LatchOp>(*unit))
    addLatch(name, before[0], behind[0], latch.getInput().getType().getSize());
  else if (auto map = dyn_cast<MapOp>(*unit))
    addMap(map, name, std::move(runs));
  else
    network.addActor({name, std::move(runs), isa<ForkOp>(unit)});
  return success();
}

LogicalResult NetworkBuilder::build() {
  if (!graph.getWired())
    return graph.emitOpError(
        "expected a wired graph; has pcflow-materialize-forks run?");
  FailureOr<llvm::MapVector<Value, int64_t>> inferred = inferRates(graph);
  if (failed(inferred) || failed(addQueues()))
    return failure();
  rates = std::move(*inferred);
  for (BlockArgument argument : graph.getBody().getArguments())
    if (failed(addHost(argument)))
      return failure();
  for (UnitOpInterface unit : getUnits(graph))
    if (failed(addUnit(unit)))
      return failure();
  return success();
}

FailureOr<Network> pcflow::buildNetwork(GraphOp graph) {
  NetworkBuilder builder(graph);
  if (failed(builder.build()))
    return failure();
  return std::move(builder.network);
}
