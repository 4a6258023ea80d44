// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The same elements in another shape, and shapes as values.

#include "Operators.h"
#include <numeric>

using namespace llvm;

namespace mlir::pc {

using ShapeVector = SmallVector<int64_t>;

/// Emits or evaluates a reshape to the shape that `getShape` works out.
template <FailureOr<ShapeVector> (*getResultShape)(NodeContext &)>
static LogicalResult lowerReshape(NodeContext &node) {
  FailureOr<ShapeVector> shape = getResultShape(node);
  if (failed(shape))
    return failure();
  Emitter b(node.builder, node.loc);
  node.setOutput(0, b.reshape(node.getInput(0), *shape));
  return success();
}

template <FailureOr<ShapeVector> (*getResultShape)(NodeContext &)>
static bool foldToShape(NodeContext &node) {
  FailureOr<ShapeVector> shape = getResultShape(node);
  return succeeded(shape) && foldReshape(node, *shape);
}

//===----------------------------------------------------------------------===//
// Result shapes
//===----------------------------------------------------------------------===//

static FailureOr<ShapeVector> getFlattened(NodeContext &node) {
  if (failed(node.requireInputs(1, 1)))
    return failure();
  ArrayRef<int64_t> shape = node.getShape(0);
  int64_t rank = shape.size(), axis = node.attributes.getInt("axis", 1);
  if (axis < -rank || axis > rank)
    return node.fail("expected an axis in [" + Twine(-rank) + ", " +
                     Twine(rank) + "], but got " + Twine(axis));
  if (axis < 0)
    axis += rank;
  auto product = [](ArrayRef<int64_t> sizes) {
    return std::accumulate(sizes.begin(), sizes.end(), int64_t(1),
                           std::multiplies<int64_t>());
  };
  return ShapeVector{product(shape.take_front(axis)),
                     product(shape.drop_front(axis))};
}

/// Replaces 0 (keep) and -1 (infer) in the shape that a Reshape asks for.
static FailureOr<ShapeVector> resolveReshape(NodeContext &node,
                                             ShapeVector shape) {
  ArrayRef<int64_t> own = node.getShape(0);
  bool allowZero = node.attributes.getInt("allowzero", 0) != 0;
  int64_t count = node.getType(0).getNumElements(), known = 1, inferred = -1;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == 0 && !allowZero) {
      if (i >= own.size())
        return node.fail("size 0 keeps dimension " + Twine(i) +
                         ", but the operand has rank " + Twine(own.size()));
      shape[i] = own[i];
    }
    if (shape[i] < -1 || (shape[i] == -1 && inferred != -1))
      return node.fail("expected sizes and at most one -1, but got " +
                       Twine(shape[i]) + " in dimension " + Twine(i));
    if (shape[i] == -1)
      inferred = i;
    else if (MulOverflow(known, shape[i], known))
      return node.fail("the product of the sizes overflows");
  }
  if (inferred != -1 && known != 0 && count % known == 0)
    shape[inferred] = count / known, known = count;
  if (known != count || (inferred != -1 && shape[inferred] == -1))
    return node.fail("expected a shape for " + Twine(count) +
                     " elements, but got one for " + Twine(known));
  // No elements at all may still have absurd sizes.
  if (failed(node.getTensorType(shape, node.getType(0).getElementType())))
    return failure();
  return shape;
}

static FailureOr<ShapeVector> getReshaped(NodeContext &node) {
  if (node.version < 5) {
    std::optional<ShapeVector> shape = node.attributes.getInts("shape");
    if (failed(node.requireInputs(1, 1)))
      return failure();
    return resolveReshape(node, shape.value_or(ShapeVector()));
  }
  if (failed(node.requireInputs(2, 2)))
    return failure();
  FailureOr<ShapeVector> shape = node.requireIntegers(1, "the shape");
  if (failed(shape))
    return failure();
  return resolveReshape(node, *shape);
}

