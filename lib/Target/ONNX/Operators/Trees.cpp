// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// TreeEnsemble: sums over trees of the leaf that a row of features ends in.
//
// A tree becomes nested selections. It is constant in its features, so that its
// derivative is zero.

#include "../Importer.h"
#include "Operators.h"
#include <cmath>

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;
using Sizes = SmallVector<int64_t>;

/// Every node becomes operations of its own, inside of those above it.
static constexpr size_t maxTreeNodes = 4096;
static constexpr unsigned maxTreeDepth = 256;

namespace {
enum class TreeMode { LE, LT, GE, GT, EQ, NE, Member };

struct TreeNode {
  TreeMode mode;
  int64_t feature, onTrue, onFalse;
  bool isTrueLeaf, isFalseLeaf, takesMissing;
  SmallVector<double> splits; // one, or the members of a set
};

struct Ensemble {
  std::vector<TreeNode> nodes;
  Sizes roots, targets; // of the leaves
  SmallVector<double> weights;
  int64_t numTargets;
  int64_t transform;
};
} // namespace

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

static FailureOr<SmallVector<double>> getNumbers(NodeContext &node,
                                                 StringRef name) {
  SmallVector<double> numbers;
  const onnx::TensorProto *proto = node.attributes.getTensor(name);
  if (!proto)
    return numbers;
  Expected<Tensor> tensor = readTensor(*proto, node.getImporter().getFolder());
  if (!tensor)
    return node.fail(name + ": " + toString(tensor.takeError()));
  for (int64_t i = 0, e = tensor->getNumElements(); i != e; ++i)
    numbers.push_back(tensor->getAsDouble(i));
  return numbers;
}

/// The sets of the member nodes, one after the other, NaN behind each.
static LogicalResult readMembers(NodeContext &node, Ensemble &trees) {
  FailureOr<SmallVector<double>> values = getNumbers(node, "membership_values");
  if (failed(values))
    return failure();
  size_t at = 0;
  for (TreeNode &each : trees.nodes) {
    if (each.mode != TreeMode::Member)
      continue;
    each.splits.clear();
    while (at < values->size() && !std::isnan((*values)[at]))
      each.splits.push_back((*values)[at++]);
    if (at == values->size())
      return node.fail("membership_values: expected a set for each node that "
                       "asks for one, NaN behind it");
    ++at;
  }
  return success();
}

static FailureOr<Ensemble> readEnsemble(NodeContext &node) {
  auto integers = [&](StringRef name) {
    return node.attributes.getInts(name).value_or(Sizes());
  };
  Sizes features = integers("nodes_featureids");
  Sizes onTrue = integers("nodes_truenodeids");
  Sizes onFalse = integers("nodes_falsenodeids");
  Sizes trueLeafs = integers("nodes_trueleafs");
  Sizes falseLeafs = integers("nodes_falseleafs");
  Sizes missing = integers("nodes_missing_value_tracks_true");
  FailureOr<SmallVector<double>> modes = getNumbers(node, "nodes_modes");
  FailureOr<SmallVector<double>> splits = getNumbers(node, "nodes_splits");
  FailureOr<SmallVector<double>> weights = getNumbers(node, "leaf_weights");
  if (failed(modes) || failed(splits) || failed(weights))
    return failure();
  Ensemble trees;
  trees.roots = integers("tree_roots");
  trees.targets = integers("leaf_targetids");
  trees.weights = *weights;
  trees.numTargets = node.attributes.getInt("n_targets", 0);
  trees.transform = node.attributes.getInt("post_transform", 0);
  size_t count = features.size();
  missing.resize(missing.empty() ? count : missing.size(), 0);
  for (size_t size :
       {onTrue.size(), onFalse.size(), trueLeafs.size(), falseLeafs.size(),
        missing.size(), modes->size(), splits->size()})
    if (size != count)
      return node.fail("expected attributes for " + Twine(count) +
                       " nodes, but got " + Twine(size));
  int64_t width = node.getShape(0)[1];
  for (size_t i = 0; i < count; ++i) {
    double mode = (*modes)[i];
    if (!(mode >= 0 && mode <= 6) || features[i] < 0 || features[i] >= width)
      return node.fail("expected modes from 0 to 6 and features of " +
                       Twine(width));
    trees.nodes.push_back({TreeMode(int(mode)),
                           features[i],
                           onTrue[i],
                           onFalse[i],
                           trueLeafs[i] != 0,
                           falseLeafs[i] != 0,
                           missing[i] != 0,
                           {(*splits)[i]}});
  }
  if (count > maxTreeNodes)
    return node.unsupported("more than " + Twine(maxTreeNodes) + " nodes");
  if (trees.roots.empty() || trees.targets.size() != trees.weights.size() ||
      trees.numTargets < 1 ||
      llvm::any_of(
          trees.targets,
          [&](int64_t target) {
            return target < 0 || target >= trees.numTargets;
          }))
    return node.fail("expected trees, and leaves with a target and a weight");
  if (failed(readMembers(node, trees)))
    return failure();
  return trees;
}

