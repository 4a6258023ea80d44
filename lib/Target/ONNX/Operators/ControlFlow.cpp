// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Subgraphs: branches, and loops with a trip count that is known.

#include "../Importer.h"
#include "Operators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace llvm;

namespace mlir::pc {

using Values = SmallVector<ImportedValue>;

/// Loops are unrolled up to this many iterations.
static constexpr int64_t maxUnrolled = 1024;

//===----------------------------------------------------------------------===//
// Bodies
//===----------------------------------------------------------------------===//

LogicalResult importBody(NodeContext &node, const onnx::GraphProto &graph,
                         ArrayRef<ImportedValue> arguments, OpBuilder &builder,
                         SmallVectorImpl<ImportedValue> &results) {
  if (size_t(graph.input_size()) != arguments.size())
    return node.fail("expected a body with " + Twine(arguments.size()) +
                     " inputs, but got " + Twine(graph.input_size()));
  Frame &outer = node.getImporter().getFrame();
  Scope scope(&outer.scope);
  for (auto [input, argument] : zip(graph.input(), arguments))
    scope.define(input.name(), argument);
  Frame frame{scope, outer.opsets, outer.bindings, builder, outer.prefix};
  return node.getImporter().importSubgraph(graph, frame, results);
}

static bool isPoisoned(ArrayRef<ImportedValue> values) {
  return llvm::any_of(values,
                      [](const ImportedValue &v) { return v.isPoisoned; });
}

static bool hasSequence(ArrayRef<ImportedValue> values) {
  return llvm::any_of(values,
                      [](const ImportedValue &v) { return v.sequence; });
}

static void poison(NodeContext &node) {
  for (ImportedValue &result : node.getResults())
    result.isPoisoned = true;
}

//===----------------------------------------------------------------------===//
// If
//===----------------------------------------------------------------------===//

namespace {
/// One branch while it is imported.
struct Branch {
  const onnx::GraphProto &graph;
  Values results;
  bool isFine = true;

