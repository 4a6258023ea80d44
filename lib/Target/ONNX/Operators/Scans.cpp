// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scan: a loop over the elements of sequences, unrolled where it is short.

#include "Subgraphs.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace llvm;

namespace mlir::pc {

namespace {
/// What a Scan says of its sequences.
struct ScanPlan {
  explicit ScanPlan(const onnx::GraphProto &body) : body(body) {}

  const onnx::GraphProto &body;
  ImportedValues states;
  SmallVector<Value> sequences;
  SmallVector<int64_t> axes, isBackward; // of the sequences
  SmallVector<CollectedOutput> outputs;
  int64_t length = 0;
};
} // namespace

/// Element `at`, an index, of sequence `i`, without the axis of the sequence.
static ImportedValue takeElement(Emitter &b, const ScanPlan &plan, size_t i,
                                 OpFoldResult at) {
  Value value = plan.sequences[i];
  auto type = getTensorType(value);
  int64_t axis = plan.axes[i], rank = type.getRank();
  SmallVector<int64_t> shape(type.getShape());
  shape[axis] = 1;
  SmallVector<OpFoldResult> offsets(rank, b.getIndexAttr(0));
  SmallVector<OpFoldResult> strides(rank, b.getIndexAttr(1));
  offsets[axis] = at;
  Value part = tensor::ExtractSliceOp::create(
      b, value, offsets, getAsIndexOpFoldResult(b.getContext(), shape),
      strides);
  shape.erase(shape.begin() + axis);
  return makeValue(b.reshape(part, shape));
}

/// All iterations, one after the other: the states, then the outputs.
static FailureOr<ImportedValues> unroll(NodeContext &node,
                                        const ScanPlan &plan) {
  ImportedValues states = plan.states;
  std::vector<ImportedValues> collected(plan.outputs.size());
  for (int64_t t = 0; t < plan.length; ++t) {
    Emitter b(node.builder, node.loc);
    ImportedValues arguments(states), results;
    for (size_t i = 0; i < plan.sequences.size(); ++i)
      arguments.push_back(takeElement(
          b, plan, i,
          b.getIndexAttr(plan.isBackward[i] ? plan.length - 1 - t : t)));
    if (failed(importBody(node, plan.body, arguments, node.builder, results)))
      return failure();
    if (isPoisoned(results))
      return results;
    states.assign(results.begin(), results.begin() + states.size());
    for (auto [i, values] : enumerate(collected))
      values.insert(plan.outputs[i].isBackward ? values.begin() : values.end(),
                    results[states.size() + i]);
  }
  for (auto [output, values] : zip(plan.outputs, collected)) {
    FailureOr<Value> all = stack(node, output.axis, values);
    if (failed(all))
      return failure();
    states.push_back(makeValue(*all));
  }
  return states;
}

static FailureOr<ImportedValues> roll(NodeContext &node, const ScanPlan &plan) {
  RolledLoop loop;
  loop.trips = plan.length;
  loop.carried = plan.states;
  loop.outputs = plan.outputs;
  auto emitBody = [&](OpBuilder &builder, Value at, ImportedValues carried,
                      ImportedValues &results, Value &) -> LogicalResult {
    Emitter b(builder, node.loc);
    Value last = arith::ConstantIndexOp::create(b, plan.length - 1);
    Value back = arith::SubIOp::create(b, last, at);
    ImportedValues arguments(carried);
    for (size_t i = 0; i < plan.sequences.size(); ++i)
      arguments.push_back(
          takeElement(b, plan, i, plan.isBackward[i] ? back : at));
    return importBody(node, plan.body, arguments, builder, results);
  };
  loop.emitBody = emitBody;
  return emitRolledLoop(node, loop);
}

static FailureOr<ImportedValues> emitScan(NodeContext &node,
                                          const ScanPlan &plan) {
  if (plan.length <= node.getImporter().getUnroll())
    return unroll(node, plan);
  return roll(node, plan);
}

static SmallVector<int64_t> getOrZeros(NodeContext &node, StringRef name,
                                       size_t count) {
  SmallVector<int64_t> values =
      node.attributes.getInts(name).value_or(SmallVector<int64_t>());
  values.resize(count, 0);
  return values;
}

/// Checks the axis of each sequence against operand `first` and those after it;
/// the axes of the operands lie `shift` behind those of the sequences.
static LogicalResult bindSequences(NodeContext &node, ScanPlan &plan,
                                   unsigned first, int64_t shift) {
  for (size_t i = 0; i < plan.axes.size(); ++i) {
    RankedTensorType type = node.getType(first + i);
    FailureOr<int64_t> axis =
        node.normalizeAxis(plan.axes[i], type.getRank() - shift);
    if (failed(axis))
      return failure();
    plan.axes[i] = *axis;
    int64_t length = type.getDimSize(*axis + shift);
    if (i > 0 && length != plan.length)
      return node.fail("expected sequences of one length, but got " +
                       printTypes(node));
    plan.length = length;
  }
  return success();
}

/// The body of the node, and the number of its operands that are sequences;
/// `states` is the number of those in front of them.
static FailureOr<ScanPlan> planScan(NodeContext &node, unsigned ahead) {
  const onnx::GraphProto *body = node.attributes.getGraph("body");
  if (!body)
    return node.fail("expected the attribute body");
  ScanPlan plan(*body);
  int64_t sequences = node.attributes.getInt("num_scan_inputs", 0);
  int64_t operands = int64_t(node.getNumInputs()) - ahead;
  if (sequences < 1 || sequences > operands)
    return node.fail("num_scan_inputs: expected 1 to " + Twine(operands) +
                     ", but got " + Twine(sequences));
  size_t states = operands - sequences;
  for (unsigned i = ahead; i < node.getNumInputs(); ++i)
    if (!node.hasInput(i))
      return node.fail("expected input " + Twine(i) + " to be there");
  if (size_t(body->output_size()) < states ||
      unsigned(body->output_size()) != node.getNumOutputs())
    return node.fail("expected a body with " + Twine(node.getNumOutputs()) +
                     " outputs, but got " + Twine(body->output_size()));
  plan.states.resize(states);
  plan.axes.assign(sequences, 0);
  plan.outputs.resize(body->output_size() - states);
  return plan;
}

static LogicalResult setOutputs(NodeContext &node,
                                FailureOr<ImportedValues> made) {
  if (failed(made))
    return failure();
  if (isPoisoned(*made))
    poison(node);
  else
    llvm::copy(*made, node.getResults().begin());
  return success();
}

static LogicalResult lowerScan(NodeContext &node) {
  FailureOr<ScanPlan> plan = planScan(node, 0);
  if (failed(plan))
    return failure();
  size_t count = plan->axes.size(), states = plan->states.size();
  plan->axes = getOrZeros(node, "scan_input_axes", count);
  plan->isBackward = getOrZeros(node, "scan_input_directions", count);
  SmallVector<int64_t> axes =
      getOrZeros(node, "scan_output_axes", plan->outputs.size());
  SmallVector<int64_t> isBackward =
      getOrZeros(node, "scan_output_directions", plan->outputs.size());
  for (auto [i, output] : enumerate(plan->outputs))
    output = {axes[i], isBackward[i] != 0};
  if (failed(bindSequences(node, *plan, states, 0)))
    return failure();
  for (size_t i = 0; i < states; ++i)
    plan->states[i] = node.getImported(i);
  for (size_t i = 0; i < count; ++i)
    plan->sequences.push_back(node.getInput(states + i));
  return setOutputs(node, emitScan(node, *plan));
}

/// Before version 9 the first axis of everything tells samples apart, and the
/// first operand has the lengths of their sequences.
static LogicalResult lowerBatchedScan(NodeContext &node) {
  FailureOr<ScanPlan> plan = planScan(node, 1);
  if (failed(plan))
    return failure();
  size_t count = plan->axes.size(), states = plan->states.size();
  plan->isBackward = getOrZeros(node, "directions", count);
  int64_t batch = -1;
  for (unsigned i = 1; i < node.getNumInputs(); ++i) {
    if (node.getSequence(i) || failed(node.requireRank(i, 1, INT64_MAX)))
      return node.fail("expected tensors with an axis of samples");
    if (batch >= 0 && node.getShape(i)[0] != batch)
      return node.fail("expected one number of samples, but got " +
                       printTypes(node));
    batch = node.getShape(i)[0];
  }
  if (failed(bindSequences(node, *plan, 1 + states, 1)))
    return failure();
  if (node.hasInput(0)) {
    auto lengths = node.requireIntegers(0, "sequence lengths");
    if (failed(lengths))
      return failure();
    if (llvm::any_of(*lengths, [&](int64_t n) { return n != plan->length; }))
      return node.unsupported("sequences of different lengths");
  }
  std::vector<ImportedValues> samples(node.getNumOutputs());
  for (int64_t sample = 0; sample < batch; ++sample) {
    Emitter b(node.builder, node.loc);
    ScanPlan batched{plan->body};
    auto take = [&](unsigned i) {
      batched.sequences.assign(1, node.getInput(i));
      batched.axes.assign(1, 0);
      return takeElement(b, batched, 0, b.getIndexAttr(sample));
    };
    for (size_t i = 0; i < states; ++i)
      plan->states[i] = take(1 + i);
    plan->sequences.clear();
    for (size_t i = 0; i < count; ++i)
      plan->sequences.push_back(take(1 + states + i).value);
    FailureOr<ImportedValues> made = emitScan(node, *plan);
    if (failed(made) || isPoisoned(*made))
      return setOutputs(node, made);
    for (auto [values, value] : zip(samples, *made))
      values.push_back(value);
  }
  for (auto [i, values] : enumerate(samples)) {
    FailureOr<Value> all = stack(node, 0, values);
    if (failed(all))
      return failure();
    node.setOutput(i, *all);
  }
  return success();
}

void registerScans(OperatorRegistry &all) {
  all.add("Scan", 8, lowerBatchedScan);
  all.add("Scan", 9, lowerScan);
}

} // namespace mlir::pc
