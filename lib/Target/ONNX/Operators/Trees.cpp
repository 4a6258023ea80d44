// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Forests as tables. All rows and trees take as many steps as the deepest leaf
// needs, each from a row of the table to another; a leaf leads to itself. The
// result is constant in the features, so that its derivative is zero.

#include "Trees.h"
#include "../Importer.h"
#include "Classifiers.h"
#include <cmath>

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;
using Sizes = SmallVector<int64_t>;

static constexpr int64_t maxTreeRows = int64_t(1) << 22;
static constexpr int64_t maxVotes = int64_t(1) << 24;

/// Where a test holds: a feature is below its split, at it, above it, or NaN.
enum TestBit { Below = 1, At = 2, Above = 4, Missing = 8 };

namespace {
/// One entry for each test of each branch, then one for each leaf.
struct TreeTable {
  SmallVector<double> splits;
  Sizes features, tests, onTrue, onFalse, roots;
  int64_t firstLeaf = 0, depth = 0;
};
} // namespace

//===----------------------------------------------------------------------===//
// Tables
//===----------------------------------------------------------------------===//

static int64_t getTests(const TreeBranch &branch) {
  static constexpr int64_t tests[] = {
      Below | At, Below, Above | At, Above, At, Below | Above | Missing, At};
  return tests[int(branch.mode)] | (branch.takesMissing ? Missing : 0);
}

static int64_t countTests(const TreeBranch &branch) {
  return std::max<int64_t>(1, branch.splits.size());
}

/// Whether every branch is reached at most once and leads on, and to where; the
/// tests on the way to the deepest leaf.
static FailureOr<int64_t> checkForest(NodeContext &node, const Forest &forest) {
  SmallVector<bool> isSeen(forest.branches.size(), false);
  SmallVector<std::pair<TreePlace, int64_t>> open; // and the tests before
  for (TreePlace root : forest.roots)
    open.emplace_back(root, 0);
  int64_t deepest = 0, width = node.getShape(0)[1];
  while (!open.empty()) {
    auto [place, depth] = open.pop_back_val();
    int64_t count =
        place.isLeaf ? forest.numLeaves : int64_t(forest.branches.size());
    if (place.index < 0 || place.index >= count ||
        (!place.isLeaf && isSeen[place.index]))
      return node.fail(Twine("expected trees, but ") +
                       (place.isLeaf ? "leaf " : "branch ") + Twine(place.index) +
                       " is missing" +
                       (place.isLeaf ? "" : " or has two parents"));
    deepest = std::max(deepest, depth);
    if (place.isLeaf)
      continue;
    isSeen[place.index] = true;
    const TreeBranch &branch = forest.branches[place.index];
    if (branch.feature < 0 || branch.feature >= width)
      return node.fail("expected features from 0 to " + Twine(width - 1) +
                       ", but got " + Twine(branch.feature));
    for (TreePlace next : {branch.onTrue, branch.onFalse})
      open.emplace_back(next, depth + countTests(branch));
  }
  return deepest;
}

static FailureOr<TreeTable> makeTable(NodeContext &node, const Forest &forest) {
  FailureOr<int64_t> depth = checkForest(node, forest);
  if (failed(depth))
    return failure();
  TreeTable table;
  table.depth = *depth;
  Sizes first; // test of each branch
  for (const TreeBranch &branch : forest.branches) {
    first.push_back(table.firstLeaf);
    table.firstLeaf += countTests(branch);
  }
  if (table.firstLeaf + forest.numLeaves > maxTreeRows)
    return node.unsupported("more than " + Twine(maxTreeRows) + " nodes");
  auto locate = [&](TreePlace place) {
    if (place.isLeaf)
      return table.firstLeaf + place.index;
    // What no root leads to may lead nowhere.
    return size_t(place.index) < first.size() ? first[place.index] : 0;
  };
  auto add = [&](double split, int64_t feature, int64_t tests, int64_t onTrue,
                 int64_t onFalse) {
    table.splits.push_back(split);
    table.features.push_back(feature);
    table.tests.push_back(tests);
    table.onTrue.push_back(onTrue);
    table.onFalse.push_back(onFalse);
  };
  for (const TreeBranch &branch : forest.branches) {
    // The members of a set are asked for one after the other.
    for (int64_t i = 0, e = countTests(branch); i != e; ++i)
      add(branch.splits.empty() ? NAN : branch.splits[i], branch.feature,
          getTests(branch), locate(branch.onTrue),
          i + 1 == e ? locate(branch.onFalse)
                     : int64_t(table.splits.size()) + 1);
  }
  for (int64_t i = 0; i < forest.numLeaves; ++i)
    add(0, 0, 0, table.firstLeaf + i, table.firstLeaf + i);
  for (TreePlace root : forest.roots)
    table.roots.push_back(locate(root));
  return table;
}

