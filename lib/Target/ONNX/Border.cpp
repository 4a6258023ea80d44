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

/// True where the nodes can be told what the input is.
static bool isSupported(const onnx::ValueInfoProto &input) {
  std::optional<ValueType> type = getValueType(input.type());
  return type && type->getElement();
}

LogicalResult Importer::importInputs() {
  SmallVector<const onnx::ValueInfoProto *> inputs =
      getFedInputs(model.proto.graph());
  bool isRefused = false;
  for (const onnx::ValueInfoProto *input : inputs) {
    argumentNames.insert(input->name());
    if (isSupported(*input))
      continue;
    isRefused = true;
    ++numUnsupported;
    unsupported.addOther("input '" + input->name() + "': only tensors of " +
                         "floats, integers and booleans are supported, not " +
                         describeType(input->type()));
  }
  if (isRefused) {
    // The nodes are still looked at, for one list of all that is unsupported.
    ImportedValue poisoned;
    poisoned.isPoisoned = true;
    for (const onnx::ValueInfoProto *input : inputs)
      topScope.define(input->name(), poisoned);
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
    SmallVector<Constant> data(binding.shapes.size());
    if (index < options.inputs.size() && options.inputs[index])
      llvm::copy(options.inputs[index]->values, data.begin());
    if (failed(importInput(*input, binding, data)))
      return failure();
  }
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
  ImportedValue value;
  if (bound.isAbsent)
    value.isAbsent = true;
  else if (isSequence(bound.type.kind))
    value.sequence =
        std::make_shared<const std::vector<ImportedValue>>(std::move(tensors));
  else
    value = tensors.front();
  topScope.define(input.name(), value);
  return success();
}

//===----------------------------------------------------------------------===//
// Outputs
//===----------------------------------------------------------------------===//

LogicalResult Importer::checkOutput(const onnx::ValueInfoProto &output,
                                    const onnx::TypeProto::Tensor &declared,
                                    Type type) {
  auto tensor = cast<RankedTensorType>(type);
  std::optional<ElementKind> kind = getElementKind(declared.elem_type());
  if (kind && getElementType(*kind, context) != tensor.getElementType())
    return emitError(modelLoc)
           << "output '" << output.name() << "': expected elements of "
           << getName(*kind) << ", but got " << type;
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
  return diag << "], but its nodes compute " << type;
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
  ValueGroup group{output.name(), getKind(value), 0, value.isAbsent};
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
    return declared ? checkOutput(output, *declared, results.back().getType())
                    : success();
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
        return group.kind != ValueKind::Tensor;
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
}

} // namespace mlir::pc
