// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The border of the function: its arguments, its results, and what they say of
// themselves.

#include "Dimensions.h"
#include "Importer.h"
#include "Payload.h"
#include "pc/Support/Names.h"

using namespace llvm;

namespace mlir::pc {

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

const ONNXInputData *Importer::getData(size_t index) const {
  return index < options.inputs.size() && options.inputs[index]
             ? &*options.inputs[index]
             : nullptr;
}

/// True where all strings of the input are there.
static bool knowsStrings(const ONNXInputData *data) {
  return data && data->strings.size() == data->shapes.size();
}

std::string Importer::explainInput(const onnx::ValueInfoProto &input,
                                   const ONNXInputData *data) const {
  std::optional<ValueType> type = getValueType(input.type());
  if (!type || (!type->getElement() && !type->hasStrings()))
    return "only tensors of floats, integers, booleans and strings are "
           "supported, not " +
           describeType(input.type());
  if (type->hasStrings() && !knowsStrings(data))
    return "strings are known from data alone; feed them to pc-run --data";
  return "";
}

void Importer::poisonInputs(ArrayRef<const onnx::ValueInfoProto *> inputs) {
  for (const onnx::ValueInfoProto *input : inputs) {
    std::optional<ValueType> type = getValueType(input->type());
    ImportedValue poisoned;
    poisoned.isPoisoned = true;
    poisoned.isString = type && type->hasStrings();
    topScope.define(input->name(), poisoned);
  }
}

LogicalResult Importer::importInputs() {
  SmallVector<const onnx::ValueInfoProto *> inputs =
      getFedInputs(model.proto.graph());
  bool isRefused = false;
  for (auto [index, input] : enumerate(inputs)) {
    argumentNames.insert(input->name());
    const ONNXInputData *data = getData(index);
    std::optional<ValueType> type = getValueType(input->type());
    if (type && type->hasStrings() && data && !knowsStrings(data))
      return emitError(modelLoc) << "input '" << input->name()
                                 << "': expected strings, but got numbers";
    std::string reason = explainInput(*input, data);
    if (reason.empty())
      continue;
    isRefused = true;
    ++numUnsupported;
    unsupported.addOther("input '" + input->name() + "': " + reason);
  }
  if (isRefused) {
    // The nodes are still looked at, for one list of all that is unsupported.
    poisonInputs(inputs);
    return success();
  }
  FailureOr<std::vector<BoundInput>> bound =
      bindInputs(inputs, options, modelLoc, dims);
  if (failed(bound))
    return failure();
  for (auto [index, input, binding] : enumerate(inputs, *bound)) {
    if (topScope.lookup(input->name()))
      return emitError(modelLoc)
             << "the graph has two inputs '" << input->name() << "'";
    const ONNXInputData *data = getData(index);
    if (binding.type.hasStrings()) {
      if (failed(importStringInput(*input, binding, *data)))
        return failure();
      continue;
    }
    SmallVector<Constant> known(binding.shapes.size());
    if (data)
      llvm::copy(data->values, known.begin());
    if (failed(importInput(*input, binding, known)))
      return failure();
  }
  return success();
}

void Importer::defineInput(const onnx::ValueInfoProto &input,
                           const BoundInput &bound,
                           std::vector<ImportedValue> tensors) {
  ImportedValue value;
  if (bound.isAbsent)
    value.isAbsent = true;
  else if (isSequence(bound.type.kind))
    value.sequence =
        std::make_shared<const std::vector<ImportedValue>>(std::move(tensors));
  else
    value = std::move(tensors.front());
  topScope.define(input.name(), value);
}

LogicalResult Importer::importStringInput(const onnx::ValueInfoProto &input,
                                          const BoundInput &bound,
                                          const ONNXInputData &data) {
  std::vector<ImportedValue> tensors;
  for (const StringTensor &text : data.strings) {
    std::optional<ImportedValue> value = makeStrings(text);
    if (!value)
      return emitError(modelLoc)
             << "input '" << input.name() << "': " << StringTable::fullText;
    tensors.push_back(std::move(*value));
  }
  inputGroups.push_back({input.name(), bound.type.kind, 0, bound.isAbsent,
                         /*hasStrings=*/true});
  defineInput(input, bound, std::move(tensors));
  return success();
}

LogicalResult Importer::importInput(const onnx::ValueInfoProto &input,
                                    const BoundInput &bound,
                                    ArrayRef<Constant> data) {
  ElementKind kind = *bound.type.getElement();
  std::vector<ImportedValue> tensors;
  for (auto [number, shape] : enumerate(bound.shapes)) {
    Expected<int64_t> count = countElements(shape, getByteWidth(kind));
    if (!count)
      return emitError(modelLoc) << "input '" << input.name()
                                 << "': " << toString(count.takeError());
    std::string name = input.name();
    if (isSequence(bound.type.kind))
      name = makeUnique(name + "." + std::to_string(number), argumentNames);
    ImportedValue &value = tensors.emplace_back();
    value.type = RankedTensorType::get(shape, getElementType(kind, context));
    value.value = function.front().addArgument(
        value.type, NameLoc::get(StringAttr::get(context, name)));
    if (data[number] && data[number]->getKind() == kind &&
        ArrayRef(data[number]->getShape()) == ArrayRef(shape)) {
      value.constant = data[number];
      value.isParameter = true;
    }
    Argument argument;
    argument.name = name;
    arguments.push_back(std::move(argument));
  }
  inputGroups.push_back({input.name(), bound.type.kind,
                         unsigned(bound.shapes.size()), bound.isAbsent});
  defineInput(input, bound, std::move(tensors));
  return success();
}

//===----------------------------------------------------------------------===//
// Outputs
//===----------------------------------------------------------------------===//

LogicalResult Importer::checkOutput(const onnx::ValueInfoProto &output,
                                    const onnx::TypeProto::Tensor &declared,
                                    const ImportedValue &value) {
  RankedTensorType tensor = value.type;
  if (declared.elem_type() != onnx::TensorProto::UNDEFINED &&
      value.isString != isString(declared.elem_type()))
    return emitError(modelLoc)
           << "output '" << output.name() << "': expected elements of "
           << getDataTypeName(declared.elem_type()) << ", but got "
           << (value.isString ? "strings" : "numbers");
  std::optional<ElementKind> kind = getElementKind(declared.elem_type());
  if (kind && getElementType(*kind, context) != tensor.getElementType())
    return emitError(modelLoc)
           << "output '" << output.name() << "': expected elements of "
           << getName(*kind) << ", but got " << tensor;
  if (!declared.has_shape())
    return success();
  const onnx::TensorShapeProto &shape = declared.shape();
  bool isSame = shape.dim_size() == tensor.getRank();
  bool isElement = !output.type().has_tensor_type();
  for (int i = 0; isSame && i < shape.dim_size(); ++i) {
    int64_t size = tensor.getDimSize(i);
    if (shape.dim(i).has_dim_value())
      isSame = shape.dim(i).dim_value() == size;
    else if (isElement) // which may differ from its neighbour
      continue;
    else if (auto it = dims.find(shape.dim(i).dim_param()); it != dims.end())
      isSame = it->second == size;
  }
  if (isSame)
    return success();
  InFlightDiagnostic diag = emitError(modelLoc)
                            << "output '" << output.name()
                            << "': the model declares the shape [";
  for (int i = 0; i < shape.dim_size(); ++i) {
    diag << (i ? ", " : "");
    if (shape.dim(i).has_dim_value())
      diag << shape.dim(i).dim_value();
    else
      diag << shape.dim(i).dim_param();
  }
  return diag << "], but its nodes compute " << tensor;
}

/// What a value is where nothing is declared.
static ValueKind getKind(const ImportedValue &value) {
  if (value.isAbsent)
    return ValueKind::Optional;
  return value.sequence ? ValueKind::Sequence : ValueKind::Tensor;
}

LogicalResult Importer::importOutput(const onnx::ValueInfoProto &output,
                                     ImportedValue &value, OpBuilder &builder,
                                     SmallVectorImpl<Value> &results) {
  ValueGroup group{output.name(), getKind(value), 0, value.isAbsent,
                   hasStrings(value)};
  if (group.hasStrings && !options.returnsStrings) {
    ++numUnsupported;
    unsupported.addOther("output '" + output.name() +
                         "': strings, which pc-run alone writes");
    return success();
  }
  const onnx::TypeProto::Tensor *declared = nullptr;
  if (output.type().value_case() != onnx::TypeProto::VALUE_NOT_SET) {
    std::optional<ValueType> type = getValueType(output.type());
    bool fits = type && (value.isAbsent
                             ? isOptional(type->kind)
                             : isSequence(type->kind) == bool(value.sequence));
    if (!fits)
      return emitError(modelLoc)
             << "output '" << output.name() << "': the model declares "
             << describeType(output.type()) << ", but its nodes compute "
             << (value.isAbsent   ? "an optional without an element"
                 : value.sequence ? "a sequence"
                                  : "a tensor");
    group.kind = type->kind;
    declared = type->tensor;
  }
  Location loc = NameLoc::get(builder.getStringAttr(output.name()));
  auto add = [&](ImportedValue tensor, const Twine &name) -> LogicalResult {
    ++group.size;
    results.push_back(materialize(tensor, builder, loc));
    resultNames.push_back(name.str());
    return declared ? checkOutput(output, *declared, tensor) : success();
  };
  if (value.sequence) {
    for (auto [number, element] : enumerate(*value.sequence))
      if (failed(add(element, output.name() + "." + Twine(number))))
        return failure();
  } else if (!value.isAbsent && failed(add(value, output.name()))) {
    return failure();
  }
  outputGroups.push_back(std::move(group));
  return success();
}

LogicalResult Importer::importOutputs() {
  const onnx::GraphProto &graph = model.proto.graph();
  OpBuilder builder = OpBuilder::atBlockEnd(&function.front());
  SmallVector<Value> results;
  if (graph.output().empty())
    return emitError(modelLoc) << "the graph has no output";
  for (const onnx::ValueInfoProto &output : graph.output()) {
    ImportedValue *value = topScope.lookup(output.name());
    if (!value)
      return emitError(modelLoc)
             << "output '" << output.name() << "' is not defined by any node";
    if (value->isPoisoned)
      continue; // reported as unsupported
    if (failed(importOutput(output, *value, builder, results)))
      return failure();
  }
  func::ReturnOp::create(builder, modelLoc, results);
  return success();
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

static void setGroups(func::FuncOp function, StringRef name,
                      ArrayRef<ValueGroup> groups) {
  if (llvm::any_of(groups, [](const ValueGroup &group) {
        return group.kind != ValueKind::Tensor || group.hasStrings;
      }))
    function->setAttr(name, toAttribute(function.getContext(), groups));
}

void Importer::finishFunction() {
  Block &body = function.front();
  Operation *terminator = body.getTerminator();
  function.setFunctionType(FunctionType::get(context, body.getArgumentTypes(),
                                             terminator->getOperandTypes()));
  Builder builder(context);
  for (auto [index, argument] : enumerate(arguments)) {
    auto set = [&, i = unsigned(index)](StringRef name, Attribute value) {
      function.setArgAttr(i, name, value);
    };
    set(roleAttrName,
        builder.getStringAttr(argument.value ? roleParameter : roleInput));
    set(nameAttrName, builder.getStringAttr(argument.name));
    if (argument.value)
      set(valueAttrName, getElementsAttr(argument.value, context));
    if (argument.isFrozen)
      set(frozenAttrName, builder.getUnitAttr());
    if (!argument.range.empty())
      set(rangeAttrName, builder.getDenseI64ArrayAttr(argument.range));
  }
  for (auto [index, name] : enumerate(resultNames)) {
    function.setResultAttr(index, roleAttrName,
                           builder.getStringAttr(roleOutput));
    function.setResultAttr(index, nameAttrName, builder.getStringAttr(name));
  }
  setGroups(function, inputsAttrName, inputGroups);
  setGroups(function, outputsAttrName, outputGroups);
  if (llvm::any_of(outputGroups, [](auto &group) { return group.hasStrings; }))
    function->setAttr(stringsAttrName,
                      builder.getStrArrayAttr(strings.getStrings()));
}

} // namespace mlir::pc
