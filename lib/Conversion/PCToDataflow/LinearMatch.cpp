// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "VertexUnits.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::pc;

bool pc::isParameter(Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  auto vertex =
      argument ? dyn_cast<VertexOpInterface>(argument.getOwner()->getParentOp())
               : VertexOpInterface();
  return vertex && argument.getArgNumber() >= vertex.getParents().size();
}

bool pc::isZero(Value value) {
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

/// Numbers for rows and columns; without rows `row` is that of the one there
/// is.
static llvm::SmallVector<int64_t> getPair(ArrayRef<int64_t> numbers,
                                          int64_t row) {
  llvm::SmallVector<int64_t> pair(numbers);
  if (pair.size() == 1)
    pair.insert(pair.begin(), row);
  return pair;
}

/// The window of an operation on samples, channels, rows and columns, or
/// without rows; `image` becomes what it is without pads of `isPadding`. Null
/// where there are others.
static pcflow::WindowAttr getWindow(Value &image, ArrayRef<int64_t> kernel,
                                    ArrayRef<int64_t> strides,
                                    ArrayRef<int64_t> dilations,
                                    llvm::function_ref<bool(Value)> isPadding) {
  llvm::SmallVector<int64_t> pads(4, 0);
  if (auto pad = image.getDefiningOp<tensor::PadOp>()) {
    ArrayRef<int64_t> low = pad.getStaticLow(), high = pad.getStaticHigh();
    Value value = pad.getConstantPaddingValue();
    if (!value || !isPadding(value) || low[0] || low[1] || high[0] || high[1] ||
        llvm::is_contained(low, ShapedType::kDynamic) ||
        llvm::is_contained(high, ShapedType::kDynamic))
      return {};
    pads = getPair(low.drop_front(2), 0);
    pads.append(getPair(high.drop_front(2), 0));
    image = pad.getSource();
  }
  auto type = cast<RankedTensorType>(image.getType());
  if (!type.hasStaticShape())
    return {};
  llvm::SmallVector<int64_t> shape = {type.getDimSize(1)};
  shape.append(getPair(type.getShape().drop_front(2), 1));
  return pcflow::WindowAttr::get(type.getContext(), shape, getPair(kernel, 1),
                                 getPair(strides, 1), getPair(dilations, 1),
                                 pads);
}

static llvm::SmallVector<int64_t> getNumbers(DenseIntElementsAttr attribute) {
  return llvm::to_vector(attribute.getValues<int64_t>());
}

/// y[b, o, p] = sum_k w[o, k] x[b, k at p], with zeros around the image.
template <class Convolution>
static std::optional<LinearMatch> matchConvolution(Value root) {
  auto op = root.getDefiningOp<Convolution>();
  if (!op || op->getNumResults() != 1 || !isZero(op.getDpsInits().front()) ||
      !isParameter(op.getInputs()[1]) || isParameter(op.getInputs()[0]))
    return std::nullopt;
  LinearMatch match;
  match.product = op;
  match.input = op.getInputs()[0];
  match.weights = op.getInputs()[1];
  auto type = cast<RankedTensorType>(match.weights.getType());
  match.window = getWindow(match.input, type.getShape().drop_front(2),
                           getNumbers(op.getStrides()),
                           getNumbers(op.getDilations()), isZero);
  return match.window ? std::optional<LinearMatch>(match) : std::nullopt;
}

/// The maps of y[b, g, o, p] = sum_ck w[g, o, c, k] x[b, g, c, k at p], of
/// which the iterators are b, g, o, p, c and k.
static llvm::SmallVector<AffineMap>
getGroupedMaps(MLIRContext *context, ArrayRef<int64_t> strides,
               ArrayRef<int64_t> dilations) {
  unsigned rank = strides.size(), loops = 2 * rank + 4;
  auto dim = [&](unsigned i) { return getAffineDimExpr(i, context); };
  llvm::SmallVector<AffineExpr> image{dim(0), dim(1), dim(3 + rank)},
      kernel{dim(1), dim(2), dim(3 + rank)}, result{dim(0), dim(1), dim(2)};
  for (unsigned i = 0; i < rank; ++i) {
    image.push_back(dim(3 + i) * strides[i] + dim(4 + rank + i) * dilations[i]);
    kernel.push_back(dim(4 + rank + i));
    result.push_back(dim(3 + i));
  }
  return {AffineMap::get(loops, 0, image, context),
          AffineMap::get(loops, 0, kernel, context),
          AffineMap::get(loops, 0, result, context)};
}

/// Whether the body adds the product of its inputs to what there is.
static bool addsProducts(linalg::LinalgOp op) {
  return linalg::detail::isContractionBody(
      *op.getBlock(), [](Operation *product, Operation *sum) {
        return isa<arith::MulFOp>(product) && isa<arith::AddFOp>(sum);
      });
}

/// The same where channels of the result see only those of their group, which
/// is a dimension of its own inside, by itself.
static std::optional<LinearMatch> matchGroups(Value root) {
  auto view = root.getDefiningOp<tensor::CollapseShapeOp>();
  auto op = view ? view.getSrc().getDefiningOp<linalg::LinalgOp>()
                 : linalg::LinalgOp();
  if (!op || op.getNumDpsInits() != 1 || op.getNumDpsInputs() != 2 ||
      !isZero(op.getDpsInits().front()) || !op->hasOneUse() ||
      !addsProducts(op))
    return std::nullopt;
  auto image = op.getDpsInputs()[0].getDefiningOp<tensor::ExpandShapeOp>(),
       kernel = op.getDpsInputs()[1].getDefiningOp<tensor::ExpandShapeOp>();
  FailureOr<linalg::ConvolutionDimensions> dims =
      linalg::inferConvolutionDims(op);
  if (!image || !kernel || failed(dims) || !isParameter(kernel.getSrc()) ||
      isParameter(image.getSrc()) ||
      op.getIndexingMapsArray() !=
          getGroupedMaps(root.getContext(), dims->strides, dims->dilations))
    return std::nullopt;
  LinearMatch match;
  match.product = op;
  match.input = image.getSrc();
  match.weights = kernel.getSrc();
  match.groups = kernel.getResultType().getDimSize(0);
  // Words keep their order, so that what counts are the shapes.
  auto joinGroups = [](ArrayRef<int64_t> shape, unsigned dim) {
    llvm::SmallVector<int64_t> joined(shape);
    joined[dim] *= joined[dim + 1];
    joined.erase(joined.begin() + dim + 1);
    return joined;
  };
  ArrayRef<int64_t> filters =
      cast<RankedTensorType>(match.weights.getType()).getShape();
  if (joinGroups(image.getResultType().getShape(), 1) !=
          image.getSrcType().getShape() ||
      joinGroups(kernel.getResultType().getShape(), 0) != filters ||
      joinGroups(view.getSrcType().getShape(), 1) !=
          view.getResultType().getShape())
    return std::nullopt;
  match.window = getWindow(match.input, filters.drop_front(2), dims->strides,
                           dims->dilations, isZero);
  return match.window ? std::optional<LinearMatch>(match) : std::nullopt;
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
  auto matchPlain = [](Value value) {
    std::optional<LinearMatch> match = matchProduct(value);
    if (!match)
      match = matchConvolution<linalg::Conv2DNchwFchwOp>(value);
    if (!match)
      match = matchConvolution<linalg::Conv1DNcwFcwOp>(value);
    return match ? match : matchGroups(value);
  };
  if (std::optional<LinearMatch> match = matchPlain(root))
    return match;
  auto op = root.getDefiningOp<linalg::LinalgOp>();
  if (!op || op.getNumParallelLoops() != op.getNumLoops() || !addsInputs(op))
    return std::nullopt;
  Value left = op.getDpsInputs()[0], right = op.getDpsInputs()[1];
  bool isSecond = isParameter(right);
  if (isSecond == isParameter(left))
    return std::nullopt;
  Value product = isSecond ? left : right;
  std::optional<LinearMatch> match = matchPlain(product);
  OpOperand *bias = op.getDpsInputOperand(isSecond ? 1 : 0);
  OpOperand *sum = op.getDpsInputOperand(isSecond ? 0 : 1);
  AffineMap map = op.getMatchingIndexingMap(bias);
  if (!match || !product.hasOneUse() || map.getNumResults() != 1 ||
      getDim(map, 0) != (match->window ? 1 : op.getNumLoops() - 1) ||
      !op.getMatchingIndexingMap(sum).isIdentity())
    return std::nullopt;
  match->bias = bias->get();
  return match;
}

static bool isLowest(Value value) {
  if (auto fill = value.getDefiningOp<linalg::FillOp>())
    value = fill.getInputs().front();
  return matchPattern(value, m_NegInfFloat());
}

template <class Pooling>
static std::optional<PoolMatch> matchPoolOf(Value root, bool isMax) {
  auto op = root.getDefiningOp<Pooling>();
  auto isNeutral = isMax ? isLowest : isZero;
  if (!op || op->getNumResults() != 1 || !isNeutral(op.getDpsInits().front()))
    return std::nullopt;
  PoolMatch match{op.getInputs()[0], {}, isMax};
  auto kernel = cast<RankedTensorType>(op.getInputs()[1].getType());
  match.window =
      getWindow(match.input, kernel.getShape(), getNumbers(op.getStrides()),
                getNumbers(op.getDilations()), isNeutral);
  return match.window ? std::optional<PoolMatch>(match) : std::nullopt;
}

/// max_k x[b, c, k], as that of an image with a row for each channel.
static std::optional<PoolMatch> matchMaximum(Value root) {
  auto op = root.getDefiningOp<linalg::LinalgOp>();
  if (!op || op->getNumResults() != 1 || op.getNumDpsInputs() != 1 ||
      !op.getNumReductionLoops() || !isLowest(op.getDpsInits().front()))
    return std::nullopt;
  MLIRContext *context = root.getContext();
  llvm::SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  unsigned rank = op.getNumLoops(), kept = rank - op.getNumReductionLoops();
  AffineMap identity = AffineMap::getMultiDimIdentityMap(rank, context);
  Block &body = *op.getBlock();
  Operation *choice = body.getTerminator()->getOperand(0).getDefiningOp();
  if (!kept || maps[0] != identity ||
      maps[1] != identity.getMajorSubMap(kept) ||
      !isa_and_nonnull<arith::MaximumFOp, arith::MaxNumFOp>(choice) ||
      !llvm::is_contained(choice->getOperands(), body.getArgument(0)) ||
      !llvm::is_contained(choice->getOperands(), body.getArgument(1)))
    return std::nullopt;
  llvm::SmallVector<int64_t> sizes = op.getStaticLoopRanges();
  int64_t channels = 1, words = 1;
  for (unsigned dim = 1; dim < rank; ++dim)
    (dim < kept ? channels : words) *= sizes[dim];
  auto window = pcflow::WindowAttr::get(
      context, {channels, 1, words}, {1, words}, {1, 1}, {1, 1}, {0, 0, 0, 0});
  return PoolMatch{op.getDpsInputs().front(), window, /*isMax=*/true};
}

std::optional<PoolMatch> pc::matchPool(Value root) {
  if (auto match = matchPoolOf<linalg::PoolingNchwMaxOp>(root, true))
    return match;
  if (auto match = matchPoolOf<linalg::PoolingNcwMaxOp>(root, true))
    return match;
  if (auto match = matchMaximum(root))
    return match;
  if (auto match = matchPoolOf<linalg::PoolingNcwSumOp>(root, false))
    return match;
  return matchPoolOf<linalg::PoolingNchwSumOp>(root, false);
}
