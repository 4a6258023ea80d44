// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "RecurrentCells.h"
#include "Subgraphs.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;

//===----------------------------------------------------------------------===//
// Pieces
//===----------------------------------------------------------------------===//

bool describeActivation(Activation &activation, bool &hasAlpha, bool &hasBeta) {
  struct Entry {
    StringRef name;
    std::optional<double> alpha, beta;
  };
  static constexpr Entry entries[] = {
      {"Sigmoid", {}, {}},      {"Tanh", {}, {}},
      {"Relu", {}, {}},         {"Softsign", {}, {}},
      {"Softplus", {}, {}},     {"Affine", 1.0, 0.0},
      {"LeakyRelu", 0.01, {}},  {"ThresholdedRelu", 1.0, {}},
      {"ScaledTanh", 1.0, 1.0}, {"HardSigmoid", 0.2, 0.5},
      {"Elu", 1.0, {}}};
  for (const Entry &entry : entries) {
    // Other writings are met in files, and no two names differ in case alone.
    if (!StringRef(activation.name).equals_insensitive(entry.name))
      continue;
    activation.name = entry.name.str();
    hasAlpha = entry.alpha.has_value();
    hasBeta = entry.beta.has_value();
    activation.alpha = entry.alpha.value_or(0);
    activation.beta = entry.beta.value_or(0);
    return true;
  }
  return false;
}

static Value activate(Scalar &b, const Cell &cell, unsigned which, Value x) {
  const Activation &f = cell.activations[which];
  auto constant = [&](double value) {
    return emitScalar(b, x.getType(), value);
  };
  if (cell.clip)
    x = emitMax(b, emitMin(b, x, constant(*cell.clip)), constant(-*cell.clip));
  StringRef name = f.name;
  if (name == "Sigmoid")
    return emitSigmoid(b, x);
  if (name == "Relu")
    return emitRelu(b, x);
  if (name == "Tanh")
    return math::TanhOp::create(b, x);
  auto affine = [&] {
    return emitAdd(b, emitMul(b, x, constant(f.alpha)), constant(f.beta));
  };
  if (name == "Affine")
    return affine();
  if (name == "HardSigmoid")
    return emitMax(b, emitMin(b, affine(), constant(1)), constant(0));
  if (name == "ScaledTanh")
    return emitMul(b, math::TanhOp::create(b, emitMul(b, x, constant(f.beta))),
                   constant(f.alpha));
  auto where = [&](double bound, Value above, Value below) -> Value {
    Value isAbove =
        arith::CmpFOp::create(b, arith::CmpFPredicate::OGE, x, constant(bound));
    return arith::SelectOp::create(b, isAbove, above, below);
  };
  Value zero = constant(0);
  if (name == "LeakyRelu")
    return where(0, x, emitMul(b, x, constant(f.alpha)));
  if (name == "ThresholdedRelu")
    return where(f.alpha, x, zero);
  // The unused side must not overflow: its derivative is multiplied by zero.
  Value minusAbs = where(0, emitSub(b, zero, x), x);
  if (name == "Elu")
    return where(0, x,
                 emitMul(b, math::ExpM1Op::create(b, where(0, zero, x)),
                         constant(f.alpha)));
  if (name == "Softsign")
    return emitDiv(b, x, emitSub(b, constant(1), minusAbs));
  assert(name == "Softplus" && "named by describeActivation");
  Value small = math::Log1pOp::create(b, math::ExpOp::create(b, minusAbs));
  return emitAdd(b, where(0, x, zero), small);
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
    return activate(b, cell, 0, emitAdd(b, v[0], v[1]));
  });
}

