// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A map whose results are single dimensions is the map of an ordinary result.
// Other results are first computed with a dimension of their own for each one
// they mention, where that is without loss, and then put in place as a whole;
// windows that overlap become a convolution; what is left, such as a diagonal,
// is a sum into a result with that very map.

#include "PointSum.h"
#include "mlir/Analysis/FlatLinearValueConstraints.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"
#include "pc/Interfaces/DifferentiableOpInterface.h"

using namespace mlir;
using pc::LinearIndex;

FailureOr<LinearIndex> pc::getLinearIndex(AffineExpr expr, unsigned numDims,
                                          ArrayRef<int64_t> extents) {
  llvm::SmallVector<int64_t> flat;
  if (!expr.isPureAffine() ||
      failed(getFlattenedAffineExpr(expr, numDims, 0, &flat)) ||
      flat.size() != numDims + 1 || flat.back() < 0)
    return failure();
  LinearIndex index;
  index.constant = flat.back();
  for (unsigned dim = 0; dim != numDims; ++dim) {
    if (flat[dim] == 0 || extents[dim] == 1)
      continue;
    if (flat[dim] < 0)
      return failure();
    index.terms.push_back({dim, flat[dim]});
  }
  return index;
}

namespace {

/// One axis of the sum. The dimensions `dims` of the domain are padded to
/// `padded`, collapsed into one, cut to `length` and put at every `stride`th
/// place from `offset` on. Alternatively the axis has the index `raw`.
struct Axis {
  llvm::SmallVector<unsigned> dims;
  llvm::SmallVector<int64_t> padded;
  int64_t length = 1, offset = 0, stride = 1;
  AffineExpr raw;
};

} // namespace

/// The axis for an index in which the dimensions are the digits of a number, so
/// that no two points fall on one element; nothing if they are not.
static std::optional<Axis> getDigits(LinearIndex index,
                                     ArrayRef<int64_t> extents, int64_t size) {
  Axis axis;
  axis.offset = index.constant;
  llvm::sort(index.terms, [](auto a, auto b) {
    return std::tie(b.second, a.first) < std::tie(a.second, b.first);
  });
  int64_t above = 0;
  for (auto [dim, weight] : index.terms) {
    int64_t padded = extents[dim];
    if (above != 0) {
      if (above % weight != 0 || above / weight < padded)
        return std::nullopt;
      padded = above / weight;
    }
    axis.dims.push_back(dim);
    axis.padded.push_back(padded);
    axis.length *= padded;
    axis.stride = above = weight;
  }
  // Padding of the last digits may reach over the end.
  axis.length = std::min<int64_t>(
      axis.length, llvm::divideCeil(size - axis.offset, axis.stride));
  return axis;
}

/// Whether another result of `map` than `position` mentions `dim`.
static bool isSharedDim(AffineMap map, unsigned position, unsigned dim) {
  for (auto [other, expr] : llvm::enumerate(map.getResults()))
    if (other != position && expr.isFunctionOfDim(dim))
      return true;
  return false;
}

static std::optional<Axis> getAxis(AffineMap map, unsigned position,
                                   ArrayRef<int64_t> extents, int64_t size) {
  AffineExpr expr = map.getResult(position);
  // A whole dimension stays one, even where it has but one element.
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    if (unsigned number = dim.getPosition();
        extents[number] == size && !isSharedDim(map, position, number)) {
      Axis axis;
      axis.dims = {number};
      axis.padded = {size};
      axis.length = size;
      return axis;
    }
  FailureOr<LinearIndex> index =
      pc::getLinearIndex(expr, map.getNumDims(), extents);
  if (failed(index))
    return std::nullopt;
  for (auto [dim, weight] : index->terms)
    if (isSharedDim(map, position, dim))
      return std::nullopt;
  return getDigits(*index, extents, size);
}

static llvm::SmallVector<OpFoldResult> toIndices(OpBuilder &builder,
                                                 ArrayRef<int64_t> values) {
  return getAsIndexOpFoldResult(builder.getContext(), values);
}

/// `source` at the given places of a tensor of zeros.
static Value spread(OpBuilder &builder, Location loc, Value source,
                    ArrayRef<int64_t> shape, ArrayRef<int64_t> offsets,
                    ArrayRef<int64_t> strides) {
  auto type = cast<RankedTensorType>(source.getType());
  if (type.getShape() == shape)
    return source;
  Value zeros = pc::createZeroTensor(builder, loc, type.clone(shape));
  return tensor::InsertSliceOp::create(
      builder, loc, source, zeros, toIndices(builder, offsets),
      toIndices(builder, type.getShape()), toIndices(builder, strides));
}

/// Changes the rank and keeps the elements.
static Value reshape(OpBuilder &builder, Location loc, Value source,
                     ArrayRef<int64_t> shape,
                     ArrayRef<ReassociationIndices> groups) {
  auto type = cast<RankedTensorType>(source.getType());
  int64_t rank = shape.size();
  if (type.getRank() == rank)
    return source;
  if (type.getRank() > rank)
    return tensor::CollapseShapeOp::create(builder, loc, type.clone(shape),
                                           source, groups);
  return tensor::ExpandShapeOp::create(builder, loc, type.clone(shape), source,
                                       groups);
}

