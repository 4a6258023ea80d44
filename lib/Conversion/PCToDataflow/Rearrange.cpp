// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Rearrange.h"
#include "VertexUnits.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::pc;

using Iterator = utils::IteratorType;

//===----------------------------------------------------------------------===//
// Matching
//===----------------------------------------------------------------------===//

/// Loops with `to` come first, the slowest first; neighbours of which one goes
/// on where the other ends are one loop.
static llvm::SmallVector<WordLoop> arrange(ArrayRef<WordLoop> loops) {
  llvm::SmallVector<WordLoop> sorted(loops);
  llvm::erase_if(sorted, [](const WordLoop &loop) { return loop.size == 1; });
  llvm::stable_sort(sorted, [](const WordLoop &a, const WordLoop &b) {
    return a.to != b.to ? a.to > b.to : a.from > b.from;
  });
  llvm::SmallVector<WordLoop> result;
  for (const WordLoop &loop : sorted) {
    bool goesOn = !result.empty() &&
                  result.back().from == loop.from * loop.size &&
                  result.back().to == loop.to * loop.size;
    if (goesOn)
      result.back() = {result.back().size * loop.size, loop.from, loop.to};
    else
      result.push_back(loop);
  }
  return result;
}

llvm::SmallVector<WordLoop> RearrangeMatch::getAdjoint() const {
  return arrange(llvm::map_to_vector(loops, [](const WordLoop &loop) {
    return WordLoop{loop.size, loop.to, loop.from};
  }));
}

/// By how many words each loop of `map` moves in a tensor of this shape.
static llvm::SmallVector<int64_t> getStrides(AffineMap map,
                                             ArrayRef<int64_t> shape) {
  llvm::SmallVector<int64_t> strides(map.getNumDims(), 0);
  int64_t stride = 1;
  for (unsigned dim = shape.size(); dim-- > 0; stride *= shape[dim])
    strides[map.getDimPosition(dim)] = stride;
  return strides;
}

/// Whether the body gives what it reads, or adds it to the sum so far.
static bool passesItsInput(linalg::LinalgOp op) {
  Block &body = *op.getBlock();
  Value result = body.getTerminator()->getOperand(0);
  if (op.getNumReductionLoops() == 0)
    return result == body.getArgument(0);
  auto sum = result.getDefiningOp<arith::AddFOp>();
  return sum && llvm::is_contained(sum->getOperands(), body.getArgument(0)) &&
         llvm::is_contained(sum->getOperands(), body.getArgument(1)) &&
         isZero(op.getDpsInits().front());
}

static bool hasPlainMaps(linalg::LinalgOp op) {
  return llvm::all_of(op.getIndexingMapsArray(), [](AffineMap map) {
    return map.isProjectedPermutation();
  });
}

std::optional<RearrangeMatch> pc::matchRearrange(Value root, int64_t batch,
                                                 bool isShared) {
  auto op = root.getDefiningOp<linalg::LinalgOp>();
  if (!op || isa<linalg::FillOp>(op) || op.getNumDpsInputs() != 1 ||
      op.getNumDpsInits() != 1 || !hasPlainMaps(op) || op.hasIndexSemantics() ||
      !passesItsInput(op))
    return std::nullopt;
  OpOperand *input = op.getDpsInputOperand(0);
  AffineMap from = op.getMatchingIndexingMap(input);
  AffineMap to = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  auto type = dyn_cast<RankedTensorType>(input->get().getType());
  auto resultType = cast<RankedTensorType>(root.getType());
  if (!type || !type.hasStaticShape() || !resultType.hasStaticShape() ||
      (from.isIdentity() && to.isIdentity()))
    return std::nullopt;
  std::optional<unsigned> samples;
  if (batch > 1) {
    samples =
        to.getNumResults() ? std::optional(to.getDimPosition(0)) : std::nullopt;
    bool countsAlike =
        samples &&
        (isShared ? !from.isFunctionOfDim(*samples)
                  : from.getNumResults() && from.getDimPosition(0) == *samples);
    if (!countsAlike || resultType.getDimSize(0) % batch)
      return std::nullopt;
  }
  llvm::SmallVector<int64_t> sizes = op.getStaticLoopRanges();
  llvm::SmallVector<int64_t> read = getStrides(from, type.getShape());
  llvm::SmallVector<int64_t> written = getStrides(to, resultType.getShape());
  llvm::SmallVector<WordLoop> loops;
  for (unsigned loop : llvm::seq<unsigned>(sizes.size()))
    loops.push_back({loop == samples ? sizes[loop] / batch : sizes[loop],
                     read[loop], written[loop]});
  return RearrangeMatch{input->get(), arrange(loops)};
}

//===----------------------------------------------------------------------===//
// Separation
//===----------------------------------------------------------------------===//

static Value createEmpty(OpBuilder &builder, Location loc,
                         ArrayRef<int64_t> shape, Value like) {
  return tensor::EmptyOp::create(builder, loc, shape,
                                 getElementTypeOrSelf(like));
}

/// The number that every element is, or null.
static Attribute getNumber(Value value) {
  if (auto fill = value.getDefiningOp<linalg::FillOp>())
    value = fill.getInputs().front();
  Attribute number;
  if (!matchPattern(value, m_Constant(&number)))
    return {};
  auto dense = dyn_cast<DenseElementsAttr>(number);
  if (!dense)
    return isa<FloatAttr>(number) ? number : Attribute();
  return dense.isSplat() ? dense.getSplatValue<Attribute>() : Attribute();
}