/// The votes of each leaf for each target; several for one add up. Without a
/// vote there is nothing to have the least or most of.
static FailureOr<SmallVector<double>> makeVotes(NodeContext &node,
                                                const Forest &forest) {
  if (forest.numTargets < 1 ||
      forest.numLeaves > maxVotes / std::max<int64_t>(1, forest.numTargets))
    return node.unsupported("more than " + Twine(maxVotes) + " votes");
  int64_t size = forest.numLeaves * forest.numTargets;
  SmallVector<double> votes(size, 0);
  SmallVector<bool> isThere(size, false);
  bool isSum = forest.aggregate == Aggregate::Sum ||
               forest.aggregate == Aggregate::Average;
  for (const TreeVote &vote : forest.votes) {
    int64_t at = vote.leaf * forest.numTargets + vote.target;
    if (isThere[at] && !isSum)
      return node.unsupported("several weights of one leaf and target, of "
                              "which the least or most is asked for");
    votes[at] += vote.weight;
    isThere[at] = true;
  }
  if (!isSum && is_contained(isThere, false))
    return node.unsupported("the least or most of targets that some leaf has "
                            "no weight for");
  return votes;
}

//===----------------------------------------------------------------------===//
// Emission
//===----------------------------------------------------------------------===//

static Value emitIntegers(Emitter &b, ArrayRef<int64_t> values) {
  auto type = RankedTensorType::get(int64_t(values.size()), b.getI64Type());
  return arith::ConstantOp::create(b, DenseElementsAttr::get(type, values));
}

static Value emitTest(Scalar &b, Value x, Value split, Value tests) {
  using P = arith::CmpFPredicate;
  Value zero = emitScalar(b, tests.getType(), 0);
  Value holds;
  for (auto [predicate, bit] :
       {std::pair(P::OLT, Below), std::pair(P::OEQ, At),
        std::pair(P::OGT, Above), std::pair(P::UNO, Missing)}) {
    Value other = predicate == P::UNO ? x : split;
    Value isHere = arith::CmpFOp::create(b, predicate, x, other);
    Value isAsked = compareIntegers(
        b, arith::CmpIPredicate::ne,
        arith::AndIOp::create(b, tests, emitScalar(b, tests.getType(), bit)),
        zero);
    Value both = arith::AndIOp::create(b, isHere, isAsked);
    holds = holds ? arith::OrIOp::create(b, holds, both).getResult() : both;
  }
  return holds;
}

/// The row of the table that each row of `x` ends at in each tree.
static Value emitWalk(Emitter &b, Value x, const TreeTable &table) {
  int64_t rows = getShape(x)[0], trees = table.roots.size();
  Value splits =
      b.constant(int64_t(table.splits.size()), getElement(x), table.splits);
  Value features = emitIntegers(b, table.features);
  Value tests = emitIntegers(b, table.tests);
  Value onTrue = emitIntegers(b, table.onTrue);
  Value onFalse = emitIntegers(b, table.onFalse);
  Value starts =
      b.elementwise({rows, trees}, b.getI64Type(), emitIntegers(b, table.roots),
                    [](Scalar &, ValueRange v) { return v[0]; });
  Value steps = b.emptyTensor(table.depth, b.getI1Type());
  return accumulate(b, starts, 3, steps, selectLoops(b, 3, 2),
                    [&](Scalar &b, ValueRange v) -> Value {
                      auto toIndex = [&](Value value) -> Value {
                        return arith::IndexCastOp::create(b, b.getIndexType(),
                                                          value);
                      };
                      Value at = toIndex(v[1]);
                      auto get = [&](Value list) -> Value {
                        return tensor::ExtractOp::create(b, list, at);
                      };
                      Value row = linalg::IndexOp::create(b, 0);
                      Value feature = tensor::ExtractOp::create(
                          b, x, ValueRange{row, toIndex(get(features))});
                      return arith::SelectOp::create(
                          b, emitTest(b, feature, get(splits), get(tests)),
                          get(onTrue), get(onFalse));
                    });
}

