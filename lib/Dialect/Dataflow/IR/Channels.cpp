// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Dialect/Dataflow/IR/Channels.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/SmallPtrSet.h"

using namespace mlir;
using namespace mlir::pcflow;

Value pcflow::getSource(Value value) {
  llvm::SmallPtrSet<Value, 8> seen;
  while (value && seen.insert(value).second) {
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      auto vertex = dyn_cast<VertexOp>(argument.getOwner()->getParentOp());
      if (!vertex)
        return value;
      value = vertex->getOperand(argument.getArgNumber());
      continue;
    }
    auto vertex = value.getDefiningOp<VertexOp>();
    if (!vertex)
      return value;
    value =
        vertex.getYield().getOperand(cast<OpResult>(value).getResultNumber());
  }
  return Value(); // vertices that pass a stream around among themselves
}

llvm::SmallVector<OpOperand *> pcflow::getConsumers(Value source) {
  llvm::SmallVector<OpOperand *> result;
  llvm::SmallVector<Value> open{source};
  llvm::SmallPtrSet<Value, 8> seen{source};
  while (!open.empty()) {
    Value value = open.pop_back_val();
    auto follow = [&](Value next) {
      if (seen.insert(next).second)
        open.push_back(next);
    };
    for (OpOperand &use : value.getUses()) {
      Operation *owner = use.getOwner();
      if (auto vertex = dyn_cast<VertexOp>(owner))
        follow(vertex.getBody().getArgument(use.getOperandNumber()));
      else if (isa<YieldOp>(owner))
        follow(owner->getParentOp()->getResult(use.getOperandNumber()));
      else
        result.push_back(&use);
    }
  }
  return result;
}

llvm::SmallVector<UnitOpInterface> pcflow::getUnits(GraphOp graph) {
  llvm::SmallVector<UnitOpInterface> result;
  graph.walk([&](UnitOpInterface unit) { result.push_back(unit); });
  return result;
}

UnitNames::UnitNames(GraphOp graph) : inputs(graph.getInputs()) {
  auto nameAll = [&](Block &block, const std::string &prefix) {
    llvm::MapVector<llvm::StringRef, llvm::SmallVector<Operation *>> kinds;
    for (Operation &op : block)
      if (isa<UnitOpInterface>(op))
        kinds[op.getName().stripDialect()].push_back(&op);
    for (auto &[kind, ops] : kinds)
      for (auto [index, op] : llvm::enumerate(ops))
        names[op] = prefix + kind.str() +
                    (ops.size() > 1 ? std::to_string(index) : std::string());
  };
  nameAll(graph.getBody().front(), "");
  for (auto vertex : graph.getOps<VertexOp>())
    nameAll(vertex.getBody().front(), vertex.getSymName().str() + "/");
}

std::string UnitNames::getStream(Value source) const {
  if (auto argument = dyn_cast<BlockArgument>(source))
    return cast<StringAttr>(inputs[argument.getArgNumber()]).getValue().str();
  Operation *unit = source.getDefiningOp();
  unsigned index = cast<OpResult>(source).getResultNumber();
  std::string name = getUnit(unit);
  if (isa<LearnerOpInterface, PoolOp>(unit))
    return name + (index ? ".g" : ".y");
  return unit->getNumResults() > 1 ? name + "." + std::to_string(index) : name;
}

namespace {

/// Streams that carry equally many words, and how many.
class Rates {
public:
  void join(Value a, Value b) { classes.unionSets(key(a), key(b)); }

  /// Notes that `count` words pass at `value`, or returns what was noted before
  /// where that is another number.
  std::optional<int64_t> note(Value value, int64_t count) {
    auto [entry, isNew] = known.try_emplace(leader(value), count);
    if (isNew || entry->second == count)
      return std::nullopt;
    return entry->second;
  }
  std::optional<int64_t> lookup(Value value) {
    auto entry = known.find(leader(value));
    return entry == known.end() ? std::nullopt
                                : std::optional<int64_t>(entry->second);
  }

private:
  static const void *key(Value value) { return value.getAsOpaquePointer(); }
  const void *leader(Value value) {
    return classes.getOrInsertLeaderValue(key(value));
  }

  llvm::EquivalenceClasses<const void *> classes; // never iterated
  llvm::DenseMap<const void *, int64_t> known;
};

} // namespace

/// Operands (through borders), then results.
static llvm::SmallVector<Value> getEnds(UnitOpInterface unit) {
  llvm::SmallVector<Value> ends;
  for (Value operand : unit->getOperands())
    ends.push_back(getSource(operand));
  llvm::append_range(ends, unit->getResults());
  return ends;
}

static LogicalResult noteUnit(UnitOpInterface unit, int64_t iterations,
                              Rates &rates) {
  llvm::SmallVector<Value> ends = getEnds(unit);
  llvm::SmallVector<int64_t> counts(ends.size(), 0);
  for (const Run &run : unit.getRuns(iterations)) {
    for (unsigned operand : run.takes)
      counts[operand] += run.count;
    for (unsigned result : run.gives)
      counts[unit->getNumOperands() + result] += run.count;
  }
  for (auto [index, end, count] : llvm::enumerate(ends, counts)) {
    if (!end)
      continue;
    if (std::optional<int64_t> other = rates.note(end, count)) {
      bool takes = index < unit->getNumOperands();
      return unit->emitOpError("D2: ")
             << (takes ? "takes " : "gives ") << count << " words a sample "
             << (takes ? "from operand " : "to result ")
             << (takes ? index : index - unit->getNumOperands())
             << ", but the other end of the stream has " << *other;
    }
  }
  return success();
}

FailureOr<llvm::MapVector<Value, int64_t>>
pcflow::inferRates(GraphOp graph, std::optional<int64_t> iterations) {
  Rates rates;
  llvm::SmallVector<UnitOpInterface> units = getUnits(graph);
  for (UnitOpInterface unit : units)
    if (unit.isRateless()) {
      llvm::SmallVector<Value> ends = getEnds(unit);
      llvm::erase(ends, Value());
      for (Value end : llvm::drop_begin(ends))
        rates.join(ends.front(), end);
    }
  llvm::MapVector<Value, int64_t> result;
  for (Value argument : graph.getBody().getArguments()) {
    rates.note(argument, cast<StreamType>(argument.getType()).getSize());
    result[argument] = 0;
  }
  for (UnitOpInterface unit : units) {
    if (!unit.isRateless() &&
        failed(
            noteUnit(unit, iterations.value_or(graph.getIterations()), rates)))
      return failure();
    for (Value value : unit->getResults())
      result[value] = 0;
  }
  for (auto &[value, count] : result)
    count = rates.lookup(value).value_or(0);
  return result;
}