/// Pads the digits of each axis and makes one axis of them.
static Value collapseDigits(OpBuilder &builder, Location loc, Value dense,
                            ArrayRef<Axis> axes) {
  llvm::SmallVector<int64_t> padded, collapsed, cut;
  llvm::SmallVector<ReassociationIndices> groups;
  for (const Axis &axis : axes) {
    if (axis.dims.empty() && !axis.raw)
      continue;
    llvm::SmallVector<int64_t> sizes(axis.padded);
    if (axis.raw)
      sizes = {axis.length};
    ReassociationIndices &group = groups.emplace_back();
    for (int64_t size : sizes) {
      group.push_back(padded.size());
      padded.push_back(size);
    }
    collapsed.push_back(llvm::product_of(sizes));
    cut.push_back(axis.length);
  }
  llvm::SmallVector<int64_t> zeros(padded.size(), 0), ones(padded.size(), 1);
  dense = spread(builder, loc, dense, padded, zeros, ones);
  dense = reshape(builder, loc, dense, collapsed, groups);
  if (collapsed == cut)
    return dense;
  zeros.resize(cut.size());
  ones.resize(cut.size());
  return tensor::ExtractSliceOp::create(
      builder, loc, dense, toIndices(builder, zeros), toIndices(builder, cut),
      toIndices(builder, ones));
}

/// Puts axes, one for each that has dimensions, where they belong.
static Value placeAxes(OpBuilder &builder, Location loc, Value source,
                       ArrayRef<Axis> axes, RankedTensorType type) {
  llvm::SmallVector<int64_t> shape, offsets, strides;
  for (const Axis &axis : axes) {
    shape.push_back(axis.length);
    offsets.push_back(axis.offset);
    strides.push_back(axis.stride);
  }
  auto sourceType = cast<RankedTensorType>(source.getType());
  if (auto groups =
          getReassociationIndicesForReshape(sourceType, type.clone(shape)))
    source = reshape(builder, loc, source, shape, *groups);
  return spread(builder, loc, source, type.getShape(), offsets, strides);
}

/// Sums into a tensor with one dimension for each digit of each axis.
static Value sumDense(OpBuilder &builder, Location loc, pc::PointBody &body,
                      Value term, ArrayRef<Axis> axes, Type elementType) {
  llvm::SmallVector<int64_t> shape;
  llvm::SmallVector<AffineExpr> exprs;
  for (const Axis &axis : axes) {
    if (axis.raw) {
      shape.push_back(axis.length);
      exprs.push_back(axis.raw);
    }
    for (unsigned dim : axis.dims) {
      shape.push_back(body.getExtents()[dim]);
      exprs.push_back(builder.getAffineDimExpr(dim));
    }
  }
  auto map =
      AffineMap::get(body.getExtents().size(), 0, exprs, builder.getContext());
  auto type = RankedTensorType::get(shape, elementType);
  if (pc::isBijective(map, body.getExtents(), type)) {
    Value empty = tensor::EmptyOp::create(builder, loc, shape, elementType);
    body.addResult(empty, map);
    return body.emit(builder, loc, term).front();
  }
  Value sum = body.addResult(pc::createZeroTensor(builder, loc, type), map);
  Value next = pc::createSum(body.getBuilder(), loc, sum, term);
  return body.emit(builder, loc, next).front();
}

Value pc::createPointSum(OpBuilder &builder, Location loc, PointBody &body,
                         Value term, ArrayRef<Value> cotangents, AffineMap map,
                         Type type) {
  auto tensorType = dyn_cast<RankedTensorType>(type);
  if (!tensorType) {
    Value sum = sumDense(builder, loc, body, term, {}, type);
    return tensor::ExtractOp::create(builder, loc, sum);
  }
  PointBody::Access *read = body.getRead(term);
  if (read && read->map == map && read->value.getType() == type &&
      isBijective(map, body.getExtents(), type))
    return read->value;
  for (auto [position, size] : llvm::enumerate(tensorType.getShape()))
    if (!getAxis(map, position, body.getExtents(), size))
      if (AffineMap gathered = gatherWindow(builder, loc, body, term,
                                            cotangents, map, position, size))
        map = gathered;
  llvm::SmallVector<Axis> axes;
  for (auto [position, size] : llvm::enumerate(tensorType.getShape())) {
    std::optional<Axis> axis = getAxis(map, position, body.getExtents(), size);
    if (!axis) {
      axis.emplace();
      axis->raw = map.getResult(position);
      axis->length = size;
    }
    axes.push_back(*axis);
  }
  Type elementType = tensorType.getElementType();
  Value sum = sumDense(builder, loc, body, term, axes, elementType);
  sum = collapseDigits(builder, loc, sum, axes);
  return placeAxes(builder, loc, sum, axes, tensorType);
}