static Value combineVotes(Scalar &b, Aggregate aggregate, Value x, Value y) {
  switch (aggregate) {
  case Aggregate::Minimum:
    return emitMin(b, x, y);
  case Aggregate::Maximum:
    return emitMax(b, x, y);
  default:
    return emitAdd(b, x, y);
  }
}

static double getNeutral(Aggregate aggregate) {
  switch (aggregate) {
  case Aggregate::Minimum:
    return INFINITY;
  case Aggregate::Maximum:
    return -INFINITY;
  default:
    return 0;
  }
}

FailureOr<Value> emitForest(NodeContext &node, Emitter &b,
                            const Forest &forest) {
  FailureOr<TreeTable> table = makeTable(node, forest);
  if (failed(table))
    return failure();
  FailureOr<SmallVector<double>> weights = makeVotes(node, forest);
  int64_t rows = node.getShape(0)[0], trees = forest.roots.size();
  if (failed(weights) ||
      failed(node.getTensorType({rows, forest.numTargets}, b.getF64Type())) ||
      failed(node.getTensorType({rows, trees}, b.getI64Type())))
    return failure();
  Type element = node.getType(0).getElementType();
  if (!isa<FloatType>(element))
    element = b.getF32Type();
  Type wide = getSumType(element);
  Value ends = emitWalk(b, b.cast(node.getInput(0), element), *table);
  Value votes =
      b.constant({forest.numLeaves, forest.numTargets}, wide, *weights);
  Sizes shape{rows, forest.numTargets};
  // Loops: rows, targets, trees.
  Value scores = accumulate(
      b, b.filled(shape, wide, getNeutral(forest.aggregate)), 3, ends,
      selectLoops(b, 3, {0, 2}), [&](Scalar &b, ValueRange v) {
        Value first = emitScalar(b, v[0].getType(), double(table->firstLeaf));
        Value leaf = arith::IndexCastOp::create(b, b.getIndexType(),
                                                emitSub(b, v[0], first));
        Value target = linalg::IndexOp::create(b, 1);
        Value vote =
            tensor::ExtractOp::create(b, votes, ValueRange{leaf, target});
        return combineVotes(b, forest.aggregate, v[1], vote);
      });
  if (forest.aggregate == Aggregate::Average)
    scores = b.map(scores, [&](Scalar &b, ValueRange v) {
      return emitDiv(b, v[0], emitScalar(b, wide, double(trees)));
    });
  if (!forest.base.empty())
    scores = b.elementwise(
        shape, wide, {scores, b.constant(forest.numTargets, wide, forest.base)},
        [](Scalar &b, ValueRange v) { return emitAdd(b, v[0], v[1]); });
  return b.cast(scores, element);
}

//===----------------------------------------------------------------------===//
// TreeEnsemble
//===----------------------------------------------------------------------===//

FailureOr<SmallVector<double>> getTensorNumbers(NodeContext &node,
                                                StringRef name) {
  SmallVector<double> numbers;
  const onnx::TensorProto *proto = node.attributes.getTensor(name);
  if (!proto)
    return numbers;
  if (isString(proto->data_type()))
    return node.fail(name + ": expected numbers, but got strings");
  Expected<Tensor> tensor = readTensor(*proto, node.getImporter().getFolder());
  if (!tensor)
    return node.fail(name + ": " + toString(tensor.takeError()));
  for (int64_t i = 0, e = tensor->getNumElements(); i != e; ++i)
    numbers.push_back(tensor->getAsDouble(i));
  return numbers;
}

