// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Support vector machines: kernels of the operand and of vectors that are
// attributes, and sums of them.

#include "Classifiers.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;
using Sizes = SmallVector<int64_t>;
using Numbers = SmallVector<double>;

namespace {
struct Kernel {
  std::string type;
  double gamma = 0, shift = 0;
  int64_t degree = 0;
};

struct Machine {
  Kernel kernel;
  int64_t rows, features, vectors; // no vectors: linear in the features
  Numbers support;                 // [vectors, features]
  Numbers coefficients, rho;
};
} // namespace

static Numbers getFloats(NodeContext &node, StringRef name) {
  return node.attributes.getFloats(name).value_or(Numbers());
}

static FailureOr<Kernel> readKernel(NodeContext &node) {
  Kernel kernel;
  kernel.type = node.attributes.getString("kernel_type", "LINEAR");
  if (kernel.type != "LINEAR" && kernel.type != "POLY" &&
      kernel.type != "RBF" && kernel.type != "SIGMOID")
    return node.fail("kernel_type: expected LINEAR, POLY, RBF or SIGMOID, but "
                     "got '" +
                     kernel.type + "'");
  Numbers numbers = getFloats(node, "kernel_params");
  if (!numbers.empty() && numbers.size() != 3)
    return node.fail(
        "kernel_params: expected gamma, coef0 and degree, but got " +
        Twine(numbers.size()) + " numbers");
  if (numbers.empty())
    return kernel;
  kernel.gamma = numbers[0];
  kernel.shift = numbers[1];
  if (kernel.type != "POLY")
    return kernel;
  if (!(numbers[2] >= 0 && numbers[2] <= 64) ||
      numbers[2] != double(int64_t(numbers[2])))
    return node.unsupported("a kernel of another degree than 0 to 64");
  kernel.degree = int64_t(numbers[2]);
  return kernel;
}

static FailureOr<Machine> readMachine(NodeContext &node, int64_t vectors) {
  if (failed(node.requireInputs(1, 1)) || failed(node.requireNumbers(0)) ||
      failed(node.requireRank(0, 1, 2)))
    return failure();
  FailureOr<Kernel> kernel = readKernel(node);
  if (failed(kernel))
    return failure();
  ArrayRef<int64_t> shape = node.getShape(0);
  Machine machine;
  machine.kernel = *kernel;
  machine.rows = shape.size() == 1 ? 1 : shape[0];
  machine.features = shape.back();
  machine.vectors = vectors;
  machine.support = getFloats(node, "support_vectors");
  machine.coefficients = getFloats(node, "coefficients");
  machine.rho = getFloats(node, "rho");
  int64_t size = machine.support.size();
  if (vectors > 0 &&
      (size % vectors != 0 || size / vectors != machine.features))
    return node.fail("support_vectors: expected " + Twine(vectors) + " of " +
                     Twine(machine.features) + " features, but got " +
                     Twine(size) + " numbers");
  if (failed(node.getTensorType({machine.rows, std::max<int64_t>(1, vectors)},
                                node.builder.getF64Type())))
    return failure();
  return machine;
}

/// The operand as floats, [rows, features].
static Value emitFeatures(NodeContext &node, Emitter &b,
                          const Machine &machine) {
  Type element = node.getType(0).getElementType();
  if (!isa<FloatType>(element))
    element = b.getF32Type();
  return b.reshape(b.cast(node.getInput(0), element),
                   {machine.rows, machine.features});
}

/// `values`, [rows, columns], times `x`: [rows of x, rows].
static Value emitProducts(Emitter &b, Value x, ArrayRef<double> values,
                          int64_t rows) {
  int64_t columns = getShape(x)[1];
  Numbers turned(values.size());
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j)
      turned[j * rows + i] = values[i * columns + j];
  return emitMatrixProduct(b, x,
                           b.constant({columns, rows}, getElement(x), turned),
                           {getShape(x)[0], rows});
}

