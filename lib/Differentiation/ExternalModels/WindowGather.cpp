// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From `s[o stride + sum c_k k] += term(ct[o], w[k])` to
// `s[p] += term(spread[p + sum c_k k'], mirrored[k'])`, where k' counts
// backward and spread[stride o + sum c_k (K_k - 1) + constant] = ct[o].
// A term is linear in the cotangents, so that the zeros between add nothing.

#include "PointSum.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using pc::LinearIndex;
using pc::PointBody;

namespace {

/// A window that slides along an axis.
struct Window {
  unsigned slide; // the dimension o
  int64_t stride; // its weight
  int64_t reach;  // sum c_k (K_k - 1)
  int64_t constant;
  llvm::SmallVector<std::pair<unsigned, int64_t>> taps; // (k, c_k)
};

} // namespace

static Window makeWindow(const LinearIndex &index, size_t slide,
                         ArrayRef<int64_t> extents) {
  Window window{index.terms[slide].first,
                index.terms[slide].second,
                0,
                index.constant,
                {}};
  for (auto [i, term] : llvm::enumerate(index.terms)) {
    if (i == slide)
      continue;
    window.taps.push_back(term);
    window.reach += term.second * (extents[term.first] - 1);
  }
  return window;
}

/// The result of `map` that is `dim` alone, where no other one mentions it.
static std::optional<unsigned> getOnlyUse(AffineMap map, unsigned dim) {
  std::optional<unsigned> use;
  for (auto [i, expr] : llvm::enumerate(map.getResults())) {
    if (!expr.isFunctionOfDim(dim))
      continue;
    if (use || !isa<AffineDimExpr>(expr))
      return std::nullopt;
    use = i;
  }
  return use;
}

static bool mentions(AffineMap map, unsigned dim) {
  return map.isFunctionOfDim(dim);
}

/// Cotangents move with the window and nothing else does; taps index whole axes
/// of everything else.
static bool canGather(PointBody &body, Value term, ArrayRef<Value> cotangents,
                      const Window &window) {
  if (body.usesIndex(window.slide, term))
    return false;
  for (auto [tap, weight] : window.taps)
    if (body.usesIndex(tap, term))
      return false;
  for (Value read : body.getUsedReads(term)) {
    AffineMap map = body.getRead(read)->map;
    bool isCotangent = llvm::is_contained(cotangents, read);
    if (isCotangent ? !getOnlyUse(map, window.slide)
                    : mentions(map, window.slide))
      return false;
    for (auto [tap, weight] : window.taps)
      if (mentions(map, tap) && (isCotangent || !getOnlyUse(map, tap)))
        return false;
  }
  return true;
}

/// Spreads a cotangent out along the axis that the window slides on.
static void spreadCotangent(OpBuilder &builder, Location loc,
                            PointBody::Access &read, const Window &window,
                            int64_t size) {
  unsigned axis = *getOnlyUse(read.map, window.slide);
  auto type = cast<RankedTensorType>(read.value.getType());
  llvm::SmallVector<int64_t> shape(type.getShape()), offsets(shape.size(), 0),
      strides(shape.size(), 1);
  shape[axis] = size + window.reach;
  offsets[axis] = window.constant + window.reach;
  strides[axis] = window.stride;
  auto toIndices = [&](ArrayRef<int64_t> values) {
    return getAsIndexOpFoldResult(builder.getContext(), values);
  };
  read.value = tensor::InsertSliceOp::create(
      builder, loc, read.value,
      pc::createZeroTensor(builder, loc, type.clone(shape)), toIndices(offsets),
      toIndices(type.getShape()), toIndices(strides));
  AffineExpr place = builder.getAffineDimExpr(window.slide);
  for (auto [tap, weight] : window.taps)
    place = place + builder.getAffineDimExpr(tap) * weight;
  llvm::SmallVector<AffineExpr> exprs(read.map.getResults());
  exprs[axis] = place;
  read.map =
      AffineMap::get(read.map.getNumDims(), 0, exprs, builder.getContext());
}

/// Turns the axes of a read that taps index around.
static void mirror(OpBuilder &builder, Location loc, PointBody::Access &read,
                   const Window &window) {
  auto type = dyn_cast<RankedTensorType>(read.value.getType());
  if (!type)
    return;
  unsigned rank = type.getRank();
  AffineMap identity = builder.getMultiDimIdentityMap(rank);
  llvm::SmallVector<AffineExpr> exprs(identity.getResults());
  for (auto [tap, weight] : window.taps)
    if (std::optional<unsigned> axis = getOnlyUse(read.map, tap))
      exprs[*axis] = type.getDimSize(*axis) - 1 - exprs[*axis];
  AffineMap mirrored = AffineMap::get(rank, 0, exprs, builder.getContext());
  if (mirrored == identity)
    return;
  Value empty = tensor::EmptyOp::create(builder, loc, type.getShape(),
                                        type.getElementType());
  llvm::SmallVector<utils::IteratorType> iterators(
      rank, utils::IteratorType::parallel);
  read.value = linalg::GenericOp::create(
                   builder, loc, type, read.value, empty, {mirrored, identity},
                   iterators,
                   [](OpBuilder &inside, Location loc, ValueRange arguments) {
                     linalg::YieldOp::create(inside, loc, arguments.front());
                   })
                   .getResult(0);
}

AffineMap pc::gatherWindow(OpBuilder &builder, Location loc, PointBody &body,
                           Value term, ArrayRef<Value> cotangents,
                           AffineMap map, unsigned position, int64_t size) {
  FailureOr<LinearIndex> index = getLinearIndex(
      map.getResult(position), map.getNumDims(), body.getExtents());
  if (failed(index))
    return {};
  for (auto [dim, weight] : index->terms)
    for (auto [other, expr] : llvm::enumerate(map.getResults()))
      if (other != position && expr.isFunctionOfDim(dim))
        return {};
  for (size_t slide = 0, e = index->terms.size(); slide != e; ++slide) {
    Window window = makeWindow(*index, slide, body.getExtents());
    if (!canGather(body, term, cotangents, window))
      continue;
    for (Value read : body.getUsedReads(term)) {
      PointBody::Access &access = *body.getRead(read);
      if (llvm::is_contained(cotangents, read))
        spreadCotangent(builder, loc, access, window, size);
      else
        mirror(builder, loc, access, window);
    }
    body.getExtents()[window.slide] = size;
    llvm::SmallVector<AffineExpr> exprs(map.getResults());
    exprs[position] = builder.getAffineDimExpr(window.slide);
    return AffineMap::get(map.getNumDims(), 0, exprs, builder.getContext());
  }
  return {};
}