  void emit(NodeContext &node, OpBuilder &builder) {
    isFine = succeeded(importBody(node, graph, {}, builder, results)) &&
             !isPoisoned(results);
    if (isFine && hasSequence(results)) {
      isFine = false;
      (void)node.unsupported("branches with results that are sequences");
    }
    SmallVector<Value> values;
    if (isFine)
      for (ImportedValue &result : results)
        values.push_back(
            node.getImporter().materialize(result, builder, node.loc));
    scf::YieldOp::create(builder, node.loc, values);
  }
};
} // namespace

/// One branch in the place of the node.
static LogicalResult inlineBranch(NodeContext &node,
                                  const onnx::GraphProto &branch) {
  Values results;
  if (failed(importBody(node, branch, {}, node.builder, results)))
    return failure();
  llvm::copy(results, node.getResults().begin());
  return success();
}

/// Both branches, chosen while the program runs. `likely` is the one that the
/// data at hand chooses, or null.
static LogicalResult emitIf(NodeContext &node, const onnx::GraphProto &first,
                            const onnx::GraphProto &second,
                            const onnx::GraphProto *likely) {
  Emitter b(node.builder, node.loc);
  Value condition = tensor::ExtractOp::create(
      b, b.reshape(node.getInput(0), {}), ValueRange());
  Branch branches[] = {{first, {}, true}, {second, {}, true}};
  auto emit = [&](Branch &branch) {
    return [&](OpBuilder &builder, Location) { branch.emit(node, builder); };
  };
  auto op =
      scf::IfOp::create(b, condition, emit(branches[0]), emit(branches[1]));
  bool isSame =
      op.thenYield().getOperandTypes() == op.elseYield().getOperandTypes();
  if (!branches[0].isFine || !branches[1].isFine) {
    op.erase();
    poison(node);
    return success(); // said already
  }
  if (!isSame) {
    op.erase();
    if (likely)
      return inlineBranch(node, *likely);
    return node.unsupported("branches with results of different shapes");
  }
  for (auto [i, result] : enumerate(op.getResults()))
    node.setOutput(i, result);
  return success();
}

static LogicalResult lowerIf(NodeContext &node) {
  const onnx::GraphProto *first = node.attributes.getGraph("then_branch");
  const onnx::GraphProto *second = node.attributes.getGraph("else_branch");
  if (failed(node.requireInputs(1, 1)) || failed(node.requireBoolean(0)))
    return failure();
  if (!first || !second)
    return node.fail("expected a then_branch and an else_branch");
  if (node.getType(0).getNumElements() != 1)
    return node.fail("expected a condition of one element, but got " +
                     printTypes(node));
  if (int(node.getNumOutputs()) != first->output_size() ||
      int(node.getNumOutputs()) != second->output_size())
    return node.fail("expected branches with " + Twine(node.getNumOutputs()) +
                     " outputs");
  const onnx::GraphProto *chosen = nullptr;
  if (const Tensor *known = node.getConstant(0))
    chosen = getInteger(*known, 0) ? first : second;
  if (chosen && !node.isParameter(0))
    return inlineBranch(node, *chosen);
  return emitIf(node, *first, *second, chosen);
}

//===----------------------------------------------------------------------===//
// Loop and Scan
//===----------------------------------------------------------------------===//

/// Stacks the values of one output of all iterations along `axis`.
static LogicalResult stack(NodeContext &node, unsigned output, int64_t axis,
                           MutableArrayRef<ImportedValue> parts) {
  if (parts.empty())
    return node.unsupported("a loop without iterations that collects outputs");
  if (hasSequence(parts))
    return node.unsupported("collected outputs that are sequences");
  Emitter b(node.builder, node.loc);
  SmallVector<Value> rows;
  for (ImportedValue &part : parts) {
    Value value = node.getImporter().materialize(part, b, node.loc);
    if (!rows.empty() && part.type != parts.front().type)
      return node.unsupported("collected outputs of different shapes");
    FailureOr<int64_t> at = node.normalizeAxis(axis, part.type.getRank() + 1);
    if (failed(at))
      return failure();
    rows.push_back(b.unsqueeze(value, *at));
    axis = *at;
  }
  node.setOutput(output, b.concat(axis, rows));
  return success();
}

static ImportedValue makeScalar(NodeContext &node, ElementKind kind,
                                int64_t value) {
  auto tensor = std::make_shared<Tensor>(kind, std::vector<int64_t>());
  setInteger(*tensor, 0, value);
  return node.getImporter().makeConstant(tensor);
}

namespace {
/// A Loop while it is unrolled.
struct Unrolling {
  const onnx::GraphProto &body;
  int64_t trips;
  Values carried;
  std::vector<Values> collected; // by output, then by iteration
  bool goesOn = true;
};
} // namespace

/// One iteration; the condition must stay known.
static LogicalResult unrollOnce(NodeContext &node, Unrolling &loop,
                                int64_t iteration) {
  Values arguments, results;
  arguments.push_back(makeScalar(node, ElementKind::I64, iteration));
  arguments.push_back(makeScalar(node, ElementKind::Bool, 1));
  arguments.append(loop.carried.begin(), loop.carried.end());
  if (failed(importBody(node, loop.body, arguments, node.builder, results)))
    return failure();
  if (isPoisoned(results)) {
    poison(node);
    loop.goesOn = false;
    return success();
  }
  size_t count = loop.carried.size();
  if (results.size() < count + 1)
    return node.fail("expected a body with at least " + Twine(count + 1) +
                     " outputs, but got " + Twine(results.size()));
  if (!results[0].isPureConstant() ||
      results[0].constant->getNumElements() != 1)
    return node.unsupported("a condition that is not known at compile time");
  loop.goesOn = getInteger(*results[0].constant, 0) != 0;
  loop.carried.assign(results.begin() + 1, results.begin() + 1 + count);
  loop.collected.resize(results.size() - count - 1);
  for (auto [i, values] : enumerate(loop.collected))
    values.push_back(results[count + 1 + i]);
  return success();
}

/// The iterations that a Loop asks for, as far as they are known.
static FailureOr<int64_t> getTrips(NodeContext &node) {
  if (node.hasInput(1)) {
    const Tensor *start = node.getConstant(1);
    if (!start || start->getNumElements() != 1)
      return node.unsupported(
          "the first condition must be known at compile time");
    if (getInteger(*start, 0) == 0)
      return 0;
  }
  if (!node.hasInput(0))
    return maxUnrolled + 1; // until the condition says so
  FailureOr<SmallVector<int64_t>> count =
      node.requireIntegers(0, "the trip count");
  if (failed(count))
    return failure();
  if (count->size() != 1)
    return node.fail("expected one trip count, but got " + printTypes(node));
  return std::max<int64_t>(count->front(), 0);
}

static LogicalResult lowerLoop(NodeContext &node) {
  const onnx::GraphProto *body = node.attributes.getGraph("body");
  if (!body)
    return node.fail("expected the attribute body");
  FailureOr<int64_t> trips = getTrips(node);
  if (failed(trips))
    return failure();
  Unrolling loop{*body, *trips, {}, {}, true};
  for (unsigned i = 2; i < node.getNumInputs(); ++i) {
    if (!node.hasInput(i))
      return node.fail("expected an initial value for input " + Twine(i));
    loop.carried.push_back(node.getImported(i));
  }
  for (int64_t i = 0; i < loop.trips && loop.goesOn; ++i) {
    if (i == maxUnrolled)
      return node.unsupported("more than " + Twine(maxUnrolled) +
                              " iterations");
    if (failed(unrollOnce(node, loop, i)))
      return failure();
    if (!node.getResults().empty() && node.getResults()[0].isPoisoned)
      return success();
  }
  size_t count = loop.carried.size();
  for (size_t i = 0; i < node.getNumOutputs(); ++i) {
    if (i < count)
      node.getResults()[i] = loop.carried[i];
    else if (node.hasOutput(i)) {
      Values none;
      size_t which = i - count;
      if (failed(stack(node, i, 0,
                       which < loop.collected.size() ? loop.collected[which]
                                                     : none)))
        return failure();
    }
  }
  return success();
}

namespace {
/// What a Scan says of its sequences.
struct ScanPlan {
  size_t states, sequences;
  SmallVector<int64_t> inputAxes, inputBackward, outputAxes, outputBackward;
  int64_t length = 0;
};
} // namespace

static SmallVector<int64_t> getOrZeros(NodeContext &node, StringRef name,
                                       size_t count) {
  SmallVector<int64_t> values =
      node.attributes.getInts(name).value_or(SmallVector<int64_t>());
  values.resize(count, 0);
  return values;
}

static FailureOr<ScanPlan> planScan(NodeContext &node,
                                    const onnx::GraphProto &body) {
  ScanPlan plan;
  int64_t sequences = node.attributes.getInt("num_scan_inputs", 0);
  if (sequences < 1 || sequences > int64_t(node.getNumInputs()) ||
      failed(node.requireInputs(node.getNumInputs(), UINT_MAX)))
    return node.fail("num_scan_inputs: expected at most " +
                     Twine(node.getNumInputs()) + ", but got " +
                     Twine(sequences));
  plan.sequences = sequences;
  plan.states = node.getNumInputs() - sequences;
  if (size_t(body.output_size()) < plan.states ||
      unsigned(body.output_size()) != node.getNumOutputs())
    return node.fail("expected a body with " + Twine(node.getNumOutputs()) +
                     " outputs, but got " + Twine(body.output_size()));
  size_t outputs = body.output_size() - plan.states;
  plan.inputAxes = getOrZeros(node, "scan_input_axes", sequences);
  plan.inputBackward = getOrZeros(node, "scan_input_directions", sequences);
  plan.outputAxes = getOrZeros(node, "scan_output_axes", outputs);
  plan.outputBackward = getOrZeros(node, "scan_output_directions", outputs);
  for (size_t i = 0; i < plan.sequences; ++i) {
    RankedTensorType type = node.getType(plan.states + i);
    FailureOr<int64_t> axis =
        node.normalizeAxis(plan.inputAxes[i], type.getRank());
    if (failed(axis))
      return failure();
    plan.inputAxes[i] = *axis;
    if (i > 0 && type.getDimSize(*axis) != plan.length)
      return node.fail("expected sequences of one length, but got " +
                       printTypes(node));
    plan.length = type.getDimSize(*axis);
  }
  return plan;
}

/// Element `at` of sequence `i`, without the axis of the sequence.
static ImportedValue takeElement(NodeContext &node, const ScanPlan &plan,
                                 size_t i, int64_t at) {
  Emitter b(node.builder, node.loc);
  Value value = node.getInput(plan.states + i);
  int64_t axis = plan.inputAxes[i];
  SmallVector<int64_t> sizes(getShape(value)), offsets(sizes.size(), 0);
  sizes[axis] = 1;
  offsets[axis] = plan.inputBackward[i] ? plan.length - 1 - at : at;
  Value part =
      b.slice(value, offsets, sizes, SmallVector<int64_t>(sizes.size(), 1));
  sizes.erase(sizes.begin() + axis);
  ImportedValue element;
  element.value = b.reshape(part, sizes);
  element.type = getTensorType(element.value);
  return element;
}

static LogicalResult lowerScan(NodeContext &node) {
  const onnx::GraphProto *body = node.attributes.getGraph("body");
  if (!body)
    return node.fail("expected the attribute body");
  FailureOr<ScanPlan> plan = planScan(node, *body);
  if (failed(plan))
    return failure();
  if (plan->length > maxUnrolled)
    return node.unsupported("more than " + Twine(maxUnrolled) + " iterations");
  Values states;
  for (size_t i = 0; i < plan->states; ++i)
    states.push_back(node.getImported(i));
  std::vector<Values> collected(body->output_size() - plan->states);
  for (int64_t at = 0; at < plan->length; ++at) {
    Values arguments(states), results;
    for (size_t i = 0; i < plan->sequences; ++i)
      arguments.push_back(takeElement(node, *plan, i, at));
    if (failed(importBody(node, *body, arguments, node.builder, results)))
      return failure();
    if (isPoisoned(results)) {
      poison(node);
      return success();
    }
    states.assign(results.begin(), results.begin() + plan->states);
    for (size_t i = 0; i < collected.size(); ++i) {
      Values &values = collected[i];
      values.insert(plan->outputBackward[i] ? values.begin() : values.end(),
                    results[plan->states + i]);
    }
  }
  llvm::copy(states, node.getResults().begin());
  for (size_t i = 0; i < collected.size(); ++i)
    if (node.hasOutput(plan->states + i) &&
        failed(
            stack(node, plan->states + i, plan->outputAxes[i], collected[i])))
      return failure();
  return success();
}

void registerControlFlow(OperatorRegistry &all) {
  all.add("If", 1, lowerIf);
  all.add("Loop", 1, lowerLoop).withSequences();
  all.add("Scan", 9, lowerScan);
}

} // namespace mlir::pc