/// Whether every node is reached at most once, and every branch leads on.
static LogicalResult checkTrees(NodeContext &node, const Ensemble &trees) {
  SmallVector<bool> isSeen(trees.nodes.size(), false);
  SmallVector<std::pair<int64_t, unsigned>> open; // and their depths
  for (int64_t root : trees.roots)
    open.emplace_back(root, 1);
  while (!open.empty()) {
    auto [at, depth] = open.pop_back_val();
    auto follow = [&, depth = depth](int64_t next, bool isLeaf) {
      if (!isLeaf)
        open.emplace_back(next, depth + 1);
      return !isLeaf || (next >= 0 && size_t(next) < trees.targets.size());
    };
    if (depth > maxTreeDepth)
      return node.unsupported("trees deeper than " + Twine(maxTreeDepth));
    if (at < 0 || size_t(at) >= trees.nodes.size() || isSeen[at])
      return node.fail("expected trees, but node " + Twine(at) +
                       " is missing or has two parents");
    isSeen[at] = true;
    const TreeNode &each = trees.nodes[at];
    if (!follow(each.onTrue, each.isTrueLeaf))
      return node.fail("expected a leaf " + Twine(each.onTrue));
    // A node whose branches are the same leaf is a leaf by itself.
    bool isSame =
        each.isTrueLeaf && each.isFalseLeaf && each.onTrue == each.onFalse;
    if (!isSame && !follow(each.onFalse, each.isFalseLeaf))
      return node.fail("expected a leaf " + Twine(each.onFalse));
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Emission
//===----------------------------------------------------------------------===//

static Value emitCondition(Scalar &b, const TreeNode &node, Value feature) {
  using P = arith::CmpFPredicate;
  static constexpr P predicates[] = {P::OLE, P::OLT, P::OGE, P::OGT,
                                     P::OEQ, P::UNE, P::OEQ};
  Value holds = emitScalar(b, b.getI1Type(), 0);
  for (double split : node.splits) {
    Value isHere =
        arith::CmpFOp::create(b, predicates[int(node.mode)], feature,
                              emitScalar(b, feature.getType(), split));
    holds = arith::OrIOp::create(b, holds, isHere);
  }
  if (!node.takesMissing)
    return holds;
  Value isMissing = arith::CmpFOp::create(b, P::UNO, feature, feature);
  return arith::OrIOp::create(b, holds, isMissing);
}

/// What node `at` has for the target of the loop at dimension 1.
static Value emitNode(Scalar &b, const Ensemble &trees, int64_t at,
                      ArrayRef<int64_t> columns, ValueRange features) {
  const TreeNode &node = trees.nodes[at];
  size_t column = llvm::find(columns, node.feature) - columns.begin();
  Type element = features.front().getType(), index = b.getI64Type();
  auto branch = [&](int64_t next, bool isLeaf) -> Value {
    if (!isLeaf)
      return emitNode(b, trees, next, columns, features);
    Value isTarget =
        compareIntegers(b, arith::CmpIPredicate::eq, getPosition(b, 1, index),
                        emitScalar(b, index, double(trees.targets[next])));
    return arith::SelectOp::create(b, isTarget,
                                   emitScalar(b, element, trees.weights[next]),
                                   emitScalar(b, element, 0));
  };
  Value holds = emitCondition(b, node, features[column]);
  Value onTrue = branch(node.onTrue, node.isTrueLeaf);
  Value onFalse = branch(node.onFalse, node.isFalseLeaf);
  return arith::SelectOp::create(b, holds, onTrue, onFalse);
}

static FailureOr<Value> postTransform(NodeContext &node, Emitter &b,
                                      Value scores, int64_t kind) {
  switch (kind) {
  case 0:
    return scores;
  case 1:
    return emitSoftmax(b, scores, 1, /*isLog=*/false);
  case 2:
    return b.map(scores,
                 [](Scalar &b, ValueRange v) { return emitSigmoid(b, v[0]); });
  default:
    return node.unsupported("post_transform " + Twine(kind));
  }
}

static LogicalResult lowerTreeEnsemble(NodeContext &node) {
  if (failed(node.requireInputs(1, 1)) || failed(node.requireFloat(0)) ||
      failed(node.requireRank(0, 2, 2)))
    return failure();
  FailureOr<Ensemble> trees = readEnsemble(node);
  if (failed(trees) || failed(checkTrees(node, *trees)))
    return failure();
  int64_t aggregate = node.attributes.getInt("aggregate_function", 1);
  if (aggregate > 1) // what does a target without a leaf have?
    return node.unsupported("aggregate_function " + Twine(aggregate));
  int64_t rows = node.getShape(0)[0];
  Sizes shape{rows, trees->numTargets}, columns;
  Type element = node.getType(0).getElementType();
  if (failed(node.getTensorType(shape, element)))
    return failure();
  Emitter b(node.builder, node.loc);
  SmallVector<Value> features;
  for (const TreeNode &each : trees->nodes)
    if (!is_contained(columns, each.feature)) {
      columns.push_back(each.feature);
      features.push_back(
          b.slice(node.getInput(0), {0, each.feature}, {rows, 1}, {1, 1}));
    }
  Value scores =
      b.elementwise(shape, element, features, [&](Scalar &b, ValueRange v) {
        Value sum = emitNode(b, *trees, trees->roots.front(), columns, v);
        for (int64_t root : ArrayRef(trees->roots).drop_front())
          sum = emitAdd(b, sum, emitNode(b, *trees, root, columns, v));
        if (aggregate == 1)
          return sum;
        return emitDiv(b, sum,
                       emitScalar(b, element, double(trees->roots.size())));
      });
  FailureOr<Value> result = postTransform(node, b, scores, trees->transform);
  if (failed(result))
    return failure();
  node.setOutput(0, *result);
  return success();
}

void registerTrees(OperatorRegistry &all) {
  all.add("ai.onnx.ml.TreeEnsemble", 5, lowerTreeEnsemble);
}

} // namespace mlir::pc
