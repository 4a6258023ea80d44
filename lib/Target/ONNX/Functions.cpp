// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Calls of functions that the model itself defines: their nodes take the place
// of the call.

#include "Graph.h"
#include "Importer.h"
#include "pc/Support/Names.h"

using namespace llvm;

namespace mlir::pc {

using google::protobuf::UnknownField;
using google::protobuf::UnknownFieldSet;

// Fields that are newer than the packaged classes.
static constexpr int nodeOverloadField = 8;
static constexpr int functionDefaultsField = 11;
static constexpr int functionOverloadField = 13;

/// The last string in field `number`.
static std::string getUnknownString(const UnknownFieldSet &fields, int number) {
  std::string value;
  for (int i = 0; i < fields.field_count(); ++i)
    if (fields.field(i).number() == number &&
        fields.field(i).type() == UnknownField::TYPE_LENGTH_DELIMITED)
      value = fields.field(i).length_delimited();
  return value;
}

static std::string getKey(StringRef domain, StringRef name,
                          StringRef overload) {
  return (normalizeDomain(domain) + "\n" + name + "\n" + overload).str();
}

FunctionTable::FunctionTable(const onnx::ModelProto &model) {
  for (const onnx::FunctionProto &proto : model.functions()) {
    ModelFunction function;
    function.proto = &proto;
    function.opsets = collectOpsets(proto.opset_import());
    const UnknownFieldSet &fields = proto.unknown_fields();
    for (int i = 0; i < fields.field_count(); ++i) {
      const UnknownField &field = fields.field(i);
      if (field.number() == functionDefaultsField &&
          field.type() == UnknownField::TYPE_LENGTH_DELIMITED &&
          !function.defaults.emplace_back().ParseFromString(
              field.length_delimited()))
        function.defaults.pop_back();
    }
    functions[getKey(proto.domain(), proto.name(),
                     getUnknownString(fields, functionOverloadField))] =
        std::move(function);
  }
}

const ModelFunction *FunctionTable::lookup(const onnx::NodeProto &node) const {
  auto it = functions.find(
      getKey(node.domain(), node.op_type(),
             getUnknownString(node.unknown_fields(), nodeOverloadField)));
  return it == functions.end() ? nullptr : &it->second;
}

/// What the attributes of the body may refer to.
static AttributeBindings bindAttributes(const ModelFunction &function,
                                        const onnx::NodeProto &node,
                                        const AttributeBindings *outer) {
  AttributeBindings bindings;
  for (const onnx::AttributeProto &attribute : function.defaults)
    bindings[attribute.name()] = &attribute;
  Attributes given(node, outer);
  for (const onnx::AttributeProto &attribute : node.attribute())
    if (const onnx::AttributeProto *value = given.find(attribute.name()))
      bindings[attribute.name()] = value;
  return bindings;
}

LogicalResult Importer::importCall(const ModelFunction &function,
                                   const onnx::NodeProto &node, Location loc,
                                   ArrayRef<ImportedValue *> inputs) {
  const onnx::FunctionProto &proto = *function.proto;
  if (is_contained(activeCalls, &function))
    return emitError(loc) << "function '" << proto.name() << "' calls itself";
  if (activeCalls.size() >= maxGraphDepth)
    return emitError(loc) << "calls nest deeper than " << maxGraphDepth;
  if (int(inputs.size()) > proto.input_size() ||
      node.output_size() > proto.output_size())
    return emitError(loc) << "function '" << proto.name() << "': expected at "
                          << "most " << proto.input_size() << " inputs and "
                          << proto.output_size() << " outputs, but got "
                          << inputs.size() << " and " << node.output_size();
  Scope scope;
  StringSet<> defined;
  for (int i = 0; i < proto.input_size(); ++i) {
    ImportedValue absent;
    absent.isAbsent = true;
    bool isGiven = size_t(i) < inputs.size() && inputs[i];
    scope.define(proto.input(i), isGiven ? *inputs[i] : absent);
    defined.insert(proto.input(i));
  }
  AttributeBindings bindings = bindAttributes(function, node, frame->bindings);
  std::string prefix = getNodeName(loc).value_or(proto.name()).str() + "/";
  Frame body{scope, function.opsets, &bindings, frame->builder, prefix};
  activeCalls.push_back(&function);
  LogicalResult result = importNodes(proto.node(), defined, body);
  activeCalls.pop_back();
  if (failed(result))
    return failure();
  for (int i = 0; i < node.output_size(); ++i) {
    ImportedValue *value = scope.lookup(proto.output(i));
    if (!value)
      return emitError(loc) << "function '" << proto.name() << "': output '"
                            << proto.output(i) << "' is not defined";
    if (!node.output(i).empty())
      frame->scope.define(node.output(i), *value);
  }
  return success();
}

} // namespace mlir::pc
