// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RNN, GRU and LSTM: what their operands and attributes say.

#include "../Importer.h"
#include "RecurrentCells.h"

using namespace llvm;

namespace mlir::pc {

using Sizes = SmallVector<int64_t>;

//===----------------------------------------------------------------------===//
// Operands and attributes
//===----------------------------------------------------------------------===//

static LogicalResult readActivations(NodeContext &node, int64_t gates,
                                     int64_t directions,
                                     SmallVector<Activation> &activations) {
  SmallVector<std::string> names{"Tanh"};
  if (gates == 3)
    names = {"Sigmoid", "Tanh"};
  else if (gates == 4)
    names = {"Sigmoid", "Tanh", "Tanh"};
  size_t count = names.size() * directions;
  if (directions == 2)
    names.append(SmallVector<std::string>(names));
  if (auto given = node.attributes.getStrings("activations"))
    names = *given;
  if (names.size() != count)
    return node.fail("activations: expected " + Twine(count) + ", but got " +
                     Twine(names.size()));
  // Those that read alpha or beta take the next one that is given.
  auto alphas = node.attributes.getFloats("activation_alpha");
  auto betas = node.attributes.getFloats("activation_beta");
  auto take = [](auto &given, size_t &next, double &value) {
    if (given && next < given->size())
      value = (*given)[next++];
  };
  size_t nextAlpha = 0, nextBeta = 0;
  for (std::string &name : names) {
    Activation activation{name};
    bool hasAlpha = false, hasBeta = false;
    if (!describeActivation(activation, hasAlpha, hasBeta))
      return node.unsupported("the activation " + name);
    if (hasAlpha)
      take(alphas, nextAlpha, activation.alpha);
    if (hasBeta)
      take(betas, nextBeta, activation.beta);
    activations.push_back(activation);
  }
  return success();
}

static LogicalResult readAttributes(NodeContext &node, Cell &cell) {
  cell.linearBeforeReset = node.attributes.getInt("linear_before_reset", 0);
  cell.couplesGates =
      cell.gates == 4 && node.attributes.getInt("input_forget", 0);
  if (!node.attributes.has("clip"))
    return success();
  cell.clip = node.attributes.getFloat("clip", 0);
  if (*cell.clip > 0)
    return success();
  return node.fail("clip: expected a positive number, but got " +
                   std::to_string(*cell.clip));
}

/// Operand `i` must have this shape, when it is there.
static LogicalResult requireShape(NodeContext &node, unsigned i,
                                  ArrayRef<int64_t> shape) {
  if (!node.hasInput(i))
    return success();
  if (node.getShape(i) == shape && succeeded(node.requireSameElementType(0, i)))
    return success();
  std::string text;
  for (int64_t size : shape)
    text += (text.empty() ? "" : ", ") + std::to_string(size);
  return node.fail("input " + Twine(i) + ": expected shape [" + text +
                   "], but got " + printTypes(node));
}

/// The lengths of the sequences, null where all of them are full.
static LogicalResult readLengths(NodeContext &node, Cell &cell) {
  if (!node.hasInput(4))
    return success();
  auto type = node.getType(4);
  if (!type.getElementType().isInteger(32) ||
      type.getShape() != ArrayRef<int64_t>(cell.batch))
    return node.fail("sequence lengths: expected " + Twine(cell.batch) +
                     " elements of i32, but got " + printTypes(node));
  if (const Tensor *known = node.getConstant(4)) {
    SmallVector<int64_t> lengths = getIntegers(*known);
    for (int64_t length : lengths)
      if (length < 0 || length > cell.length)
        return node.fail("sequence lengths: expected 0 to " +
                         Twine(cell.length) + ", but got " + Twine(length));
    if (!node.isParameter(4) &&
        llvm::all_of(lengths, [&](int64_t n) { return n == cell.length; }))
      return success();
  }
  Emitter b(node.builder, node.loc);
  cell.lengths = b.reshape(node.getInput(4), {cell.batch, 1});
  return success();
}

/// Initial states have the batch first where the sequences do.
static bool isState(unsigned i) { return i == 5 || i == 6; }

/// Entry `direction` of operand `i`, or null.
static Value takeDirection(NodeContext &node, Emitter &b, unsigned i,
                           int64_t direction) {
  if (!node.hasInput(i))
    return nullptr;
  Value value = node.getInput(i);
  if (isState(i) && node.attributes.getInt("layout", 0))
    value = b.transpose(value, {1, 0, 2});
  Sizes sizes(getShape(value)), offsets(sizes.size(), 0);
  sizes[0] = 1;
  offsets[0] = direction;
  Value part = b.slice(value, offsets, sizes, Sizes(sizes.size(), 1));
  return b.reshape(part, ArrayRef(sizes).drop_front());
}

static void bindCell(NodeContext &node, Emitter &b, Cell &cell,
                     int64_t direction) {
  cell.w = takeDirection(node, b, 1, direction);
  cell.r = takeDirection(node, b, 2, direction);
  cell.inputBias = cell.hiddenBias = nullptr;
  int64_t width = cell.gates * cell.hidden;
  if (Value bias = takeDirection(node, b, 3, direction)) {
    cell.inputBias = b.slice(bias, 0, width, 1);
    cell.hiddenBias = b.slice(bias, width, width, 1);
  }
  Type element = getElement(cell.input);
  auto start = [&](unsigned i) {
    Value value = takeDirection(node, b, i, direction);
    return value ? value : b.filled({cell.batch, cell.hidden}, element, 0);
  };
  cell.state = start(5);
  if (cell.gates == 4) {
    cell.memory = start(6);
    cell.peepholes = takeDirection(node, b, 7, direction);
  }
}

static LogicalResult checkOperands(NodeContext &node, const Cell &cell,
                                   int64_t directions) {
  int64_t width = cell.gates * cell.hidden;
  Sizes state{directions, cell.batch, cell.hidden};
  if (cell.isBatchFirst)
    std::swap(state[0], state[1]);
  if (failed(requireShape(node, 1, {directions, width, cell.inputs})) ||
      failed(requireShape(node, 2, {directions, width, cell.hidden})) ||
      failed(requireShape(node, 3, {directions, 2 * width})) ||
      failed(requireShape(node, 5, state)))
    return failure();
  if (cell.gates == 4 &&
      (failed(requireShape(node, 6, state)) ||
       failed(requireShape(node, 7, {directions, 3 * cell.hidden}))))
    return failure();
  return success();
}

static LogicalResult emitDirections(NodeContext &node, Cell &cell,
                                    StringRef direction) {
  bool isBoth = direction == "bidirectional";
  int64_t directions = isBoth ? 2 : 1;
  SmallVector<Activation> activations;
  if (failed(checkOperands(node, cell, directions)) ||
      failed(readAttributes(node, cell)) ||
      failed(readActivations(node, cell.gates, directions, activations)) ||
      failed(readLengths(node, cell)))
    return failure();
  Emitter b(node.builder, node.loc);
  cell.input = node.getInput(0);
  if (cell.isBatchFirst)
    cell.input = b.transpose(cell.input, {1, 0, 2});
  size_t each = activations.size() / directions;
  SmallVector<Value> all, last, memory;
  for (int64_t i = 0; i < directions; ++i) {
    cell.activations.assign(activations.begin() + i * each,
                            activations.begin() + (i + 1) * each);
    bindCell(node, b, cell, i);
    bool isBackward = isBoth ? i == 1 : direction == "reverse";
    all.push_back(runCell(b, cell, isBackward));
    last.push_back(b.reshape(cell.state, {1, cell.batch, cell.hidden}));
    if (cell.gates == 4)
      memory.push_back(b.reshape(cell.memory, {1, cell.batch, cell.hidden}));
  }
  auto swap = [&](Value value, ArrayRef<int64_t> permutation) {
    return cell.isBatchFirst ? b.transpose(value, permutation) : value;
  };
  if (node.hasOutput(0))
    node.setOutput(0, swap(b.concat(1, all), {2, 0, 1, 3}));
  if (node.hasOutput(1))
    node.setOutput(1, swap(b.concat(0, last), {1, 0, 2}));
  if (node.hasOutput(2) && cell.gates == 4)
    node.setOutput(2, swap(b.concat(0, memory), {1, 0, 2}));
  return success();
}

template <int64_t gates> static LogicalResult lowerCell(NodeContext &node) {
  if (failed(node.requireInputs(3, gates == 4 ? 8 : 6)) ||
      failed(node.requireFloat(0)) || failed(node.requireRank(0, 3, 3)) ||
      failed(node.requireRank(2, 3, 3)))
    return failure();
  bool isBatchFirst = node.attributes.getInt("layout", 0) != 0;
  std::string direction = node.attributes.getString("direction", "forward");
  if (direction != "forward" && direction != "reverse" &&
      direction != "bidirectional")
    return node.fail("direction: expected forward, reverse or bidirectional, "
                     "but got '" +
                     direction + "'");
  Cell cell;
  cell.gates = gates;
  cell.isBatchFirst = isBatchFirst;
  cell.length = node.getShape(0)[isBatchFirst ? 1 : 0];
  cell.batch = node.getShape(0)[isBatchFirst ? 0 : 1];
  cell.inputs = node.getShape(0)[2];
  cell.hidden = node.getShape(2)[2];
  cell.unroll = node.getImporter().getUnroll();
  cell.checkpoint = node.getImporter().getCheckpoint();
  if (cell.length == 0 || cell.inputs == 0 || cell.hidden == 0)
    return node.unsupported("empty sequences");
  return emitDirections(node, cell, direction);
}

void registerRecurrent(OperatorRegistry &all) {
  all.add("RNN", 7, lowerCell<1>).withWeights({1, 2, 3});
  all.add("GRU", 7, lowerCell<3>).withWeights({1, 2, 3});
  all.add("LSTM", 7, lowerCell<4>).withWeights({1, 2, 3, 7});
}

} // namespace mlir::pc
