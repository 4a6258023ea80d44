// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Emit.h"
#include "Values.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"
#include "mlir/IR/Matchers.h"
#include "pc/Support/NarrowFloats.h"
#include <cmath>
#include <limits>

using namespace llvm;

namespace mlir::pc {

//===----------------------------------------------------------------------===//
// Scalars
//===----------------------------------------------------------------------===//

/// True when `type` holds `value` itself.
static bool isExact(FloatType type, double value) {
  return std::isnan(value) ||
         FloatAttr::get(type, value).getValueAsDouble() == value;
}

Value emitScalar(ImplicitLocOpBuilder &b, Type type, double value) {
  if (auto narrow = dyn_cast<FloatType>(type)) {
    if (isExact(narrow, value))
      return arith::ConstantOp::create(b, b.getFloatAttr(type, value));
    // Computed in a wider type, the program is spared this rounding.
    Value wide =
        arith::ConstantOp::create(b, b.getFloatAttr(b.getF64Type(), value));
    return arith::TruncFOp::create(b, type, wide);
  }
  bool isLarge = value >= 0x1p63;
  APInt bits(type.getIntOrFloatBitWidth(),
             isLarge ? uint64_t(value) : uint64_t(int64_t(value)),
             /*isSigned=*/false, /*implicitTrunc=*/true);
  return arith::ConstantOp::create(b, b.getIntegerAttr(type, bits));
}

template <typename FloatOp, typename IntOp>
static Value emitBinary(ImplicitLocOpBuilder &b, Value x, Value y) {
  if (isa<FloatType>(x.getType()))
    return FloatOp::create(b, x, y);
  return IntOp::create(b, x, y);
}

Value emitAdd(ImplicitLocOpBuilder &b, Value x, Value y) {
  return emitBinary<arith::AddFOp, arith::AddIOp>(b, x, y);
}
Value emitSub(ImplicitLocOpBuilder &b, Value x, Value y) {
  return emitBinary<arith::SubFOp, arith::SubIOp>(b, x, y);
}
Value emitMul(ImplicitLocOpBuilder &b, Value x, Value y) {
  return emitBinary<arith::MulFOp, arith::MulIOp>(b, x, y);
}
Value emitDiv(ImplicitLocOpBuilder &b, Value x, Value y) {
  return emitBinary<arith::DivFOp, arith::DivSIOp>(b, x, y);
}
Value emitMax(ImplicitLocOpBuilder &b, Value x, Value y) {
  return emitBinary<arith::MaximumFOp, arith::MaxSIOp>(b, x, y);
}
Value emitMin(ImplicitLocOpBuilder &b, Value x, Value y) {
  return emitBinary<arith::MinimumFOp, arith::MinSIOp>(b, x, y);
}

Value emitCast(ImplicitLocOpBuilder &b, Value x, Type type) {
  Type from = x.getType();
  if (from == type)
    return x;
  if (isNarrowFloat(from) && !type.isF32())
    return emitCast(b, arith::ExtFOp::create(b, b.getF32Type(), x), type);
  if (isNarrowFloat(type) && !isa<FloatType>(from))
    return emitCast(b, emitCast(b, x, b.getF32Type()), type);
  bool fromFloat = isa<FloatType>(from), toFloat = isa<FloatType>(type);
  if (type.isInteger(1)) {
    Value zero = emitScalar(b, from, 0);
    if (fromFloat)
      return arith::CmpFOp::create(b, arith::CmpFPredicate::UNE, x, zero);
    return arith::CmpIOp::create(b, arith::CmpIPredicate::ne, x, zero);
  }
  if (fromFloat && toFloat) {
    unsigned source = from.getIntOrFloatBitWidth();
    unsigned target = type.getIntOrFloatBitWidth();
    if (source == target) { // f16 and bf16: neither holds the other
      Value wide = arith::ExtFOp::create(b, b.getF32Type(), x);
      return arith::TruncFOp::create(b, type, wide);
    }
    if (source < target)
      return arith::ExtFOp::create(b, type, x);
    return arith::TruncFOp::create(b, type, x);
  }
  // To 2 and 4 bits numbers wrap around, which needs room for what they were.
  if (fromFloat && type.getIntOrFloatBitWidth() < 8)
    return arith::TruncIOp::create(
        b, type, arith::FPToSIOp::create(b, b.getI32Type(), x));
  if (fromFloat)
    return arith::FPToSIOp::create(b, type, x);
  if (toFloat && from.isInteger(1))
    return arith::UIToFPOp::create(b, type, x);
  if (toFloat)
    return arith::SIToFPOp::create(b, type, x);
  if (from.getIntOrFloatBitWidth() == type.getIntOrFloatBitWidth())
    return arith::BitcastOp::create(b, type, x); // of another sign
  if (from.getIntOrFloatBitWidth() > type.getIntOrFloatBitWidth())
    return arith::TruncIOp::create(b, type, x);
  if (from.isInteger(1))
    return arith::ExtUIOp::create(b, type, x);
  return arith::ExtSIOp::create(b, type, x);
}

Type getSumType(Type element) {
  if (isa<FloatType>(element) && element.getIntOrFloatBitWidth() < 32)
    return Float32Type::get(element.getContext());
  return element;
}

double getLowest(Type type) {
  if (isa<FloatType>(type))
    return -std::numeric_limits<double>::infinity();
  if (type.isUnsignedInteger())
    return 0;
  return -std::ldexp(1.0, int(type.getIntOrFloatBitWidth()) - 1);
}

Value emitHighest(ImplicitLocOpBuilder &b, Type type) {
  if (isa<FloatType>(type))
    return emitScalar(b, type, std::numeric_limits<double>::infinity());
  unsigned width = type.getIntOrFloatBitWidth();
  APInt highest = type.isUnsignedInteger() ? APInt::getMaxValue(width)
                                           : APInt::getSignedMaxValue(width);
  return arith::ConstantOp::create(b, b.getIntegerAttr(type, highest));
}

FailureOr<SmallVector<int64_t>> broadcastShapes(ArrayRef<int64_t> x,
                                                ArrayRef<int64_t> y) {
  if (x.size() < y.size())
    std::swap(x, y);
  SmallVector<int64_t> shape(x);
  for (size_t i = 0; i < y.size(); ++i) {
    int64_t &size = shape[x.size() - y.size() + i];
    if (size == 1)
      size = y[i];
    else if (y[i] != 1 && y[i] != size)
      return failure();
  }
  return shape;
}

//===----------------------------------------------------------------------===//
// Sources
//===----------------------------------------------------------------------===//

Value Emitter::scalar(Type type, double value) {
  return emitScalar(*this, type, value);
}

Value Emitter::emptyTensor(Shape shape, Type element) {
  return tensor::EmptyOp::create(*this, shape, element);
}

Value Emitter::constant(Shape shape, Type element, ArrayRef<double> values) {
  bool isHeld = llvm::all_of(values, [&](double value) {
    return isExact(llvm::cast<FloatType>(element), value);
  });
  Type held = isHeld ? element : getF64Type();
  auto tensor = std::make_shared<Tensor>(
      *getElementKind(held), std::vector<int64_t>(shape.begin(), shape.end()));
  for (auto [i, value] : enumerate(values))
    tensor->setFromDouble(int64_t(i), value);
  return cast(
      arith::ConstantOp::create(*this, getElementsAttr(tensor, getContext())),
      element);
}

Value Emitter::filled(Shape shape, Type element, double value) {
  return filled(shape, scalar(element, value));
}

Value Emitter::filled(Shape shape, Value value) {
  return linalg::FillOp::create(*this, value,
                                emptyTensor(shape, value.getType()))
      .getResult(0);
}

//===----------------------------------------------------------------------===//
// Elementwise operations and reductions
//===----------------------------------------------------------------------===//

namespace {
/// An operand as the loop nest reads it: a scalar, or a tensor and its map.
struct BroadcastOperand {
  TypedAttr scalar;
  Value tensor;
  AffineMap map;
};
} // namespace

/// The one value of a constant, or null.
static TypedAttr getSplat(Value value) {
  DenseElementsAttr elements;
  if (!matchPattern(value, m_Constant(&elements)) || !elements ||
      !elements.isSplat())
    return nullptr;
  return cast<TypedAttr>(elements.getSplatValue<Attribute>());
}

static BroadcastOperand broadcastOperand(Emitter &b, Value value,
                                         ArrayRef<int64_t> shape) {
  BroadcastOperand operand;
  if ((operand.scalar = getSplat(value)))
    return operand;
  ArrayRef<int64_t> own = getShape(value);
  int64_t shift = int64_t(shape.size()) - int64_t(own.size());
  // Dimensions that repeat are dropped: the map stays a projected permutation.
  SmallVector<AffineExpr> exprs;
  SmallVector<int64_t> kept;
  for (auto [axis, size] : enumerate(own)) {
    if (size == 1 && shape[axis + shift] != 1)
      continue;
    kept.push_back(size);
    exprs.push_back(b.getAffineDimExpr(axis + shift));
  }
  operand.tensor = b.reshape(value, kept);
  operand.map = AffineMap::get(shape.size(), 0, exprs, b.getContext());
  return operand;
}

Value Emitter::elementwise(Shape shape, Type element, ValueRange operands,
                           Body body) {
  SmallVector<BroadcastOperand> parts;
  SmallVector<Value> tensors;
  SmallVector<AffineMap> maps;
  for (Value operand : operands) {
    parts.push_back(broadcastOperand(*this, operand, shape));
    if (!parts.back().scalar) {
      tensors.push_back(parts.back().tensor);
      maps.push_back(parts.back().map);
    }
  }
  maps.push_back(getMultiDimIdentityMap(shape.size()));
  SmallVector<utils::IteratorType> iterators(shape.size(),
                                             utils::IteratorType::parallel);
  Value init = emptyTensor(shape, element);
  auto build = [&](OpBuilder &nested, Location loc, ValueRange arguments) {
    ImplicitLocOpBuilder inner(loc, nested);
    SmallVector<Value> values;
    for (const BroadcastOperand &part : parts) {
      if (part.scalar)
        values.push_back(arith::ConstantOp::create(inner, part.scalar));
      else
        values.push_back(arguments.take_front(1).front()),
            arguments = arguments.drop_front();
    }
    linalg::YieldOp::create(inner, body(inner, values));
  };
  return linalg::GenericOp::create(*this, init.getType(), tensors, init, maps,
                                   iterators, build)
      .getResult(0);
}

Value Emitter::map(Value operand, Body body) {
  return map(operand, getElement(operand), body);
}

Value Emitter::map(Value operand, Type element, Body body) {
  return elementwise(pc::getShape(operand), element, operand, body);
}

Value Emitter::reduce(Value operand, ArrayRef<int64_t> axes, Value init,
                      Body combine) {
  ArrayRef<int64_t> shape = pc::getShape(operand);
  SmallVector<int64_t> kept;
  SmallVector<AffineExpr> exprs;
  SmallVector<utils::IteratorType> iterators;
  for (auto [axis, size] : enumerate(shape)) {
    bool isReduced = is_contained(axes, int64_t(axis));
    iterators.push_back(isReduced ? utils::IteratorType::reduction
                                  : utils::IteratorType::parallel);
    if (isReduced)
      continue;
    kept.push_back(size);
    exprs.push_back(getAffineDimExpr(axis));
  }
  Value start = filled(kept, init);
  AffineMap maps[] = {getMultiDimIdentityMap(shape.size()),
                      AffineMap::get(shape.size(), 0, exprs, getContext())};
  auto build = [&](OpBuilder &nested, Location loc, ValueRange arguments) {
    ImplicitLocOpBuilder inner(loc, nested);
    // The accumulator comes first, so that among ties the first index wins.
    Value parts[] = {arguments[1], arguments[0]};
    linalg::YieldOp::create(inner, combine(inner, parts));
  };
  return linalg::GenericOp::create(*this, start.getType(), operand, start, maps,
                                   iterators, build)
      .getResult(0);
}

Value Emitter::reduceSum(Value operand, ArrayRef<int64_t> axes) {
  Type wide = getSumType(getElement(operand));
  Value sum = reduce(cast(operand, wide), axes, scalar(wide, 0),
                     [](ImplicitLocOpBuilder &b, ValueRange v) {
                       return emitAdd(b, v[0], v[1]);
                     });
  return cast(sum, getElement(operand));
}

Value Emitter::reduceMax(Value operand, ArrayRef<int64_t> axes) {
  Type element = getElement(operand);
  return reduce(operand, axes, scalar(element, getLowest(element)),
                [](ImplicitLocOpBuilder &b, ValueRange v) {
                  return emitMax(b, v[0], v[1]);
                });
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

/// The value that `operand` is a mere reshape of, if it has shape `shape`.
static Value lookThroughReshape(Value operand, ArrayRef<int64_t> shape) {
  Operation *op = operand.getDefiningOp();
  if (!isa_and_nonnull<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(op) ||
      getShape(op->getOperand(0)) != shape)
    return nullptr;
  return op->getOperand(0);
}

/// Groups the dimensions of the longer shape so that each group has the size of
/// one dimension of the shorter one.
static std::optional<SmallVector<ReassociationIndices>>
groupDimensions(RankedTensorType longer, RankedTensorType shorter) {
  if (shorter.getRank() == 0)
    return SmallVector<ReassociationIndices>();
  if (shorter.getRank() == 1)
    return SmallVector<ReassociationIndices>{
        llvm::to_vector<2>(llvm::seq<int64_t>(0, longer.getRank()))};
  if (longer.getNumElements() == 0)
    return std::nullopt;
  return getReassociationIndicesForReshape(longer, shorter);
}

Value Emitter::reshape(Value operand, Shape shape) {
  RankedTensorType from = pc::getTensorType(operand);
  if (from.getShape() == shape)
    return operand;
  if (Value source = lookThroughReshape(operand, shape))
    return source;
  auto to = RankedTensorType::get(shape, from.getElementType());
  bool isCollapse = from.getRank() > to.getRank();
  std::optional<SmallVector<ReassociationIndices>> groups;
  if (from.getRank() != to.getRank())
    groups = isCollapse ? groupDimensions(from, to) : groupDimensions(to, from);
  if (!groups) // neither collapses nor expands: through one dimension
    return reshape(reshape(operand, from.getNumElements()), shape);
  if (isCollapse)
    return tensor::CollapseShapeOp::create(*this, to, operand, *groups);
  return tensor::ExpandShapeOp::create(*this, to, operand, *groups);
}

Value Emitter::transpose(Value operand, ArrayRef<int64_t> permutation) {
  SmallVector<int64_t> shape;
  bool isIdentity = true;
  for (auto [axis, source] : enumerate(permutation)) {
    shape.push_back(pc::getShape(operand)[source]);
    isIdentity &= int64_t(axis) == source;
  }
  if (isIdentity)
    return operand;
  Value init = emptyTensor(shape, getElement(operand));
  return linalg::TransposeOp::create(*this, operand, init, permutation)
      .getResult()[0];
}

Value Emitter::reverse(Value operand, ArrayRef<int64_t> axes) {
  ArrayRef<int64_t> shape = pc::getShape(operand);
  SmallVector<AffineExpr> exprs;
  for (auto [axis, size] : enumerate(shape)) {
    AffineExpr dim = getAffineDimExpr(axis);
    bool isReversed = size > 1 && is_contained(axes, int64_t(axis));
    exprs.push_back(isReversed ? getAffineConstantExpr(size - 1) - dim : dim);
  }
  AffineMap identity = getMultiDimIdentityMap(shape.size());
  AffineMap maps[] = {AffineMap::get(shape.size(), 0, exprs, getContext()),
                      identity};
  if (maps[0] == identity)
    return operand;
  SmallVector<utils::IteratorType> iterators(shape.size(),
                                             utils::IteratorType::parallel);
  Value init = emptyTensor(shape, getElement(operand));
  auto build = [](OpBuilder &nested, Location loc, ValueRange v) {
    linalg::YieldOp::create(nested, loc, v[0]);
  };
  return linalg::GenericOp::create(*this, init.getType(), operand, init, maps,
                                   iterators, build)
      .getResult(0);
}

Value Emitter::unsqueeze(Value operand, ArrayRef<int64_t> axes) {
  SmallVector<int64_t> shape(pc::getShape(operand));
  for (int64_t axis : axes)
    shape.insert(shape.begin() + axis, 1);
  return reshape(operand, shape);
}

static SmallVector<OpFoldResult> getIndices(Builder &builder,
                                            ArrayRef<int64_t> values) {
  return getAsIndexOpFoldResult(builder.getContext(), values);
}

Value Emitter::slice(Value operand, Shape offsets, Shape sizes, Shape strides) {
  // Upstream wants offsets inside of a tensor, where no empty slice need be;
  // the same goes for `pad` and `concat`.
  if (is_contained(sizes, 0))
    return emptyTensor(sizes, getElement(operand));
  return tensor::ExtractSliceOp::create(
      *this, operand, getIndices(*this, offsets), getIndices(*this, sizes),
      getIndices(*this, strides));
}

Value Emitter::pad(Value operand, Shape low, Shape high, Value value) {
  if (all_of(low, [](int64_t n) { return n == 0; }) &&
      all_of(high, [](int64_t n) { return n == 0; }))
    return operand;
  SmallVector<int64_t> shape(pc::getShape(operand));
  for (size_t i = 0; i < shape.size(); ++i)
    shape[i] += low[i] + high[i];
  if (is_contained(pc::getShape(operand), 0))
    return filled(shape, value);
  auto type = RankedTensorType::get(shape, getElement(operand));
  return tensor::PadOp::create(*this, type, operand, getIndices(*this, low),
                               getIndices(*this, high), value);
}

Value Emitter::pad(Value operand, Shape low, Shape high, double value) {
  return pad(operand, low, high, scalar(getElement(operand), value));
}

Value Emitter::concat(int64_t axis, ValueRange operands) {
  SmallVector<Value> parts(llvm::make_filter_range(operands, [](Value value) {
    return !is_contained(pc::getShape(value), 0);
  }));
  if (parts.size() == 1)
    return parts.front();
  if (!parts.empty())
    return tensor::ConcatOp::create(*this, axis, parts);
  SmallVector<int64_t> shape(pc::getShape(operands.front()));
  for (Value other : operands.drop_front())
    shape[axis] += pc::getShape(other)[axis];
  return emptyTensor(shape, getElement(operands.front()));
}

Value Emitter::cast(Value operand, Type element) {
  if (getElement(operand) == element)
    return operand;
  return map(operand, element, [&](ImplicitLocOpBuilder &b, ValueRange v) {
    return emitCast(b, v[0], element);
  });
}

} // namespace mlir::pc
