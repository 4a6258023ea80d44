// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loop: a copy of the body for each iteration where their number is known and
// small, else one body in scf.for.

#include "Subgraphs.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace llvm;

namespace mlir::pc {

namespace {
/// What a Loop says of itself.
struct LoopPlan {
  const onnx::GraphProto &body;
  /// The bound that is given, if one is.
  std::optional<int64_t> trips;
  ImportedValues carried;
  /// Whether the first condition is data.
  bool startsOnData = false;

  size_t countCollected() const {
    return body.output_size() - 1 - carried.size();
  }
};

/// A Loop while it is unrolled.
struct Unrolling {
  /// Conditions may be those of the data at hand.
  bool followsData = false;
  ImportedValues carried;
  std::vector<ImportedValues> collected; // by output, then by iteration
  bool goesOn = true;
  /// Set when the condition is data, and is not followed.
  bool isBlocked = false;
};
} // namespace

/// Where the number of iterations is not given.
static constexpr int64_t maxUnbounded = 1024;

/// One iteration.
static LogicalResult unrollOnce(NodeContext &node, const LoopPlan &plan,
                                Unrolling &loop, int64_t iteration) {
  ImportedValues arguments, results;
  arguments.push_back(makeScalar(node, ElementKind::I64, iteration));
  arguments.push_back(makeScalar(node, ElementKind::Bool, 1));
  arguments.append(loop.carried.begin(), loop.carried.end());
  if (failed(importBody(node, plan.body, arguments, node.builder, results)))
    return failure();
  if (isPoisoned(results)) {
    poison(node);
    loop.goesOn = false;
    return success();
  }
  const ImportedValue &condition = results[0];
  if (!condition.constant || (condition.isParameter && !loop.followsData)) {
    loop.isBlocked = true;
    return success();
  }
  if (condition.constant->getNumElements() != 1)
    return node.fail("expected a condition of one element, but got " +
                     condition.constant->describe());
  loop.goesOn = getInteger(*condition.constant, 0) != 0;
  size_t count = loop.carried.size();
  loop.carried.assign(results.begin() + 1, results.begin() + 1 + count);
  loop.collected.resize(plan.countCollected());
  for (auto [i, values] : enumerate(loop.collected))
    values.push_back(results[count + 1 + i]);
  return success();
}

static LogicalResult setOutputs(NodeContext &node, Unrolling &loop) {
  size_t count = loop.carried.size();
  for (size_t i = 0; i < node.getNumOutputs(); ++i) {
    if (i < count) {
      node.getResults()[i] = loop.carried[i];
    } else if (node.hasOutput(i)) {
      ImportedValues none;
      size_t which = i - count;
      FailureOr<Value> all =
          stack(node, 0,
                which < loop.collected.size() ? loop.collected[which] : none);
      if (failed(all))
        return failure();
      node.setOutput(i, *all);
    }
  }
  return success();
}

/// Leaves `loop.isBlocked` set, and no trace, where a condition is data.
static LogicalResult unroll(NodeContext &node, const LoopPlan &plan,
                            Unrolling &loop) {
  Importer &importer = node.getImporter();
  Importer::Mark mark = importer.getMark(node.builder);
  loop.carried = plan.carried;
  int64_t trips = plan.trips.value_or(maxUnbounded + 1);
  for (int64_t i = 0; i < trips && loop.goesOn; ++i) {
    if (!plan.trips && i == maxUnbounded)
      return node.unsupported("more than " + Twine(maxUnbounded) +
                              " iterations without a bound");
    if (failed(unrollOnce(node, plan, loop, i)))
      return failure();
    if (isPoisoned(node.getResults()))
      return success();
    if (loop.isBlocked) {
      importer.rewind(mark, node.builder);
      return success();
    }
  }
  return setOutputs(node, loop);
}

/// A tensor of one boolean as a scalar, null where it is known to be true.
static FailureOr<Value> getFlag(NodeContext &node, ImportedValue value,
                                OpBuilder &builder) {
  if (value.sequence || value.isAbsent || value.type.getNumElements() != 1 ||
      !value.type.getElementType().isInteger(1))
    return node.fail("expected a condition of one boolean");
  if (value.isPureConstant() && getInteger(*value.constant, 0))
    return Value();
  Emitter b(builder, node.loc);
  Value tensor = node.getImporter().materialize(value, b, node.loc);
  return tensor::ExtractOp::create(b, b.reshape(tensor, {}), ValueRange())
      .getResult();
}

static LogicalResult roll(NodeContext &node, const LoopPlan &plan) {
  RolledLoop loop;
  loop.trips = *plan.trips;
  loop.carried = plan.carried;
  size_t count = plan.carried.size();
  SmallVector<unsigned> numbers; // of the outputs collected
  for (size_t i = count; i < node.getNumOutputs(); ++i)
    if (node.hasOutput(i))
      numbers.push_back(i);
  loop.outputs.resize(numbers.size());
  if (node.hasInput(1)) {
    FailureOr<Value> start = getFlag(node, node.getImported(1), node.builder);
    if (failed(start))
      return failure();
    loop.condition = *start;
  }
  auto emitBody = [&](OpBuilder &builder, Value at, ImportedValues carried,
                      ImportedValues &results, Value &goesOn) -> LogicalResult {
    Emitter b(builder, node.loc);
    Value number = arith::IndexCastOp::create(b, b.getI64Type(), at);
    Value tensor = tensor::FromElementsOp::create(
        b, RankedTensorType::get({}, b.getI64Type()), number);
    ImportedValues arguments{makeValue(tensor),
                             makeScalar(node, ElementKind::Bool, 1)};
    arguments.append(carried);
    ImportedValues all;
    if (failed(importBody(node, plan.body, arguments, builder, all)))
      return failure();
    if (isPoisoned(all)) {
      results = all;
      return success();
    }
    FailureOr<Value> flag = getFlag(node, all[0], builder);
    if (failed(flag))
      return failure();
    goesOn = *flag;
    results.append(all.begin() + 1, all.begin() + 1 + count);
    for (unsigned number : numbers)
      results.push_back(all[1 + number]);
    return success();
  };
  loop.emitBody = emitBody;
  FailureOr<ImportedValues> made = emitRolledLoop(node, loop);
  if (failed(made))
    return failure();
  if (isPoisoned(*made)) {
    poison(node);
    return success();
  }
  for (size_t i = 0; i < std::min<size_t>(count, node.getNumOutputs()); ++i)
    node.getResults()[i] = (*made)[i];
  for (auto [i, number] : enumerate(numbers))
    node.getResults()[number] = (*made)[count + i];
  return success();
}

static FailureOr<LoopPlan> planLoop(NodeContext &node,
                                    const onnx::GraphProto &body) {
  LoopPlan plan{body, std::nullopt, {}};
  for (int i = 2; i < node.getNode().input_size(); ++i) {
    if (!node.hasInput(i) && !node.hasAbsent(i))
      return node.fail("expected an initial value for input " + Twine(i));
    plan.carried.push_back(getOperand(node, i));
  }
  size_t least = plan.carried.size() + 1;
  if (size_t(body.output_size()) <
      std::max<size_t>(least, node.getNumOutputs() + 1))
    return node.fail("expected a body with at least " +
                     Twine(std::max<size_t>(least, node.getNumOutputs() + 1)) +
                     " outputs, but got " + Twine(body.output_size()));
  if (node.hasInput(0)) {
    FailureOr<SmallVector<int64_t>> count =
        node.requireIntegers(0, "the trip count");
    if (failed(count))
      return failure();
    if (count->size() != 1)
      return node.fail("expected one trip count, but got " + printTypes(node));
    plan.trips = std::max<int64_t>(count->front(), 0);
  }
  if (node.hasInput(1)) {
    if (failed(node.requireBoolean(1)) || node.getType(1).getNumElements() != 1)
      return node.fail("expected a condition of one boolean, but got " +
                       printTypes(node));
    plan.startsOnData = !node.getImported(1).isPureConstant();
    if (!plan.startsOnData && getInteger(*node.getConstant(1), 0) == 0)
      plan.trips = 0;
  }
  return plan;
}

static LogicalResult lowerLoop(NodeContext &node) {
  const onnx::GraphProto *body = node.attributes.getGraph("body");
  if (!body)
    return node.fail("expected the attribute body");
  if (node.getNumInputs() > 0 && (node.getSequence(0) || node.getSequence(1)))
    return node.fail(
        "expected a trip count and a condition, but got sequences");
  FailureOr<LoopPlan> plan = planLoop(node, *body);
  if (failed(plan))
    return failure();
  bool isShort = !plan->trips || *plan->trips <= node.getImporter().getUnroll();
  if (!plan->startsOnData && isShort) {
    Unrolling loop;
    if (failed(unroll(node, *plan, loop)))
      return failure();
    if (!loop.isBlocked)
      return success();
  }
  bool collects = false;
  for (size_t i = plan->carried.size(); i < node.getNumOutputs(); ++i)
    collects |= node.hasOutput(i);
  bool isOnData = plan->startsOnData || isShort;
  bool canRoll = plan->trips && *plan->trips > 0;
  if (canRoll && !(isOnData && (collects || hasNonTensor(plan->carried))))
    return roll(node, *plan);
  // The number of iterations shapes the outcome, or may: a sequence grows.
  const Tensor *start = node.getConstant(1);
  if (plan->startsOnData && start && !getInteger(*start, 0))
    plan->trips = 0;
  Unrolling loop;
  loop.followsData = true;
  loop.isBlocked = plan->startsOnData && !start;
  if (!loop.isBlocked && failed(unroll(node, *plan, loop)))
    return failure();
  if (!loop.isBlocked)
    return success();
  if (canRoll && !collects)
    return roll(node, *plan);
  return node.unsupported(
      plan->trips ? "collected outputs whose number depends on data"
                  : "a condition that depends on data without a trip count");
}

void registerLoops(OperatorRegistry &all) {
  all.add("Loop", 1, lowerLoop).withSequences().withStrings(StringUse::Handles);
}

} // namespace mlir::pc