/// The sum of squared differences of each row and vector.
static Value emitDistances(Emitter &b, Value x, const Machine &machine) {
  Type element = getElement(x);
  Value vectors =
      b.constant({machine.vectors, machine.features}, element, machine.support);
  return sumOver(b, {machine.rows, machine.vectors}, element, {x, vectors},
                 {selectLoops(b, 3, {0, 2}), selectLoops(b, 3, {1, 2})},
                 [](Scalar &b, ValueRange v) {
                   Value gap = emitSub(b, v[0], v[1]);
                   return emitMul(b, gap, gap);
                 });
}

/// The kernel of each row and vector.
static Value emitKernels(Emitter &b, Value x, const Machine &machine) {
  const Kernel &kernel = machine.kernel;
  bool isRadial = kernel.type == "RBF";
  Value closeness = isRadial
                        ? emitDistances(b, x, machine)
                        : emitProducts(b, x, machine.support, machine.vectors);
  if (kernel.type == "LINEAR")
    return closeness;
  return b.map(closeness, [&](Scalar &b, ValueRange v) -> Value {
    Type type = v[0].getType();
    if (isRadial)
      return math::ExpOp::create(
          b, emitMul(b, v[0], emitScalar(b, type, -kernel.gamma)));
    Value moved =
        emitAdd(b, emitMul(b, v[0], emitScalar(b, type, kernel.gamma)),
                emitScalar(b, type, kernel.shift));
    if (kernel.type == "SIGMOID")
      return math::TanhOp::create(b, moved);
    Value power = emitScalar(b, type, 1);
    for (int64_t i = 0; i < kernel.degree; ++i)
      power = emitMul(b, power, moved);
    return power;
  });
}

static Value addNumbers(Emitter &b, Value scores, ArrayRef<double> numbers) {
  Type element = getElement(scores);
  return b.elementwise(
      getShape(scores), element,
      {scores, b.constant(int64_t(numbers.size()), element, numbers)},
      [](Scalar &b, ValueRange v) { return emitAdd(b, v[0], v[1]); });
}

//===----------------------------------------------------------------------===//
// SVMRegressor
//===----------------------------------------------------------------------===//

static LogicalResult lowerRegressor(NodeContext &node) {
  int64_t vectors = node.attributes.getInt("n_supports", 0);
  FailureOr<Machine> machine = readMachine(node, std::max<int64_t>(0, vectors));
  FailureOr<std::string> transform = readTransform(node);
  if (failed(machine) || failed(transform))
    return failure();
  if (*transform != "NONE") // ONNX Runtime computes none
    return node.unsupported("post_transform " + *transform);
  int64_t terms = machine->vectors > 0 ? machine->vectors : machine->features;
  if (int64_t(machine->coefficients.size()) != terms ||
      machine->rho.size() != 1)
    return node.fail("expected " + Twine(terms) +
                     " coefficients and one rho, but got " +
                     Twine(machine->coefficients.size()) + " and " +
                     Twine(machine->rho.size()));
  Emitter b(node.builder, node.loc);
  Value x = emitFeatures(node, b, *machine);
  Value kernels = machine->vectors > 0 ? emitKernels(b, x, *machine) : x;
  Value scores = addNumbers(
      b, emitProducts(b, kernels, machine->coefficients, 1), machine->rho);
  if (node.attributes.getInt("one_class", 0) != 0)
    scores = b.map(scores, [](Scalar &b, ValueRange v) -> Value {
      Type type = v[0].getType();
      Value isInside = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, v[0],
                                             emitScalar(b, type, 0));
      return arith::SelectOp::create(b, isInside, emitScalar(b, type, 1),
                                     emitScalar(b, type, -1));
    });
  node.setOutput(0, b.cast(scores, b.getF32Type()));
  return success();
}

//===----------------------------------------------------------------------===//
// SVMClassifier
//===----------------------------------------------------------------------===//

namespace {
/// Two classes that are compared.
struct Pair {
  int64_t first, second;
};
} // namespace

static SmallVector<Pair> getPairs(int64_t classes) {
  SmallVector<Pair> pairs;
  for (int64_t i = 0; i < classes; ++i)
    for (int64_t j = i + 1; j < classes; ++j)
      pairs.push_back({i, j});
  return pairs;
}

