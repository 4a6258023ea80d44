// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "NodeContext.h"
#include "Fold.h"
#include "Importer.h"
#include "Payload.h"
#include "pc/Support/NarrowFloats.h"

using namespace llvm;

namespace mlir::pc {

Value NodeContext::getInput(unsigned i) {
  return importer.materialize(*inputs[i], builder, loc);
}

FailureOr<SmallVector<int64_t>> NodeContext::requireIntegers(unsigned i,
                                                             StringRef name) {
  const Tensor *constant = getConstant(i);
  if (!constant)
    return unknown(i, name);
  if (isFloat(constant->getKind()) || constant->getShape().size() > 1)
    return fail(name + ": expected integers of rank 0 or 1, but got " +
                constant->describe());
  return getIntegers(*constant);
}

Value NodeContext::materialize(ImportedValue &value) {
  return importer.materialize(value, builder, loc);
}

StringRef NodeContext::getString(int64_t number) {
  return importer.getStrings().getStrings()[number];
}

FailureOr<int64_t> NodeContext::getStringNumber(StringRef text) {
  if (std::optional<int64_t> number = importer.getStrings().intern(text))
    return *number;
  return fail(StringTable::fullText);
}

FailureOr<std::string> NodeContext::requireText(StringRef name,
                                                StringRef otherwise) {
  std::string text = attributes.getString(name, otherwise);
  if (Error error = checkUTF8(text))
    return fail(name + ": " + toString(std::move(error)));
  return text;
}

FailureOr<SmallVector<int64_t>> NodeContext::requireTexts(StringRef name) {
  SmallVector<int64_t> numbers;
  for (const std::string &text :
       attributes.getStrings(name).value_or(SmallVector<std::string>())) {
    if (Error error = checkUTF8(text))
      return fail(name + ": " + toString(std::move(error)));
    FailureOr<int64_t> number = getStringNumber(text);
    if (failed(number))
      return failure();
    numbers.push_back(*number);
  }
  return numbers;
}

void NodeContext::setSequence(unsigned i, std::vector<ImportedValue> elements) {
  if (i >= results.size())
    return;
  results[i] = ImportedValue();
  results[i].sequence =
      std::make_shared<const std::vector<ImportedValue>>(std::move(elements));
}

void NodeContext::setAbsent(unsigned i) {
  if (i >= results.size())
    return;
  results[i] = ImportedValue();
  results[i].isAbsent = true;
}

void NodeContext::setOutput(unsigned i, Value value) {
  if (i >= results.size())
    return;
  results[i] = ImportedValue();
  results[i].value = value;
  results[i].type = cast<RankedTensorType>(value.getType());
}

void NodeContext::setOutput(unsigned i, Constant constant) {
  if (i < results.size())
    results[i] = importer.makeConstant(std::move(constant));
}

LogicalResult NodeContext::fail(const Twine &text) {
  if (isFailed) // what follows is a consequence of the first
    return failure();
  isFailed = true;
  return emitError(loc) << getOpType() << ": " << text;
}

LogicalResult NodeContext::unsupported(const Twine &reason) {
  if (isFailed)
    return failure();
  isFailed = isRefused = true;
  importer.addUnsupported(node, version, loc, reason);
  return failure();
}

LogicalResult NodeContext::unknown(ArrayRef<unsigned> operands,
                                   const Twine &name) {
  if (!isFailed)
    importer.request(operands, inputs);
  return unsupported(name + " must be known at compile time");
}

LogicalResult NodeContext::requireInputs(unsigned least, unsigned most) {
  if (inputs.size() > most)
    return fail("expected at most " + Twine(most) + " inputs, but got " +
                Twine(inputs.size()));
  for (unsigned i = 0; i < least; ++i)
    if (!hasInput(i))
      return fail("expected at least " + Twine(least) + " inputs, but input " +
                  Twine(i) + " is missing");
  return success();
}

LogicalResult NodeContext::requireRank(unsigned i, int64_t least,
                                       int64_t most) {
  int64_t rank = getType(i).getRank();
  if (rank >= least && rank <= most)
    return success();
  std::string range = std::to_string(least);
  if (most == INT64_MAX)
    range = "at least " + range;
  else if (most != least)
    range += " to " + std::to_string(most);
  return fail("input " + Twine(i) + ": expected rank " + range + ", but got " +
              Twine(rank));
}

LogicalResult NodeContext::requireRange(unsigned i, int64_t least, int64_t most,
                                        std::optional<int64_t> also) {
  if (const Tensor *known = getConstant(i)) {
    for (int64_t k = 0, e = known->getNumElements(); k != e; ++k) {
      int64_t value = getInteger(*known, k);
      if ((value < least || value > most) && value != also)
        return fail("input " + Twine(i) + ": expected integers from " +
                    Twine(least) + " to " + Twine(most) + ", but got " +
                    Twine(value));
    }
  } else if (auto argument =
                 dyn_cast_or_null<BlockArgument>(inputs[i]->value)) {
    importer.restrictArgument(argument, least, most, also);
  }
  return success();
}

static std::string print(Type type) {
  std::string text;
  raw_string_ostream stream(text);
  stream << type;
  return text;
}

LogicalResult NodeContext::requireFloat(unsigned i) {
  Type element = getType(i).getElementType();
  if (isa<FloatType>(element) && !isNarrowFloat(element))
    return success();
  return fail("input " + Twine(i) + ": expected float elements, but got " +
              print(getType(i)));
}

LogicalResult NodeContext::requireNumbers(unsigned i) {
  Type element = getType(i).getElementType();
  if (!element.isInteger(1) && !isNarrowFloat(element))
    return success();
  return fail("input " + Twine(i) + ": expected numbers, but got " +
              print(getType(i)));
}

LogicalResult NodeContext::requireStrings(unsigned i) {
  if (isString(i))
    return success();
  return fail("input " + Twine(i) + ": expected strings, but got " +
              print(getType(i)));
}

LogicalResult NodeContext::requireBoolean(unsigned i) {
  if (getType(i).getElementType().isInteger(1))
    return success();
  return fail("input " + Twine(i) + ": expected booleans, but got " +
              print(getType(i)));
}

LogicalResult NodeContext::requireSameElementType(unsigned i, unsigned j) {
  if (getType(i).getElementType() == getType(j).getElementType())
    return success();
  return fail("inputs " + Twine(i) + " and " + Twine(j) +
              ": expected the same element type, but got " + print(getType(i)) +
              " and " + print(getType(j)));
}

FailureOr<int64_t> NodeContext::normalizeAxis(int64_t axis, int64_t rank) {
  if (axis < -rank || axis >= rank)
    return fail("expected an axis in [" + Twine(-rank) + ", " + Twine(rank) +
                "), but got " + Twine(axis));
  return axis < 0 ? axis + rank : axis;
}

FailureOr<SmallVector<int64_t>>
NodeContext::normalizeAxes(ArrayRef<int64_t> axes, int64_t rank) {
  SmallVector<int64_t> result;
  for (int64_t axis : axes) {
    FailureOr<int64_t> normal = normalizeAxis(axis, rank);
    if (failed(normal))
      return failure();
    if (is_contained(result, *normal))
      return fail("axis " + Twine(axis) + " is given twice");
    result.push_back(*normal);
  }
  return result;
}

FailureOr<RankedTensorType> NodeContext::getTensorType(ArrayRef<int64_t> shape,
                                                       Type element) {
  Expected<int64_t> count =
      countElements(shape, (element.getIntOrFloatBitWidth() + 7) / 8);
  if (!count)
    return fail("result: " + toString(count.takeError()));
  return RankedTensorType::get(shape, element);
}

} // namespace mlir::pc
