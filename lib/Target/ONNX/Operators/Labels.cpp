// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tables from keys to values: LabelEncoder and CategoryMapper of the
// machine-learning domain. Strings are numbers on either side.

#include "../Importer.h"
#include "Operators.h"
#include <cmath>
#include <cstring>
#include <map>

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;
using Sizes = SmallVector<int64_t>;

namespace {
struct Labels {
  std::shared_ptr<Tensor> elements;
  bool isString = false;
};

struct LabelTable {
  Labels keys, values, otherwise;
  /// The place of each key in the lists, by `getKey`.
  std::map<int64_t, int64_t> places;
};

/// Which value a key that is there several times has.
enum class Repeated { Last, Refused };
} // namespace

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

static std::shared_ptr<Tensor> makeLabels(ElementKind kind,
                                          ArrayRef<int64_t> values) {
  auto tensor = std::make_shared<Tensor>(
      kind, std::vector<int64_t>{int64_t(values.size())});
  for (auto [i, value] : enumerate(values))
    setInteger(*tensor, int64_t(i), value);
  return tensor;
}

static FailureOr<Labels> readTensorLabels(NodeContext &node, StringRef name,
                                          const onnx::TensorProto &proto) {
  if (isString(proto.data_type())) {
    Expected<StringTensor> text = readStrings(proto);
    if (!text)
      return node.fail(name + ": " + toString(text.takeError()));
    Sizes numbers;
    for (const std::string &each : text->elements) {
      FailureOr<int64_t> number = node.getStringNumber(each);
      if (failed(number))
        return failure();
      numbers.push_back(*number);
    }
    return Labels{makeLabels(ElementKind::I64, numbers), true};
  }
  std::optional<ElementKind> kind = getElementKind(proto.data_type());
  static constexpr ElementKind kinds[] = {ElementKind::F32, ElementKind::F64,
                                          ElementKind::I16, ElementKind::I32,
                                          ElementKind::I64};
  if (!kind || !is_contained(kinds, *kind))
    return node.unsupported(name + ": elements of " +
                            getDataTypeName(proto.data_type()));
  Expected<Tensor> tensor = readTensor(proto, node.getImporter().getFolder());
  if (!tensor)
    return node.fail(name + ": " + toString(tensor.takeError()));
  return Labels{std::make_shared<Tensor>(std::move(*tensor))};
}

/// The one of `stem`_strings, _int64s, _floats and _tensor that there is.
static FailureOr<Labels> readLabels(NodeContext &node, StringRef stem) {
  auto name = [&](StringRef kind) { return (stem + "_" + kind).str(); };
  SmallVector<Labels, 1> found;
  FailureOr<Sizes> strings = node.requireTexts(name("strings"));
  if (failed(strings))
    return failure();
  if (!strings->empty())
    found.push_back({makeLabels(ElementKind::I64, *strings), true});
  if (auto integers = node.attributes.getInts(name("int64s")))
    if (!integers->empty())
      found.push_back({makeLabels(ElementKind::I64, *integers)});
  if (auto floats = node.attributes.getFloats(name("floats")))
    if (!floats->empty()) {
      Labels labels{makeLabels(ElementKind::F32, Sizes(floats->size(), 0))};
      for (auto [i, value] : enumerate(*floats))
        labels.elements->setFromDouble(int64_t(i), value);
      found.push_back(labels);
    }
  const onnx::TensorProto *proto =
      node.version < 4 ? nullptr : node.attributes.getTensor(name("tensor"));
  if (proto) {
    FailureOr<Labels> labels = readTensorLabels(node, name("tensor"), *proto);
    if (failed(labels))
      return failure();
    found.push_back(*labels);
  }
  if (found.size() == 1)
    return found.front();
  return node.fail("expected one of " + stem + "_strings, " + stem +
                   "_int64s, " + stem + "_floats" +
                   (node.version < 4 ? "" : ", " + stem + "_tensor") +
                   ", but got " + Twine(found.size()));
}

/// What an element that is no key becomes, where `values` are the others.
static FailureOr<Labels> readDefault(NodeContext &node, const Labels &values) {
  const onnx::TensorProto *proto =
      node.version < 4 ? nullptr : node.attributes.getTensor("default_tensor");
  if (proto) {
    FailureOr<Labels> labels = readTensorLabels(node, "default_tensor", *proto);
    if (failed(labels))
      return failure();
    if (labels->elements->getNumElements() != 1 ||
        labels->isString != values.isString ||
        labels->elements->getKind() != values.elements->getKind())
      return node.fail(
          "default_tensor: expected one element of the type of "
          "the values, but got " +
          (labels->isString ? "strings" : labels->elements->describe()));
    return labels;
  }
  ElementKind kind = values.elements->getKind();
  if (values.isString) {
    FailureOr<std::string> text = node.requireText("default_string", "_Unused");
    if (failed(text))
      return failure();
    FailureOr<int64_t> number = node.getStringNumber(*text);
    if (failed(number))
      return failure();
    return Labels{makeLabels(kind, *number), true};
  }
  Labels labels{makeLabels(kind, int64_t(0))};
  if (isFloat(kind))
    labels.elements->setFromDouble(
        0, node.attributes.getFloat("default_float", -0.0));
  else
    setInteger(*labels.elements, 0,
               node.attributes.getInt("default_int64", -1));
  return labels;
}

