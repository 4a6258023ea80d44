// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// TreeEnsembleRegressor and TreeEnsembleClassifier, whose nodes are named by
// their trees and their numbers in them.

#include "Classifiers.h"
#include "Trees.h"
#include "llvm/ADT/StringSwitch.h"
#include <map>

using namespace llvm;

namespace mlir::pc {

using Sizes = SmallVector<int64_t>;
/// The tree and the number in it.
using NodeName = std::pair<int64_t, int64_t>;

static std::string print(NodeName name) {
  return "node " + std::to_string(name.second) + " of tree " +
         std::to_string(name.first);
}

/// An attribute of floats, or the tensor that may stand for it from version 3.
static FailureOr<SmallVector<double>> getNumbers(NodeContext &node,
                                                 StringRef name) {
  std::string tensor = (name + "_as_tensor").str();
  if (node.version >= 3 && node.attributes.has(tensor))
    return getTensorNumbers(node, tensor);
  return node.attributes.getFloats(name).value_or(SmallVector<double>());
}

static Sizes getIntegers(NodeContext &node, const Twine &name) {
  return node.attributes.getInts(name.str()).value_or(Sizes());
}

namespace {
/// The attributes that begin with `nodes_`.
struct NodeLists {
  Sizes trees, numbers, features, onTrue, onFalse, missing;
  SmallVector<std::string> modes;
  SmallVector<double> splits;
  std::map<NodeName, TreePlace> places;
};
} // namespace

static FailureOr<NodeLists> readNodes(NodeContext &node) {
  NodeLists lists;
  lists.trees = getIntegers(node, "nodes_treeids");
  lists.numbers = getIntegers(node, "nodes_nodeids");
  lists.features = getIntegers(node, "nodes_featureids");
  lists.onTrue = getIntegers(node, "nodes_truenodeids");
  lists.onFalse = getIntegers(node, "nodes_falsenodeids");
  lists.missing = getIntegers(node, "nodes_missing_value_tracks_true");
  lists.modes = node.attributes.getStrings("nodes_modes")
                    .value_or(SmallVector<std::string>());
  FailureOr<SmallVector<double>> splits = getNumbers(node, "nodes_values");
  if (failed(splits))
    return failure();
  lists.splits = *splits;
  size_t count = lists.trees.size();
  lists.missing.resize(lists.missing.empty() ? count : lists.missing.size(), 0);
  for (size_t size :
       {lists.numbers.size(), lists.features.size(), lists.onTrue.size(),
        lists.onFalse.size(), lists.missing.size(), lists.modes.size(),
        lists.splits.size()})
    if (size != count)
      return node.fail("expected attributes for " + Twine(count) +
                       " nodes, but got " + Twine(size));
  return lists;
}

/// Numbers branches and leaves; the first node of a tree is its root.
static LogicalResult placeNodes(NodeContext &node, NodeLists &lists,
                                Forest &forest) {
  int64_t branches = 0;
  for (size_t i = 0; i < lists.trees.size(); ++i) {
    NodeName name(lists.trees[i], lists.numbers[i]);
    bool isLeaf = lists.modes[i] == "LEAF";
    TreePlace place{isLeaf ? forest.numLeaves++ : branches++, isLeaf};
    if (!lists.places.try_emplace(name, place).second)
      return node.fail(print(name) + " is there twice");
    if (i == 0 || lists.trees[i] != lists.trees[i - 1])
      forest.roots.push_back(place);
  }
  SmallDenseSet<int64_t> trees(lists.trees.begin(), lists.trees.end());
  if (forest.roots.empty() || trees.size() != forest.roots.size())
    return node.fail("expected trees, the nodes of each behind each other");
  return success();
}

static LogicalResult addBranches(NodeContext &node, const NodeLists &lists,
                                 Forest &forest) {
  for (size_t i = 0; i < lists.trees.size(); ++i) {
    if (lists.modes[i] == "LEAF")
      continue;
    auto mode = StringSwitch<std::optional<TreeMode>>(lists.modes[i])
                    .Case("BRANCH_LEQ", TreeMode::LE)
                    .Case("BRANCH_LT", TreeMode::LT)
                    .Case("BRANCH_GTE", TreeMode::GE)
                    .Case("BRANCH_GT", TreeMode::GT)
                    .Case("BRANCH_EQ", TreeMode::EQ)
                    .Case("BRANCH_NEQ", TreeMode::NE)
                    .Default(std::nullopt);
    if (!mode)
      return node.fail("nodes_modes: expected LEAF, BRANCH_LEQ, BRANCH_LT, "
                       "BRANCH_GTE, BRANCH_GT, BRANCH_EQ or BRANCH_NEQ, but "
                       "got '" +
                       lists.modes[i] + "'");
    TreePlace next[2];
    for (auto [number, place] :
         zip(ArrayRef({lists.onTrue[i], lists.onFalse[i]}), next)) {
      NodeName name(lists.trees[i], number);
      auto found = lists.places.find(name);
      if (found == lists.places.end())
        return node.fail(print(name) + " is missing");
      place = found->second;
    }
    forest.branches.push_back({*mode,
                               lists.features[i],
                               {lists.splits[i]},
                               lists.missing[i] != 0,
                               next[0],
                               next[1]});
  }
  return success();
}

/// The votes, in attributes that begin with `stem`; those of branches are for
/// nothing.
static LogicalResult addVotes(NodeContext &node, const NodeLists &lists,
                              StringRef stem, Forest &forest) {
  Sizes trees = getIntegers(node, stem + "_treeids");
  Sizes numbers = getIntegers(node, stem + "_nodeids");
  Sizes targets = getIntegers(node, stem + "_ids");
  FailureOr<SmallVector<double>> weights =
      getNumbers(node, (stem + "_weights").str());
  if (failed(weights))
    return failure();
  for (size_t size : {numbers.size(), targets.size(), weights->size()})
    if (size != trees.size())
      return node.fail(stem + "_ids: expected " + Twine(trees.size()) +
                       " votes, but got " + Twine(size));
  for (size_t i = 0; i < trees.size(); ++i) {
    NodeName name(trees[i], numbers[i]);
    auto place = lists.places.find(name);
    if (place == lists.places.end())
      return node.fail(print(name) + " is missing");
    if (targets[i] < 0 || targets[i] >= forest.numTargets)
      return node.fail(stem + "_ids: expected 0 to " +
                       Twine(forest.numTargets - 1) + ", but got " +
                       Twine(targets[i]));
    if (place->second.isLeaf)
      forest.votes.push_back({place->second.index, targets[i], (*weights)[i]});
  }
  return success();
}

/// A forest of `targets`, whose votes and their attributes are called `stem`.
static FailureOr<Forest> readForest(NodeContext &node, StringRef stem,
                                    int64_t targets) {
  if (failed(node.requireInputs(1, 1)) || failed(node.requireNumbers(0)) ||
      failed(node.requireRank(0, 2, 2)))
    return failure();
  Forest forest;
  forest.numTargets = targets;
  FailureOr<NodeLists> lists = readNodes(node);
  if (failed(lists) || failed(placeNodes(node, *lists, forest)) ||
      failed(addBranches(node, *lists, forest)) ||
      failed(addVotes(node, *lists, stem, forest)))
    return failure();
  FailureOr<SmallVector<double>> base = getNumbers(node, "base_values");
  if (failed(base))
    return failure();
  forest.base = *base;
  return forest;
}

static LogicalResult requireBase(NodeContext &node, const Forest &forest) {
  if (forest.base.empty() || int64_t(forest.base.size()) == forest.numTargets)
    return success();
  return node.fail("base_values: expected one for each of " +
                   Twine(forest.numTargets) + " targets, but got " +
                   Twine(forest.base.size()));
}

//===----------------------------------------------------------------------===//
// TreeEnsembleRegressor
//===----------------------------------------------------------------------===//

static LogicalResult lowerRegressor(NodeContext &node) {
  FailureOr<Forest> forest =
      readForest(node, "target", node.attributes.getInt("n_targets", 1));
  FailureOr<std::string> transform = readTransform(node);
  if (failed(forest) || failed(transform) || failed(requireBase(node, *forest)))
    return failure();
  std::string name = node.attributes.getString("aggregate_function", "SUM");
  auto aggregate = StringSwitch<std::optional<Aggregate>>(name)
                       .Case("SUM", Aggregate::Sum)
                       .Case("AVERAGE", Aggregate::Average)
                       .Case("MIN", Aggregate::Minimum)
                       .Case("MAX", Aggregate::Maximum)
                       .Default(std::nullopt);
  if (!aggregate)
    return node.fail("aggregate_function: expected SUM, AVERAGE, MIN or MAX, "
                     "but got '" +
                     name + "'");
  forest->aggregate = *aggregate;
  Emitter b(node.builder, node.loc);
  FailureOr<Value> scores = emitForest(node, b, *forest);
  if (failed(scores))
    return failure();
  node.setOutput(
      0, b.cast(transformScores(b, *scores, *transform), b.getF32Type()));
  return success();
}

//===----------------------------------------------------------------------===//
// TreeEnsembleClassifier
//===----------------------------------------------------------------------===//

/// Scores of two classes that all votes are for one of, class 0 by its number,
/// which is the second: 1 - s and s for shares, -s and s for logits.
static FailureOr<Value> emitBinary(NodeContext &node, Emitter &b,
                                   Forest &forest, bool isOfShares) {
  forest.numTargets = 1;
  if (failed(requireBase(node, forest)))
    return failure();
  FailureOr<Value> score = emitForest(node, b, forest);
  if (failed(score))
    return failure();
  Value other = b.map(*score, [&](ImplicitLocOpBuilder &b, ValueRange v) {
    Value whole = emitScalar(b, v[0].getType(), isOfShares ? 1 : 0);
    return emitSub(b, whole, v[0]);
  });
  return b.concat(1, {other, *score});
}

static LogicalResult lowerClassifier(NodeContext &node) {
  FailureOr<Classes> classes = readClasses(node, "int64s");
  FailureOr<std::string> transform = readTransform(node);
  if (failed(classes) || failed(transform))
    return failure();
  FailureOr<Forest> forest =
      readForest(node, "class", int64_t(classes->labels.size()));
  if (failed(forest))
    return failure();
  auto isFirst = [](const TreeVote &vote) { return vote.target == 0; };
  auto isPositive = [](const TreeVote &vote) { return vote.weight >= 0; };
  bool isBinary = classes->labels.size() == 2 && all_of(forest->votes, isFirst);
  bool areShares = all_of(forest->votes, isPositive);
  // What ONNX's evaluator and ONNX Runtime do not agree on.
  if (classes->labels.size() < 2)
    return node.unsupported("less than two classes");
  if (isBinary && *transform != (areShares ? "NONE" : "LOGISTIC"))
    return node.unsupported(Twine("votes for one of two classes, ") +
                            (areShares ? "none" : "some") +
                            " of them negative, with the post_transform " +
                            *transform);
  Emitter b(node.builder, node.loc);
  FailureOr<Value> scores = failure();
  if (isBinary)
    scores = emitBinary(node, b, *forest, areShares);
  else if (succeeded(requireBase(node, *forest)))
    scores = emitForest(node, b, *forest);
  if (failed(scores))
    return failure();
  setLabels(node, b, *classes, *scores);
  node.setOutput(
      1, b.cast(transformScores(b, *scores, *transform), b.getF32Type()));
  return success();
}

void registerTreeModels(OperatorRegistry &all) {
  all.add("ai.onnx.ml.TreeEnsembleRegressor", 1, lowerRegressor);
  all.add("ai.onnx.ml.TreeEnsembleClassifier", 1, lowerClassifier);
}

} // namespace mlir::pc