/// The axes of Squeeze and Unsqueeze, which moved to an operand in opset 13.
static FailureOr<std::optional<ShapeVector>> getAxes(NodeContext &node,
                                                     int64_t rank) {
  std::optional<ShapeVector> axes;
  if (node.version < 13) {
    axes = node.attributes.getInts("axes");
  } else if (node.hasInput(1)) {
    FailureOr<ShapeVector> given = node.requireIntegers(1, "axes");
    if (failed(given))
      return failure();
    axes = *given;
  }
  if (!axes)
    return axes;
  FailureOr<ShapeVector> normal = node.normalizeAxes(*axes, rank);
  if (failed(normal))
    return failure();
  llvm::sort(*normal);
  return std::optional<ShapeVector>(*normal);
}

static FailureOr<ShapeVector> getSqueezed(NodeContext &node) {
  if (failed(node.requireInputs(1, 2)))
    return failure();
  ArrayRef<int64_t> own = node.getShape(0);
  FailureOr<std::optional<ShapeVector>> axes = getAxes(node, own.size());
  if (failed(axes))
    return failure();
  ShapeVector shape;
  for (auto [axis, size] : enumerate(own)) {
    bool isNamed = *axes && is_contained(**axes, int64_t(axis));
    if (isNamed && size != 1)
      return node.fail("expected size 1 in dimension " + Twine(axis) +
                       ", but got " + Twine(size));
    if (!isNamed && (*axes || size != 1))
      shape.push_back(size);
  }
  return shape;
}

static FailureOr<ShapeVector> getUnsqueezed(NodeContext &node) {
  if (failed(node.requireInputs(node.version < 13 ? 1 : 2, 2)))
    return failure();
  ShapeVector shape(node.getShape(0));
  int64_t added =
      node.version < 13
          ? node.attributes.getInts("axes").value_or(ShapeVector()).size()
      : node.getConstant(1) ? node.getConstant(1)->getNumElements()
                            : 0;
  FailureOr<std::optional<ShapeVector>> axes =
      getAxes(node, int64_t(shape.size()) + added);
  if (failed(axes))
    return failure();
  if (!*axes)
    return node.fail("expected axes, but got none");
  for (int64_t axis : **axes)
    shape.insert(shape.begin() + axis, 1);
  return shape;
}

//===----------------------------------------------------------------------===//
// Order
//===----------------------------------------------------------------------===//

static LogicalResult forward(NodeContext &node) {
  if (failed(node.requireInputs(1, UINT_MAX)))
    return failure();
  node.forwardInput(0, 0);
  return success();
}

static LogicalResult lowerIdentity(NodeContext &node) {
  if (!node.hasAbsent(0))
    return forward(node);
  node.setAbsent(0);
  return success();
}

static FailureOr<ShapeVector> getPermutation(NodeContext &node) {
  int64_t rank = node.getType(0).getRank();
  std::optional<ShapeVector> given = node.attributes.getInts("perm");
  if (!given) {
    ShapeVector reversed = llvm::to_vector(llvm::seq<int64_t>(0, rank));
    std::reverse(reversed.begin(), reversed.end());
    return reversed;
  }
  if (int64_t(given->size()) != rank)
    return node.fail("expected a permutation of " + Twine(rank) +
                     " axes, but got " + Twine(given->size()));
  return node.normalizeAxes(*given, rank);
}

static LogicalResult lowerTranspose(NodeContext &node) {
  if (failed(node.requireInputs(1, 1)))
    return failure();
  FailureOr<ShapeVector> permutation = getPermutation(node);
  if (failed(permutation))
    return failure();
  Emitter b(node.builder, node.loc);
  node.setOutput(0, b.transpose(node.getInput(0), *permutation));
  return success();
}

