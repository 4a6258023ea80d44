// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sequences of tensors. They exist while a model is imported and at the border
// of the function, not inside: the length and every position must be known.

#include "Operators.h"
#include "mlir/Support/DebugStringHelper.h"

using namespace llvm;

namespace mlir::pc {

using Elements = std::vector<ImportedValue>;

/// The elements of operand 0.
static FailureOr<Elements> getElements(NodeContext &node) {
  if (failed(node.requireInputs(1, UINT_MAX)))
    return failure();
  if (const Elements *elements = node.getSequence(0))
    return *elements;
  return node.fail("input 0: expected a sequence");
}

/// A position among `size`, from an operand; none where that is absent.
static FailureOr<std::optional<int64_t>>
getPosition(NodeContext &node, unsigned input, int64_t size) {
  if (!node.hasInput(input))
    return std::optional<int64_t>();
  FailureOr<SmallVector<int64_t>> given =
      node.requireIntegers(input, "the position");
  if (failed(given))
    return failure();
  if (given->size() != 1)
    return node.fail("expected one position");
  FailureOr<int64_t> at = node.normalizeAxis(given->front(), size);
  if (failed(at))
    return failure();
  return std::optional<int64_t>(*at);
}

/// Makes a sequence the output, whose elements must be of one element type.
static LogicalResult setElements(NodeContext &node, Elements elements) {
  for (const ImportedValue &element : elements)
    if (element.isString != elements.front().isString)
      return node.fail("expected tensors of one element type, but got strings "
                       "and numbers");
    else if (element.type.getElementType() !=
             elements.front().type.getElementType())
      return node.fail("expected tensors of one element type, but got " +
                       debugString(elements.front().type) + " and " +
                       debugString(element.type));
  node.setSequence(0, std::move(elements));
  return success();
}

static LogicalResult lowerEmpty(NodeContext &node) {
  node.setSequence(0, {});
  return success();
}

static LogicalResult lowerConstruct(NodeContext &node) {
  if (failed(node.requireInputs(node.getNumInputs(), UINT_MAX)))
    return failure();
  Elements elements;
  for (unsigned i = 0; i < node.getNumInputs(); ++i) {
    if (node.getSequence(i))
      return node.fail("expected tensors, but got a sequence");
    elements.push_back(node.getImported(i));
  }
  return setElements(node, std::move(elements));
}

static LogicalResult lowerInsert(NodeContext &node) {
  FailureOr<Elements> elements = getElements(node);
  if (failed(elements) || failed(node.requireInputs(2, 3)))
    return failure();
  if (node.getSequence(1))
    return node.fail("expected a tensor, but got a sequence");
  // From -n to n; a negative one counts from the end, before the insertion.
  int64_t size = elements->size();
  bool isEnd = false;
  if (const Tensor *at = node.getConstant(2))
    isEnd = at->getNumElements() == 1 && !isFloat(at->getKind()) &&
            getInteger(*at, 0) == size;
  std::optional<int64_t> at;
  if (!isEnd) {
    auto given = getPosition(node, 2, size);
    if (failed(given))
      return failure();
    at = *given;
  }
  elements->insert(elements->begin() + at.value_or(size), node.getImported(1));
  return setElements(node, std::move(*elements));
}

static LogicalResult lowerErase(NodeContext &node) {
  FailureOr<Elements> elements = getElements(node);
  if (failed(elements))
    return failure();
  if (elements->empty())
    return node.fail("expected a sequence that is not empty");
  auto at = getPosition(node, 1, elements->size());
  if (failed(at))
    return failure();
  elements->erase(elements->begin() + at->value_or(elements->size() - 1));
  node.setSequence(0, std::move(*elements));
  return success();
}

static LogicalResult lowerAt(NodeContext &node) {
  FailureOr<Elements> elements = getElements(node);
  if (failed(elements) || failed(node.requireInputs(2, 2)))
    return failure();
  auto at = getPosition(node, 1, elements->size());
  if (failed(at))
    return failure();
  node.getResults()[0] = (*elements)[**at];
  return success();
}

static LogicalResult lowerLength(NodeContext &node) {
  FailureOr<Elements> elements = getElements(node);
  if (failed(elements))
    return failure();
  auto length =
      std::make_shared<Tensor>(ElementKind::I64, std::vector<int64_t>());
  *length->as<int64_t>() = int64_t(elements->size());
  node.setOutput(0, Constant(length));
  return success();
}

/// Joins the elements along an axis, or along a new one.
static LogicalResult lowerConcat(NodeContext &node) {
  FailureOr<Elements> elements = getElements(node);
  if (failed(elements))
    return failure();
  if (elements->empty())
    return node.fail("expected a sequence that is not empty");
  bool isNew = node.attributes.getInt("new_axis", 0) != 0;
  int64_t rank = elements->front().type.getRank();
  FailureOr<int64_t> axis = node.normalizeAxis(
      node.attributes.getInt("axis", 0), rank + (isNew ? 1 : 0));
  if (failed(axis))
    return failure();
  Emitter b(node.builder, node.loc);
  SmallVector<Value> parts;
  for (ImportedValue &element : *elements) {
    SmallVector<int64_t> shape(element.type.getShape());
    SmallVector<int64_t> first(elements->front().type.getShape());
    if (!isNew && int64_t(shape.size()) == rank)
      shape[*axis] = first[*axis] = 1;
    if (shape != first || element.type.getElementType() !=
                              elements->front().type.getElementType())
      return node.fail("expected elements that differ in dimension " +
                       Twine(*axis) + " alone");
    Value value = node.materialize(element);
    parts.push_back(isNew ? b.unsqueeze(value, *axis) : value);
  }
  node.setOutput(0, b.concat(*axis, parts));
  return success();
}

/// The sizes of the parts of a SplitToSequence.
static FailureOr<SmallVector<int64_t>> getParts(NodeContext &node,
                                                int64_t size) {
  SmallVector<int64_t> parts;
  int64_t each = 1;
  if (node.hasInput(1)) {
    FailureOr<SmallVector<int64_t>> given = node.requireIntegers(1, "split");
    if (failed(given))
      return failure();
    if (node.getType(1).getRank() == 1)
      return *given;
    each = given->front();
  }
  if (each < 1)
    return node.fail("split: expected a positive number, but got " +
                     Twine(each));
  for (int64_t at = 0; at < size; at += each)
    parts.push_back(std::min(each, size - at));
  return parts;
}

static LogicalResult lowerSplit(NodeContext &node) {
  if (failed(node.requireInputs(1, 2)))
    return failure();
  if (node.getSequence(0))
    return node.fail("expected a tensor, but got a sequence");
  FailureOr<int64_t> axis = node.normalizeAxis(
      node.attributes.getInt("axis", 0), node.getType(0).getRank());
  if (failed(axis))
    return failure();
  SmallVector<int64_t> sizes(node.getShape(0)), offsets(sizes.size(), 0);
  int64_t size = sizes[*axis];
  FailureOr<SmallVector<int64_t>> parts = getParts(node, size);
  if (failed(parts))
    return failure();
  bool drops = !node.hasInput(1) && node.attributes.getInt("keepdims", 1) == 0;
  Emitter b(node.builder, node.loc);
  Elements elements;
  for (int64_t part : *parts) {
    if (part < 0 || part > size - offsets[*axis])
      return node.fail("split: expected parts of " + Twine(size) +
                       " elements, but got one of " + Twine(part));
    sizes[*axis] = part;
    Value slice = b.slice(node.getInput(0), offsets, sizes,
                          SmallVector<int64_t>(sizes.size(), 1));
    if (drops) {
      SmallVector<int64_t> shape(sizes);
      shape.erase(shape.begin() + *axis);
      slice = b.reshape(slice, shape);
    }
    ImportedValue element;
    element.value = slice;
    element.type = getTensorType(slice);
    elements.push_back(element);
    offsets[*axis] += part;
  }
  if (offsets[*axis] != size)
    return node.fail("split: expected parts of " + Twine(size) +
                     " elements together, but got " + Twine(offsets[*axis]));
  node.setSequence(0, std::move(elements));
  return success();
}

void registerSequences(OperatorRegistry &all) {
  all.add("SequenceEmpty", 11, lowerEmpty);
  all.add("SequenceConstruct", 11, lowerConstruct)
      .withStrings(StringUse::Handles);
  all.add("SequenceInsert", 11, lowerInsert)
      .withSequences()
      .withStrings(StringUse::Handles);
  all.add("SequenceErase", 11, lowerErase)
      .withSequences()
      .withStrings(StringUse::Handles);
  all.add("SequenceAt", 11, lowerAt)
      .withSequences()
      .withStrings(StringUse::Handles);
  all.add("SequenceLength", 11, lowerLength)
      .withSequences()
      .withStrings(StringUse::Handles);
  all.add("ConcatFromSequence", 11, lowerConcat).withSequences();
  all.add("SplitToSequence", 11, lowerSplit);
}

} // namespace mlir::pc
