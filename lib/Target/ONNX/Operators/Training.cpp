// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The preview operators for training: one step of an optimizer, and the
// gradient of one value of the graph with respect to others.

#include "Subgraphs.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "pc/Differentiation/BlockVJP.h"

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;

//===----------------------------------------------------------------------===//
// Optimizers
//===----------------------------------------------------------------------===//

namespace {
/// Operands of a step: the rate R, the count T, and then as many tensors of
/// each kind as are optimized; outputs are grouped in the same way.
struct Step {
  Emitter b;
  unsigned count;
  Value rate, steps;
  float decay; // norm_coefficient
};
} // namespace

/// `each` operands for each tensor, gradients among them.
static FailureOr<Step> planStep(NodeContext &node, unsigned each) {
  if (failed(node.requireInputs(2 + each, UINT_MAX)) ||
      failed(node.requireFloat(0)))
    return failure();
  unsigned operands = node.getNumInputs() - 2;
  unsigned outputs = each - 1;
  if (operands % each != 0 || node.getNumOutputs() != operands / each * outputs)
    return node.fail("expected " + Twine(each) + " operands and " +
                     Twine(outputs) + " outputs for each tensor, but got " +
                     Twine(operands) + " and " + Twine(node.getNumOutputs()));
  unsigned count = operands / each;
  for (unsigned i = 0; i < operands; ++i)
    if (!node.hasInput(2 + i) ||
        node.getType(2 + i) != node.getType(2 + i % count) ||
        failed(node.requireSameElementType(0, 2 + i)))
      return node.fail("expected gradients and states like the tensors, but "
                       "got " +
                       printTypes(node));
  if (node.getType(0).getNumElements() != 1 ||
      node.getType(1).getNumElements() != 1 ||
      !node.getType(1).getElementType().isInteger(64))
    return node.fail("expected a rate and a count of steps, but got " +
                     printTypes(node));
  Emitter b(node.builder, node.loc);
  Value rate = b.reshape(node.getInput(0), {});
  Value steps = b.reshape(node.getInput(1), {});
  float decay = node.attributes.getFloat("norm_coefficient", 0);
  return Step{b, count, rate, steps, decay};
}

static Value apply(Step &step, ValueRange operands, Emitter::Body body) {
  return step.b.elementwise(getShape(operands[0]), getElement(operands[0]),
                            operands, body);
}

static Value scale(Scalar &b, Value x, double factor) {
  return emitMul(b, x, emitScalar(b, x.getType(), factor));
}

/// The gradient with that of norm_coefficient / 2 * |x|^2.
static Value regularize(Step &step, Value x, Value gradient) {
  if (step.decay == 0)
    return gradient;
  return apply(step, {x, gradient}, [&](Scalar &b, ValueRange v) {
    return emitAdd(b, scale(b, v[0], step.decay), v[1]);
  });
}

/// `first` where the count is positive, else `second`.
static Value selectLater(Scalar &b, Value steps, Value first, Value second) {
  Value zero = emitScalar(b, steps.getType(), 0);
  Value isLater = compareIntegers(b, arith::CmpIPredicate::sgt, steps, zero);
  return arith::SelectOp::create(b, isLater, first, second);
}

static LogicalResult lowerAdagrad(NodeContext &node) {
  FailureOr<Step> step = planStep(node, 3);
  if (failed(step))
    return failure();
  double epsilon = node.attributes.getFloat("epsilon", 1e-6f);
  double slowdown = node.attributes.getFloat("decay_factor", 0);
  for (unsigned i = 0; i < step->count; ++i) {
    Value x = node.getInput(2 + i);
    Value g = regularize(*step, x, node.getInput(2 + step->count + i));
    Value h = node.getInput(2 + 2 * step->count + i);
    Value next = apply(*step, {h, g}, [](Scalar &b, ValueRange v) {
      return emitAdd(b, v[0], emitMul(b, v[1], v[1]));
    });
    node.setOutput(
        i, apply(*step, {x, g, next, step->rate, step->steps},
                 [&](Scalar &b, ValueRange v) {
                   Value count = emitCast(b, v[4], v[0].getType());
                   Value one = emitScalar(b, v[0].getType(), 1);
                   Value rate = emitDiv(
                       b, v[3], emitAdd(b, one, scale(b, count, slowdown)));
                   Value width = emitAdd(b, math::SqrtOp::create(b, v[2]),
                                         emitScalar(b, one.getType(), epsilon));
                   return emitSub(b, v[0],
                                  emitDiv(b, emitMul(b, rate, v[1]), width));
                 }));
    node.setOutput(step->count + i, next);
  }
  return success();
}