//===----------------------------------------------------------------------===//
// Tables
//===----------------------------------------------------------------------===//

/// The same number for elements that count as the same key: for all NaNs, and
/// for both zeros.
static int64_t getKey(const Tensor &tensor, int64_t i) {
  if (!isFloat(tensor.getKind()))
    return getInteger(tensor, i);
  double value = tensor.getAsDouble(i);
  if (std::isnan(value))
    value = std::numeric_limits<double>::quiet_NaN();
  else if (value == 0)
    value = 0;
  int64_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}

static bool isSame(const Tensor &tensor, int64_t i, int64_t j) {
  size_t width = getByteWidth(tensor.getKind());
  const char *data = tensor.as<char>();
  return !std::memcmp(data + i * width, data + j * width, width);
}

static void copyElement(const Tensor &from, int64_t i, Tensor &to, int64_t j) {
  size_t width = getByteWidth(from.getKind());
  std::memcpy(to.as<char>() + j * width, from.as<char>() + i * width, width);
}

/// Finds each key, and checks that the operand has keys of that type.
static LogicalResult placeKeys(NodeContext &node, LabelTable &table,
                               Repeated repeated) {
  const Tensor &keys = *table.keys.elements, &values = *table.values.elements;
  int64_t count = keys.getNumElements();
  if (count != values.getNumElements())
    return node.fail("expected one value for each of " + Twine(count) +
                     " keys, but got " + Twine(values.getNumElements()));
  Type element = getElementType(keys.getKind(), node.builder.getContext());
  if (node.isString(0) != table.keys.isString ||
      node.getType(0).getElementType() != element)
    return node.fail(
        Twine("expected ") +
        (table.keys.isString ? "strings" : getName(keys.getKind())) +
        " as the keys are, but got " +
        (node.isString(0) ? "strings" : printTypes(node)));
  for (int64_t i = 0; i < count; ++i) {
    auto [entry, isNew] = table.places.try_emplace(getKey(keys, i), i);
    // Of ONNX's own evaluator and ONNX Runtime, one takes the last, one the
    // first.
    if (!isNew && repeated == Repeated::Refused &&
        !isSame(values, entry->second, i))
      return node.unsupported("a key with two values, of which "
                              "implementations take different ones");
    entry->second = i;
  }
  return success();
}

static bool foldLabels(NodeContext &node, const LabelTable &table) {
  const Tensor &operand = *node.getConstant(0);
  const Tensor &values = *table.values.elements;
  std::unique_ptr<Tensor> result =
      makeFolded(values.getKind(), operand.getShape());
  if (!result)
    return false;
  for (int64_t i = 0, e = operand.getNumElements(); i != e; ++i) {
    auto place = table.places.find(getKey(operand, i));
    if (place == table.places.end())
      copyElement(*table.otherwise.elements, 0, *result, i);
    else
      copyElement(values, place->second, *result, i);
  }
  node.setOutput(0, Constant(std::move(result)));
  return true;
}

/// Elements of `list` at the places of the keys, as a value.
static Value emitPlaced(NodeContext &node, const LabelTable &table,
                        const Labels &list) {
  auto placed = std::make_shared<Tensor>(
      list.elements->getKind(),
      std::vector<int64_t>{int64_t(table.places.size())});
  for (auto [i, entry] : enumerate(table.places))
    copyElement(*list.elements, entry.second, *placed, int64_t(i));
  ImportedValue value = node.getImporter().makeConstant(placed);
  return node.materialize(value);
}

static Value emitDefault(Scalar &b, const Tensor &tensor, Type type) {
  if (isa<FloatType>(type))
    return emitScalar(b, type, tensor.getAsDouble(0));
  return arith::ConstantOp::create(
      b, b.getIntegerAttr(type, getInteger(tensor, 0)));
}