static bool foldTranspose(NodeContext &node) {
  FailureOr<ShapeVector> permutation = getPermutation(node);
  if (failed(permutation))
    return false;
  ShapeVector own(node.getConstant(0)->getShape().begin(),
                  node.getConstant(0)->getShape().end());
  ShapeVector shape, strides = getStrides(own);
  for (int64_t source : *permutation)
    shape.push_back(own[source]);
  return foldGather(node, 0, *node.getConstant(0), shape, [&](Integers index) {
    int64_t position = 0;
    for (auto [at, source] : zip(index, *permutation))
      position += at * strides[source];
    return position;
  });
}

//===----------------------------------------------------------------------===//
// Repetition
//===----------------------------------------------------------------------===//

/// The operand repeated along dimensions of size 1 (and new ones).
static LogicalResult emitExpand(NodeContext &node, ArrayRef<int64_t> shape) {
  Type element = node.getType(0).getElementType();
  if (failed(node.getTensorType(shape, element)))
    return failure();
  Emitter b(node.builder, node.loc);
  node.setOutput(0, b.elementwise(shape, element, node.getInput(0),
                                  [](ImplicitLocOpBuilder &, ValueRange v) {
                                    return v[0];
                                  }));
  return success();
}

static FailureOr<ShapeVector> getExpanded(NodeContext &node) {
  if (failed(node.requireInputs(2, 2)))
    return failure();
  FailureOr<ShapeVector> wanted = node.requireIntegers(1, "the shape");
  if (failed(wanted))
    return failure();
  FailureOr<ShapeVector> shape = broadcastShapes(node.getShape(0), *wanted);
  if (failed(shape))
    return node.fail("expected shapes that broadcast, but got " +
                     printTypes(node));
  return shape;
}

static LogicalResult lowerExpand(NodeContext &node) {
  FailureOr<ShapeVector> shape = getExpanded(node);
  if (failed(shape))
    return failure();
  return emitExpand(node, *shape);
}

static bool foldExpand(NodeContext &node) {
  FailureOr<ShapeVector> shape = getExpanded(node);
  if (failed(shape))
    return false;
  const Tensor &tensor = *node.getConstant(0);
  ShapeVector own(tensor.getShape().begin(), tensor.getShape().end());
  size_t shift = shape->size() - own.size();
  return foldGather(node, 0, tensor, *shape, [&](Integers index) {
    int64_t position = 0;
    for (size_t i = 0; i < own.size(); ++i)
      position = position * own[i] + (own[i] == 1 ? 0 : index[i + shift]);
    return position;
  });
}

static LogicalResult lowerTile(NodeContext &node) {
  if (node.version < 6)
    return node.unsupported("supported from opset 6 on");
  if (failed(node.requireInputs(2, 2)))
    return failure();
  FailureOr<ShapeVector> repeats = node.requireIntegers(1, "the repeats");
  if (failed(repeats))
    return failure();
  ArrayRef<int64_t> own = node.getShape(0);
  if (repeats->size() != own.size())
    return node.fail("expected " + Twine(own.size()) + " repeats, but got " +
                     Twine(repeats->size()));
  // [a, b] repeated (m, n) times is [1, a, 1, b] expanded to [m, a, n, b].
  ShapeVector split, expanded, merged;
  for (auto [size, times] : zip(own, *repeats)) {
    split.append({1, size});
    expanded.append({times, size});
    if (times < 0 || MulOverflow(times, size, merged.emplace_back()))
      return node.fail("expected sane repeats, but got " + Twine(times));
  }
  Type element = node.getType(0).getElementType();
  if (failed(node.getTensorType(expanded, element)))
    return failure();
  Emitter b(node.builder, node.loc);
  Value tiled =
      b.elementwise(expanded, element, b.reshape(node.getInput(0), split),
                    [](ImplicitLocOpBuilder &, ValueRange v) { return v[0]; });
  node.setOutput(0, b.reshape(tiled, merged));
  return success();
}

