// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RNN, GRU and LSTM, unrolled over the sequence.

#include "Operators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;
using Sizes = SmallVector<int64_t>;

/// Sequences are unrolled up to this length.
static constexpr int64_t maxUnrolled = 1024;

namespace {
/// What is said by the attributes, and the operands of one direction, without
/// the dimension that tells directions apart.
struct Cell {
  int64_t gates, hidden, length, batch, inputs;
  SmallVector<std::string> activations;
  bool linearBeforeReset = false;
  bool isBatchFirst = false;   // layout = 1
  Value input;                 // [length, batch, inputs]
  Value w, r;                  // [gates * hidden, inputs or hidden]
  Value inputBias, hiddenBias; // [gates * hidden], or null
  Value peepholes;             // [3 * hidden], or null
  Value state, memory;         // [batch, hidden]; memory of an LSTM only
};
} // namespace

//===----------------------------------------------------------------------===//
// Pieces
//===----------------------------------------------------------------------===//

static Value activate(Scalar &b, StringRef name, Value x) {
  if (name == "Sigmoid")
    return emitSigmoid(b, x);
  if (name == "Relu")
    return emitRelu(b, x);
  return math::TanhOp::create(b, x);
}

/// x [n, k] times the transpose of y [m, k].
static Value timesTransposed(Emitter &b, Value x, Value y) {
  int64_t shape[] = {getShape(x)[0], getShape(y)[0]};
  return emitMatrixProduct(b, x, b.transpose(y, {1, 0}), shape);
}

/// Columns [at * size, (at + 1) * size) of a matrix.
static Value takeColumns(Emitter &b, Value matrix, int64_t at, int64_t size) {
  return b.slice(matrix, {0, at * size}, {getShape(matrix)[0], size}, {1, 1});
}

static Value takePart(Emitter &b, Value vector, int64_t at, int64_t size) {
  return b.slice(vector, at * size, size, 1);
}

static Value apply(Emitter &b, ArrayRef<int64_t> shape, ValueRange operands,
                   Emitter::Body body) {
  return b.elementwise(shape, getElement(operands[0]), operands, body);
}

static Value add(Emitter &b, Value x, Value y) {
  return apply(b, getShape(x), {x, y},
               [](Scalar &b, ValueRange v) { return emitAdd(b, v[0], v[1]); });
}

//===----------------------------------------------------------------------===//
// Steps
//===----------------------------------------------------------------------===//

/// h' = f(x W^T + h R^T + b); `x` is the first product, bias included.
static void stepRNN(Emitter &b, Cell &cell, Value x) {
  Value h = timesTransposed(b, cell.state, cell.r);
  if (cell.hiddenBias)
    h = add(b, h, cell.hiddenBias);
  cell.state = apply(b, getShape(x), {x, h}, [&](Scalar &b, ValueRange v) {
    return activate(b, cell.activations[0], emitAdd(b, v[0], v[1]));
  });
}

/// Gates in the order input, output, forget, candidate.
static void stepLSTM(Emitter &b, Cell &cell, Value x) {
  Value sum = add(b, x, timesTransposed(b, cell.state, cell.r));
  if (cell.hiddenBias)
    sum = add(b, sum, cell.hiddenBias);
  int64_t shape[] = {cell.batch, cell.hidden};
  auto gate = [&](int64_t which, StringRef function, Value memory,
                  int64_t peephole) {
    Value part = takeColumns(b, sum, which, cell.hidden);
    SmallVector<Value> operands{part};
    if (cell.peepholes && memory)
      operands.append(
          {memory, takePart(b, cell.peepholes, peephole, cell.hidden)});
    return apply(b, shape, operands, [&](Scalar &b, ValueRange v) {
      Value inner = v[0];
      if (v.size() > 1)
        inner = emitAdd(b, inner, emitMul(b, v[1], v[2]));
      return activate(b, function, inner);
    });
  };
  StringRef f = cell.activations[0], g = cell.activations[1];
  Value input = gate(0, f, cell.memory, 0);
  Value forget = gate(2, f, cell.memory, 2);
  Value candidate = gate(3, g, nullptr, 0);
  cell.memory =
      apply(b, shape, {forget, cell.memory, input, candidate},
            [](Scalar &b, ValueRange v) {
              return emitAdd(b, emitMul(b, v[0], v[1]), emitMul(b, v[2], v[3]));
            });
  Value output = gate(1, f, cell.memory, 1);
  cell.state =
      apply(b, shape, {output, cell.memory}, [&](Scalar &b, ValueRange v) {
        return emitMul(b, v[0], activate(b, cell.activations[2], v[1]));
      });
}