/// The coefficients of each pair, [pairs, vectors], zero for the vectors of
/// other classes. Class c has those against the others in the rows of
/// `coefficients`, without one for itself.
static Numbers spreadCoefficients(const Machine &machine, ArrayRef<Pair> pairs,
                                  ArrayRef<int64_t> counts) {
  Numbers spread;
  for (Pair pair : pairs) {
    int64_t vector = 0;
    for (auto [index, count] : enumerate(counts))
      for (int64_t end = vector + count; vector < end; ++vector) {
        int64_t own = int64_t(index), row = -1;
        if (own == pair.first)
          row = pair.second - 1;
        else if (own == pair.second)
          row = pair.first;
        spread.push_back(
            row < 0 ? 0 : machine.coefficients[row * machine.vectors + vector]);
      }
  }
  return spread;
}

/// How many of its pairs each class wins.
static Value countVotes(Emitter &b, Value scores, ArrayRef<Pair> pairs,
                        int64_t classes) {
  Numbers ifFirst(pairs.size() * classes, 0), ifSecond(ifFirst);
  for (auto [i, pair] : enumerate(pairs)) {
    ifFirst[i * classes + pair.first] = 1;
    ifSecond[i * classes + pair.second] = 1;
  }
  int64_t count = pairs.size();
  Type element = getElement(scores);
  SmallVector<Value> operands{scores,
                              b.constant({count, classes}, element, ifFirst),
                              b.constant({count, classes}, element, ifSecond)};
  return sumOver(b, {getShape(scores)[0], classes}, element, operands,
                 {selectLoops(b, 3, {0, 2}), selectLoops(b, 3, {2, 1}),
                  selectLoops(b, 3, {2, 1})},
                 [](Scalar &b, ValueRange v) -> Value {
                   Value isFirst =
                       arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, v[0],
                                             emitScalar(b, v[0].getType(), 0));
                   return arith::SelectOp::create(b, isFirst, v[1], v[2]);
                 });
}

static LogicalResult lowerClassifier(NodeContext &node) {
  FailureOr<Classes> classes = readClasses(node, "ints");
  if (failed(classes))
    return failure();
  Sizes counts = node.attributes.getInts("vectors_per_class").value_or(Sizes());
  int64_t vectors = 0, size = classes->labels.size();
  for (int64_t count : counts) {
    if (count < 0 || count > (int64_t(1) << 24) || vectors > (1 << 24))
      return node.fail("vectors_per_class: expected sane numbers");
    vectors += count;
  }
  // What ONNX's evaluator and ONNX Runtime do not agree on, or what takes an
  // iteration until it converges.
  if (size < 3 || vectors == 0 || size > 1024)
    return node.unsupported("other than support vectors of 3 to 1024 classes");
  if (node.attributes.has("prob_a"))
    return node.unsupported("probabilities of pairs");
  if (node.attributes.getString("post_transform", "NONE") != "NONE")
    return node.unsupported("scores of pairs with a post_transform");
  FailureOr<Machine> machine = readMachine(node, vectors);
  if (failed(machine))
    return failure();
  SmallVector<Pair> pairs = getPairs(size);
  if (int64_t(counts.size()) != size ||
      int64_t(machine->coefficients.size()) != (size - 1) * vectors ||
      machine->rho.size() != pairs.size())
    return node.fail("expected vectors of " + Twine(size) + " classes, " +
                     Twine((size - 1) * vectors) + " coefficients and " +
                     Twine(pairs.size()) + " rho");
  if (failed(node.getTensorType({int64_t(pairs.size()), vectors},
                                node.builder.getF64Type())))
    return failure();
  Emitter b(node.builder, node.loc);
  Value kernels = emitKernels(b, emitFeatures(node, b, *machine), *machine);
  Value scores = addNumbers(
      b,
      emitProducts(b, kernels, spreadCoefficients(*machine, pairs, counts),
                   pairs.size()),
      machine->rho);
  setLabels(node, b, *classes, countVotes(b, scores, pairs, size));
  node.setOutput(1, b.cast(scores, b.getF32Type()));
  return success();
}

void registerSupportVectors(OperatorRegistry &all) {
  all.add("ai.onnx.ml.SVMRegressor", 1, lowerRegressor);
  all.add("ai.onnx.ml.SVMClassifier", 1, lowerClassifier);
}

} // namespace mlir::pc
