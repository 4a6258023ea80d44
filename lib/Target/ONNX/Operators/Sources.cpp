// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Values out of nothing, or out of a shape.

#include "../Importer.h"
#include "Operators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include <cmath>

using namespace llvm;

namespace mlir::pc {

static Constant makeFloats(ArrayRef<double> values, bool isScalar) {
  std::vector<int64_t> shape;
  if (!isScalar)
    shape.push_back(int64_t(values.size()));
  auto tensor = std::make_shared<Tensor>(ElementKind::F32, shape);
  for (auto [i, value] : enumerate(values))
    tensor->setFromDouble(int64_t(i), value);
  return tensor;
}

static bool setStrings(NodeContext &node, const StringTensor &text) {
  std::optional<ImportedValue> value = node.getImporter().makeStrings(text);
  if (!value)
    (void)node.fail(StringTable::fullText);
  else
    node.getResults().front() = *value;
  return value.has_value();
}

/// The attributes that are for strings alone, as a tensor.
static bool foldStringConstant(NodeContext &node) {
  StringTensor text;
  if (auto strings = node.attributes.getStrings("value_strings")) {
    text.shape = {int64_t(strings->size())};
    text.elements.assign(strings->begin(), strings->end());
  } else {
    text.elements.push_back(node.attributes.getString("value_string", ""));
  }
  for (const std::string &each : text.elements)
    if (Error error = checkUTF8(each)) {
      (void)node.fail(toString(std::move(error)));
      return false;
    }
  return setStrings(node, text);
}

static bool foldConstant(NodeContext &node) {
  if (const onnx::TensorProto *proto = node.attributes.getTensor("value")) {
    if (isString(proto->data_type())) {
      Expected<StringTensor> text = readStrings(*proto);
      if (text)
        return setStrings(node, *text);
      (void)node.fail(toString(text.takeError()));
      return false;
    }
    if (!getElementKind(proto->data_type())) {
      (void)node.unsupported("elements of " +
                             getDataTypeName(proto->data_type()));
      return false;
    }
    Expected<Tensor> tensor =
        readTensor(*proto, node.getImporter().getFolder());
    if (!tensor) {
      (void)node.fail(toString(tensor.takeError()));
      return false;
    }
    if (!getElementType(tensor->getKind(), node.builder.getContext())) {
      (void)node.unsupported("elements of " +
                             Twine(getName(tensor->getKind())));
      return false;
    }
    node.setOutput(0, std::make_shared<Tensor>(std::move(*tensor)));
    return true;
  }
  if (node.attributes.has("value_float")) {
    double value = node.attributes.getFloat("value_float", 0);
    node.setOutput(0, makeFloats(value, /*isScalar=*/true));
  } else if (auto floats = node.attributes.getFloats("value_floats")) {
    node.setOutput(0, makeFloats(*floats, /*isScalar=*/false));
  } else if (auto integers = node.attributes.getInts("value_ints")) {
    node.setOutput(0, makeIntegers(*integers));
  } else if (node.attributes.has("value_int")) {
    auto tensor =
        std::make_shared<Tensor>(ElementKind::I64, std::vector<int64_t>());
    *tensor->as<int64_t>() = node.attributes.getInt("value_int", 0);
    node.setOutput(0, Constant(tensor));
  } else if (node.attributes.has("value_string") ||
             node.attributes.has("value_strings")) {
    return foldStringConstant(node);
  } else {
    (void)node.unsupported("a constant that is no dense tensor");
    return false;
  }
  return true;
}

/// The value of a ConstantOfShape: one element, a float 0 by default.
static FailureOr<Tensor> getFillValue(NodeContext &node) {
  const onnx::TensorProto *proto = node.attributes.getTensor("value");
  if (!proto)
    return Tensor(ElementKind::F32, {});
  Expected<Tensor> value = readTensor(*proto, node.getImporter().getFolder());
  if (!value)
    return node.fail("value: " + toString(value.takeError()));
  if (value->getNumElements() != 1)
    return node.fail("value: expected one element, but got " +
                     value->describe());
  return std::move(*value);
}

static FailureOr<SmallVector<int64_t>> getFillShape(NodeContext &node) {
  if (failed(node.requireInputs(1, 1)))
    return failure();
  return node.requireIntegers(0, "the shape");
}

static LogicalResult lowerConstantOfShape(NodeContext &node) {
  FailureOr<SmallVector<int64_t>> shape = getFillShape(node);
  if (failed(shape))
    return failure();
  FailureOr<Tensor> value = getFillValue(node);
  if (failed(value))
    return failure();
  Type element = getElementType(value->getKind(), node.builder.getContext());
  if (!element)
    return node.unsupported("elements of " + Twine(getName(value->getKind())));
  if (failed(node.getTensorType(*shape, element)))
    return failure();
  Emitter b(node.builder, node.loc);
  node.setOutput(0, b.filled(*shape, element, value->getAsDouble(0)));
  return success();
}

static bool foldConstantOfShape(NodeContext &node) {
  FailureOr<SmallVector<int64_t>> shape = getFillShape(node);
  if (failed(shape))
    return false;
  FailureOr<Tensor> value = getFillValue(node);
  if (failed(value) ||
      !getElementType(value->getKind(), node.builder.getContext()))
    return false;
  return foldGather(node, 0, *value, *shape,
                    [](Integers) -> int64_t { return 0; });
}

/// The number of elements of a Range, which must be known.
static FailureOr<int64_t> countRange(NodeContext &node) {
  if (failed(node.requireInputs(3, 3)) || failed(node.requireNumbers(0)) ||
      failed(node.requireSameElementType(0, 1)) ||
      failed(node.requireSameElementType(0, 2)))
    return failure();
  double numbers[3];
  for (unsigned i = 0; i < 3; ++i) {
    if (node.getType(i).getNumElements() != 1)
      return node.fail("expected scalars, but got " + printTypes(node));
    if (!node.getConstant(i))
      return node.unknown(i, "the operands");
    numbers[i] = node.getConstant(i)->getAsDouble(0);
  }
  double count = std::ceil((numbers[1] - numbers[0]) / numbers[2]);
  if (numbers[2] == 0 || std::isnan(count))
    return node.fail("expected a step that is not zero");
  if (count > double(maxFoldedElements))
    return node.unsupported("a range of more than " + Twine(maxFoldedElements) +
                            " elements");
  return count > 0 ? int64_t(count) : 0;
}

static bool foldRange(NodeContext &node) {
  FailureOr<int64_t> count = countRange(node);
  if (failed(count))
    return false;
  const Tensor &start = *node.getConstant(0), &delta = *node.getConstant(2);
  auto result =
      std::make_shared<Tensor>(start.getKind(), std::vector<int64_t>{*count});
  for (int64_t i = 0; i < *count; ++i) {
    if (isFloat(start.getKind()))
      result->setFromDouble(i, start.getAsDouble(0) +
                                   double(i) * delta.getAsDouble(0));
    else
      setInteger(*result, i,
                 int64_t(uint64_t(getInteger(start, 0)) +
                         uint64_t(i) * uint64_t(getInteger(delta, 0))));
  }
  node.setOutput(0, Constant(result));
  return true;
}

/// start + i * delta, where these depend on data; their number does not.
static LogicalResult lowerRange(NodeContext &node) {
  FailureOr<int64_t> count = countRange(node);
  if (failed(count))
    return failure();
  Emitter b(node.builder, node.loc);
  Type element = node.getType(0).getElementType();
  Value start = b.reshape(node.getInput(0), {});
  Value delta = b.reshape(node.getInput(2), {});
  node.setOutput(0, b.elementwise(*count, element, {start, delta},
                                  [&](ImplicitLocOpBuilder &b, ValueRange v) {
                                    Value index = linalg::IndexOp::create(b, 0);
                                    Value i = arith::IndexCastOp::create(
                                        b, b.getI64Type(), index);
                                    Value steps = emitMul(
                                        b, emitCast(b, i, element), v[1]);
                                    return emitAdd(b, v[0], steps);
                                  }));
  return success();
}

/// A function of its operands draws nothing, and no two runs would agree.
static LogicalResult refuseRandom(NodeContext &node) {
  return node.unsupported("random numbers");
}

void registerSources(OperatorRegistry &all) {
  for (StringRef name :
       {"Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike",
        "RandomUniform", "RandomUniformLike"})
    all.add(name, 1, refuseRandom);
  all.add("Constant", 1, nullptr).withTypeFold(foldConstant);
  all.add("ConstantOfShape", 9, lowerConstantOfShape)
      .withFold(foldConstantOfShape);
  all.add("Range", 11, lowerRange).withFold(foldRange);
}

} // namespace mlir::pc
