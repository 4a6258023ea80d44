// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "VertexUnits.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::pc;

static bool isParameter(Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  auto vertex =
      argument ? dyn_cast<VertexOpInterface>(argument.getOwner()->getParentOp())
               : VertexOpInterface();
  return vertex && argument.getArgNumber() >= vertex.getParents().size();
}

static bool isZero(Value value) {
  if (auto fill = value.getDefiningOp<linalg::FillOp>())
    value = fill.getInputs().front();
  return matchPattern(value, m_AnyZeroFloat());
}

/// The iterator that `map` reads at result `index`, or none.
static std::optional<unsigned> getDim(AffineMap map, unsigned index) {
  auto dim = dyn_cast<AffineDimExpr>(map.getResult(index));
  return dim ? std::optional<unsigned>(dim.getPosition()) : std::nullopt;
}

/// y[b, m] = sum_n x[b, n] w[m, n], with or without b, in any order of the
/// dimensions of w.
static std::optional<LinearMatch> matchProduct(Value root) {
  auto op = root.getDefiningOp<linalg::LinalgOp>();
  if (!op || !linalg::isaContractionOpInterface(op) ||
      op.getNumReductionLoops() != 1 || op.getNumDpsInits() != 1 ||
      !isZero(op.getDpsInits().front()))
    return std::nullopt;
  Value left = op.getDpsInputs()[0], right = op.getDpsInputs()[1];
  bool isSecond = isParameter(right);
  if (isSecond == isParameter(left))
    return std::nullopt;
  LinearMatch match;
  match.product = op;
  match.input = isSecond ? left : right;
  match.weights = isSecond ? right : left;
  llvm::SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  AffineMap inputMap = maps[isSecond ? 0 : 1],
            weightMap = maps[isSecond ? 1 : 0];
  AffineMap outputMap = maps[2];
  unsigned rank = outputMap.getNumResults();
  if (weightMap.getNumResults() != 2 || inputMap.getNumResults() != rank ||
      rank < 1 || rank > 2)
    return std::nullopt;
  std::optional<unsigned> row = getDim(outputMap, rank - 1);
  std::optional<unsigned> column = getDim(inputMap, rank - 1);
  if (!row || !column || *row == *column ||
      (rank == 2 && getDim(inputMap, 0) != getDim(outputMap, 0)))
    return std::nullopt;
  match.transposed = getDim(weightMap, 0) == column;
  bool isRight = match.transposed ? getDim(weightMap, 1) == row
                                  : getDim(weightMap, 0) == row &&
                                        getDim(weightMap, 1) == column;
  return isRight ? std::optional<LinearMatch>(match) : std::nullopt;
}

/// Whether the body adds its two inputs.
static bool addsInputs(linalg::LinalgOp op) {
  Block &body = *op.getBlock();
  Value result = body.getTerminator()->getOperand(0);
  auto sum = result.getDefiningOp<arith::AddFOp>();
  return sum && op.getNumDpsInputs() == 2 &&
         ((sum.getLhs() == body.getArgument(0) &&
           sum.getRhs() == body.getArgument(1)) ||
          (sum.getLhs() == body.getArgument(1) &&
           sum.getRhs() == body.getArgument(0)));
}

std::optional<LinearMatch> pc::matchLinear(Value root) {
  if (std::optional<LinearMatch> match = matchProduct(root))
    return match;
  auto op = root.getDefiningOp<linalg::LinalgOp>();
  if (!op || op.getNumParallelLoops() != op.getNumLoops() || !addsInputs(op))
    return std::nullopt;
  Value left = op.getDpsInputs()[0], right = op.getDpsInputs()[1];
  bool isSecond = isParameter(right);
  if (isSecond == isParameter(left))
    return std::nullopt;
  Value product = isSecond ? left : right;
  std::optional<LinearMatch> match = matchProduct(product);
  OpOperand *bias = op.getDpsInputOperand(isSecond ? 1 : 0);
  OpOperand *sum = op.getDpsInputOperand(isSecond ? 0 : 1);
  AffineMap map = op.getMatchingIndexingMap(bias);
  if (!match || !product.hasOneUse() || map.getNumResults() != 1 ||
      getDim(map, 0) != op.getNumLoops() - 1 ||
      !op.getMatchingIndexingMap(sum).isIdentity())
    return std::nullopt;
  match->bias = bias->get();
  return match;
}