//===----------------------------------------------------------------------===//
// Shapes as values
//===----------------------------------------------------------------------===//

static bool foldShape(NodeContext &node) {
  if (failed(node.requireInputs(1, 1)))
    return false;
  ArrayRef<int64_t> shape = node.getShape(0);
  int64_t rank = shape.size();
  auto clamp = [&](int64_t at) {
    return std::clamp<int64_t>(at < 0 ? at + rank : at, 0, rank);
  };
  int64_t start = clamp(node.attributes.getInt("start", 0));
  int64_t end = clamp(node.attributes.getInt("end", rank));
  node.setOutput(
      0, makeIntegers(shape.slice(start, std::max<int64_t>(end - start, 0))));
  return true;
}

static bool foldSize(NodeContext &node) {
  if (failed(node.requireInputs(1, 1)))
    return false;
  auto size =
      std::make_shared<Tensor>(ElementKind::I64, std::vector<int64_t>());
  *size->as<int64_t>() = node.getType(0).getNumElements();
  node.setOutput(0, Constant(size));
  return true;
}

/// The graph is imported as it is used: dropout does nothing.
static LogicalResult lowerDropout(NodeContext &node) {
  const Tensor *training = node.getConstant(2);
  if (node.version >= 12 && node.hasInput(2) &&
      (!training || training->getAsDouble(0) != 0)) {
    const Tensor *ratio = node.getConstant(1);
    if (!ratio || ratio->getAsDouble(0) != 0)
      return node.unsupported("dropout in training mode draws random numbers");
  }
  if (node.version < 7 && node.attributes.getInt("is_test", 0) == 0)
    return node.unsupported("dropout in training mode draws random numbers");
  if (failed(forward(node)))
    return failure();
  if (!node.hasOutput(1))
    return success();
  // Before opset 10 the mask had the type of the data.
  Type element = node.version < 10 ? node.getType(0).getElementType()
                                   : node.builder.getI1Type();
  Emitter b(node.builder, node.loc);
  node.setOutput(1, b.filled(node.getShape(0), element, 1));
  return success();
}

void registerShapeOperators(OperatorRegistry &all) {
  all.add("Identity", 1, lowerIdentity)
      .withSequences()
      .asView()
      .withStrings(StringUse::Handles);
  all.add("Dropout", 1, lowerDropout).withBounds({1}).asView();
  all.add("Flatten", 1, lowerReshape<getFlattened>)
      .withFold(foldToShape<getFlattened>)
      .asView()
      .withCopied({0})
      .withStrings(StringUse::Moves);
  all.add("Reshape", 1, lowerReshape<getReshaped>)
      .withFold(foldToShape<getReshaped>)
      .asView()
      .withCopied({0})
      .withStrings(StringUse::Moves);
  all.add("Squeeze", 1, lowerReshape<getSqueezed>)
      .withFold(foldToShape<getSqueezed>)
      .asView()
      .withCopied({0})
      .withStrings(StringUse::Moves);
  all.add("Unsqueeze", 1, lowerReshape<getUnsqueezed>)
      .withFold(foldToShape<getUnsqueezed>)
      .asView()
      .withCopied({0})
      .withStrings(StringUse::Moves);
  all.add("Transpose", 1, lowerTranspose)
      .withFold(foldTranspose)
      .asView()
      .withCopied({0})
      .withStrings(StringUse::Moves);
  all.add("Expand", 8, lowerExpand)
      .withFold(foldExpand)
      .asView()
      .withCopied({0})
      .withStrings(StringUse::Moves);
  all.add("Tile", 1, lowerTile).withCopied({0}).withStrings(StringUse::Moves);
  all.add("Shape", 1, nullptr)
      .withTypeFold(foldShape)
      .withStrings(StringUse::Reads);
  all.add("Size", 1, nullptr)
      .withTypeFold(foldSize)
      .withStrings(StringUse::Reads);
}

} // namespace mlir::pc
