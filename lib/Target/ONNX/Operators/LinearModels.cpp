// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Linear models of the machine-learning domain: a product with coefficients
// that are attributes, and what follows from the scores.

#include "Classifiers.h"

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;
using Sizes = SmallVector<int64_t>;

namespace {
struct LinearModel {
  int64_t rows, features, targets;
  SmallVector<double> coefficients; // [features, targets]
  SmallVector<double> intercepts;   // none: zeros
  std::string transform;
};
} // namespace

static FailureOr<LinearModel> readModel(NodeContext &node, int64_t targets) {
  if (failed(node.requireInputs(1, 1)) || failed(node.requireNumbers(0)) ||
      failed(node.requireRank(0, 1, 2)))
    return failure();
  ArrayRef<int64_t> shape = node.getShape(0);
  LinearModel model;
  model.rows = shape.size() == 1 ? 1 : shape[0];
  model.features = shape.back();
  model.targets = targets;
  SmallVector<double> rows =
      node.attributes.getFloats("coefficients").value_or(SmallVector<double>());
  int64_t size = rows.size();
  if (targets < 1 || size == 0 || size % targets != 0 ||
      size / targets != model.features)
    return node.fail("coefficients: expected " + Twine(model.features) +
                     " for each of " + Twine(targets) + " targets, but got " +
                     Twine(size));
  for (int64_t i = 0; i < model.features; ++i)
    for (int64_t j = 0; j < targets; ++j)
      model.coefficients.push_back(rows[j * model.features + i]);
  model.intercepts =
      node.attributes.getFloats("intercepts").value_or(SmallVector<double>());
  if (!model.intercepts.empty() && int64_t(model.intercepts.size()) != targets)
    return node.fail("intercepts: expected one for each of " + Twine(targets) +
                     " targets, but got " + Twine(model.intercepts.size()));
  FailureOr<std::string> transform = readTransform(node);
  if (failed(transform))
    return failure();
  model.transform = *transform;
  if (failed(
          node.getTensorType({model.rows, targets}, node.builder.getF32Type())))
    return failure();
  return model;
}

static Value emitScores(NodeContext &node, Emitter &b,
                        const LinearModel &model) {
  Type element = node.getType(0).getElementType();
  if (!isa<FloatType>(element))
    element = b.getF32Type();
  Value x = b.reshape(b.cast(node.getInput(0), element),
                      {model.rows, model.features});
  Value coefficients =
      b.constant({model.features, model.targets}, element, model.coefficients);
  Sizes shape{model.rows, model.targets};
  Value scores = emitMatrixProduct(b, x, coefficients, shape);
  if (!model.intercepts.empty())
    scores = b.elementwise(
        shape, element,
        {scores, b.constant(model.targets, element, model.intercepts)},
        [](Scalar &b, ValueRange v) { return emitAdd(b, v[0], v[1]); });
  return b.cast(scores, b.getF32Type());
}

static LogicalResult lowerLinearRegressor(NodeContext &node) {
  FailureOr<LinearModel> model =
      readModel(node, node.attributes.getInt("targets", 1));
  if (failed(model))
    return failure();
  Emitter b(node.builder, node.loc);
  node.setOutput(
      0, transformScores(b, emitScores(node, b, *model), model->transform));
  return success();
}

//===----------------------------------------------------------------------===//
// LinearClassifier
//===----------------------------------------------------------------------===//

/// Two classes may have one score, which is for the second.
static Value addFirstClass(Emitter &b, Value scores) {
  Value negated = b.map(scores, [](Scalar &b, ValueRange v) -> Value {
    return arith::NegFOp::create(b, v[0]);
  });
  return b.concat(1, {negated, scores});
}

static LogicalResult lowerLinearClassifier(NodeContext &node) {
  FailureOr<Classes> classes = readClasses(node, "ints");
  if (failed(classes))
    return failure();
  size_t size = node.attributes.getFloats("coefficients")
                    .value_or(SmallVector<double>())
                    .size();
  bool isOneScore = classes->labels.size() == 2 && node.getNumInputs() == 1 &&
                    node.getType(0).getRank() > 0 &&
                    int64_t(size) == node.getShape(0).back();
  FailureOr<LinearModel> model =
      readModel(node, isOneScore ? 1 : classes->labels.size());
  if (failed(model))
    return failure();
  // ONNX has -s and s then, ONNX Runtime 1 - s and s.
  if (isOneScore && model->transform != "LOGISTIC")
    return node.unsupported("one row of coefficients for two classes with the "
                            "post_transform " +
                            model->transform);
  Emitter b(node.builder, node.loc);
  Value scores = emitScores(node, b, *model);
  if (isOneScore)
    scores = addFirstClass(b, scores);
  setLabels(node, b, *classes, scores);
  node.setOutput(1, transformScores(b, scores, model->transform));
  return success();
}

void registerLinearModels(OperatorRegistry &all) {
  all.add("ai.onnx.ml.LinearRegressor", 1, lowerLinearRegressor);
  all.add("ai.onnx.ml.LinearClassifier", 1, lowerLinearClassifier);
}

} // namespace mlir::pc
