// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Losses inside the model.

#include "Operators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include <numeric>

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;

static LogicalResult checkLoss(NodeContext &node) {
  if (failed(node.requireInputs(2, 3)) || failed(node.requireFloat(0)) ||
      failed(node.requireRank(0, 2, INT64_MAX)))
    return failure();
  SmallVector<int64_t> expected(node.getShape(0));
  expected.erase(expected.begin() + 1);
  if (ArrayRef(expected) != node.getShape(1) ||
      !isa<IntegerType>(node.getType(1).getElementType()))
    return node.fail("expected scores [N, C, ...] and integer labels "
                     "[N, ...], but got " +
                     printTypes(node));
  std::optional<int64_t> ignored;
  if (node.attributes.has("ignore_index"))
    ignored = node.attributes.getInt("ignore_index", 0);
  if (failed(node.requireRange(1, 0, node.getShape(0)[1] - 1, ignored)))
    return failure();
  if (!node.hasInput(2))
    return success();
  if (failed(node.requireSameElementType(0, 2)))
    return failure();
  if (node.getShape(2) != ArrayRef<int64_t>(node.getShape(0)[1]))
    return node.fail("expected one weight for each class, but got " +
                     printTypes(node));
  return success();
}

namespace {
/// Operands of a negative log-likelihood.
struct Likelihood {
  Value logProbability, labels;
  Value weights; // or null
  std::optional<int64_t> ignored;
};
} // namespace

static Value emitLabel(Scalar &b, Value like, int64_t label) {
  return arith::ConstantOp::create(b, b.getIntegerAttr(like.getType(), label));
}

/// The element of `values` that belongs to each label; 0 where it is ignored.
/// The sum of a mask over the classes instead of a gather: its derivative is
/// plain. `map` leads from scores to `values`.
static Value pick(Emitter &b, const Likelihood &loss, Value values,
                  AffineMap map) {
  ArrayRef<int64_t> shape = getShape(loss.logProbability);
  int64_t rank = shape.size();
  Type element = getElement(loss.logProbability);
  AffineMap labelMap =
      AffineMap::getMultiDimIdentityMap(rank, b.getContext()).dropResult(1);
  SmallVector<AffineMap> maps{labelMap, map, labelMap};
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::parallel);
  iterators[1] = utils::IteratorType::reduction;
  Value init = b.filled(getShape(loss.labels), element, 0);
  return linalg::GenericOp::create(
             b, init.getType(), ValueRange{loss.labels, values}, init, maps,
             iterators,
             [&](OpBuilder &nested, Location loc, ValueRange v) {
               Scalar inner(loc, nested);
               Value index = linalg::IndexOp::create(inner, 1);
               Value position =
                   arith::IndexCastOp::create(inner, v[0].getType(), index);
               Value isLabel = arith::CmpIOp::create(
                   inner, arith::CmpIPredicate::eq, position, v[0]);
               if (loss.ignored) {
                 Value counts = arith::CmpIOp::create(
                     inner, arith::CmpIPredicate::ne, v[0],
                     emitLabel(inner, v[0], *loss.ignored));
                 isLabel = arith::AndIOp::create(inner, isLabel, counts);
               }
               Value zero = emitScalar(inner, element, 0);
               Value picked =
                   arith::SelectOp::create(inner, isLabel, v[1], zero);
               linalg::YieldOp::create(inner, emitAdd(inner, v.back(), picked));
             })
      .getResult(0);
}

static SmallVector<int64_t> allAxes(Value value) {
  return llvm::to_vector(llvm::seq<int64_t>(0, getTensorType(value).getRank()));
}

/// What the mean divides by: the weights of the labels that count.
static Value emitTotalWeight(Emitter &b, const Likelihood &loss,
                             Value pickedWeights) {
  Type element = getElement(loss.logProbability);
  if (pickedWeights)
    return b.reduceSum(pickedWeights, allAxes(pickedWeights));
  if (!loss.ignored) {
    double count = double(getTensorType(loss.labels).getNumElements());
    return b.constant({}, element, count);
  }
  Value each =
      b.map(loss.labels, element, [&](Scalar &b, ValueRange v) -> Value {
        Value counts = arith::CmpIOp::create(b, arith::CmpIPredicate::ne, v[0],
                                             emitLabel(b, v[0], *loss.ignored));
        return arith::UIToFPOp::create(b, element, counts);
      });
  return b.reduceSum(each, allAxes(each));
}

static LogicalResult emitLikelihood(NodeContext &node, Emitter &b,
                                    const Likelihood &loss) {
  std::string reduction = node.attributes.getString("reduction", "mean");
  if (reduction != "none" && reduction != "mean" && reduction != "sum")
    return node.fail("reduction: expected 'none', 'mean' or 'sum', but got '" +
                     reduction + "'");
  int64_t rank = getTensorType(loss.logProbability).getRank();
  Type element = getElement(loss.logProbability);
  Value losses =
      pick(b, loss, loss.logProbability, b.getMultiDimIdentityMap(rank));
  // Each weight is picked once, for the loss and for what the mean divides by:
  // its gradient is then one sum of small differences.
  SmallVector<Value> factors{losses};
  Value weights;
  if (loss.weights) {
    weights =
        pick(b, loss, loss.weights,
             AffineMap::get(rank, 0, b.getAffineDimExpr(1), b.getContext()));
    factors.push_back(weights);
  }
  losses = b.elementwise(
      getShape(losses), element, factors, [](Scalar &b, ValueRange v) -> Value {
        Value negative = arith::NegFOp::create(b, v[0]);
        return v.size() == 2 ? emitMul(b, negative, v[1]) : negative;
      });
  if (reduction != "none")
    losses = b.reduceSum(losses, allAxes(losses));
  if (reduction == "mean") {
    // The mean is weighted; ignored labels weigh nothing.
    Value total = emitTotalWeight(b, loss, weights);
    losses = b.elementwise(
        {}, element, {losses, total},
        [](Scalar &b, ValueRange v) { return emitDiv(b, v[0], v[1]); });
  }
  node.setOutput(0, losses);
  return success();
}

static Likelihood getOperands(NodeContext &node) {
  Likelihood loss;
  loss.logProbability = node.getInput(0);
  loss.labels = node.getInput(1);
  if (node.hasInput(2))
    loss.weights = node.getInput(2);
  if (node.attributes.has("ignore_index"))
    loss.ignored = node.attributes.getInt("ignore_index", 0);
  return loss;
}

static LogicalResult lowerNegativeLogLikelihood(NodeContext &node) {
  if (failed(checkLoss(node)))
    return failure();
  Emitter b(node.builder, node.loc);
  return emitLikelihood(node, b, getOperands(node));
}

static LogicalResult lowerSoftmaxCrossEntropy(NodeContext &node) {
  if (failed(checkLoss(node)))
    return failure();
  Emitter b(node.builder, node.loc);
  Likelihood loss = getOperands(node);
  loss.logProbability = emitSoftmax(b, loss.logProbability, {1}, true);
  if (node.hasOutput(1))
    node.setOutput(1, loss.logProbability);
  return emitLikelihood(node, b, loss);
}

void registerLosses(OperatorRegistry &all) {
  all.add("NegativeLogLikelihoodLoss", 12, lowerNegativeLogLikelihood)
      .withBounds({2});
  all.add("SoftmaxCrossEntropyLoss", 12, lowerSoftmaxCrossEntropy)
      .withBounds({2});
}

} // namespace mlir::pc