/// Gates in the order update, reset, candidate.
static void stepGRU(Emitter &b, Cell &cell, Value x) {
  int64_t n = cell.hidden;
  int64_t shape[] = {cell.batch, n};
  Value both = timesTransposed(b, cell.state,
                               b.slice(cell.r, {0, 0}, {2 * n, n}, {1, 1}));
  Value lastWeights = b.slice(cell.r, {2 * n, 0}, {n, n}, {1, 1});
  auto withBias = [&](Value value, int64_t from, int64_t size) {
    if (!cell.hiddenBias)
      return value;
    return add(b, value, b.slice(cell.hiddenBias, from, size, 1));
  };
  both = withBias(both, 0, 2 * n);
  auto gate = [&](int64_t which) {
    return apply(
        b, shape, {takeColumns(b, x, which, n), takeColumns(b, both, which, n)},
        [&](Scalar &b, ValueRange v) {
          return activate(b, cell.activations[0], emitAdd(b, v[0], v[1]));
        });
  };
  auto multiply = [&](Value x, Value y) {
    return apply(b, shape, {x, y}, [](Scalar &b, ValueRange v) {
      return emitMul(b, v[0], v[1]);
    });
  };
  Value update = gate(0), reset = gate(1), inner;
  if (cell.linearBeforeReset)
    inner = multiply(
        reset, withBias(timesTransposed(b, cell.state, lastWeights), 2 * n, n));
  else
    inner = withBias(
        timesTransposed(b, multiply(reset, cell.state), lastWeights), 2 * n, n);
  Value candidate = apply(
      b, shape, {takeColumns(b, x, 2, n), inner}, [&](Scalar &b, ValueRange v) {
        return activate(b, cell.activations[1], emitAdd(b, v[0], v[1]));
      });
  cell.state = apply(
      b, shape, {update, candidate, cell.state}, [](Scalar &b, ValueRange v) {
        Value one = emitScalar(b, v[0].getType(), 1);
        return emitAdd(b, emitMul(b, emitSub(b, one, v[0]), v[1]),
                       emitMul(b, v[0], v[2]));
      });
}

//===----------------------------------------------------------------------===//
// One direction
//===----------------------------------------------------------------------===//

/// Runs the cell over the sequence; returns the states [length, 1, batch,
/// hidden] in the order of the input.
static Value runCell(Emitter &b, Cell &cell, bool isBackward) {
  // The products with the inputs do not wait for each other: one for all.
  int64_t width = cell.gates * cell.hidden;
  Value flat = b.reshape(cell.input, {cell.length * cell.batch, cell.inputs});
  Value products = timesTransposed(b, flat, cell.w);
  if (cell.inputBias)
    products = add(b, products, cell.inputBias);
  SmallVector<Value> states(cell.length);
  for (int64_t t = 0; t < cell.length; ++t) {
    int64_t at = isBackward ? cell.length - 1 - t : t;
    Value x =
        b.slice(products, {at * cell.batch, 0}, {cell.batch, width}, {1, 1});
    if (cell.gates == 1)
      stepRNN(b, cell, x);
    else if (cell.gates == 3)
      stepGRU(b, cell, x);
    else
      stepLSTM(b, cell, x);
    states[at] = b.reshape(cell.state, {1, 1, cell.batch, cell.hidden});
  }
  return b.concat(0, states);
}

//===----------------------------------------------------------------------===//
// Operands and attributes
//===----------------------------------------------------------------------===//

static LogicalResult checkAttributes(NodeContext &node, int64_t gates,
                                     int64_t directions,
                                     SmallVector<std::string> &activations) {
  for (StringRef name : {"clip", "activation_alpha", "activation_beta"})
    if (node.attributes.has(name))
      return node.unsupported("the attribute " + name);
  if (node.attributes.getInt("input_forget", 0))
    return node.unsupported("coupled gates (input_forget)");
  SmallVector<std::string> otherwise{"Tanh"};
  if (gates == 3)
    otherwise = {"Sigmoid", "Tanh"};
  else if (gates == 4)
    otherwise = {"Sigmoid", "Tanh", "Tanh"};
  size_t each = otherwise.size();
  if (auto given = node.attributes.getStrings("activations")) {
    activations = *given;
    if (activations.size() != each * directions)
      return node.fail("activations: expected " + Twine(each * directions) +
                       ", but got " + Twine(activations.size()));
  } else {
    for (int64_t i = 0; i < directions; ++i)
      activations.append(otherwise);
  }
  for (StringRef name : activations)
    if (name != "Sigmoid" && name != "Tanh" && name != "Relu")
      return node.unsupported("the activation " + name);
  return success();
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

/// All sequences must have the full length.
static LogicalResult checkLengths(NodeContext &node, int64_t length) {
  if (!node.hasInput(4))
    return success();
  FailureOr<Sizes> lengths = node.requireIntegers(4, "sequence lengths");
  if (failed(lengths))
    return failure();
  if (llvm::all_of(*lengths, [&](int64_t n) { return n == length; }))
    return success();
  return node.unsupported("sequences of different lengths");
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
      failed(checkLengths(node, cell.length)) ||
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
  SmallVector<std::string> activations;
  if (failed(checkOperands(node, cell, directions)) ||
      failed(checkAttributes(node, cell.gates, directions, activations)))
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
  cell.linearBeforeReset = node.attributes.getInt("linear_before_reset", 0);
  if (cell.length > maxUnrolled)
    return node.unsupported("sequences longer than " + Twine(maxUnrolled));
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