/// rate * sqrt(1 - beta^T) / (1 - alpha^T) from the second step on.
static Value correctBias(Scalar &b, Value rate, Value steps, double alpha,
                         double beta) {
  Type type = rate.getType();
  Value count = emitCast(b, steps, type), one = emitScalar(b, type, 1);
  auto missing = [&](double base) {
    Value power = math::PowFOp::create(b, emitScalar(b, type, base), count);
    // The first step would divide by zero; what it takes is chosen below.
    return selectLater(b, steps, emitSub(b, one, power), one);
  };
  Value root = math::SqrtOp::create(b, missing(beta));
  return emitMul(b, rate, emitDiv(b, root, missing(alpha)));
}

static LogicalResult lowerAdam(NodeContext &node) {
  FailureOr<Step> step = planStep(node, 4);
  if (failed(step))
    return failure();
  double alpha = node.attributes.getFloat("alpha", 0.9f);
  double beta = node.attributes.getFloat("beta", 0.999f);
  double epsilon = node.attributes.getFloat("epsilon", 1e-6f);
  double after = node.attributes.getFloat("norm_coefficient_post", 0);
  auto average = [](double keep) {
    return [keep](Scalar &b, Value old, Value now) {
      return emitAdd(b, scale(b, old, keep), scale(b, now, 1 - keep));
    };
  };
  for (unsigned i = 0; i < step->count; ++i) {
    unsigned n = step->count;
    Value x = node.getInput(2 + i);
    Value g = regularize(*step, x, node.getInput(2 + n + i));
    Value first = apply(
        *step, {node.getInput(2 + 2 * n + i), g},
        [&](Scalar &b, ValueRange v) { return average(alpha)(b, v[0], v[1]); });
    Value second = apply(
        *step, {node.getInput(2 + 3 * n + i), g}, [&](Scalar &b, ValueRange v) {
          return average(beta)(b, v[0], emitMul(b, v[1], v[1]));
        });
    node.setOutput(
        i,
        apply(*step, {x, first, second, step->rate, step->steps},
              [&](Scalar &b, ValueRange v) {
                Value rate = correctBias(b, v[3], v[4], alpha, beta);
                Value width = emitAdd(b, math::SqrtOp::create(b, v[2]),
                                      emitScalar(b, v[0].getType(), epsilon));
                Value next =
                    emitSub(b, v[0], emitDiv(b, emitMul(b, rate, v[1]), width));
                return after == 0 ? next : scale(b, next, 1 - after);
              }));
    node.setOutput(n + i, first);
    node.setOutput(2 * n + i, second);
  }
  return success();
}