/// Gates in the order input, output, forget, candidate.
static void stepLSTM(Emitter &b, Cell &cell, Value x) {
  Value sum = add(b, x, timesTransposed(b, cell.state, cell.r));
  if (cell.hiddenBias)
    sum = add(b, sum, cell.hiddenBias);
  int64_t shape[] = {cell.batch, cell.hidden};
  auto gate = [&](int64_t which, unsigned function, Value memory,
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
      return activate(b, cell, function, inner);
    });
  };
  Value input = gate(0, 0, cell.memory, 0);
  Value forget;
  if (cell.couplesGates)
    forget = apply(b, shape, {input}, [](Scalar &b, ValueRange v) {
      return emitSub(b, emitScalar(b, v[0].getType(), 1), v[0]);
    });
  else
    forget = gate(2, 0, cell.memory, 2);
  Value candidate = gate(3, 1, nullptr, 0);
  cell.memory =
      apply(b, shape, {forget, cell.memory, input, candidate},
            [](Scalar &b, ValueRange v) {
              return emitAdd(b, emitMul(b, v[0], v[1]), emitMul(b, v[2], v[3]));
            });
  Value output = gate(1, 0, cell.memory, 1);
  cell.state =
      apply(b, shape, {output, cell.memory}, [&](Scalar &b, ValueRange v) {
        return emitMul(b, v[0], activate(b, cell, 2, v[1]));
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
    return apply(b, shape,
                 {takeColumns(b, x, which, n), takeColumns(b, both, which, n)},
                 [&](Scalar &b, ValueRange v) {
                   return activate(b, cell, 0, emitAdd(b, v[0], v[1]));
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
  Value candidate = apply(b, shape, {takeColumns(b, x, 2, n), inner},
                          [&](Scalar &b, ValueRange v) {
                            return activate(b, cell, 1, emitAdd(b, v[0], v[1]));
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

/// `value` where the sequences go on at time `at`, else `other`.
static Value selectRunning(Emitter &b, Cell &cell, Value at, Value value,
                           Value other) {
  return apply(b, getShape(value), {value, other, cell.lengths, at},
               [](Scalar &b, ValueRange v) -> Value {
                 Value isRunning =
                     compareIntegers(b, arith::CmpIPredicate::slt, v[3], v[2]);
                 return arith::SelectOp::create(b, isRunning, v[0], v[1]);
               });
}

/// One step; returns the output at time `at`, an integer tensor of rank 0 that
/// is null where all sequences are full.
static Value step(Emitter &b, Cell &cell, Value x, Value at) {
  Value state = cell.state, memory = cell.memory;
  if (cell.gates == 1)
    stepRNN(b, cell, x);
  else if (cell.gates == 3)
    stepGRU(b, cell, x);
  else
    stepLSTM(b, cell, x);
  if (!at)
    return cell.state;
  Value zero = b.filled({cell.batch, cell.hidden}, getElement(cell.state), 0);
  Value output = selectRunning(b, cell, at, cell.state, zero);
  cell.state = selectRunning(b, cell, at, cell.state, state);
  if (memory)
    cell.memory = selectRunning(b, cell, at, cell.memory, memory);
  return output;
}

/// A copy of the cell for each time.
static Value unrollCell(Emitter &b, Cell &cell, Value products,
                        bool isBackward) {
  int64_t width = cell.gates * cell.hidden;
  SmallVector<Value> states(cell.length);
  for (int64_t t = 0; t < cell.length; ++t) {
    int64_t at = isBackward ? cell.length - 1 - t : t;
    Value x =
        b.slice(products, {at * cell.batch, 0}, {cell.batch, width}, {1, 1});
    Value time;
    if (cell.lengths)
      time = b.filled({}, getElement(cell.lengths), at);
    states[at] =
        b.reshape(step(b, cell, x, time), {1, 1, cell.batch, cell.hidden});
  }
  return b.concat(0, states);
}

/// One cell in a loop over time.
static Value rollCell(Emitter &b, Cell &cell, Value products, bool isBackward) {
  int64_t width = cell.gates * cell.hidden;
  SmallVector<Value> inits{cell.state};
  if (cell.memory)
    inits.push_back(cell.memory);
  inits.push_back(b.emptyTensor({cell.length, 1, cell.batch, cell.hidden},
                                getElement(cell.state)));
  auto index = [](Emitter &b, int64_t value) -> Value {
    return arith::ConstantIndexOp::create(b, value);
  };
  auto body = [&](OpBuilder &builder, Location loc, Value t,
                  ValueRange carried) {
    Emitter inner(builder, loc);
    Value at = t;
    if (isBackward)
      at = arith::SubIOp::create(inner, index(inner, cell.length - 1), t);
    Value row = arith::MulIOp::create(inner, at, index(inner, cell.batch));
    auto sizes = [&](ArrayRef<int64_t> values) {
      return getAsIndexOpFoldResult(inner.getContext(), values);
    };
    Value x = tensor::ExtractSliceOp::create(
        inner, products, ArrayRef<OpFoldResult>{row, inner.getIndexAttr(0)},
        sizes({cell.batch, width}), sizes({1, 1}));
    Value time;
    if (cell.lengths) {
      Type type = getElement(cell.lengths);
      time = tensor::FromElementsOp::create(
          inner, RankedTensorType::get({}, type),
          arith::IndexCastOp::create(inner, type, at).getResult());
    }
    cell.state = carried[0];
    if (cell.memory)
      cell.memory = carried[1];
    Value output = step(inner, cell, x, time);
    Value part = inner.reshape(output, {1, 1, cell.batch, cell.hidden});
    OpFoldResult zero = inner.getIndexAttr(0);
    Value all = tensor::InsertSliceOp::create(
        inner, part, carried.back(),
        ArrayRef<OpFoldResult>{at, zero, zero, zero},
        sizes({1, 1, cell.batch, cell.hidden}), sizes({1, 1, 1, 1}));
    SmallVector<Value> next{cell.state};
    if (cell.memory)
      next.push_back(cell.memory);
    next.push_back(all);
    scf::YieldOp::create(inner, next);
  };
  auto loop = scf::ForOp::create(b, index(b, 0), index(b, cell.length),
                                 index(b, 1), inits, body);
  setCheckpoint(loop, cell.checkpoint);
  cell.state = loop.getResult(0);
  if (cell.memory)
    cell.memory = loop.getResult(1);
  return loop.getResults().back();
}

Value runCell(Emitter &b, Cell &cell, bool isBackward) {
  // The products with the inputs do not wait for each other: one for all.
  Value flat = b.reshape(cell.input, {cell.length * cell.batch, cell.inputs});
  Value products = timesTransposed(b, flat, cell.w);
  if (cell.inputBias)
    products = add(b, products, cell.inputBias);
  if (cell.length <= cell.unroll)
    return unrollCell(b, cell, products, isBackward);
  return rollCell(b, cell, products, isBackward);
}

} // namespace mlir::pc