/// Equal, or both NaN.
static Value emitIsKey(Scalar &b, Value x, Value key) {
  if (!isa<FloatType>(x.getType()))
    return compareIntegers(b, arith::CmpIPredicate::eq, x, key);
  using P = arith::CmpFPredicate;
  auto isNaN = [&](Value value) -> Value {
    return arith::CmpFOp::create(b, P::UNO, value, value);
  };
  Value areNaN = arith::AndIOp::create(b, isNaN(x), isNaN(key));
  Value isSame = arith::CmpFOp::create(b, P::OEQ, x, key);
  return arith::OrIOp::create(b, isSame, areNaN);
}

/// Goes through all keys for each element.
static void emitLabels(NodeContext &node, const LabelTable &table) {
  Emitter b(node.builder, node.loc);
  ArrayRef<int64_t> shape = node.getShape(0);
  unsigned rank = shape.size();
  Value keys = emitPlaced(node, table, table.keys);
  Value values = emitPlaced(node, table, table.values);
  Value otherwise =
      emitDefault(b, *table.otherwise.elements, getElement(values));
  AffineMap along = selectLoops(b, rank + 1, rank);
  AffineMap each =
      selectLoops(b, rank + 1, llvm::to_vector(llvm::seq<unsigned>(0, rank)));
  node.setOutput(
      0, accumulate(b, b.filled(shape, otherwise), rank + 1,
                    {node.getInput(0), keys, values}, {each, along, along},
                    [](Scalar &b, ValueRange v) -> Value {
                      Value isHere = emitIsKey(b, v[0], v[1]);
                      return arith::SelectOp::create(b, isHere, v[2], v[3]);
                    }));
}

//===----------------------------------------------------------------------===//
// LabelEncoder and CategoryMapper
//===----------------------------------------------------------------------===//

/// From strings to integers, or back where the operand has integers.
static LogicalResult readStringTable(NodeContext &node, StringRef name,
                                     Sizes numbers, ArrayRef<int64_t> integers,
                                     LabelTable &table) {
  if (numbers.empty() || numbers.size() != integers.size())
    return node.fail(name + ": expected one string for each of " +
                     Twine(integers.size()) + " integers, but got " +
                     Twine(numbers.size()));
  table.keys = {makeLabels(ElementKind::I64, numbers), true};
  table.values = {makeLabels(ElementKind::I64, integers), false};
  if (!node.isString(0))
    std::swap(table.keys, table.values);
  FailureOr<Labels> otherwise = readDefault(node, table.values);
  if (failed(otherwise))
    return failure();
  table.otherwise = *otherwise;
  return placeKeys(node, table, Repeated::Last);
}

static FailureOr<LabelTable> readTable(NodeContext &node) {
  LabelTable table;
  if (failed(node.requireInputs(1, 1)))
    return failure();
  if (node.getOpType() == "CategoryMapper") {
    FailureOr<Sizes> strings = node.requireTexts("cats_strings");
    if (failed(strings) ||
        failed(readStringTable(
            node, "cats_strings", *strings,
            node.attributes.getInts("cats_int64s").value_or(Sizes()), table)))
      return failure();
    return table;
  }
  if (node.version == 1) {
    FailureOr<Sizes> strings = node.requireTexts("classes_strings");
    if (failed(strings) ||
        failed(readStringTable(
            node, "classes_strings", *strings,
            llvm::to_vector(llvm::seq<int64_t>(0, strings->size())), table)))
      return failure();
    return table;
  }
  for (auto [stem, labels] :
       {std::pair("keys", &table.keys), std::pair("values", &table.values)}) {
    FailureOr<Labels> read = readLabels(node, stem);
    if (failed(read))
      return failure();
    *labels = *read;
  }
  FailureOr<Labels> otherwise = readDefault(node, table.values);
  if (failed(otherwise))
    return failure();
  table.otherwise = *otherwise;
  if (failed(placeKeys(node, table, Repeated::Refused)))
    return failure();
  return table;
}

static bool foldLabelEncoder(NodeContext &node) {
  FailureOr<LabelTable> table = readTable(node);
  if (failed(table) || !foldLabels(node, *table))
    return false;
  if (table->values.isString)
    node.setIsString(0);
  return true;
}

static LogicalResult lowerLabelEncoder(NodeContext &node) {
  FailureOr<LabelTable> table = readTable(node);
  if (failed(table))
    return failure();
  emitLabels(node, *table);
  if (table->values.isString)
    node.setIsString(0);
  return success();
}

void registerLabels(OperatorRegistry &all) {
  for (StringRef name :
       {"ai.onnx.ml.LabelEncoder", "ai.onnx.ml.CategoryMapper"})
    all.add(name, 1, lowerLabelEncoder)
        .withFold(foldLabelEncoder)
        .withStrings(StringUse::Handles);
}

} // namespace mlir::pc