static LogicalResult lowerMomentum(NodeContext &node) {
  FailureOr<Step> step = planStep(node, 3);
  if (failed(step))
    return failure();
  for (StringRef name : {"alpha", "beta", "mode", "norm_coefficient"})
    if (!node.attributes.has(name))
      return node.fail("expected the attribute " + name);
  double alpha = node.attributes.getFloat("alpha", 0);
  double beta = node.attributes.getFloat("beta", 0);
  std::string mode = node.attributes.getString("mode", "");
  if (mode != "standard" && mode != "nesterov")
    return node.fail("mode: expected standard or nesterov, but got '" + mode +
                     "'");
  for (unsigned i = 0; i < step->count; ++i) {
    Value x = node.getInput(2 + i);
    Value g = regularize(*step, x, node.getInput(2 + step->count + i));
    Value next = apply(
        *step, {node.getInput(2 + 2 * step->count + i), g, step->steps},
        [&](Scalar &b, ValueRange v) {
          Value factor =
              selectLater(b, v[2], emitScalar(b, v[0].getType(), beta),
                          emitScalar(b, v[0].getType(), 1));
          return emitAdd(b, scale(b, v[0], alpha), emitMul(b, factor, v[1]));
        });
    node.setOutput(
        i, apply(*step, {x, next, g, step->rate}, [&](Scalar &b, ValueRange v) {
          Value way = v[1];
          if (mode == "nesterov")
            way = emitAdd(b, v[2], scale(b, way, alpha));
          return emitSub(b, v[0], emitMul(b, v[3], way));
        }));
    node.setOutput(step->count + i, next);
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Gradient
//===----------------------------------------------------------------------===//

/// The value of the graph that an attribute names. The operands must be these
/// values: the graph is not computed again at others.
static FailureOr<Value> getNamed(NodeContext &node, StringRef name,
                                 int operand = -1) {
  ImportedValue *value = node.getImporter().getFrame().scope.lookup(name);
  if (!value)
    return node.fail("there is no value '" + name + "'");
  if (!value->value || value->sequence)
    return node.unsupported("'" + name + "' is not a tensor that is computed");
  if (operand >= 0 && node.getImported(operand).value != value->value)
    return node.unsupported("input " + Twine(operand) + " is not '" + name +
                            "': a gradient at values other than those of the "
                            "graph");
  return value->value;
}

/// All of `names` together with the operands from `first` on.
static LogicalResult collectNamed(NodeContext &node,
                                  ArrayRef<std::string> names, unsigned first,
                                  SmallVector<Value> &values) {
  for (auto [i, name] : enumerate(names)) {
    if (!node.hasInput(first + i))
      return node.fail("expected a value for '" + name + "'");
    FailureOr<Value> value = getNamed(node, name, first + i);
    if (failed(value))
      return failure();
    values.push_back(*value);
  }
  return success();
}

static LogicalResult lowerGradient(NodeContext &node) {
  SmallVector<std::string> xs =
      node.attributes.getStrings("xs").value_or(SmallVector<std::string>());
  SmallVector<std::string> zs =
      node.attributes.getStrings("zs").value_or(SmallVector<std::string>());
  if (xs.empty() || xs.size() != node.getNumOutputs() ||
      xs.size() + zs.size() != node.getNumInputs())
    return node.fail("expected an output for each of xs, and an input for each "
                     "of xs and zs");
  SmallVector<Value> wanted, others;
  if (failed(collectNamed(node, xs, 0, wanted)) ||
      failed(collectNamed(node, zs, xs.size(), others)))
    return failure();
  FailureOr<Value> y = getNamed(node, node.attributes.getString("y", ""));
  if (failed(y))
    return failure();
  for (Value value : wanted)
    if (!isa<FloatType>(getElement(value)))
      return node.fail("expected floats in xs, but got " + printTypes(node));
  if (!isa<FloatType>(getElement(*y)))
    return node.fail("expected floats in y");
  Emitter b(node.builder, node.loc);
  SmallVector<Operation *> ops = getBody(*y->getParentBlock());
  Value seed = b.filled(getShape(*y), getElement(*y), 1);
  // What has no derivative is unsupported here, not wrong.
  std::string reason;
  FailureOr<SmallVector<Value>> found = [&] {
    ScopedDiagnosticHandler handler(b.getContext(), [&](Diagnostic &diag) {
      reason = reason.empty() ? diag.str() : reason;
      return success();
    });
    return buildBlockVJP(b, ops, *y, seed, wanted);
  }();
  if (failed(found))
    return node.unsupported(reason);
  for (auto [i, value] : enumerate(*found))
    node.setOutput(
        i, value ? value
                 : b.filled(getShape(wanted[i]), getElement(wanted[i]), 0));
  return success();
}

void registerTraining(OperatorRegistry &all) {
  all.add("ai.onnx.preview.training.Adagrad", 1, lowerAdagrad);
  all.add("ai.onnx.preview.training.Adam", 1, lowerAdam);
  all.add("ai.onnx.preview.training.Gradient", 1, lowerGradient);
  all.add("ai.onnx.preview.training.Momentum", 1, lowerMomentum);
}

} // namespace mlir::pc
