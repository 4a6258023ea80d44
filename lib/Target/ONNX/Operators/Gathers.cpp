// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Elements at places that are data. A gather reads what it needs and nothing
// else, and its derivative adds to what was read.

#include "Operators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;
using Sizes = SmallVector<int64_t>;

Value pickElements(Emitter &b, ArrayRef<int64_t> shape, Value data,
                   int64_t axis, ArrayRef<unsigned> loops, Value indices,
                   ArrayRef<unsigned> indexLoops) {
  auto type = cast<RankedTensorType>(data.getType());
  int64_t size = type.getDimSize(axis);
  if (is_contained(shape, 0) || type.getNumElements() == 0)
    return b.filled(shape, type.getElementType(), 0);
  auto pick = [&](Scalar &b, ValueRange v) -> Value {
    Value index = wrapIndex(b, v[0], size);
    Value zero = emitScalar(b, index.getType(), 0);
    Value end = emitScalar(b, index.getType(), double(size));
    Value isInside = arith::AndIOp::create(
        b, compareIntegers(b, arith::CmpIPredicate::sge, index, zero),
        compareIntegers(b, arith::CmpIPredicate::slt, index, end));
    Value safe = arith::SelectOp::create(b, isInside, index, zero);
    SmallVector<Value> place;
    for (auto [dim, loop] : enumerate(loops))
      place.push_back(
          int64_t(dim) == axis
              ? arith::IndexCastOp::create(b, b.getIndexType(), safe)
                    .getResult()
              : linalg::IndexOp::create(b, loop).getResult());
    Value element = tensor::ExtractOp::create(b, data, place);
    return arith::SelectOp::create(b, isInside, element,
                                   emitScalar(b, element.getType(), 0));
  };
  Value init = b.emptyTensor(shape, type.getElementType());
  AffineMap maps[] = {selectLoops(b, shape.size(), indexLoops),
                      b.getMultiDimIdentityMap(shape.size())};
  SmallVector<utils::IteratorType> iterators(shape.size(),
                                             utils::IteratorType::parallel);
  return linalg::GenericOp::create(
             b, init.getType(), indices, init, maps, iterators,
             [&](OpBuilder &nested, Location loc, ValueRange v) {
               Scalar inner(loc, nested);
               linalg::YieldOp::create(inner, pick(inner, v));
             })
      .getResult(0);
}

/// The axis, and the shape of the result.
static FailureOr<std::pair<int64_t, Sizes>> checkGather(NodeContext &node) {
  if (failed(node.requireInputs(2, 2)) ||
      failed(node.requireRank(0, 1, INT64_MAX)))
    return failure();
  Type index = node.getType(1).getElementType();
  if (!index.isInteger(32) && !index.isInteger(64))
    return node.fail("expected 32- or 64-bit indices, but got " +
                     printTypes(node));
  FailureOr<int64_t> axis = node.normalizeAxis(
      node.attributes.getInt("axis", 0), node.getType(0).getRank());
  if (failed(axis))
    return failure();
  Sizes shape(node.getShape(0).take_front(*axis));
  shape.append(node.getShape(1).begin(), node.getShape(1).end());
  shape.append(node.getShape(0).begin() + *axis + 1, node.getShape(0).end());
  if (failed(node.getTensorType(shape, node.getType(0).getElementType())))
    return failure();
  int64_t size = node.getShape(0)[*axis];
  if (failed(node.requireRange(1, -size, size - 1)))
    return failure();
  return std::make_pair(*axis, shape);
}

/// A known run of neighbours is a slice.
static bool gatherRun(NodeContext &node, Emitter &b, int64_t axis,
                      ArrayRef<int64_t> shape) {
  const Tensor *known = node.getConstant(1);
  if (!known || node.isParameter(1) || known->getNumElements() == 0)
    return false;
  Sizes indices = getIntegers(*known);
  int64_t size = node.getShape(0)[axis];
  for (int64_t &index : indices)
    index += index < 0 ? size : 0;
  for (size_t i = 1; i < indices.size(); ++i)
    if (indices[i] != indices[i - 1] + 1)
      return false;
  Sizes offsets(node.getType(0).getRank(), 0), sizes(node.getShape(0));
  offsets[axis] = indices.front();
  sizes[axis] = indices.size();
  Value run = b.slice(node.getInput(0), offsets, sizes, Sizes(sizes.size(), 1));
  node.setOutput(0, b.reshape(run, shape));
  return true;
}

static LogicalResult lowerGather(NodeContext &node) {
  auto checked = checkGather(node);
  if (failed(checked))
    return failure();
  Emitter b(node.builder, node.loc);
  auto &[axis, shape] = *checked;
  if (gatherRun(node, b, axis, shape))
    return success();
  unsigned count = node.getType(1).getRank();
  SmallVector<unsigned> loops;
  for (unsigned i = 0; i < node.getType(0).getRank(); ++i)
    loops.push_back(i < axis ? i : i + count - 1);
  auto chosen = llvm::to_vector(llvm::seq<unsigned>(axis, axis + count));
  node.setOutput(0, pickElements(b, shape, node.getInput(0), axis, loops,
                                 node.getInput(1), chosen));
  return success();
}

static bool foldGatherNode(NodeContext &node) {
  auto checked = checkGather(node);
  if (failed(checked))
    return false;
  int64_t axis = checked->first;
  const Sizes &shape = checked->second;
  Sizes strides = getStrides(node.getShape(0));
  Sizes inner = getStrides(node.getShape(1));
  size_t count = node.getShape(1).size();
  return foldGather(node, 0, *node.getConstant(0), shape, [&](Integers index) {
    int64_t which = 0, at = 0;
    for (size_t i = 0; i < count; ++i)
      which += index[axis + i] * inner[i];
    int64_t row = getInteger(*node.getConstant(1), which);
    at = (row < 0 ? row + node.getShape(0)[axis] : row) * strides[axis];
    for (int64_t i = 0; i < axis; ++i)
      at += index[i] * strides[i];
    for (size_t i = axis + 1; i < strides.size(); ++i)
      at += index[i - 1 + count] * strides[i];
    return at;
  });
}

void registerGathers(OperatorRegistry &all) {
  all.add("Gather", 1, lowerGather)
      .withFold(foldGatherNode)
      .withWeights({0})
      .withCopied({0})
      .withStrings(StringUse::Moves);
}

} // namespace mlir::pc
