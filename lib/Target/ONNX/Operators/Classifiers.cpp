// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Classifiers.h"

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;
using Sizes = SmallVector<int64_t>;

FailureOr<Classes> readClasses(NodeContext &node, StringRef integers) {
  std::string name = ("classlabels_" + integers).str();
  Sizes numbers = node.attributes.getInts(name).value_or(Sizes());
  FailureOr<Sizes> strings = node.requireTexts("classlabels_strings");
  if (failed(strings))
    return failure();
  if (strings->empty() == numbers.empty())
    return node.fail("expected one of " + name + " and classlabels_strings");
  bool areStrings = numbers.empty();
  return Classes{areStrings ? *strings : numbers, areStrings};
}

void setLabels(NodeContext &node, Emitter &b, const Classes &classes,
               Value scores) {
  Value best = emitArgExtremum(b, scores, 1, /*isMax=*/true, /*isLast=*/false);
  auto type =
      RankedTensorType::get(int64_t(classes.labels.size()), b.getI64Type());
  Value labels = arith::ConstantOp::create(
      b, DenseElementsAttr::get(type, ArrayRef<int64_t>(classes.labels)));
  node.setOutput(0, pickElements(b, getShape(scores)[0], labels, 0, unsigned(0),
                                 best, unsigned(0)));
  if (classes.areStrings)
    node.setIsString(0);
}

FailureOr<std::string> readTransform(NodeContext &node) {
  std::string transform = node.attributes.getString("post_transform", "NONE");
  if (transform != "NONE" && transform != "SOFTMAX" && transform != "LOGISTIC")
    return node.unsupported("post_transform " + transform);
  return transform;
}

Value transformScores(Emitter &b, Value scores, StringRef transform) {
  if (transform == "SOFTMAX")
    return emitSoftmax(b, scores, 1, /*isLog=*/false);
  if (transform == "LOGISTIC")
    return b.map(scores,
                 [](Scalar &b, ValueRange v) { return emitSigmoid(b, v[0]); });
  return scores;
}

} // namespace mlir::pc