/// The operand as a tensor with a dimension for each loop, in their order.
static Value spread(OpBuilder &builder, linalg::LinalgOp op,
                    OpOperand &operand) {
  AffineMap map = op.getMatchingIndexingMap(&operand);
  llvm::SmallVector<int64_t> sizes = op.getStaticLoopRanges();
  Location loc = operand.get().getLoc();
  auto type = RankedTensorType::get(sizes, getElementTypeOrSelf(operand.get()));
  if (Attribute number = getNumber(operand.get()))
    return arith::ConstantOp::create(builder, loc,
                                     DenseElementsAttr::get(type, number));
  auto copy = linalg::GenericOp::create(
      builder, loc, type, operand.get(),
      createEmpty(builder, loc, sizes, operand.get()),
      ArrayRef<AffineMap>{map, builder.getMultiDimIdentityMap(sizes.size())},
      llvm::SmallVector<Iterator>(sizes.size(), Iterator::parallel),
      [](OpBuilder &inside, Location at, ValueRange arguments) {
        linalg::YieldOp::create(inside, at, arguments.front());
      });
  return copy->getResult(0);
}

/// `sum_k f(x, y, ...)` as the sum of a tensor of `f`, of one dimension for
/// each loop. Null where it is no such sum.
static linalg::GenericOp splitSum(linalg::LinalgOp op) {
  Block &body = *op.getBlock();
  Value result = body.getTerminator()->getOperand(0);
  auto sum = result.getDefiningOp<arith::AddFOp>();
  Value soFar = body.getArguments().back();
  if (!sum || !isZero(op.getDpsInits().front()) || !soFar.hasOneUse() ||
      !llvm::is_contained(sum->getOperands(), soFar))
    return {};
  Value term = sum.getLhs() == soFar ? sum.getRhs() : sum.getLhs();
  OpBuilder builder(op);
  Location loc = op.getLoc();
  llvm::SmallVector<int64_t> sizes = op.getStaticLoopRanges();
  unsigned rank = sizes.size();
  AffineMap identity = builder.getMultiDimIdentityMap(rank);
  llvm::SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  AffineMap to = std::exchange(maps.back(), identity);
  auto terms = linalg::GenericOp::create(
      builder, loc, RankedTensorType::get(sizes, term.getType()),
      op.getDpsInputs(), createEmpty(builder, loc, sizes, term), maps,
      llvm::SmallVector<Iterator>(rank, Iterator::parallel),
      [&](OpBuilder &inside, Location at, ValueRange arguments) {
        IRMapping mapping;
        mapping.map(body.getArguments().drop_back(), arguments.drop_back());
        for (Operation &other : body.without_terminator())
          if (&other != sum)
            inside.clone(other, mapping);
        linalg::YieldOp::create(inside, at, mapping.lookupOrDefault(term));
      });
  auto total = linalg::GenericOp::create(
      builder, loc, op->getResultTypes(), terms.getResults(), op.getDpsInits(),
      ArrayRef<AffineMap>{identity, to}, op.getIteratorTypesArray(),
      [](OpBuilder &inside, Location at, ValueRange arguments) {
        linalg::YieldOp::create(
            inside, at,
            arith::AddFOp::create(inside, at, arguments[1], arguments[0])
                .getResult());
      });
  op->replaceAllUsesWith(total.getResults());
  op->erase();
  return terms;
}

/// Operands of an elementwise operation that are not read in place, as tensors
/// that are.
static void spreadOperands(linalg::LinalgOp op) {
  OpBuilder builder(op);
  unsigned rank = op.getNumLoops();
  llvm::SmallVector<Value> inputs;
  for (OpOperand *input : op.getDpsInputOperands()) {
    bool isScalar = !isa<RankedTensorType>(input->get().getType());
    bool isRead = !op.getMatchingBlockArgument(input).use_empty();
    if (isScalar || !isRead || op.getMatchingIndexingMap(input).isIdentity() ||
        (getNumber(input->get()) &&
         cast<RankedTensorType>(input->get().getType()).getRank() == 0))
      inputs.push_back(input->get());
    else
      inputs.push_back(spread(builder, op, *input));
  }
  if (llvm::equal(inputs, op.getDpsInputs()))
    return;
  llvm::SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  for (auto [map, old, input] : llvm::zip(maps, op.getDpsInputs(), inputs))
    if (old != input)
      map = builder.getMultiDimIdentityMap(rank);
  Block &body = *op.getBlock();
  auto same = linalg::GenericOp::create(
      builder, op.getLoc(), op->getResultTypes(), inputs, op.getDpsInits(),
      maps, op.getIteratorTypesArray(),
      [&](OpBuilder &inside, Location, ValueRange arguments) {
        IRMapping mapping;
        mapping.map(body.getArguments(), arguments);
        for (Operation &other : body)
          inside.clone(other, mapping);
      });
  op->replaceAllUsesWith(same.getResults());
  op->erase();
}

void pc::separateRearrangements(GraphOp graph) {
  llvm::SmallVector<linalg::LinalgOp> ops;
  graph.walk([&](VertexOp vertex) {
    vertex.walk([&](linalg::LinalgOp op) {
      if (!isa<linalg::FillOp>(op) && op.getNumDpsInits() == 1 &&
          op->getNumResults() == 1 && hasPlainMaps(op) &&
          !op.hasIndexSemantics() && op.hasPureTensorSemantics() &&
          !passesItsInput(op) && !matchPool(op->getResult(0)))
        ops.push_back(op);
    });
  });
  // Products that have a unit stay, and so do the sums with a bias behind them;
  // the last ones first, because these look at what stands before.
  llvm::erase_if(ops, [](linalg::LinalgOp op) {
    return matchLinear(op->getResult(0)).has_value();
  });
  for (linalg::LinalgOp op : ops) {
    if (op.getNumReductionLoops())
      op = splitSum(op);
    if (op)
      spreadOperands(op);
  }
}