/// The sets of the member branches, one after the other, NaN behind each.
static LogicalResult readMembers(NodeContext &node, Forest &forest) {
  FailureOr<SmallVector<double>> values =
      getTensorNumbers(node, "membership_values");
  if (failed(values))
    return failure();
  size_t at = 0;
  for (TreeBranch &each : forest.branches) {
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

static LogicalResult readBranches(NodeContext &node, Forest &forest) {
  auto integers = [&](StringRef name) {
    return node.attributes.getInts(name).value_or(Sizes());
  };
  Sizes features = integers("nodes_featureids");
  Sizes onTrue = integers("nodes_truenodeids");
  Sizes onFalse = integers("nodes_falsenodeids");
  Sizes trueLeafs = integers("nodes_trueleafs");
  Sizes falseLeafs = integers("nodes_falseleafs");
  Sizes missing = integers("nodes_missing_value_tracks_true");
  FailureOr<SmallVector<double>> modes = getTensorNumbers(node, "nodes_modes");
  FailureOr<SmallVector<double>> splits =
      getTensorNumbers(node, "nodes_splits");
  if (failed(modes) || failed(splits))
    return failure();
  size_t count = features.size();
  missing.resize(missing.empty() ? count : missing.size(), 0);
  for (size_t size :
       {onTrue.size(), onFalse.size(), trueLeafs.size(), falseLeafs.size(),
        missing.size(), modes->size(), splits->size()})
    if (size != count)
      return node.fail("expected attributes for " + Twine(count) +
                       " nodes, but got " + Twine(size));
  for (size_t i = 0; i < count; ++i) {
    double mode = (*modes)[i];
    if (!(mode >= 0 && mode <= 6))
      return node.fail("nodes_modes: expected modes from 0 to 6");
    bool isTrueLeaf = trueLeafs[i] != 0, isFalseLeaf = falseLeafs[i] != 0;
    // A node whose branches are the same leaf is a leaf by itself, and what it
    // asks does not matter.
    bool isLeaf = isTrueLeaf && isFalseLeaf && onTrue[i] == onFalse[i];
    forest.branches.push_back({TreeMode(int(mode)),
                               isLeaf ? 0 : features[i],
                               {(*splits)[i]},
                               missing[i] != 0,
                               {onTrue[i], isTrueLeaf},
                               {onFalse[i], isFalseLeaf}});
  }
  return readMembers(node, forest);
}

static FailureOr<Forest> readForest(NodeContext &node) {
  Forest forest;
  if (failed(readBranches(node, forest)))
    return failure();
  Sizes targets = node.attributes.getInts("leaf_targetids").value_or(Sizes());
  FailureOr<SmallVector<double>> weights =
      getTensorNumbers(node, "leaf_weights");
  if (failed(weights))
    return failure();
  for (int64_t root : node.attributes.getInts("tree_roots").value_or(Sizes()))
    forest.roots.push_back({root, false});
  forest.numTargets = node.attributes.getInt("n_targets", 0);
  forest.numLeaves = targets.size();
  auto isTarget = [&](int64_t target) {
    return target >= 0 && target < forest.numTargets;
  };
  if (forest.roots.empty() || targets.size() != weights->size() ||
      !all_of(targets, isTarget))
    return node.fail("expected trees, and leaves with a target and a weight");
  for (auto [i, target] : enumerate(targets))
    forest.votes.push_back({int64_t(i), target, (*weights)[i]});
  int64_t aggregate = node.attributes.getInt("aggregate_function", 1);
  if (aggregate < 0 || aggregate > 3)
    return node.fail("aggregate_function: expected 0 to 3, but got " +
                     Twine(aggregate));
  forest.aggregate = Aggregate(aggregate);
  return forest;
}

static LogicalResult lowerTreeEnsemble(NodeContext &node) {
  if (failed(node.requireInputs(1, 1)) || failed(node.requireFloat(0)) ||
      failed(node.requireRank(0, 2, 2)))
    return failure();
  FailureOr<Forest> forest = readForest(node);
  if (failed(forest))
    return failure();
  static constexpr StringLiteral transforms[] = {"NONE", "SOFTMAX", "LOGISTIC"};
  int64_t transform = node.attributes.getInt("post_transform", 0);
  if (transform < 0 || transform > 2)
    return node.unsupported("post_transform " + Twine(transform));
  Emitter b(node.builder, node.loc);
  FailureOr<Value> scores = emitForest(node, b, *forest);
  if (failed(scores))
    return failure();
  node.setOutput(0, transformScores(b, *scores, transforms[transform]));
  return success();
}

void registerTrees(OperatorRegistry &all) {
  all.add("ai.onnx.ml.TreeEnsemble", 5, lowerTreeEnsemble);
}

} // namespace mlir::pc
